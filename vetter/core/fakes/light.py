"""Light of artificial point sources, with its photon noise, to be added to boxes of an image."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Floats = Sequence[float] | Array
Combine = Callable[[npt.NDArray[np.floating], Array], npt.NDArray[np.floating]]
"""Function that joins stored pixels and light, both of one shape."""

Render = Callable[[tuple[int, int], float, float], Array]
"""Function that renders a point of unit flux: shape (ny, nx), column and row of the point."""


@dataclass(frozen=True, eq=False)
class PlantedLight:
    """Square stamps of light at places of an image.

    Attributes
    ----------
    x0, y0 : ndarray of int (n,)
        Column and row of each stamp's first pixel, 0-based.
    stamps : ndarray (n, side, side)
        Light, units of the image.
    """

    x0: npt.NDArray[np.intp]
    y0: npt.NDArray[np.intp]
    stamps: Array

    def __len__(self) -> int:
        return len(self.x0)

    def light_in(self, y0: int, x0: int, shape: tuple[int, int]) -> Array | None:
        """Return the light in a box of the image, shape ``shape``; None if there is none.

        Parameters
        ----------
        y0, x0 : int
            Row and column of the box's first pixel.
        shape : (int, int)
            Rows and columns.
        """
        light, is_there = self.even_light_in(y0, x0, shape)
        return light if is_there else None

    def even_light_in(self, y0: int, x0: int, shape: tuple[int, int]) -> tuple[Array, bool]:
        """Return the light in a box, and whether it is there.

        Where there is none, the light is that of the first source, which takes as long to make:
        the time must not tell a source's cutout from the others.
        """
        side = self.stamps.shape[-1]
        near = (self.x0 < x0 + shape[1]) & (self.x0 > x0 - side)
        near &= (self.y0 < y0 + shape[0]) & (self.y0 > y0 - side)
        hits = np.flatnonzero(near).tolist()
        is_there = bool(hits)
        if not hits and len(self):
            hits = [0]
            y0 = int(self.y0[0]) + (side - shape[0]) // 2
            x0 = int(self.x0[0]) + (side - shape[1]) // 2
        out = np.zeros(shape)
        for k in hits:
            left, low = int(self.x0[k]) - x0, int(self.y0[k]) - y0
            rows = slice(max(low, 0), min(low + side, shape[0]))
            columns = slice(max(left, 0), min(left + side, shape[1]))
            out[rows, columns] += self.stamps[
                k, rows.start - low : rows.stop - low, columns.start - left : columns.stop - left
            ]
        return out, is_there

    def times(self, factor: float) -> PlantedLight:
        """Return the light scaled by a factor."""
        return PlantedLight(self.x0, self.y0, self.stamps * factor)


def join_light(parts: Sequence[PlantedLight]) -> PlantedLight:
    """Return the light of all parts, whose stamps have one size."""
    if not parts:
        return NO_LIGHT
    return PlantedLight(
        np.concatenate([part.x0 for part in parts]),
        np.concatenate([part.y0 for part in parts]),
        np.concatenate([part.stamps for part in parts]),
    )


NO_LIGHT = PlantedLight(np.empty(0, np.intp), np.empty(0, np.intp), np.empty((0, 1, 1)))
"""No source at all."""


def render_sources(
    render: Render | Sequence[Render], fwhm: float, x: Floats, y: Floats, flux: Floats
) -> PlantedLight:
    """Render point sources of given fluxes, without noise.

    Parameters
    ----------
    render : callable, or sequence of callable (n,)
        PSF of the field, or that at each source.
    fwhm : float
        FWHM of the PSF, pixels; stamps reach 4 of them each way, where its light has ended.
    x, y : sequence of float (n,)
        Positions, 0-based pixels with their fractions.
    flux : sequence of float (n,)
        Flux of each source, units of the image.
    """
    half = stamp_half(fwhm)
    side = 2 * half + 1
    x0 = np.floor(np.asarray(x, float) + 0.5).astype(np.intp) - half
    y0 = np.floor(np.asarray(y, float) + 0.5).astype(np.intp) - half
    stamps = np.zeros((len(x0), side, side))
    each = [render] * len(x0) if callable(render) else render
    for k, (strength, one) in enumerate(zip(flux, each, strict=True)):
        stamps[k] = strength * one((side, side), x[k] - x0[k], y[k] - y0[k])
    return PlantedLight(x0, y0, stamps)


def stamp_half(fwhm: float) -> int:
    """Return the pixels from a stamp's central one to its edge."""
    return math.ceil(4.0 * fwhm)


def with_photon_noise(light: PlantedLight, slope: float, rng: np.random.Generator) -> PlantedLight:
    """Return light with the noise of its own photons.

    Parameters
    ----------
    light : PlantedLight
        Expected light.
    slope : float
        Variance per unit of light: one over the gain; 0 adds no noise.
    rng : Generator
    """
    normal = rng.standard_normal(light.stamps.shape)
    sigma = np.sqrt(np.maximum(slope * light.stamps, 0.0))
    return PlantedLight(light.x0, light.y0, light.stamps + normal * sigma)
