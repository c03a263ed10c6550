"""Order of a list's rows by the values of columns, which new rows are merged into."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

PART = 10_000
"""Texts made at a time: a conversion of more would keep the interpreter from the window."""

Rows = npt.NDArray[np.intp]

NUMBERS = "biuf"
"""Kinds of numpy types whose values are sorted as numbers; all others are sorted as text."""


class SortKey(NamedTuple):
    """Column that sorts a list, and its direction."""

    column: str
    descending: bool = False


class SortedRows:
    """Stable order of rows by columns, of which each decides between equals of those before it.

    Numbers are sorted by size, other values as text. Empty values (masked, NaN, no text) come
    last both ways. Rows with equal values keep the list's order.

    Parameters
    ----------
    columns : sequence of ndarray, shape (n, ...)
        One value per row; at least one column.
    descending : sequence of bool
        One per column.
    """

    def __init__(self, columns: Sequence[npt.NDArray[Any]], descending: Sequence[bool]) -> None:
        self._columns = [_Column.of(*pair) for pair in zip(columns, descending, strict=True)]
        self._rows = _sort(self._columns)

    @property
    def rows(self) -> Rows:
        """All rows, in sorted order."""
        return self._rows

    def can_merge(self, columns: Sequence[npt.NDArray[Any]]) -> bool:
        """Return whether `add` can merge the values: old and new are both numbers, or both text.

        A column whose first rows are numbers may turn into text while a list is read; all its
        values are then sorted again, as text.
        """
        pairs = zip(self._columns, columns, strict=True)
        return all(_is_numeric(new) == old.is_numeric for old, new in pairs)

    def add(self, columns: Sequence[npt.NDArray[Any]]) -> None:
        """Merge the values of the rows that follow; equal values stay in the list's order."""
        first = len(self._rows)
        pairs = zip(self._columns, columns, strict=True)
        new = [_Column.of(values, old.descending) for old, values in pairs]
        rows = _sort(new)
        # The place of each new row, by bisection for all of them at a time.
        low, high = np.zeros(len(rows), np.intp), np.full(len(rows), first, np.intp)
        while (open_ := low < high).any():
            middle = (low + high) // 2
            old = self._rows[np.minimum(middle, first - 1)]
            before = open_ & (_compare(self._columns, old, new, rows) <= 0)
            low = np.where(before, middle + 1, low)
            high = np.where(open_ & ~before, middle, high)
        self._columns = [old.joined(more) for old, more in zip(self._columns, new, strict=True)]
        self._rows = np.insert(self._rows, low, rows + first)


class _Column(NamedTuple):
    """Values in the list's order, as they are compared."""

    values: npt.NDArray[Any]
    empty: npt.NDArray[np.bool_]
    descending: bool

    @classmethod
    def of(cls, values: npt.NDArray[Any], descending: bool) -> _Column:
        mask = np.ma.getmaskarray(values) if isinstance(values, np.ma.MaskedArray) else None
        # A copy: verdicts and fits change, and rows are merged by the values they were sorted by.
        plain = np.array(np.ma.getdata(values))
        if plain.ndim > 1:
            plain = np.asarray([str(value) for value in plain], dtype=str)
        if plain.dtype.kind not in NUMBERS:
            parts = range(0, max(len(plain), 1), PART)
            plain = np.concatenate([plain[a : a + PART].astype(str) for a in parts])
            empty = plain == ""
        else:
            empty = np.isnan(plain) if plain.dtype.kind == "f" else np.zeros(len(plain), bool)
        if mask is not None:
            empty = empty | mask.reshape(len(plain), -1).all(axis=1)
        return cls(plain, empty, descending)

    @property
    def is_numeric(self) -> bool:
        return self.values.dtype.kind in NUMBERS

    def joined(self, more: _Column) -> _Column:
        """Return the column with the rows that follow."""
        values = np.concatenate([self.values, more.values])
        return _Column(values, np.concatenate([self.empty, more.empty]), self.descending)


def shuffle_values(seed: int, first: int, count: int) -> npt.NDArray[np.uint64]:
    """Return a number for each row, from ``first`` on, that sorts the rows at random.

    The number depends on seed and row alone, so that a list that is read in parts, or again at
    the next start, has the same order. The mixing is SplitMix64's.
    """
    with np.errstate(over="ignore"):
        mixed = np.arange(first, first + count, dtype=np.uint64)
        mixed += np.uint64(_mix(seed & 0xFFFFFFFFFFFFFFFF))
        mixed *= np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return np.asarray(mixed ^ (mixed >> np.uint64(31)))


def _mix(number: int) -> int:
    """Return a number that differs in half of its 64 bits between neighbouring seeds."""
    number = ((number ^ (number >> 30)) * 0xBF58476D1CE4E5B9) & 0xFFFFFFFFFFFFFFFF
    number = ((number ^ (number >> 27)) * 0x94D049BB133111EB) & 0xFFFFFFFFFFFFFFFF
    return number ^ (number >> 31)


def _is_numeric(values: npt.NDArray[Any]) -> bool:
    return values.ndim == 1 and values.dtype.kind in NUMBERS


def _sort(columns: Sequence[_Column]) -> Rows:
    """Return the rows in sorted order: by the last column first, each sort being stable."""
    rows: Rows = np.arange(len(columns[0].values))
    for values, empty, descending in reversed(columns):
        gaps = empty[rows]
        filled = rows[~gaps]
        # Descending keeps ties in the order so far too, hence the double reversal.
        if descending:
            filled = filled[::-1]
        filled = filled[stable_order(values[filled])]
        rows = np.concatenate([filled[::-1] if descending else filled, rows[gaps]])
    return rows


def stable_order(values: npt.NDArray[Any]) -> Rows:
    """Return the indices that sort numbers, without NaN, or text; equals keep their order.

    numpy's stable sort takes 8 ms for 100,000 floats and 30 ms for as many names, its unstable
    sort of numbers half a millisecond. So equals are put right afterwards, and text is sorted as
    numbers of eight letters each.
    """
    if values.dtype.kind in NUMBERS:
        return _order_of_numbers(values)
    order: Rows = np.arange(len(values))
    for part in reversed(_as_numbers(values)):
        if len(part) and (part != part[0]).any():
            order = order[_order_of_numbers(part[order])]
    return order


def _order_of_numbers(values: npt.NDArray[Any]) -> Rows:
    order = np.argsort(values)
    ordered = values[order]
    differs = ordered[1:] != ordered[:-1]
    if not differs.all():
        # Of equals, the earlier index first: a run's number, then the index within it.
        runs = np.concatenate([[0], np.cumsum(differs)])
        order = np.sort(runs * len(values) + order) % len(values)
    return order


def _as_numbers(texts: npt.NDArray[np.str_]) -> list[npt.NDArray[np.uint64]]:
    """Return numbers that sort texts by their characters, the most significant first."""
    width = texts.dtype.itemsize // 4
    letters = np.ascontiguousarray(texts).view(np.uint32).reshape(len(texts), width)
    bits = 8 if not letters.size or letters.max() < 256 else 32
    count = 64 // bits
    numbers = []
    for first in range(0, width, count):
        number = np.zeros(len(texts), np.uint64)
        for letter in letters[:, first : first + count].T:
            number = (number << np.uint64(bits)) | letter
        missing = count - min(count, width - first)
        numbers.append(number << np.uint64(bits * missing))
    return numbers


def _compare(
    columns: Sequence[_Column], rows: Rows, others: Sequence[_Column], other_rows: Rows
) -> npt.NDArray[np.int8]:
    """Return for each pair of rows -1, 0 or 1 as the first comes before, with or after the other.

    Parameters
    ----------
    columns, others : sequence of _Column
    rows, other_rows : ndarray of int, shape (n,)
        Rows of ``columns`` and of ``others``.
    """
    result = np.zeros(len(rows), np.int8)
    for column, other in zip(columns, others, strict=True):
        one, two = column.values[rows], other.values[other_rows]
        sign = (one > two).astype(np.int8) - (one < two).astype(np.int8)
        if column.descending:
            sign = -sign
        gap, other_gap = column.empty[rows], other.empty[other_rows]
        ends = gap.astype(np.int8) - other_gap.astype(np.int8)
        sign = np.where(gap | other_gap, ends, sign)
        result = np.where(result == 0, sign, result)
    return result
