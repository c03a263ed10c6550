"""Simulated fields with known noise, and the pulls of a noise model on them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from vetter.core.cutout.plane import ArrayPlane

SKY = 200.0
FWHM = 3.5


class Scene(NamedTuple):
    """Light of stars, and the positions of the bright ones, 0-based."""

    light: np.ndarray
    stars: list[tuple[float, float]]


@lru_cache(maxsize=32)
def make_scene(side: int = 320, count: int = 60, seed: int = 1, galaxies: int = 0) -> Scene:
    rng = np.random.default_rng(seed)
    y, x = (axis.astype(float) for axis in np.ogrid[:side, :side])
    light, stars = np.zeros((side, side)), []
    for column, row, power in rng.uniform((8, 8, 2.5), (side - 9, side - 9, 5.4), (count, 3)):
        width = 2 * (FWHM / 2.3548) ** 2
        # A row times a column: of a grid, each pixel would take an exponential.
        across, down = np.exp(-((x - column) ** 2) / width), np.exp(-((y - row) ** 2) / width)
        light += 10**power / (np.pi * width) * (across * down)
        if power > 4.3:
            stars.append((column, row))
    for column, row, size in rng.uniform((8, 8, 3), (side - 9, side - 9, 12), (galaxies, 3)):
        light += 3e4 / size**2 * np.exp(-np.hypot(x - column, y - row) / size)
    light.setflags(write=False)
    return Scene(light, stars)


def expose(light: np.ndarray, gain: float = 1.0, seed: int = 2, sky: float = SKY) -> np.ndarray:
    expected = light + sky
    return np.random.default_rng(seed).normal(expected, np.sqrt(expected / gain))


def plane(pixels: np.ndarray) -> ArrayPlane:
    return ArrayPlane("plane", pixels)


def sky_scatter(pulls: np.ndarray, light: np.ndarray, sigma: float) -> float:
    """Scatter of the pulls where there is almost no light."""
    values = pulls[(light < 0.3 * sigma) & np.isfinite(pulls)]
    return float(np.std(np.clip(values, -5, 5)))


def source_scatter(pulls: np.ndarray, light: np.ndarray, sigma: float) -> float:
    """Scatter of the pulls in the light of sources."""
    values = pulls[(light > 3 * sigma) & np.isfinite(pulls)]
    return float(1.4826 * np.median(np.abs(values)))


def pulls_of(model: Any, image: np.ndarray, convolved: np.ndarray) -> np.ndarray:
    """Difference above its background, in sigmas of the model."""
    from vetter.core.cutout.plane import Box

    background = model.background.at(Box(0, 0, image.shape[1], image.shape[0]))
    err = model.err(image, convolved, 0, 0)
    return (image.astype(float) - convolved - background) / err
