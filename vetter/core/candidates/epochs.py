"""Which candidates are one object seen several times: by an identity, or by place on the sky."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]

# A cell and half of those around it: each pair of neighbouring cells is looked at once.
_HALF = [step for step in itertools.product((-1, 0, 1), repeat=3) if step > (0, 0, 0)]
_BITS = 21
_MOST = math.radians(1.0)


@dataclass(frozen=True, eq=False)
class Epochs:
    """Candidates grouped by object, the epochs of each in the order of time.

    Parameters
    ----------
    labels : ndarray of int, shape (n,)
        Candidates of one object have the same label.
    times : ndarray of float64, shape (n,)
        MJD of each candidate's image; NaN where unknown: those come last, in the list's order.
    """

    labels: Rows
    times: Floats

    @cached_property
    def _order(self) -> Rows:
        return np.lexsort((np.arange(len(self.labels)), self.times, self.labels))

    @cached_property
    def _sorted(self) -> Rows:
        return self.labels[self._order]

    @cached_property
    def several(self) -> bool:
        """Whether any object has more than one epoch."""
        return bool((self._sorted[1:] == self._sorted[:-1]).any())

    def rows(self, row: int) -> list[int]:
        """The epochs of a candidate's object, itself among them, first to last."""
        label = self.labels[row]
        first, last = np.searchsorted(self._sorted, (label, label + 1))
        return [int(other) for other in self._order[first:last]]

    def step(self, row: int, steps: int) -> int | None:
        """The epoch so many after (before) this one; None beyond the last (first)."""
        rows = self.rows(row)
        place = rows.index(row) + steps
        return rows[place] if 0 <= place < len(rows) else None


def by_identity(identities: npt.NDArray[Any]) -> Rows:
    """Labels of equal identities.

    Parameters
    ----------
    identities : ndarray of str, shape (n,)
        An empty one is an object of its own.
    """
    _, labels = np.unique(identities.astype(str), return_inverse=True)
    labels = labels.reshape(-1).astype(np.intp)
    alone = np.flatnonzero(identities.astype(str) == "")
    labels[alone] = len(identities) + np.arange(len(alone))
    return labels


def by_place(ra: Floats, dec: Floats, radius: float) -> Rows:
    """Labels of what is connected by steps of at most ``radius`` along great circles.

    Parameters
    ----------
    ra, dec : ndarray of float64, shape (n,)
        Degrees; without a position a candidate is an object of its own.
    radius : float
        Arcseconds, at most a degree.

    Notes
    -----
    Unit vectors are sorted into cubes whose side is the radius, so that only neighbouring cubes
    are compared: a tree of scipy's does no more, and costs a tenth of a second at the start.
    """
    angle = math.radians(radius / 3600)
    if not 0 < angle <= _MOST:
        raise ValueError(f"radius: wants arcseconds up to a degree, found {radius}")
    known = np.flatnonzero(np.isfinite(ra) & np.isfinite(dec))
    # Equal places once: ten thousand rows at 0, 0 have fifty million pairs.
    distinct, same = _distinct(ra[known] + 1j * dec[known])
    lon, lat = np.radians(ra[known[distinct]]), np.radians(dec[known[distinct]])
    vectors = np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    # Rounding must not part what is exactly so far apart.
    chord = 2 * math.sin(angle / 2) * (1 + 1e-9) + 1e-15
    first, second = _pairs(vectors, chord)
    labels = np.arange(len(ra), dtype=np.intp)
    labels[known] = known[distinct[_connected(len(distinct), first, second)[same]]]
    return labels


def _distinct(values: npt.NDArray[np.complex128]) -> tuple[Rows, Rows]:
    """Return the first index of each distinct value, rising, and which of these each value is."""
    _, first, same = np.unique(values, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty(len(order), np.intp)
    rank[order] = np.arange(len(order))
    return first[order], rank[same.reshape(-1)]


def _pairs(vectors: Floats, chord: float) -> tuple[Rows, Rows]:
    """Indices of all pairs of points, shape (n, 3), that are at most ``chord`` apart."""
    side = max(chord, 2.0 ** (2 - _BITS))
    cells = np.floor((vectors + 1) / side).astype(np.int64) + 1
    weights = np.array([1 << (2 * _BITS), 1 << _BITS, 1], np.int64)
    codes = cells @ weights
    order = np.argsort(codes, kind="stable")
    codes = codes[order]
    found = []
    for step in ((0, 0, 0), *_HALF):
        wanted = codes + int(np.array(step) @ weights)
        low, high = np.searchsorted(codes, wanted, "left"), np.searchsorted(codes, wanted, "right")
        if step == (0, 0, 0):
            low = np.arange(1, len(codes) + 1)
        counts = np.maximum(high - low, 0)
        one = np.repeat(np.arange(len(codes)), counts)
        other = np.arange(len(one)) - np.repeat(np.cumsum(counts) - counts, counts) + low[one]
        found.append((order[one], order[other]))
    first = np.concatenate([one for one, _ in found])
    second = np.concatenate([other for _, other in found])
    near = ((vectors[first] - vectors[second]) ** 2).sum(axis=1) <= chord**2
    return first[near], second[near]


def _connected(count: int, first: Rows, second: Rows) -> Rows:
    """The lowest index that each of ``count`` points is connected with, over pairs of them."""
    labels = np.arange(count, dtype=np.intp)
    while True:
        lowest = np.minimum(labels[first], labels[second])
        new = labels.copy()
        for ends in (first, second):
            # The root that an end had follows too, so that long chains close up fast.
            np.minimum.at(new, labels[ends], lowest)
            np.minimum.at(new, ends, lowest)
        new = new[new]
        if (new == labels).all():
            return labels
        labels = new
