"""The best shift and scale with moments of those cells only, a pixel wide, that the search enters.

Moments of all shifts up to two pixels hold 49 shifted images, those of one cell 16. Where to
begin, correlations tell: of the image with the template's coefficients, which are exact, and of the
weights with the template's squares at whole shifts, taken as straight in between. A search
that ends on the edge of its cell goes on in the next one: across it chi2 is smooth.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from vetter.core.adjustment import FitOptions
from vetter.core.coarse_grid import MOST, least, starts, starts_of_one
from vetter.core.fit_facts import Box
from vetter.core.fit_figures import Found, Stack, pixel_sums, stacked
from vetter.core.moments import Array, Window, gram, margin, runs, scan_points, tapped_runs
from vetter.core.newton import Minima, descend
from vetter.core.newton_stack import FEW, descend_stack
from vetter.core.shift import mirrored

_ROUNDS = 20
_ON_EDGE = 1e-9
_LOWER = 1e-12
"""Of chi2, below which the next cell is no better."""

_OVERFLOW = 1e200


class _End(NamedTuple):
    """Where a search of one of the stack ended, in which cell."""

    which: int
    cell: tuple[int, int]
    dx: float
    dy: float
    scale: float
    chi2: float
    moments: Array


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
    window = _whole(options.max_shift)
    scales = 1.0 / options.max_scale, options.max_scale
    gx, gy, _, _ = scan_points(window)
    chi2 = _coarse(stack.template, coefs, box, weight, image, window, scales)
    most = MOST * math.ceil(window.half / 2) ** 2
    if len(chi2) == 1:
        points = starts_of_one(chi2[0].tolist(), gx.tolist(), gy.tolist(), most)
        begin = [(0, x, y) for x, y in points]
    else:
        begin = list(zip(*(c.tolist() for c in starts(chi2, gx, gy, most)), strict=True))
    rows = image.reshape(len(image), 1, -1)
    ends = _descended(begin, coefs, box, weight, rows, options.max_shift, scales)
    best: dict[int, _End] = {}
    for end in ends:
        if end.which not in best or end.chi2 < best[end.which].chi2:
            best[end.which] = end
    lowest = [best[k] for k in range(len(chi2))]
    columns = [(e.dx, e.dy, e.dx, e.dy, e.scale, e.chi2) for e in lowest]
    dx, dy, *minima = np.ascontiguousarray(np.array(columns).T)
    cells = stacked([end.moments for end in lowest])
    return Found(np.zeros(len(chi2), int), Minima(*minima), dx, dy, cells)


@lru_cache(maxsize=64)
def _whole(max_shift: float) -> Window:
    """All shifts, which no moments are made of."""
    side = -max_shift, max_shift
    return Window(0, 0, max(1, math.ceil(max_shift)), side, side)


@lru_cache(maxsize=1024)
def _cell(i: int, j: int, max_shift: float) -> Window:
    """Shifts from i to i + 1 along x and from j to j + 1 along y, as far as they are allowed."""
    cx, cy = i + 0.5, j + 0.5
    ranges = [(max(-0.5, -max_shift - c), min(0.5, max_shift - c)) for c in (cx, cy)]
    return Window(cx, cy, 0.5, *ranges)


def _coarse(
    template: Array,
    coefs: Array,
    box: Box,
    weight: Array,
    image: Array,
    window: Window,
    scales: tuple[float, float],
) -> Array:
    """chi2 at the points of a coarse grid, (k, gy * gx); ``image`` is weighted."""
    _, _, wx, wy = scan_points(window)
    half = int(window.half)
    edge = (coefs.shape[1] - template.shape[1]) // 2
    first, left = box[0].start + edge - half - 1, box[1].start + edge - half - 1
    cross = wy @ _correlated(coefs, first, left, window.taps, image * weight) @ wx.T
    ny, nx = template.shape[1:]
    rows = mirrored(ny, half)[box[0].start : box[0].stop + 2 * half]
    columns = mirrored(nx, half)[box[1].start : box[1].stop + 2 * half]
    spread = template.take(rows, axis=1).take(columns, axis=2)
    spread *= spread
    power = _correlated(spread, 0, 0, 2 * half + 1, weight * weight)
    wx, wy = _straight(window)
    power = wy @ power @ wx.T
    count = len(template)
    image_power = pixel_sums(image, image)[:, None]
    chi2 = least(power.reshape(count, -1), cross.reshape(count, -1), image_power, scales)
    chi2[~(image_power[:, 0] < _OVERFLOW)] = np.nan
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
def _straight(window: Window) -> tuple[Array, Array]:
    """Weights (points, 2 half + 1) of whole shifts, the largest first, for the grid's points."""
    half = int(window.half)
    whole = np.arange(half, -half - 1, -1)
    gx, gy, _, _ = scan_points(window)
    wx, wy = (np.maximum(0.0, 1.0 - np.abs(g[:, None] - whole)) for g in (gx, gy))
    return wx, wy


def _descended(
    begin: Sequence[tuple[int, float, float]],
    coefs: Array,
    box: Box,
    weight: Array,
    rows: Array,
    max_shift: float,
    scales: tuple[float, float],
) -> list[_End]:
    """Where the searches end that begin at (which of the stack, x, y)."""
    low, high = math.floor(-max_shift), max(0, math.ceil(max_shift) - 1)
    edge = margin(max_shift)

    def descended(entries: Sequence[tuple[int, tuple[int, int], float, float]]) -> list[_End]:
        places: dict[tuple[int, tuple[int, int]], int] = {}
        index = [places.setdefault((k, cell), len(places)) for k, cell, _, _ in entries]
        wanted = [(k, _cell(*cell, max_shift)) for k, cell in places]
        moments = gram(coefs, box, wanted, edge, weight, rows)
        if not moments.max() < _OVERFLOW:
            moments[~(moments.max(axis=(1, 2)) < _OVERFLOW)] = np.nan
        windows = [wanted[n][1] for n in index]
        u = [x - w.cx for (_, _, x, _), w in zip(entries, windows, strict=True)]
        v = [y - w.cy for (_, _, _, y), w in zip(entries, windows, strict=True)]
        lot = moments if len(index) == len(places) else moments[index]
        ends = _minima(lot, windows, scales, u, v)
        return [
            _End(k, cell, w.cx + end[0], w.cy + end[1], end[2], end[3], moments[n])
            for (k, cell, _, _), n, w, end in zip(entries, index, windows, ends, strict=True)
        ]

    def cell_of(x: float) -> int:
        return min(max(math.floor(x), low), high)

    def beyond(x: float, i: int) -> int:
        if x >= i + 1 - _ON_EDGE:
            return min(i + 1, high)
        return max(i - 1, low) if x <= i + _ON_EDGE else i

    def following(end: _End) -> tuple[int, int]:
        """The cell that the search goes on in."""
        return beyond(end.dx, end.cell[0]), beyond(end.dy, end.cell[1])

    ends = descended([(k, (cell_of(x), cell_of(y)), x, y) for k, x, y in begin])
    going = list(range(len(ends)))
    for _ in range(_ROUNDS):
        nexts = [
            (beyond(ends[n].dx, ends[n].cell[0]), beyond(ends[n].dy, ends[n].cell[1]))
            for n in going
        ]
        on = [(n, cell) for n, cell in zip(going, nexts, strict=True) if cell != ends[n].cell]
        if not on:
            break
        again = descended([(ends[n].which, cell, ends[n].dx, ends[n].dy) for n, cell in on])
        going = []
        for (n, _), end in zip(on, again, strict=True):
            if end.chi2 < ends[n].chi2 * (1.0 - _LOWER):
                ends[n] = end
                going.append(n)
    return ends


def _minima(
    moments: Array,
    windows: list[Window],
    scales: tuple[float, float],
    u: list[float],
    v: list[float],
) -> list[tuple[float, ...]]:
    """Shift within its cell, scale and chi2 where each descent ends."""
    if len(windows) <= FEW:
        return [
            descend(*one, scales, x, y)
            for one, x, y in zip(zip(moments, windows, strict=True), u, v, strict=True)
        ]
    out = np.empty((4, len(windows)))
    ranges = [(w.x_range, w.y_range) for w in windows]
    for several in dict.fromkeys(ranges):
        here = [n for n, own in enumerate(ranges) if own == several]
        place = np.array([[u[n], v[n]] for n in here]).T
        lot = moments if len(here) == len(windows) else moments[here]
        out[:, here] = descend_stack(lot, Window(0, 0, 0.5, *several), scales, *place)
    return list(zip(*out.tolist(), strict=True))
