"""Search for the shift and scale of least chi2: a coarse grid of shifts, then Newton steps.

For each shift the best scale is known in closed form (variable projection, Golub & Pereyra 1973,
SIAM J. Numer. Anal. 10, 413), clamped to its bounds; so chi2 is a function of two variables, with
exact first and second derivatives since the cubic spline has them.

Moments of all shifts up to two pixels hold 49 shifted images, those of one cell, a pixel wide, 16:
moments are made of those cells only that a search enters. Where it starts, correlations tell: of
the image with the template's coefficients, which are exact, and of the weights with the template's
squares at whole shifts, taken as straight in between. A search that ends on the edge of its cell
goes on in the next one: across it chi2 is smooth.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.fit.adjustment import FitOptions
from vetter.core.fit.moments import (
    Array,
    Window,
    gram,
    margin,
    scan_points,
    scan_weights,
    tapped_runs,
)
from vetter.core.fit.newton import FEW, Minima, descend, descend_stack
from vetter.core.fit.pixels import Box
from vetter.core.fit.spline import mirrored, runs
from vetter.core.fit.weights import Found, Stack, pixel_sums

MOST = 3
"""Starts in a window of up to four pixels a side."""


_TINY = 1e-300
"""Of power, where there is no template: any scale does."""

Cell = tuple[int, int]

_ROUNDS = 20
_ON_EDGE = 1e-9
_LOWER = 1e-12
"""Of chi2, below which the next cell is no better."""
_EVEN = 1e-9
"""Of chi2, within which rounding would decide between two minima."""

OVERFLOW = 1e200


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
    ground = CellMoments(coefs, box, weight, image, options.max_shift, scales)
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


def coarse(template: Array, ground: CellMoments, grid: Grid) -> Array:
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


def search(moments: Array, window: Window, scales: tuple[float, float]) -> Minima:
    """The least chi2 in a window, from up to three minima of the coarse grid.

    Parameters
    ----------
    moments : ndarray (k, taps^2 + 1, taps^2 + 1)
        The image last; background and PSF already projected out where they are free.
    scales : (float, float)
        Bounds of the scale.
    """
    if len(moments) == 1:
        return _search_one(moments, window, scales)
    gx, gy, _, _ = scan_points(window)
    which, u, v = starts(scan(moments, scan_weights(window), scales), gx, gy)
    if len(which) <= FEW:
        ends = [
            descend(moments[k], window, scales, x, y)
            for k, x, y in zip(which.tolist(), u.tolist(), v.tolist(), strict=True)
        ]
        found = Minima(*np.array(ends).T)
    else:
        lot = moments if len(which) == len(moments) else moments[which]
        found = descend_stack(lot, window, scales, u, v)
    if len(which) == len(moments):
        return found
    best = np.lexsort((found.chi2, which))
    best = best[np.r_[True, np.diff(which[best]) > 0]]
    return Minima(*(column[best] for column in found))


def _search_one(moments: Array, window: Window, scales: tuple[float, float]) -> Minima:
    """As :func:`search`, of one: in plain numbers, where numpy's calls would cost more."""
    gx, gy, _, _ = scan_points(window)
    chi2 = scan(moments, scan_weights(window), scales)[0]
    lowest = starts_of_one(chi2, gx, gy)
    ends = [descend(moments[0], window, scales, u, v) for u, v in lowest]
    return Minima(*np.array(min(ends, key=_end_chi2))[:, None])


def _end_chi2(end: tuple[float, float, float, float]) -> float:
    return end[3]


def scan(moments: Array, weights: Array, scales: tuple[float, float]) -> Array:
    """chi2 of the best scale at each of the grid's shifts, (..., shifts)."""
    power = np.vecdot(weights @ moments[..., :-1, :-1], weights)
    cross = moments[..., -1, :-1] @ weights.T
    return least(power, cross, moments[..., -1, -1, None], scales)


def least(power: Array, cross: Array, image: Array, scales: tuple[float, float]) -> Array:
    """chi2 of the best scale, from the template's power, its product with the image, and the
    image's own power; (..., shifts), written into ``power``; ``cross``
    is spoilt."""
    scale = cross / np.maximum(power, _TINY)
    np.minimum(np.maximum(scale, scales[0], out=scale), scales[1], out=scale)
    power *= scale
    cross += cross
    power -= cross
    power *= scale
    power += image
    return power


def starts_of_one(chi2: Array, gx: Array, gy: Array, most: int = MOST) -> list[tuple[float, float]]:
    """As :func:`starts`, of one: u and v, lowest first.

    Parameters
    ----------
    chi2 : ndarray (gy * gx,)
    gx, gy : ndarray
    """
    wide, high = len(gx) + 2, len(gy) + 2
    grid = np.full((high, wide), math.inf)
    grid[1:-1, 1:-1] = chi2.reshape(len(gy), len(gx))
    values = grid.ravel().tolist()
    # In plain numbers, the fewest for most points: numpy's calls would cost more.
    found = [
        p
        for first in range(wide + 1, wide * (high - 1), wide)
        for p in range(first, first + len(gx))
        if values[p] <= values[p - 1]
        and values[p] <= values[p + 1]
        and values[p] <= values[p - wide]
        and values[p] <= values[p + wide]
        and values[p] <= min(values[p - wide - 1 : p - wide + 2 : 2])
        and values[p] <= min(values[p + wide - 1 : p + wide + 2 : 2])
    ]
    if not math.isfinite(values[wide + 1]):
        # Not a number anywhere on the grid: the fit will say so, from wherever it starts.
        found.append(wide + 1)
    found.sort(key=values.__getitem__)
    out = []
    for p in found[:most]:
        j, i = divmod(p - wide - 1, wide)
        u = float(gx[i]) + _vertex(values[p - 1], values[p], values[p + 1]) * _step(gx)
        v = float(gy[j]) + _vertex(values[p - wide], values[p], values[p + wide]) * _step(gy)
        out.append((u, v))
    return out


def starts(
    chi2: Array, gx: Array, gy: Array, most: int = MOST
) -> tuple[npt.NDArray[np.intp], Array, Array]:
    """The grid's local minima, up to ``most`` of each of a stack: which of it, u and v.

    Parameters
    ----------
    chi2 : ndarray (k, gy * gx)
    gx, gy : ndarray
        The grid's points along each axis.
    """
    grid = _bordered(chi2.reshape(-1, len(gy), len(gx)))
    lowest = local_minima(grid).reshape(chi2.shape)
    # Not a number anywhere on the grid: the fit will say so, from wherever it starts.
    lowest[~np.isfinite(chi2[:, 0]), 0] = True
    which, point = np.nonzero(lowest)
    if len(which) > len(chi2):
        order = np.lexsort((chi2[which, point], which))
        which, point = which[order], point[order]
        rank = np.arange(len(which)) - np.searchsorted(which, which)
        which, point = which[rank < most], point[rank < most]
    j, i = np.divmod(point, len(gx))
    middle = grid[which, j + 1, i + 1]
    across = _vertices(grid[which, j + 1, i], middle, grid[which, j + 1, i + 2])
    along = _vertices(grid[which, j, i + 1], middle, grid[which, j + 2, i + 1])
    return which, gx[i] + across * _step(gx), gy[j] + along * _step(gy)


def _step(points: Array) -> float:
    return float(points[1] - points[0]) if len(points) > 1 else 0.0


def _vertex(left: float, middle: float, right: float) -> float:
    """Of the parabola through a lowest point and its neighbours, in steps; 0 at an edge."""
    curve = left + right - 2.0 * middle
    return 0.5 * (left - right) / curve if 0.0 < curve < math.inf else 0.0


def _vertices(left: Array, middle: Array, right: Array) -> Array:
    """As :func:`_vertex`, of arrays."""
    place = 0.5 * (left - right) / (left + right - 2.0 * middle)
    return np.where(np.abs(place) <= 0.5, place, 0.0)


def _bordered(chi2: Array) -> Array:
    """With one more point on each side, infinitely high; (k, gy, gx) to (k, gy + 2, gx + 2)."""
    out = np.full((chi2.shape[0], chi2.shape[1] + 2, chi2.shape[2] + 2), np.inf)
    out[:, 1:-1, 1:-1] = chi2
    return out


def local_minima(grid: Array) -> npt.NDArray[np.bool_]:
    """Where no neighbour on the grid is lower; (k, gy + 2, gx + 2) to (k, gy, gx)."""
    rows = np.minimum(np.minimum(grid[:, :-2], grid[:, 2:]), grid[:, 1:-1])
    lowest = np.minimum(np.minimum(rows[:, :, :-2], rows[:, :, 2:]), rows[:, :, 1:-1])
    return np.asarray(grid[:, 1:-1, 1:-1] <= lowest)


class CellMinimum(NamedTuple):
    """Where a search of one of the stack ended, in which cell, with that cell's moments.

    ``images`` are what these are of, where they are still at hand.
    """

    which: int
    cell: Cell
    dx: float
    dy: float
    scale: float
    chi2: float
    moments: Array
    images: Array | None = None


@dataclass(frozen=True, slots=True, eq=False)
class CellMoments:
    """What the searches of a stack rest on.

    Attributes
    ----------
    coefs : ndarray (k, ny + 2 margin, nx + 2 margin)
        Spline coefficients of the templates.
    box : (slice, slice)
        Rows and columns that are fitted.
    weight : ndarray (k, rows of the box, columns of the box)
        1 / sigma; 0 where a pixel does not count.
    image : ndarray (k, rows of the box, columns of the box)
        The images, weighted.
    max_shift : float
    scales : (float, float)
        Bounds of the scale.
    """

    coefs: Array
    box: Box
    weight: Array
    image: Array
    max_shift: float
    scales: tuple[float, float]

    def moments(self, places: list[tuple[int, Window]]) -> tuple[Array, Array]:
        """Of cells: which of the stack, and for which shifts; NaN where they overflow.

        And the weighted images of the last one, good until the next call.
        """
        edge = margin(self.max_shift)
        rows = self.image[:, None]
        out, images = gram(self.coefs, self.box, places, edge, self.weight, rows)
        if not out.max() < OVERFLOW:
            out[~(out.max(axis=(1, 2)) < OVERFLOW)] = np.nan
        return out, images

    def first(self, x: float, y: float) -> Cell:
        """The cell that holds a shift."""
        low, high = _cells(self.max_shift)
        return min(max(math.floor(x), low), high), min(max(math.floor(y), low), high)

    def following(self, end: CellMinimum) -> Cell:
        """The cell that the search goes on in; the same where it is at its end."""
        low, high = _cells(self.max_shift)
        i, j = end.cell
        return _beyond(end.dx, i, low, high), _beyond(end.dy, j, low, high)


@lru_cache(maxsize=64)
def _cells(max_shift: float) -> tuple[int, int]:
    """The first and the last cell along an axis."""
    return math.floor(-max_shift), max(0, math.ceil(max_shift) - 1)


def _beyond(x: float, i: int, low: int, high: int) -> int:
    if x >= i + 1 - _ON_EDGE:
        return min(i + 1, high)
    return max(i - 1, low) if x <= i + _ON_EDGE else i


@lru_cache(maxsize=1024)
def _window(cell: Cell, max_shift: float) -> Window:
    """Shifts from i to i + 1 along x and from j to j + 1 along y, as far as they are allowed."""
    cx, cy = cell[0] + 0.5, cell[1] + 0.5
    ranges = [(max(-0.5, -max_shift - c), min(0.5, max_shift - c)) for c in (cx, cy)]
    return Window(cx, cy, 0.5, *ranges)


def lowest_of_one(ground: CellMoments, begin: Sequence[tuple[float, float]]) -> CellMinimum:
    """Where the lowest of the searches of a stack of one ends; they begin at (x, y)."""
    known: dict[Cell, Array] = {}
    images: Array | None = None
    images_cell: Cell | None = None

    def descended(cell: Cell, x: float, y: float) -> CellMinimum:
        nonlocal images, images_cell
        window = _window(cell, ground.max_shift)
        if cell not in known:
            (known[cell],), images = ground.moments([(0, window)])
            images_cell = cell
        one = known[cell]
        u, v, scale, chi2 = descend(one, window, ground.scales, x - window.cx, y - window.cy)
        return CellMinimum(0, cell, window.cx + u, window.cy + v, scale, chi2, one)

    ends = []
    for x, y in begin:
        end = descended(ground.first(x, y), x, y)
        for _ in range(_ROUNDS):
            cell = ground.following(end)
            if cell == end.cell:
                break
            further = descended(cell, end.dx, end.dy)
            if not further.chi2 < end.chi2 * (1.0 - _LOWER):
                break
            end = further
        ends.append(end)
    end = _lowest_of(ends)
    return end._replace(images=images) if end.cell == images_cell else end


def lowest(ground: CellMoments, begin: Sequence[tuple[int, float, float]]) -> list[CellMinimum]:
    """Where the lowest search of each of a stack ends; they begin at (which, x, y)."""
    ends = _descended(ground, [(k, ground.first(x, y), x, y) for k, x, y in begin])
    going = list(range(len(ends)))
    for _ in range(_ROUNDS):
        nexts = [(n, ground.following(ends[n])) for n in going]
        on = [(n, cell) for n, cell in nexts if cell != ends[n].cell]
        if not on:
            break
        again = _descended(ground, [(ends[n].which, c, ends[n].dx, ends[n].dy) for n, c in on])
        going = []
        for (n, _), end in zip(on, again, strict=True):
            if end.chi2 < ends[n].chi2 * (1.0 - _LOWER):
                ends[n] = end
                going.append(n)
    own: list[list[CellMinimum]] = [[] for _ in ground.weight]
    for end in ends:
        own[end.which].append(end)
    return [_lowest_of(several) for several in own]


def _lowest_of(ends: list[CellMinimum]) -> CellMinimum:
    """The lowest; of those that only rounding tells apart, always the same one."""
    if len(ends) == 1:
        return ends[0]
    least = min(end.chi2 for end in ends)
    even = [end for end in ends if end.chi2 - least <= _EVEN * least]
    return min(even or ends, key=lambda end: (round(math.hypot(end.dx, end.dy), 6), end.dx, end.dy))


def _descended(
    ground: CellMoments, entries: Sequence[tuple[int, Cell, float, float]]
) -> list[CellMinimum]:
    """Where descents within cells end: which of the stack, in which cell, from (x, y)."""
    places: dict[tuple[int, Cell], int] = {}
    index = [places.setdefault((k, cell), len(places)) for k, cell, _, _ in entries]
    wanted = [(k, _window(cell, ground.max_shift)) for k, cell in places]
    moments, _ = ground.moments(wanted)
    windows = [wanted[n][1] for n in index]
    u = [x - w.cx for (_, _, x, _), w in zip(entries, windows, strict=True)]
    v = [y - w.cy for (_, _, _, y), w in zip(entries, windows, strict=True)]
    lot = moments if len(index) == len(places) else moments[index]
    ends = _minima(lot, windows, ground.scales, u, v)
    return [
        CellMinimum(k, cell, w.cx + end[0], w.cy + end[1], end[2], end[3], moments[n])
        for (k, cell, _, _), n, w, end in zip(entries, index, windows, ends, strict=True)
    ]


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
