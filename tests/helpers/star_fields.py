"""Simulated fields of stars with a known PSF."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from vetter.core.psf.models import Gaussian, Moffat, Psf

SKY = 1000.0
GAIN = 2.0
_HALF = 24


class StarField(NamedTuple):
    """An image, and x, y and flux of its stars, shape (n, 3)."""

    image: np.ndarray
    stars: np.ndarray


class Trail:
    """A Gaussian longer than wide, integrated over the pixels."""

    description = "trail"

    def __init__(self, fwhm: float, ratio: float, angle: float) -> None:
        self.fwhm, self.ratio, self.angle = fwhm, ratio, angle

    def render(self, shape: tuple[int, int], x: float, y: float) -> np.ndarray:
        sigma = self.fwhm / (2 * math.sqrt(2 * math.log(2)))
        nodes = (np.arange(5) - 2) / 5
        rows = (np.arange(shape[0])[:, None] + nodes).ravel()[:, None] - y
        columns = (np.arange(shape[1])[:, None] + nodes).ravel()[None, :] - x
        along = math.cos(self.angle) * columns + math.sin(self.angle) * rows
        across = math.cos(self.angle) * rows - math.sin(self.angle) * columns
        value = np.exp(-0.5 * (along**2 * self.ratio + across**2 / self.ratio) / sigma**2)
        fine = value / (2 * np.pi * sigma**2)
        return fine.reshape(shape[0], 5, shape[1], 5).mean((1, 3))


PSFS: dict[str, Psf] = {
    "gaussian 1.5": Gaussian(1.5),
    "moffat 2": Moffat(2.0, 3.0),
    "gaussian 4": Gaussian(4.0),
    "moffat 3.5": Moffat(3.5, 2.5),
    "trail 3:1": Trail(6.0, 1 / 3, 0.6),
    "moffat 2:1": Moffat(4.0, 3.0, 0.5, 2.0),
}


def make_field(
    psf: Psf, stars: int = 40, side: int = 500, seed: int = 1, dex: Sequence[float] = (3.9, 5.2)
) -> StarField:
    """Return stars at random places of a sky of 1000 with its noise, 2 electrons a count."""
    rng = np.random.default_rng(seed)
    image = np.full((side, side), SKY)
    table = np.column_stack(
        [*rng.uniform(25, side - 25, (2, stars)), 10 ** rng.uniform(*dex, stars)]
    )
    for x, y, flux in table:
        add_source(image, flux, psf, x, y)
    return StarField(with_noise(image, rng), table)


def make_deep_field(psf: Psf, stars: int, galaxies: int, side: int = 600) -> StarField:
    """Return stars among many more galaxies of all sizes, shapes and angles."""
    rng = np.random.default_rng(7)
    image = np.full((side, side), SKY)
    for _ in range(galaxies):
        x, y = rng.uniform(25, side - 25, 2)
        fwhm = psf.fwhm * rng.uniform(1.25, 4.0)
        galaxy = Moffat(fwhm, rng.uniform(2, 6), rng.uniform(0.3, 1.0), rng.uniform(0, np.pi))
        add_source(image, 10 ** rng.uniform(4.0, 5.5), galaxy, x, y)
    table = np.column_stack([*rng.uniform(25, side - 25, (2, stars)), np.full(stars, 3e4)])
    for x, y, flux in table:
        add_source(image, flux, psf, x, y)
    return StarField(with_noise(image, rng), table)


def add_source(image: np.ndarray, flux: float, psf: Psf, x: float, y: float) -> None:
    """Add a source that lies at least 25 pixels from the edges."""
    column, row = int(x), int(y)
    side = 2 * _HALF + 1
    stamp = flux * psf.render((side, side), x - column + _HALF, y - row + _HALF)
    image[row - _HALF : row + _HALF + 1, column - _HALF : column + _HALF + 1] += stamp


def with_noise(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the image with the noise of a sky of sigma 10 and of its sources' photons."""
    noise = np.sqrt(100.0 + np.clip(image - SKY, 0, None) / GAIN)
    return image + noise * rng.standard_normal(image.shape)


def add_cosmic_rays(image: np.ndarray, count: int, seed: int = 3) -> None:
    """Add single hot pixels and tracks of up to 12 pixels at any angle."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        x, y, angle = *rng.uniform(15, min(image.shape) - 15, 2), rng.uniform(0, np.pi)
        for step in range(rng.integers(1, 13)):
            row, column = round(y + step * math.sin(angle)), round(x + step * math.cos(angle))
            image[row, column] += rng.uniform(2000, 20000)
