"""The best shift and scale with moments of those cells only, a pixel wide, that the search enters.

Moments of all shifts up to two pixels hold 49 shifted images, those of one cell 16. Where to
begin, correlations tell: of the image with the template's coefficients, which are exact, and of the
weights with the template's squares at whole shifts, taken as straight in between.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from vetter.core.adjustment import FitOptions
from vetter.core.cell_descent import OVERFLOW, Ground, lowest, lowest_of_one
from vetter.core.coarse_grid import MOST, least, starts, starts_of_one
from vetter.core.fit_facts import Box
from vetter.core.fit_figures import Found, Stack, pixel_sums
from vetter.core.moments import Array, Window, scan_points, scan_weights, tapped_runs
from vetter.core.newton import Minima
from vetter.core.shift import mirrored, runs


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
    window = whole(options.max_shift)
    scales = 1.0 / options.max_scale, options.max_scale
    gx, gy, _, _ = scan_points(window)
    chi2 = coarse(stack.template, coefs, box, weight, image, window, scales)
    most = most_starts(window)
    rows = image.reshape(len(image), 1, -1)
    ground = Ground(coefs, box, weight, rows, options.max_shift, scales)
    if len(chi2) == 1:
        ends = [lowest_of_one(ground, starts_of_one(chi2[0], gx, gy, most))]
    else:
        begin = zip(*(column.tolist() for column in starts(chi2, gx, gy, most)), strict=True)
        ends = lowest(ground, list(begin))
    columns = [(e.dx, e.dy, e.dx, e.dy, e.scale, e.chi2) for e in ends]
    dx, dy, *minima = np.ascontiguousarray(np.array(columns).T)
    cells = np.array([end.moments for end in ends])
    return Found(np.zeros(len(chi2), int), Minima(*minima), dx, dy, cells)


@lru_cache(maxsize=64)
def whole(max_shift: float) -> Window:
    """All shifts, which no moments are made of."""
    side = -max_shift, max_shift
    return Window(0, 0, max(1, math.ceil(max_shift)), side, side)


def most_starts(window: Window) -> int:
    """How many minima of the coarse grid are tried."""
    return MOST * math.ceil(window.half / 2) ** 2


def coarse(
    template: Array,
    coefs: Array,
    box: Box,
    weight: Array,
    image: Array,
    window: Window,
    scales: tuple[float, float],
) -> Array:
    """chi2 at the points of a coarse grid, (k, gy * gx); ``image`` is weighted."""
    half, count = int(window.half), len(template)
    edge = (coefs.shape[1] - template.shape[1]) // 2
    first, left = box[0].start + edge - half - 1, box[1].start + edge - half - 1
    cross = _correlated(coefs, first, left, window.taps, image * weight)
    ny, nx = template.shape[1:]
    rows = mirrored(ny, half)[box[0].start : box[0].stop + 2 * half]
    columns = mirrored(nx, half)[box[1].start : box[1].stop + 2 * half]
    spread = template.take(rows, axis=1).take(columns, axis=2)
    spread *= spread
    power = _correlated(spread, 0, 0, 2 * half + 1, weight * weight)
    cross = cross.reshape(count, -1) @ scan_weights(window).T
    power = power.reshape(count, -1) @ _straight(window)
    image_power = pixel_sums(image, image)[:, None]
    chi2 = least(power, cross, image_power, scales)
    chi2[~(image_power[:, 0] < OVERFLOW)] = np.nan
    return chi2


def _correlated(images: Array, first: int, left: int, taps: int, factors: Array) -> Array:
    """Sums of an image times factors, with the image from each of ``taps`` rows and columns on."""
    count, ny, nx = factors.shape
    columns, tapped = tapped_runs(taps, ny, nx)
    out = np.empty((count, taps, taps))
    for k, flat in enumerate(factors.reshape(count, -1)):
        columns[...] = runs(images[k], first, left, columns.shape)
        np.vecdot(tapped, flat, out=out[k])
    return out


@lru_cache(maxsize=64)
def _straight(window: Window) -> Array:
    """Weights ((2 half + 1)^2, gy * gx) of whole shifts, the largest first, on the grid."""
    half = int(window.half)
    whole = np.arange(half, -half - 1, -1)
    gx, gy, _, _ = scan_points(window)
    wx, wy = (np.maximum(0.0, 1.0 - np.abs(g[:, None] - whole)) for g in (gx, gy))
    return (wy.T[:, None, :, None] * wx.T[None, :, None, :]).reshape(len(whole) ** 2, -1)
