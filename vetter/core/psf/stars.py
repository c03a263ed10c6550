"""Isolated stars all over a field, whose fits show the normal shift and scale of the field."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.cutout.plane import Box, Plane

Array = npt.NDArray[np.float64]

CELLS = 8
"""Number of cells of the field along each axis, so that the stars cover the whole field."""
PER_CELL = 5
"""Number of stars from one cell, at most."""
_MAX_CELL_SIDE = 512
"""Side of the central part of a cell that is read, pixels; time does not grow with the image."""
_MIN_SNR = 15.0
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

    A star has S/N over 15 in image and template, and all pixels within 2 FWHM are good. It is not
    saturated, and no neighbour within 3 FWHM has a quarter of its height.

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
    pixels = np.array(image.read(cell.read), float)
    template_pixels = np.array(template.read(cell.read), float)
    good = np.isfinite(pixels) & np.isfinite(template_pixels)
    if mask is not None:
        good &= np.asarray(mask.read(cell.read)) == 0
    if np.count_nonzero(good) < 0.25 * good.size:
        return []
    # errstate: a damaged file may hold numbers near the end of the float range.
    with np.errstate(all="ignore"):
        return _find_stars(cell, pixels, template_pixels, good, fwhm)


def _find_stars(
    cell: Cell, pixels: Array, template_pixels: Array, good: npt.NDArray[np.bool_], fwhm: float
) -> list[tuple[float, float]]:
    sky, snr = _measure_snr(pixels, good)
    _, template_snr = _measure_snr(template_pixels, good)
    stars = []
    for row, column in _find_peaks(snr, template_snr, good, fwhm):
        x, y = cell.read.x0 + column, cell.read.y0 + row
        inside = 0 <= x - cell.box.x0 < cell.box.nx and 0 <= y - cell.box.y0 < cell.box.ny
        if inside and not _is_saturated(pixels, row, column):
            dx, dy = _centroid(pixels - sky, row, column, max(2, round(0.6 * fwhm)))
            stars.append((x + dx, y + dy))
        if len(stars) == PER_CELL:
            break
    return stars


def _cell_range(size: int, number: int) -> tuple[int, int]:
    """Return start and length of the part of a cell that is read along one axis."""
    low, high = size * number // CELLS, size * (number + 1) // CELLS
    length = min(high - low, _MAX_CELL_SIDE)
    return low + (high - low - length) // 2, length


def _measure_snr(pixels: Array, good: npt.NDArray[np.bool_]) -> tuple[float, Array]:
    """Return the sky, and the S/N of means of 3 x 3 pixels, by the noise of these means."""
    from scipy.ndimage import uniform_filter

    sky = float(np.median(pixels[good]))
    smooth = uniform_filter(np.where(good, pixels - sky, 0.0), 3)
    noise = 1.4826 * float(np.median(np.abs(smooth[good] - np.median(smooth[good]))))
    return sky, smooth / max(noise, 1e-300)


def _find_peaks(
    snr: Array, template_snr: Array, good: npt.NDArray[np.bool_], fwhm: float
) -> Iterator[tuple[int, int]]:
    """Yield (row, column) of isolated peaks, the brightest first."""
    from scipy.ndimage import maximum_filter, minimum_filter

    reach = math.ceil(3 * fwhm)
    side = 2 * math.ceil(2 * fwhm) + 1
    clean = minimum_filter(good, side, mode="constant", cval=False)
    bright = (snr > _MIN_SNR) & (template_snr > _MIN_SNR)
    highest = (snr == maximum_filter(snr, 2 * reach + 1)) & bright & clean
    peaks = (snr == maximum_filter(snr, 3)) & (snr > _MIN_SNR * _MAX_RIVAL)
    rows, columns = np.nonzero(peaks)
    heights = snr[rows, columns]
    order = np.argsort(-snr[highest], kind="stable")
    for row, column in np.argwhere(highest)[order].tolist():
        near = (np.abs(rows - row) <= reach) & (np.abs(columns - column) <= reach)
        if np.count_nonzero(heights[near] > _MAX_RIVAL * snr[row, column]) == 1:
            yield row, column


def _is_saturated(pixels: Array, row: int, column: int) -> bool:
    """Return whether several pixels are within a thousandth of the highest."""
    core = pixels[max(row - 2, 0) : row + 3, max(column - 2, 0) : column + 3]
    return int(np.count_nonzero(core > core.max() - 1e-3 * np.abs(core.max()))) > 2


def _centroid(pixels: Array, row: int, column: int, half: int) -> tuple[float, float]:
    """Return the offset (x, y) of the light's centre from a pixel, at most one pixel."""
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
