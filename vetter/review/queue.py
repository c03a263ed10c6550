"""Order in which the candidates are shown: the file's order, sorted and filtered.

New rows are merged into the order of a sorted column.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from PyQt6.QtCore import QObject, pyqtSignal

Rows = npt.NDArray[np.intp]
ColumnValues = Callable[[str], npt.NDArray[Any]]

NUMBERS = "biuf"
"""Kinds of numpy types whose values are sorted as numbers; all others are sorted as text."""


class Queue(QObject):
    """Rows of the list in the order in which they are shown and stepped through.

    A filter is evaluated once, when it is set: a candidate whose verdict makes it no
    longer match stays where it is until the filter is applied again, so that the user's
    next key can never hit another candidate than the one on screen.

    Parameters
    ----------
    count : int
        Length of the candidate list.
    values : callable
        Returns the values of a named column, one per row, for sorting.
    matches : callable
        Returns the boolean mask, one per row, of a filter expression; raises InputError
        with the reason in words.
    """

    changed = pyqtSignal()

    def __init__(
        self,
        count: int,
        values: ColumnValues,
        matches: Callable[[str], npt.NDArray[np.bool_]],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._count = count
        self._values = values
        self._matches = matches
        self._sorted_rows: Rows = np.arange(count)
        self._by_value: SortedRows | None = None
        self._mask: npt.NDArray[np.bool_] | None = None
        self.expression = ""
        self.sort_column: str | None = None
        self.descending = False
        self.order: Rows = self._sorted_rows
        self._places: Rows = np.arange(count)

    def __len__(self) -> int:
        return len(self.order)

    def sort_by(self, column: str | None, descending: bool = False) -> None:
        """Sort by a column; None restores the file's order. Empty values come last both ways."""
        by_value = None if column is None else SortedRows(self._values(column), descending)
        self._by_value = by_value
        self._sorted_rows = np.arange(self._count) if by_value is None else by_value.rows
        self.sort_column, self.descending = column, descending
        self._arrange()
        self.changed.emit()

    def set_filter(self, expression: str) -> None:
        """List only the matching candidates; an empty expression lists all.

        Raises
        ------
        InputError
            The expression is invalid; the filter stays as it was.
        """
        expression = expression.strip()
        self._mask = self._matches(expression) if expression else None
        self.expression = expression
        self._arrange()
        self.changed.emit()

    def extend(
        self, count: int, values: ColumnValues, matches: Callable[[str], npt.NDArray[np.bool_]]
    ) -> None:
        """Add new rows, sorted and filtered, to the order; rows listed before stay listed.

        Unlike a new sort or filter, this emits no signal: rows listed before have not changed.

        Parameters
        ----------
        count : int
            Length of the list.
        values, matches : callable
            As in the constructor, but for the new rows alone; those of the constructor cover
            the new rows too.
        """
        if self._by_value is not None and self.sort_column is not None:
            new = values(self.sort_column)
            if self._by_value.can_merge(new):
                self._by_value.add(new)
            else:
                self._by_value = SortedRows(self._values(self.sort_column), self.descending)
        if self._mask is not None:
            self._mask = np.concatenate([self._mask, matches(self.expression)])
        self._count = count
        self._sorted_rows = np.arange(count) if self._by_value is None else self._by_value.rows
        self._arrange()

    def position_of(self, row: int) -> int:
        """Return the place of a row in the order; -1 if the filter leaves the row out."""
        return int(self._places[row]) if 0 <= row < self._count else -1

    def leaves_out(self, row: int) -> bool:
        """Return whether a candidate is left out by the filter."""
        return 0 <= row < self._count and self.position_of(row) < 0

    @property
    def is_barren(self) -> bool:
        """Whether the filter matches no candidate of the list."""
        return self._mask is not None and not len(self.order)

    def place_near(self, row: int) -> int:
        """Return a row's place in the order, or the place of the first listed row after it."""
        place = self.position_of(row)
        return place if place >= 0 else self._place_if_listed(row)

    def first_match(self, row: int) -> int | None:
        """Return the first listed row at or after this one, around the end; None without one."""
        if not len(self.order):
            return None
        return int(self.order[self.place_near(row) % len(self.order)])

    def step(self, row: int, steps: int) -> int | None:
        """Return the row so many places forward (or back); None beyond the ends.

        From a row that the filter leaves out, the step starts at the place that the row would
        have.
        """
        place = self.position_of(row)
        if place < 0:
            place = self._place_if_listed(row)
            target = place + steps - (1 if steps > 0 else 0)
        else:
            target = place + steps
        return int(self.order[target]) if 0 <= target < len(self.order) else None

    def next_undecided(self, row: int, codes: npt.NDArray[np.uint8]) -> int | None:
        """Return the first undecided row after this one, around the end; None without one."""
        if not len(self.order):
            return None
        place = self.position_of(row)
        if place < 0:
            place = self._place_if_listed(row) - 1
        undecided = codes[self.order] == 0
        if 0 <= place < len(undecided):
            undecided[place] = False
        hits = np.flatnonzero(undecided)
        if not len(hits):
            return None
        after = np.searchsorted(hits, place, side="right")
        return int(self.order[hits[after % len(hits)]])

    def ahead(self, row: int, direction: int, count: int) -> list[int]:
        """Return the rows that the user will see next, nearest first."""
        steps = (self.step(row, direction * (i + 1)) for i in range(count))
        return [step for step in steps if step is not None]

    def _place_if_listed(self, row: int) -> int:
        places = np.empty(self._count, np.intp)
        places[self._sorted_rows] = np.arange(self._count)
        return int(np.searchsorted(places[self.order], places[row])) if 0 <= row else 0

    def _arrange(self) -> None:
        order = self._sorted_rows
        if self._mask is None and self._by_value is None:
            # In the file's order the place of a row is the row itself.
            self.order = self._places = order
            return
        self.order = order if self._mask is None else order[self._mask[order]]
        self._places = np.full(self._count, -1, np.intp)
        self._places[self.order] = np.arange(len(self.order))


class SortedRows:
    """Stable order of rows: numbers by size, other values as text, empty values last both ways.

    Parameters
    ----------
    values : ndarray, shape (n, ...)
        One per row; masked values and NaN are empty.
    descending : bool
    """

    def __init__(self, values: npt.NDArray[Any], descending: bool) -> None:
        self._descending = descending
        self._numeric = _is_numeric(values)
        self._filled, self._values, self._empty = _sorted_rows(values, 0, descending)

    @property
    def rows(self) -> Rows:
        """All rows, in sorted order."""
        return np.concatenate([self._filled, self._empty])

    def can_merge(self, values: npt.NDArray[Any]) -> bool:
        """Return whether `add` can merge the values: old and new are both numbers, or both text.

        A column whose first rows are numbers may turn into text while a list is read; all its
        values are then sorted again, as text.
        """
        return _is_numeric(values) == self._numeric

    def add(self, values: npt.NDArray[Any]) -> None:
        """Merge the values of the rows that follow; equal values stay in the file's order."""
        first = len(self._filled) + len(self._empty)
        filled, new, empty = _sorted_rows(values, first, self._descending)
        self._empty = np.concatenate([self._empty, empty])
        if self._descending:
            places = len(self._values) - np.searchsorted(self._values[::-1], new, "left")
        else:
            places = np.searchsorted(self._values, new, "right")
        kind = np.result_type(self._values, new)
        self._values = np.insert(self._values.astype(kind), places, new)
        self._filled = np.insert(self._filled, places, filled)


def _is_numeric(values: npt.NDArray[Any]) -> bool:
    return values.ndim == 1 and values.dtype.kind in NUMBERS


def _sorted_rows(
    values: npt.NDArray[Any], first: int, descending: bool
) -> tuple[Rows, npt.NDArray[Any], Rows]:
    """Return the sorted rows that have a value, their values, and the rows with empty values."""
    mask = np.ma.getmaskarray(values) if isinstance(values, np.ma.MaskedArray) else None
    plain = np.asarray(np.ma.getdata(values))
    if plain.ndim > 1:
        plain = np.asarray([str(value) for value in plain], dtype=str)
    if plain.dtype.kind not in NUMBERS:
        plain = plain.astype(str)
        empty = plain == ""
    else:
        empty = np.isnan(plain) if plain.dtype.kind == "f" else np.zeros(len(plain), bool)
    if mask is not None:
        empty = empty | mask.reshape(len(plain), -1).all(axis=1)
    filled = np.flatnonzero(~empty)
    # Descending keeps ties in the file's order too, hence the double reversal.
    if descending:
        order = filled[::-1][np.argsort(plain[filled[::-1]], kind="stable")][::-1]
    else:
        order = filled[np.argsort(plain[filled], kind="stable")]
    return order + first, plain[order], np.flatnonzero(empty) + first
