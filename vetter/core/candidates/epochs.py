"""Epochs: candidates grouped as one object, by an identity or by position on the sky."""

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

# Half of a cell's neighbours, so that each pair of neighbouring cells is compared once.
_HALF_NEIGHBOURS = [step for step in itertools.product((-1, 0, 1), repeat=3) if step > (0, 0, 0)]
_BITS_PER_AXIS = 21
_MAX_RADIUS = math.radians(1.0)
_MAX_PAIRS = 10_000
"""Pairs of detections and objects to compare; a label that thousands share names no object."""


@dataclass(frozen=True, eq=False)
class Epochs:
    """Candidates grouped by object, with the epochs of each object in order of time.

    Parameters
    ----------
    labels : ndarray of int, shape (n,)
        Candidates of one object have the same label.
    times : ndarray of float64, shape (n,)
        MJD of each candidate's image; NaN if unknown, which sorts last, in the list's order.
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
    def has_several(self) -> bool:
        """Whether any object has more than one epoch."""
        return bool((self._sorted[1:] == self._sorted[:-1]).any())

    def rows(self, row: int) -> list[int]:
        """Return the rows of all epochs of a candidate's object, from first to last."""
        label = self.labels[row]
        first, last = np.searchsorted(self._sorted, (label, label + 1))
        return [int(other) for other in self._order[first:last]]

    def step(self, row: int, steps: int) -> int | None:
        """Return the row of the epoch `steps` later (earlier if negative); None past the ends."""
        rows = self.rows(row)
        index = rows.index(row) + steps
        return rows[index] if 0 <= index < len(rows) else None


def label_by_identity(identities: npt.NDArray[Any]) -> Rows:
    """Return labels (n,) that are equal for equal identities.

    Parameters
    ----------
    identities : ndarray of str, shape (n,)
        A candidate with an empty identity is an object of its own.
    """
    _, labels = np.unique(identities.astype(str), return_inverse=True)
    labels = labels.reshape(-1).astype(np.intp)
    alone = np.flatnonzero(identities.astype(str) == "")
    labels[alone] = len(identities) + np.arange(len(alone))
    return labels


def label_by_position(ra: Floats, dec: Floats, radius: float) -> Rows:
    """Return labels (n,), equal for positions connected by steps of at most ``radius``.

    Parameters
    ----------
    ra, dec : ndarray of float64, shape (n,)
        Degrees; a candidate without a position is an object of its own.
    radius : float
        Arcseconds along a great circle, at most a degree.

    Notes
    -----
    Unit vectors are sorted into cubes whose side is the radius, so that only neighbouring cubes
    are compared. A tree of scipy's does no more, and its import costs a tenth of a second.
    """
    angle = math.radians(radius / 3600)
    if not 0 < angle <= _MAX_RADIUS:
        raise ValueError(f"radius: expected arcseconds up to a degree, found {radius}")
    known = np.flatnonzero(np.isfinite(ra) & np.isfinite(dec))
    # Equal positions are compared once: ten thousand rows at 0, 0 have fifty million pairs.
    distinct, same = _find_distinct(ra[known] + 1j * dec[known])
    lon, lat = np.radians(ra[known[distinct]]), np.radians(dec[known[distinct]])
    vectors = np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    # Positions exactly `radius` apart stay connected despite rounding.
    chord = 2 * math.sin(angle / 2) * (1 + 1e-9) + 1e-15
    first, second = _find_pairs(vectors, chord)
    labels = np.arange(len(ra), dtype=np.intp)
    labels[known] = known[distinct[_lowest_connected(len(distinct), first, second)[same]]]
    return labels


def one_per_image(labels: Rows, images: Rows, times: Floats, ra: Floats, dec: Floats) -> Rows:
    """Return labels under which no object is on one image twice.

    Two detections on one image are two objects. Of several with one label, each further image's
    are joined to the nearest of the objects so far, and those left over are new objects.

    Parameters
    ----------
    labels, images : ndarray of int, shape (n,)
        Object and image of each candidate.
    times : ndarray of float64, shape (n,)
        Images are compared from first to last.
    ra, dec : ndarray of float64, shape (n,)
        Degrees; NaN where unknown.
    """
    order = np.lexsort((images, labels))
    sorted_labels = labels[order]
    same = (np.diff(sorted_labels) == 0) & (np.diff(images[order]) == 0)
    if not same.any():
        return labels
    out, unused = labels.copy(), int(labels.max()) + 1
    for label in np.unique(sorted_labels[1:][same]):
        # Slices of the sorted rows: a list that holds all packets twice has as many such labels.
        first, last = np.searchsorted(sorted_labels, (label, label + 1))
        rows = np.sort(order[first:last])
        rows = rows[np.lexsort((images[rows], times[rows]))]
        by_image: dict[int, list[int]] = {}
        for row, image in zip(rows.tolist(), images[rows].tolist(), strict=True):
            by_image.setdefault(image, []).append(row)
        # The last place of each object of this label, by its row.
        objects: list[int] = []
        for here in by_image.values():
            for row, known in _nearest(here, objects, ra, dec):
                out[row] = out[objects[known]]
                objects[known] = row
                here.remove(row)
            for row in here:
                if objects:
                    out[row], unused = unused, unused + 1
                objects.append(row)
    return out


def _nearest(rows: list[int], objects: list[int], ra: Floats, dec: Floats) -> list[tuple[int, int]]:
    """Return pairs of a row and the index of an object, each at most once, nearest first."""
    if not rows or not 0 < len(rows) * len(objects) <= _MAX_PAIRS:
        return []
    across = (ra[rows][:, None] - ra[objects] + 180.0) % 360.0 - 180.0
    across *= np.cos(np.radians(dec[rows]))[:, None]
    distances = np.hypot(across, dec[rows][:, None] - dec[objects])
    # Without places the order of the list decides.
    distances[~np.isfinite(distances)] = 1e3
    pairs: list[tuple[int, int]] = []
    for place in np.argsort(distances, axis=None, kind="stable"):
        row, known = divmod(int(place), len(objects))
        if all(rows[row] != one and known != other for one, other in pairs):
            pairs.append((rows[row], known))
            if len(pairs) == min(len(rows), len(objects)):
                break
    return pairs


def _find_distinct(values: npt.NDArray[np.complex128]) -> tuple[Rows, Rows]:
    """Return the rising first indices of distinct values, and each value's number among these."""
    _, first, same = np.unique(values, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty(len(order), np.intp)
    rank[order] = np.arange(len(order))
    return first[order], rank[same.reshape(-1)]


def _find_pairs(vectors: Floats, chord: float) -> tuple[Rows, Rows]:
    """Return indices of all pairs of points, shape (n, 3), that are at most ``chord`` apart."""
    side = max(chord, 2.0 ** (2 - _BITS_PER_AXIS))
    cells = np.floor((vectors + 1) / side).astype(np.int64) + 1
    weights = np.array([1 << (2 * _BITS_PER_AXIS), 1 << _BITS_PER_AXIS, 1], np.int64)
    codes = cells @ weights
    order = np.argsort(codes, kind="stable")
    codes = codes[order]
    pairs = []
    for step in ((0, 0, 0), *_HALF_NEIGHBOURS):
        cell = codes + int(np.array(step) @ weights)
        low, high = np.searchsorted(codes, cell, "left"), np.searchsorted(codes, cell, "right")
        if step == (0, 0, 0):
            low = np.arange(1, len(codes) + 1)
        counts = np.maximum(high - low, 0)
        one = np.repeat(np.arange(len(codes)), counts)
        other = np.arange(len(one)) - np.repeat(np.cumsum(counts) - counts, counts) + low[one]
        pairs.append((order[one], order[other]))
    first = np.concatenate([one for one, _ in pairs])
    second = np.concatenate([other for _, other in pairs])
    near = ((vectors[first] - vectors[second]) ** 2).sum(axis=1) <= chord**2
    return first[near], second[near]


def _lowest_connected(count: int, first: Rows, second: Rows) -> Rows:
    """Return for each of ``count`` points the lowest index that chains of pairs connect it to."""
    labels = np.arange(count, dtype=np.intp)
    while True:
        lowest = np.minimum(labels[first], labels[second])
        new = labels.copy()
        for ends in (first, second):
            # The former label of each end is lowered too, so that long chains join in few rounds.
            np.minimum.at(new, labels[ends], lowest)
            np.minimum.at(new, ends, lowest)
        new = new[new]
        if (new == labels).all():
            return labels
        labels = new
