"""The best shift and scale with moments of those cells only, a pixel wide, that the search enters.

Moments of all shifts up to two pixels hold 49 shifted images, those of one cell 16. Where to
begin, correlations tell: of the image with the template's coefficients, which are exact, and of the
weights with the template's squares at whole shifts, taken as straight in between.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.fit.adjustment import FitOptions
from vetter.core.fit.cell_descent import OVERFLOW, Ground, lowest, lowest_of_one
from vetter.core.fit.coarse_grid import MOST, least, starts, starts_of_one
from vetter.core.fit.figures import Found, Stack, pixel_sums
from vetter.core.fit.moments import Array, Window, scan_points, scan_weights, tapped_runs
from vetter.core.fit.newton import Minima
from vetter.core.fit.spline import mirrored, runs


def search_cells(stack: Stack, coefs: Array, options: FitOptions) -> Found:
    """The least chi2 of each cutout, where shift and scale alone are free.

    Parameters
    ----------
    stack : Stack
    coefs : ndarray (k, ny + 2 margin, nx + 2 margin)
        Spline coefficients of the templates.
    options : FitOptions
    """
    box = stack.inputs[0].about.box
    weight = np.ascontiguousarray(stack.weight[(slice(None), *box)])
    image = stack.image[(slice(None), *box)] * weight
    scales = 1.0 / options.max_scale, options.max_scale
    ground = Ground(coefs, box, weight, image, options.max_shift, scales)
    grid = coarse_grid(options.max_shift)
    chi2 = coarse(stack.template, ground, grid)
    if len(chi2) == 1:
        ends = [lowest_of_one(ground, starts_of_one(chi2[0], grid.x, grid.y, grid.most))]
    else:
        begin = starts(chi2, grid.x, grid.y, grid.most)
        ends = lowest(ground, list(zip(*(column.tolist() for column in begin), strict=True)))
    columns = [(e.dx, e.dy, e.dx, e.dy, e.scale, e.chi2) for e in ends]
    dx, dy, *minima = np.ascontiguousarray(np.array(columns).T)
    cells = np.array([end.moments for end in ends])
    return Found(np.zeros(len(chi2), int), Minima(*minima), dx, dy, cells)


class Grid(NamedTuple):
    """A coarse grid of shifts, and how correlations at whole shifts give chi2 on it.

    Attributes
    ----------
    half : int
        Whole shifts reach so far.
    x, y : ndarray
        Of the grid's points.
    taps : ndarray ((2 half + 3)^2, points)
        Weights of the template's coefficients.
    straight : ndarray ((2 half + 1)^2, points)
        Weights of whole shifts, the largest first, where all is straight in between.
    most : int
        How many of its minima are tried.
    """

    half: int
    x: Array
    y: Array
    taps: Array
    straight: Array
    most: int


@lru_cache(maxsize=64)
def coarse_grid(max_shift: float) -> Grid:
    """The grid for all shifts up to a largest one, which no moments are made of."""
    half, side = max(1, math.ceil(max_shift)), (-max_shift, max_shift)
    window = Window(0, 0, half, side, side)
    x, y, _, _ = scan_points(window)
    whole = np.arange(half, -half - 1, -1)
    wx, wy = (np.maximum(0.0, 1.0 - np.abs(whole[:, None] - g)) for g in (x, y))
    straight = (wy[:, None, :, None] * wx[None, :, None, :]).reshape(len(whole) ** 2, -1)
    taps = np.ascontiguousarray(scan_weights(window).T)
    return Grid(half, x, y, taps, straight, MOST * math.ceil(half / 2) ** 2)


def coarse(template: Array, ground: Ground, grid: Grid) -> Array:
    """chi2 at the points of a coarse grid, (k, gy * gx)."""
    rows, columns = ground.box
    weight, image, half, count = ground.weight, ground.image, grid.half, len(template)
    ny, nx = template.shape[1:]
    edge = (ground.coefs.shape[1] - ny) // 2 - half - 1
    first, left = rows.start + edge, columns.start + edge
    cross = _correlated(ground.coefs, first, left, 2 * half + 3, image * weight)
    near = _around(ny, nx, (rows.start, rows.stop), (columns.start, columns.stop), half)
    # No place is out of bounds: to clip them is but the quickest way.
    spread = template.reshape(count, -1).take(near.ravel(), axis=1, mode="clip")
    spread = spread.reshape(count, *near.shape)
    spread *= spread
    power = _correlated(spread, 0, 0, 2 * half + 1, weight * weight)
    cross = cross.reshape(count, -1) @ grid.taps
    power = power.reshape(count, -1) @ grid.straight
    image_power = pixel_sums(image, image)[:, None]
    chi2 = least(power, cross, image_power, ground.scales)
    if not image_power.max() < OVERFLOW:
        chi2[~(image_power[:, 0] < OVERFLOW)] = np.nan
    return chi2


@lru_cache(maxsize=64)
def _around(
    ny: int, nx: int, rows: tuple[int, int], columns: tuple[int, int], half: int
) -> npt.NDArray[np.intp]:
    """Places in a flattened image of a box and ``half`` pixels around it, mirrored at the edges."""
    down = mirrored(ny, half)[rows[0] : rows[1] + 2 * half]
    along = mirrored(nx, half)[columns[0] : columns[1] + 2 * half]
    return down[:, None] * nx + along


def _correlated(images: Array, first: int, left: int, taps: int, factors: Array) -> Array:
    """Sums of an image times factors, with the image from each of ``taps`` rows and columns on."""
    count, ny, nx = factors.shape
    columns, tapped = tapped_runs(taps, ny, nx)
    out = np.empty((count, taps, taps))
    for k, flat in enumerate(factors.reshape(count, -1)):
        columns[...] = runs(images[k], first, left, columns.shape)
        np.vecdot(tapped, flat, out=out[k])
    return out
