"""Searches for the least chi2 from one cell of shifts, a pixel wide, to the next.

A search that ends on the edge of its cell goes on in the next one: across it chi2 is smooth.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from vetter.core.fit.fit_facts import Box
from vetter.core.fit.gram import gram
from vetter.core.fit.moments import Array, Window, margin
from vetter.core.fit.newton import descend
from vetter.core.fit.newton_stack import FEW, descend_stack

Cell = tuple[int, int]

_ROUNDS = 20
_ON_EDGE = 1e-9
_LOWER = 1e-12
"""Of chi2, below which the next cell is no better."""
_EVEN = 1e-9
"""Of chi2, within which rounding would decide between two minima."""

OVERFLOW = 1e200


class End(NamedTuple):
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
class Ground:
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

    def following(self, end: End) -> Cell:
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


def lowest_of_one(ground: Ground, begin: Sequence[tuple[float, float]]) -> End:
    """Where the lowest of the searches of a stack of one ends; they begin at (x, y)."""
    known: dict[Cell, Array] = {}
    images: Array | None = None
    images_cell: Cell | None = None

    def descended(cell: Cell, x: float, y: float) -> End:
        nonlocal images, images_cell
        window = _window(cell, ground.max_shift)
        if cell not in known:
            (known[cell],), images = ground.moments([(0, window)])
            images_cell = cell
        one = known[cell]
        u, v, scale, chi2 = descend(one, window, ground.scales, x - window.cx, y - window.cy)
        return End(0, cell, window.cx + u, window.cy + v, scale, chi2, one)

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


def lowest(ground: Ground, begin: Sequence[tuple[int, float, float]]) -> list[End]:
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
    own: list[list[End]] = [[] for _ in ground.weight]
    for end in ends:
        own[end.which].append(end)
    return [_lowest_of(several) for several in own]


def _lowest_of(ends: list[End]) -> End:
    """The lowest; of those that only rounding tells apart, always the same one."""
    if len(ends) == 1:
        return ends[0]
    least = min(end.chi2 for end in ends)
    even = [end for end in ends if end.chi2 - least <= _EVEN * least]
    return min(even or ends, key=lambda end: (round(math.hypot(end.dx, end.dy), 6), end.dx, end.dy))


def _descended(ground: Ground, entries: Sequence[tuple[int, Cell, float, float]]) -> list[End]:
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
        End(k, cell, w.cx + end[0], w.cy + end[1], end[2], end[3], moments[n])
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
