"""Isolated stars all over a field: fitted as candidates are, they show what is normal there."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.cutout.plane import Box, Plane

Array = npt.NDArray[np.float64]

CELLS = 8
"""The field is looked at in so many parts along each axis, so that stars come from all of it."""
PER_CELL = 5
_LARGEST = 512
"""Of a large cell only the middle is read: the time does not grow with the image."""
_LEAST_SNR = 15.0
_RIVAL = 0.25


class Cell(NamedTuple):
    """A part of the field: stars of ``box`` are wanted, ``read`` reaches beyond it."""

    box: Box
    read: Box


def cells(shape: tuple[int, int], margin: int) -> list[Cell]:
    """The parts of a field of ``shape`` (rows, columns), row by row; ``margin`` pixels overlap."""
    found = []
    for row in range(CELLS):
        y0, ny = _part(shape[0], row)
        for column in range(CELLS):
            x0, nx = _part(shape[1], column)
            if nx > 0 and ny > 0:
                read = Box(x0 - margin, y0 - margin, nx + 2 * margin, ny + 2 * margin)
                found.append(Cell(Box(x0, y0, nx, ny), read))
    return found


def stars_of(
    cell: Cell, image: Plane, template: Plane, mask: Plane | None, fwhm: float
) -> list[tuple[float, float]]:
    """The brightest isolated stars of a part of the field.

    A star stands in image and template at S/N over 15, with all pixels within 2 FWHM good, is not
    saturated, and has no neighbour of a quarter of its height within 3 FWHM.

    Parameters
    ----------
    image, template : Plane
        NaN where not known.
    mask : Plane, optional
        True where bad.
    fwhm : float
        Of the image's PSF, pixels.

    Returns
    -------
    list of (float, float)
        x and y in the image, 0-based; at most `PER_CELL`.
    """
    pixels = np.array(image.read(cell.read), float)
    other = np.array(template.read(cell.read), float)
    good = np.isfinite(pixels) & np.isfinite(other)
    if mask is not None:
        good &= np.asarray(mask.read(cell.read)) == 0
    if np.count_nonzero(good) < 0.25 * good.size:
        return []
    # Numbers near the end of their range, as a damaged file has them.
    with np.errstate(all="ignore"):
        return _found(cell, pixels, other, good, fwhm)


def _found(
    cell: Cell, pixels: Array, other: Array, good: npt.NDArray[np.bool_], fwhm: float
) -> list[tuple[float, float]]:
    sky, level = _smooth(pixels, good)
    _, there = _smooth(other, good)
    found = []
    for row, column in _peaks(level, there, good, fwhm):
        x, y = cell.read.x0 + column, cell.read.y0 + row
        inside = 0 <= x - cell.box.x0 < cell.box.nx and 0 <= y - cell.box.y0 < cell.box.ny
        if inside and not _flat(pixels, row, column):
            dx, dy = _centroid(pixels - sky, row, column, max(2, round(0.6 * fwhm)))
            found.append((x + dx, y + dy))
        if len(found) == PER_CELL:
            break
    return found


def _part(size: int, number: int) -> tuple[int, int]:
    low, high = size * number // CELLS, size * (number + 1) // CELLS
    length = min(high - low, _LARGEST)
    return low + (high - low - length) // 2, length


def _smooth(pixels: Array, good: npt.NDArray[np.bool_]) -> tuple[float, Array]:
    """Sky, and S/N of the mean of 3 x 3 pixels, whose noise is measured on itself."""
    from scipy.ndimage import uniform_filter

    sky = float(np.median(pixels[good]))
    smooth = uniform_filter(np.where(good, pixels - sky, 0.0), 3)
    noise = 1.4826 * float(np.median(np.abs(smooth[good] - np.median(smooth[good]))))
    return sky, smooth / max(noise, 1e-300)


def _peaks(
    level: Array, there: Array, good: npt.NDArray[np.bool_], fwhm: float
) -> Iterator[tuple[int, int]]:
    """Rows and columns of peaks that are alone, the brightest first."""
    from scipy.ndimage import maximum_filter, minimum_filter

    reach = math.ceil(3 * fwhm)
    side = 2 * math.ceil(2 * fwhm) + 1
    clean = minimum_filter(good, side, mode="constant", cval=False)
    bright = (level > _LEAST_SNR) & (there > _LEAST_SNR)
    alone = (level == maximum_filter(level, 2 * reach + 1)) & bright & clean
    peaks = (level == maximum_filter(level, 3)) & (level > _LEAST_SNR * _RIVAL)
    rows, columns = np.nonzero(peaks)
    heights = level[rows, columns]
    places = np.argwhere(alone)
    order = np.argsort(-level[alone], kind="stable")
    for row, column in places[order].tolist():
        near = (np.abs(rows - row) <= reach) & (np.abs(columns - column) <= reach)
        if np.count_nonzero(heights[near] > _RIVAL * level[row, column]) == 1:
            yield row, column


def _flat(pixels: Array, row: int, column: int) -> bool:
    """Saturated: several pixels within a thousandth of the highest."""
    core = pixels[max(row - 2, 0) : row + 3, max(column - 2, 0) : column + 3]
    return int(np.count_nonzero(core > core.max() - 1e-3 * np.abs(core.max()))) > 2


def _centroid(pixels: Array, row: int, column: int, half: int) -> tuple[float, float]:
    """Centre of the light about a pixel, x and y, within a pixel of it."""
    stamp: Any = pixels[row - half : row + half + 1, column - half : column + half + 1]
    if stamp.shape != (2 * half + 1, 2 * half + 1):
        return 0.0, 0.0
    weight = np.clip(np.nan_to_num(stamp), 0, None)
    total = float(weight.sum())
    if total <= 0:
        return 0.0, 0.0
    steps = np.arange(-half, half + 1)
    dx, dy = float(weight.sum(0) @ steps) / total, float(weight.sum(1) @ steps) / total
    return float(np.clip(dx, -1, 1)), float(np.clip(dy, -1, 1))
