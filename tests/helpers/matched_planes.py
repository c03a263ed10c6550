"""Planes of a simulated field whose difference belongs to its image and template."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from scipy.ndimage import gaussian_filter

from tests.helpers.field_files import write_image

SIDE = 160
NEW = (81, 70, 60.0)


def sky(
    seed: int,
    level: float = 1000.0,
    noise: float = 10.0,
    stars: int = 0,
    width: float = 1.4,
    new: bool = False,
) -> Any:
    """Stars at places that only the number ``stars`` decides, on noise."""
    places = np.random.default_rng(stars)
    image = np.zeros((SIDE, SIDE))
    for height in np.geomspace(500, 20000, 12) if stars else ():
        y, x = places.integers(8, SIDE - 8, 2)
        image[y, x] += height * 12
    if new:
        image[NEW[0], NEW[1]] += NEW[2] * 120
    image = gaussian_filter(image, width)
    return image + level + np.random.default_rng(seed).normal(0, noise, image.shape)


def night(level: float = 1000.0, **changed: Any) -> dict[str, Any]:
    """Planes of a field whose diff is image - convolved."""
    image = sky(1, level, stars=7, width=float(np.hypot(1.4, 0.6)), new=True)
    template = sky(2, level, 5.0, stars=7)
    convolved = gaussian_filter(template, 0.6)
    planes = {
        "image": image,
        "template": template,
        "convolved": convolved,
        "diff": image - convolved,
        "err": np.full(image.shape, 11.0),
    }
    return {name: one for name, one in (planes | changed).items() if one is not None}


def residuals() -> Any:
    """Bright and dark sides of badly subtracted stars."""
    image = np.zeros((SIDE, SIDE))
    for x in range(15, SIDE - 10, 30):
        image[40:43, x : x + 3], image[40:43, x + 4 : x + 7] = 400, -400
    return image


def write_planes(folder: Path, planes: dict[str, Any]) -> dict[str, str]:
    """Write planes as FITS files; plane name to file."""
    return {
        name: str(write_image(folder / f"{name}.fits", np.asarray(pixels, np.float32)))
        for name, pixels in planes.items()
    }
