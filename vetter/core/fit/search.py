"""Search for the shift and scale of least chi2: a coarse grid of shifts, then Newton steps.

For each shift the best scale has a closed form (variable projection, Golub & Pereyra 1973, SIAM J.
Numer. Anal. 10, 413), clamped to its bounds. So chi2 is a function of dx and dy alone, and the
cubic spline gives its exact first and second derivatives.

The shifts are divided into cells, a pixel wide. The moments of a cell
(:mod:`vetter.core.fit.chi2.moments`) give chi2 at any shift in the cell. They are computed only for
cells that a search enters: one cell needs 16 shifted images, all shifts up to two pixels need 49.
A search that ends on the edge of its cell continues in the next cell, since chi2 is smooth across
the edge.

The searches start from the minima of the coarse grid, which needs no moments. Two correlations give
its chi2. The image with the template's coefficients gives their product at each shift, exactly. The
weights with the squared template give the template's power, exact at whole shifts and interpolated
linearly between them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.fit.adjustment import FitOptions
from vetter.core.fit.chi2.moments import (
    Array,
    Window,
    gram,
    margin,
    scan_points,
    scan_weights,
    tapped_runs,
)
from vetter.core.fit.chi2.newton import MAX_SINGLE_DESCENTS, Minima, descend, descend_stack
from vetter.core.fit.chi2.pixels import Box
from vetter.core.fit.chi2.spline import mirror_indices, view_runs
from vetter.core.fit.weights import Solutions, Stack, pixel_sums

MAX_STARTS = 3
"""Number of minima from which searches start, at most, for shifts of up to two pixels."""

_MIN_POWER = 1e-300
"""Smallest power by which a scale is divided. A zero template has no power, and any finite scale
gives the same chi2."""

Cell = tuple[int, int]
"""The pixel of shifts from i to i + 1 along x and from j to j + 1 along y, as (i, j)."""

_MAX_CELLS = 20
"""Number of times that a search may continue in another cell."""

_EDGE_TOLERANCE = 1e-9
"""Distance from the edge of a cell, pixels, up to which a minimum counts as on the edge."""

_MIN_GAIN = 1e-12
"""Relative gain in chi2 below which a search does not continue in the next cell."""

_TIE_TOLERANCE = 1e-9
"""Relative chi2 difference below which two minima count as equal; rounding would decide between
them."""

OVERFLOW = 1e200
"""Moment from which products may overflow. chi2 is then NaN, and the fit fails with a reason."""


def search_cells(stack: Stack, coefs: Array, options: FitOptions) -> Solutions:
    """Find the lowest chi2 of each cutout, if only shift and scale are free.

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
    builder = MomentBuilder(coefs, box, weight, image, options.max_shift, scales)
    grid = coarse_grid(options.max_shift)
    chi2 = compute_coarse_chi2(stack.template, builder, grid)
    if len(chi2) == 1:
        ends = [find_lowest_of_one(builder, find_starts_of_one(chi2[0], grid.x, grid.y, grid.most))]
    else:
        start_shifts = find_starts(chi2, grid.x, grid.y, grid.most)
        ends = find_lowest(
            builder, list(zip(*(column.tolist() for column in start_shifts), strict=True))
        )
    columns = [(e.dx, e.dy, e.dx, e.dy, e.scale, e.chi2) for e in ends]
    dx, dy, *minima = np.ascontiguousarray(np.array(columns).T)
    cells = np.array([end.moments for end in ends])
    return Solutions(np.zeros(len(chi2), int), Minima(*minima), dx, dy, cells)


class CoarseGrid(NamedTuple):
    """A coarse grid of shifts, and the weights that turn correlations into chi2 on it.

    Attributes
    ----------
    half : int
        Largest whole shift.
    x, y : ndarray
        Coordinates of the grid's points.
    taps : ndarray ((2 half + 3)^2, points)
        B-spline weights of the template's coefficients, for its product with the image.
    linear : ndarray ((2 half + 1)^2, points)
        Weights of whole shifts, from ``half`` down to -``half``, for the template's power.
    most : int
        Number of minima from which a search starts, at most.
    """

    half: int
    x: Array
    y: Array
    taps: Array
    linear: Array
    most: int


@lru_cache(maxsize=64)
def coarse_grid(max_shift: float) -> CoarseGrid:
    """Return the coarse grid of shifts up to ``max_shift`` along each axis."""
    half, side = max(1, math.ceil(max_shift)), (-max_shift, max_shift)
    window = Window(0, 0, half, side, side)
    x, y, _, _ = scan_points(window)
    whole = np.arange(half, -half - 1, -1)
    wx, wy = (np.maximum(0.0, 1.0 - np.abs(whole[:, None] - g)) for g in (x, y))
    linear = (wy[:, None, :, None] * wx[None, :, None, :]).reshape(len(whole) ** 2, -1)
    taps = np.ascontiguousarray(scan_weights(window).T)
    return CoarseGrid(half, x, y, taps, linear, MAX_STARTS * math.ceil(half / 2) ** 2)


def compute_coarse_chi2(template: Array, builder: MomentBuilder, grid: CoarseGrid) -> Array:
    """Compute chi2 at the points of a coarse grid, (k, gy * gx); NaN for overflow.

    The power of the template, and so chi2, is approximate between whole shifts.
    """
    rows, columns = builder.box
    weight, image, half, count = builder.weight, builder.image, grid.half, len(template)
    ny, nx = template.shape[1:]
    edge = (builder.coefs.shape[1] - ny) // 2 - half - 1
    first = rows.start + edge, columns.start + edge
    cross = _correlate(builder.coefs, first, 2 * half + 3, image * weight)
    indices = _index_box(ny, nx, (rows.start, rows.stop), (columns.start, columns.stop), half)
    # mode="clip" is the fastest mode; no index is out of bounds.
    squares = template.reshape(count, -1).take(indices.ravel(), axis=1, mode="clip")
    squares = squares.reshape(count, *indices.shape)
    squares *= squares
    power = _correlate(squares, (0, 0), 2 * half + 1, weight * weight)
    cross = cross.reshape(count, -1) @ grid.taps
    power = power.reshape(count, -1) @ grid.linear
    image_power = pixel_sums(image, image)[:, None]
    chi2 = compute_least_chi2(power, cross, image_power, builder.scales)
    if not image_power.max() < OVERFLOW:
        chi2[~(image_power[:, 0] < OVERFLOW)] = np.nan
    return chi2


@lru_cache(maxsize=64)
def _index_box(
    ny: int, nx: int, rows: tuple[int, int], columns: tuple[int, int], half: int
) -> npt.NDArray[np.intp]:
    """Return flat indices of a box and ``half`` pixels around it, mirrored at the edges."""
    down = mirror_indices(ny, half)[rows[0] : rows[1] + 2 * half]
    along = mirror_indices(nx, half)[columns[0] : columns[1] + 2 * half]
    return down[:, None] * nx + along


def _correlate(images: Array, first: tuple[int, int], taps: int, factors: Array) -> Array:
    """Sum images times factors, with the image shifted by 0 to ``taps`` - 1 pixels along each axis.

    ``first`` is the row and column of the unshifted image that meets the first factor.

    Returns
    -------
    ndarray (k, taps, taps)
        The first axis of shifts is y.
    """
    count, ny, nx = factors.shape
    columns, tapped = tapped_runs(taps, ny, nx)
    out = np.empty((count, taps, taps))
    for k, flat in enumerate(factors.reshape(count, -1)):
        columns[...] = view_runs(images[k], *first, columns.shape)
        np.vecdot(tapped, flat, out=out[k])
    return out


def search(moments: Array, window: Window, scales: tuple[float, float]) -> Minima:
    """Find the lowest chi2 in a window, from up to three minima of the coarse grid.

    Parameters
    ----------
    moments : ndarray (k, taps^2 + 1, taps^2 + 1)
        Moments of the window, with the image in the last row and column. A free background and a
        PSF are already projected out.
    scales : (float, float)
        Bounds of the scale.
    """
    if len(moments) == 1:
        return _search_one(moments, window, scales)
    gx, gy, _, _ = scan_points(window)
    which, u, v = find_starts(scan(moments, scan_weights(window), scales), gx, gy)
    if len(which) <= MAX_SINGLE_DESCENTS:
        ends = [
            descend(moments[k], window, scales, x, y)
            for k, x, y in zip(which.tolist(), u.tolist(), v.tolist(), strict=True)
        ]
        minima = Minima(*np.array(ends).T)
    else:
        matrices = moments if len(which) == len(moments) else moments[which]
        minima = descend_stack(matrices, window, scales, u, v)
    if len(which) == len(moments):
        return minima
    best = np.lexsort((minima.chi2, which))
    best = best[np.r_[True, np.diff(which[best]) > 0]]
    return Minima(*(column[best] for column in minima))


def _search_one(moments: Array, window: Window, scales: tuple[float, float]) -> Minima:
    """Search one cutout in plain numbers, since numpy's calls would cost more."""
    gx, gy, _, _ = scan_points(window)
    chi2 = scan(moments, scan_weights(window), scales)[0]
    lowest = find_starts_of_one(chi2, gx, gy)
    ends = [descend(moments[0], window, scales, u, v) for u, v in lowest]
    return Minima(*np.array(min(ends, key=_END_CHI2))[:, None])


_END_CHI2 = itemgetter(3)


def scan(moments: Array, weights: Array, scales: tuple[float, float]) -> Array:
    """Compute chi2 at the best scale for each of the grid's shifts, (..., shifts)."""
    power = np.vecdot(weights @ moments[..., :-1, :-1], weights)
    cross = moments[..., -1, :-1] @ weights.T
    return compute_least_chi2(power, cross, moments[..., -1, -1, None], scales)


def compute_least_chi2(
    power: Array, cross: Array, image: Array, scales: tuple[float, float]
) -> Array:
    """Compute chi2 at the best scale within its bounds, (..., shifts), in the memory of ``power``.

    ``cross`` is overwritten too. ``power`` is the template's power, ``cross`` its product with the
    image, and ``image`` the image's power.
    """
    scale = cross / np.maximum(power, _MIN_POWER)
    np.minimum(np.maximum(scale, scales[0], out=scale), scales[1], out=scale)
    power *= scale
    cross += cross
    power -= cross
    power *= scale
    power += image
    return power


def find_starts_of_one(
    chi2: Array, gx: Array, gy: Array, most: int = MAX_STARTS
) -> list[tuple[float, float]]:
    """Return the :func:`find_starts` of one cutout as (u, v), those of lowest chi2 first.

    Parameters
    ----------
    chi2 : ndarray (gy * gx,)
    gx, gy : ndarray
    """
    wide, high = len(gx) + 2, len(gy) + 2
    # Plain numbers: numpy's calls would cost more. Most points fail the first comparisons.
    values = [math.inf] * wide
    for row in chi2.reshape(len(gy), len(gx)).tolist():
        values += [math.inf, *row, math.inf]
    values += [math.inf] * wide
    minima = [
        p
        for first in range(wide + 1, wide * (high - 1), wide)
        for p in range(first, first + len(gx))
        if (here := values[p]) <= values[p - 1]
        and here <= values[p + 1]
        and here <= values[p - wide]
        and here <= values[p + wide]
        and here <= values[p - wide - 1]
        and here <= values[p - wide + 1]
        and here <= values[p + wide - 1]
        and here <= values[p + wide + 1]
    ]
    if not math.isfinite(values[wide + 1]):
        # chi2 is NaN at all points: one start suffices, since the fit then fails with a reason.
        minima.append(wide + 1)
    minima.sort(key=values.__getitem__)
    out, step_x, step_y = [], _step(gx), _step(gy)
    for p in minima[:most]:
        j, i = divmod(p - wide - 1, wide)
        u = float(gx[i]) + _vertex(values[p - 1], values[p], values[p + 1]) * step_x
        v = float(gy[j]) + _vertex(values[p - wide], values[p], values[p + wide]) * step_y
        out.append((u, v))
    return out


def find_starts(
    chi2: Array, gx: Array, gy: Array, most: int = MAX_STARTS
) -> tuple[npt.NDArray[np.intp], Array, Array]:
    """Return the shifts at which searches start: up to ``most`` local minima of each cutout.

    Parameters
    ----------
    chi2 : ndarray (k, gy * gx)
    gx, gy : ndarray
        The grid's points along each axis.

    Returns
    -------
    ndarray, ndarray, ndarray
        Index of the cutout in the stack, and shift (u, v) of the minimum, interpolated between the
        points of the grid.
    """
    grid = _add_border(chi2.reshape(-1, len(gy), len(gx)))
    lowest = local_minima(grid).reshape(chi2.shape)
    # chi2 is NaN at all points: one start suffices, since the fit then fails with a reason.
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
    """Return the distance between the grid's points; zero for a single point."""
    return float(points[1] - points[0]) if len(points) > 1 else 0.0


def _vertex(left: float, middle: float, right: float) -> float:
    """Return the offset of the vertex of the parabola through three points, in steps of the grid.

    Zero on the edge of the grid, where a neighbour is infinite.
    """
    curve = left + right - 2.0 * middle
    return 0.5 * (left - right) / curve if 0.0 < curve < math.inf else 0.0


def _vertices(left: Array, middle: Array, right: Array) -> Array:
    """Return :func:`_vertex` for arrays."""
    offset = 0.5 * (left - right) / (left + right - 2.0 * middle)
    return np.where(np.abs(offset) <= 0.5, offset, 0.0)


def _add_border(chi2: Array) -> Array:
    """Add an infinite point on each side; (k, gy, gx) to (k, gy + 2, gx + 2)."""
    out = np.full((chi2.shape[0], chi2.shape[1] + 2, chi2.shape[2] + 2), np.inf)
    out[:, 1:-1, 1:-1] = chi2
    return out


def local_minima(grid: Array) -> npt.NDArray[np.bool_]:
    """Return a mask of the points without a lower neighbour; (k, gy + 2, gx + 2) to (k, gy, gx)."""
    rows = np.minimum(np.minimum(grid[:, :-2], grid[:, 2:]), grid[:, 1:-1])
    lowest = np.minimum(np.minimum(rows[:, :, :-2], rows[:, :, 2:]), rows[:, :, 1:-1])
    return np.asarray(grid[:, 1:-1, 1:-1] <= lowest)


class CellMinimum(NamedTuple):
    """End of a search: index of the cutout in the stack, cell, minimum, and the cell's moments.

    ``images`` are the weighted images of these moments; None if other moments have replaced them.
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
class MomentBuilder:
    """Weighted pixels and spline coefficients from which the moments of cells are computed.

    Attributes
    ----------
    coefs : ndarray (k, ny + 2 margin, nx + 2 margin)
        Spline coefficients of the templates.
    box : (slice, slice)
        Rows and columns that are fitted.
    weight : ndarray (k, rows of the box, columns of the box)
        1 / sigma; 0 where a pixel does not count.
    image : ndarray (k, rows of the box, columns of the box)
        Weighted images.
    max_shift : float
        Bound of \\|dx\\| and \\|dy\\|, pixels.
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
        """Compute moments for (index in the stack, window of a cell); NaN where they overflow.

        Also return the weighted images of the last one, valid until the next call.
        """
        edge = margin(self.max_shift)
        rows = self.image[:, None]
        out, images = gram(self.coefs, self.box, places, edge, self.weight, rows)
        if not out.max() < OVERFLOW:
            out[~(out.max(axis=(1, 2)) < OVERFLOW)] = np.nan
        return out, images

    def cell_at(self, x: float, y: float) -> Cell:
        """Return the cell that contains a shift."""
        low, high = _cell_range(self.max_shift)
        return min(max(math.floor(x), low), high), min(max(math.floor(y), low), high)

    def next_cell(self, end: CellMinimum) -> Cell:
        """Return the cell in which the search continues; the same cell if the search is over."""
        low, high = _cell_range(self.max_shift)
        i, j = end.cell
        return _next_index(end.dx, i, low, high), _next_index(end.dy, j, low, high)


@lru_cache(maxsize=64)
def _cell_range(max_shift: float) -> tuple[int, int]:
    """Return the first and the last cell along an axis."""
    return math.floor(-max_shift), max(0, math.ceil(max_shift) - 1)


def _next_index(x: float, i: int, low: int, high: int) -> int:
    if x >= i + 1 - _EDGE_TOLERANCE:
        return min(i + 1, high)
    return max(i - 1, low) if x <= i + _EDGE_TOLERANCE else i


@lru_cache(maxsize=1024)
def _make_window(cell: Cell, max_shift: float) -> Window:
    """Return the window of a cell, cut off at the largest shift."""
    cx, cy = cell[0] + 0.5, cell[1] + 0.5
    ranges = [(max(-0.5, -max_shift - c), min(0.5, max_shift - c)) for c in (cx, cy)]
    return Window(cx, cy, 0.5, *ranges)


def find_lowest_of_one(
    builder: MomentBuilder, start_shifts: Sequence[tuple[float, float]]
) -> CellMinimum:
    """Search a single cutout from each shift (x, y), and return the lowest end."""
    cell_moments: dict[Cell, Array] = {}
    images: Array | None = None
    images_cell: Cell | None = None

    def descend_in_cell(cell: Cell, x: float, y: float) -> CellMinimum:
        nonlocal images, images_cell
        window = _make_window(cell, builder.max_shift)
        if cell not in cell_moments:
            (cell_moments[cell],), images = builder.moments([(0, window)])
            images_cell = cell
        matrix = cell_moments[cell]
        u, v, scale, chi2 = descend(matrix, window, builder.scales, x - window.cx, y - window.cy)
        return CellMinimum(0, cell, window.cx + u, window.cy + v, scale, chi2, matrix)

    ends = []
    for x, y in start_shifts:
        end = descend_in_cell(builder.cell_at(x, y), x, y)
        for _ in range(_MAX_CELLS):
            cell = builder.next_cell(end)
            if cell == end.cell:
                break
            next_end = descend_in_cell(cell, end.dx, end.dy)
            if not next_end.chi2 < end.chi2 * (1.0 - _MIN_GAIN):
                break
            end = next_end
        ends.append(end)
    end = _select_lowest(ends)
    return end._replace(images=images) if end.cell == images_cell else end


def find_lowest(
    builder: MomentBuilder, start_shifts: Sequence[tuple[int, float, float]]
) -> list[CellMinimum]:
    """Search from each (index in the stack, x, y), and return the lowest end of each cutout."""
    ends = _descend_in_cells(
        builder, [(k, builder.cell_at(x, y), x, y) for k, x, y in start_shifts]
    )
    active = list(range(len(ends)))
    for _ in range(_MAX_CELLS):
        next_cells = [(n, builder.next_cell(ends[n])) for n in active]
        moves = [(n, cell) for n, cell in next_cells if cell != ends[n].cell]
        if not moves:
            break
        entries = [(ends[n].which, cell, ends[n].dx, ends[n].dy) for n, cell in moves]
        active = []
        for (n, _), end in zip(moves, _descend_in_cells(builder, entries), strict=True):
            if end.chi2 < ends[n].chi2 * (1.0 - _MIN_GAIN):
                ends[n] = end
                active.append(n)
    ends_by_cutout: list[list[CellMinimum]] = [[] for _ in builder.weight]
    for end in ends:
        ends_by_cutout[end.which].append(end)
    return [_select_lowest(ends) for ends in ends_by_cutout]


def _select_lowest(ends: list[CellMinimum]) -> CellMinimum:
    """Return the lowest end; among equal ones the smallest shift, whatever their order."""
    if len(ends) == 1:
        return ends[0]
    least = min(end.chi2 for end in ends)
    ties = [end for end in ends if end.chi2 - least <= _TIE_TOLERANCE * least]
    return min(ties or ends, key=lambda end: (round(math.hypot(end.dx, end.dy), 6), end.dx, end.dy))


def _descend_in_cells(
    builder: MomentBuilder, entries: Sequence[tuple[int, Cell, float, float]]
) -> list[CellMinimum]:
    """Descend within cells, from entries (index in the stack, cell, x, y); return the ends."""
    # Entries may share a cell of one cutout, whose moments are computed once.
    places: dict[tuple[int, Cell], int] = {}
    index = [places.setdefault((k, cell), len(places)) for k, cell, _, _ in entries]
    place_windows = [(k, _make_window(cell, builder.max_shift)) for k, cell in places]
    moments, _ = builder.moments(place_windows)
    windows = [place_windows[n][1] for n in index]
    u = [x - w.cx for (_, _, x, _), w in zip(entries, windows, strict=True)]
    v = [y - w.cy for (_, _, _, y), w in zip(entries, windows, strict=True)]
    matrices = moments if len(index) == len(places) else moments[index]
    ends = _find_minima(matrices, windows, builder.scales, u, v)
    return [
        CellMinimum(k, cell, w.cx + end[0], w.cy + end[1], end[2], end[3], moments[n])
        for (k, cell, _, _), n, w, end in zip(entries, index, windows, ends, strict=True)
    ]


def _find_minima(
    moments: Array,
    windows: list[Window],
    scales: tuple[float, float],
    u: list[float],
    v: list[float],
) -> list[tuple[float, ...]]:
    """Descend in each cell; return shift within the cell, scale and chi2 of each end."""
    if len(windows) <= MAX_SINGLE_DESCENTS:
        return [
            descend(matrix, window, scales, x, y)
            for matrix, window, x, y in zip(moments, windows, u, v, strict=True)
        ]
    out = np.empty((4, len(windows)))
    ranges = [(w.x_range, w.y_range) for w in windows]
    # Cells at the largest shift are cut off, and descend_stack() needs cells of equal ranges.
    for shared in dict.fromkeys(ranges):
        here = [n for n, limits in enumerate(ranges) if limits == shared]
        shifts = np.array([[u[n], v[n]] for n in here]).T
        matrices = moments if len(here) == len(windows) else moments[here]
        out[:, here] = descend_stack(matrices, Window(0, 0, 0.5, *shared), scales, *shifts)
    return list(zip(*out.tolist(), strict=True))
