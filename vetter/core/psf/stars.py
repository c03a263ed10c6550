"""Isolated stars all over a field, whose fits show the normal shift and scale of the field."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.cutout.plane import Box, Plane
from vetter.core.psf.sources import find_sources, read_unmasked, select_in_template

Array = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

CELLS = 8
"""Number of cells of the field along each axis, so that the stars cover the whole field."""
PER_CELL = 5
"""Number of stars from one cell, at most."""
_MAX_CELL_SIDE = 512
"""Side of the central part of a cell that is read, pixels; time does not grow with the image."""
_MAX_RIVAL = 0.25
"""Height of the highest neighbour relative to the star, at most."""


class Cell(NamedTuple):
    """A part of the field: ``box`` is searched for stars, ``read`` adds a margin."""

    box: Box
    read: Box


def cells(shape: tuple[int, int], margin: int) -> list[Cell]:
    """Divide a field of ``shape`` (rows, columns) into cells, row by row, read with a margin."""
    result = []
    for row in range(CELLS):
        y0, ny = _cell_range(shape[0], row)
        for column in range(CELLS):
            x0, nx = _cell_range(shape[1], column)
            if nx > 0 and ny > 0:
                read = Box(x0 - margin, y0 - margin, nx + 2 * margin, ny + 2 * margin)
                result.append(Cell(Box(x0, y0, nx, ny), read))
    return result


def find_isolated_stars(
    cell: Cell, image: Plane, template: Plane, mask: Plane | None, fwhm: float
) -> list[tuple[float, float]]:
    """Find the brightest isolated stars of a cell.

    A star has S/N over 20 in the image and over 10 in the template, and all pixels within 2 FWHM
    are good. It is not saturated, and no neighbour has a quarter of its height.

    Parameters
    ----------
    cell : Cell
    image, template : Plane
        Planes of the field; NaN where unknown.
    mask : Plane, optional
        True where bad.
    fwhm : float
        FWHM of the image's PSF, pixels.

    Returns
    -------
    list of (float, float)
        x and y in the image, 0-based; at most `PER_CELL`.
    """
    pixels = read_unmasked(image, mask, cell.read)
    template_pixels = read_unmasked(template, mask, cell.read)
    good = np.isfinite(pixels) & np.isfinite(template_pixels)
    if np.count_nonzero(good) < 0.25 * good.size:
        return []
    sources = find_sources(cell.read, np.where(good, pixels, np.nan))
    if not sources.size:
        return []
    sources = select_in_template(sources, cell.read, template_pixels)
    x, y = sources.x - cell.box.x0, sources.y - cell.box.y0
    wanted = (-0.5 <= x) & (x < cell.box.nx - 0.5) & (-0.5 <= y) & (y < cell.box.ny - 0.5)
    wanted &= ~sources.flat & (sources.rival < _MAX_RIVAL)
    wanted &= _is_clean(good, sources.x - cell.read.x0, sources.y - cell.read.y0, fwhm)
    stars = sources.take(wanted)
    return list(zip(stars.x.tolist(), stars.y.tolist(), strict=True))[:PER_CELL]


def _is_clean(good: npt.NDArray[np.bool_], x: Array, y: Array, fwhm: float) -> Bools:
    """Return whether all pixels within 2 FWHM of each position are good."""
    from scipy.ndimage import minimum_filter

    clean = minimum_filter(good, 2 * math.ceil(2 * fwhm) + 1, mode="constant", cval=False)
    return np.asarray(clean[np.rint(y).astype(int), np.rint(x).astype(int)])


def _cell_range(size: int, number: int) -> tuple[int, int]:
    """Return start and length of the part of a cell that is read along one axis."""
    low, high = size * number // CELLS, size * (number + 1) // CELLS
    length = min(high - low, _MAX_CELL_SIDE)
    return low + (high - low - length) // 2, length
