"""The order in which the candidates come by: the file's, sorted, filtered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from PyQt6.QtCore import QObject, pyqtSignal

Rows = npt.NDArray[np.intp]
ColumnValues = Callable[[str], npt.NDArray[Any]]


class Queue(QObject):
    """Rows of the list in the order in which they are shown and stepped through.

    A filter is evaluated once, when it is set: a candidate whose verdict makes it no
    longer match stays where it is until the filter is applied anew, so that the vetter's
    next key can never hit another candidate than the one they look at.

    Parameters
    ----------
    count : int
        Length of the candidate list.
    values : callable
        Gives the values of a named column, one per row, for sorting.
    matches : callable
        Gives the boolean mask, one per row, of a filter expression; raises InputError
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
        self._sorted: Rows = np.arange(count)
        self._mask: npt.NDArray[np.bool_] | None = None
        self.expression = ""
        self.sort_column: str | None = None
        self.descending = False
        self.order: Rows = self._sorted
        self._places: Rows = np.arange(count)

    def __len__(self) -> int:
        return len(self.order)

    def sort_by(self, column: str | None, descending: bool = False) -> None:
        """Sort by a column; None is the file's order. Empty values come last both ways."""
        if column is None:
            self._sorted = np.arange(self._count)
        else:
            self._sorted = _sorted_rows(self._values(column), descending)
        self.sort_column, self.descending = column, descending
        self._arrange()

    def set_filter(self, expression: str) -> None:
        """Show only what matches; an empty expression shows all.

        Raises
        ------
        InputError
            The expression cannot be understood; the filter stays as it was.
        """
        expression = expression.strip()
        self._mask = self._matches(expression) if expression else None
        self.expression = expression
        self._arrange()

    def position_of(self, row: int) -> int:
        """Where a row stands in the order; -1 where the filter leaves it out."""
        return int(self._places[row]) if 0 <= row < self._count else -1

    def step(self, row: int, steps: int) -> int | None:
        """The row so many places on (or back); None beyond the ends.

        From a row that the filter leaves out, the step starts at the place where the row
        would stand.
        """
        place = self.position_of(row)
        if place < 0:
            place = self._place_if_listed(row)
            target = place + steps - (1 if steps > 0 else 0)
        else:
            target = place + steps
        return int(self.order[target]) if 0 <= target < len(self.order) else None

    def next_undecided(self, row: int, codes: npt.NDArray[np.uint8]) -> int | None:
        """The first undecided row after this one, around the end; None when all are decided."""
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
        """The rows that the vetter will see next, nearest first."""
        steps = (self.step(row, direction * (i + 1)) for i in range(count))
        return [step for step in steps if step is not None]

    def _place_if_listed(self, row: int) -> int:
        places = np.empty(self._count, np.intp)
        places[self._sorted] = np.arange(self._count)
        return int(np.searchsorted(places[self.order], places[row])) if 0 <= row else 0

    def _arrange(self) -> None:
        order = self._sorted
        self.order = order if self._mask is None else order[self._mask[order]]
        self._places = np.full(self._count, -1, np.intp)
        self._places[self.order] = np.arange(len(self.order))
        self.changed.emit()


def _sorted_rows(values: npt.NDArray[Any], descending: bool) -> Rows:
    """Stable order of the values: numbers by size, all else as text, empty ones last."""
    mask = np.ma.getmaskarray(values) if isinstance(values, np.ma.MaskedArray) else None
    plain = np.asarray(np.ma.getdata(values))
    if plain.ndim > 1:
        plain = np.asarray([str(value) for value in plain])
    if plain.dtype.kind not in "biuf":
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
    return np.concatenate([order, np.flatnonzero(empty)])
