"""Order in which the candidates are shown: the file's order, or shuffled, sorted and filtered.

New rows are merged into a sorted or shuffled order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from PyQt6.QtCore import QObject, pyqtSignal

from vetter.core.columns.sorted_rows import SortedRows, SortKey, shuffle_values
from vetter.settings import MAX_SEED

Rows = npt.NDArray[np.intp]
ColumnValues = Callable[[str], npt.NDArray[Any]]

MAX_SORT_COLUMNS = 3
"""Further columns are beyond what a reader of the list sees at a glance."""


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
    reordered = pyqtSignal()
    """The list has been sorted or shuffled, not only filtered."""

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
        self._sorted: SortedRows | None = None
        self._mask: npt.NDArray[np.bool_] | None = None
        self.expression = ""
        self.sort_keys: tuple[SortKey, ...] = ()
        """Columns that sort the list; each decides between equals of those before it."""
        self.seed: int | None = None
        """Seed of the shuffled order; None for the file's order."""
        self.order: Rows = self._sorted_rows
        self._places: Rows = np.arange(count)

    def __len__(self) -> int:
        return len(self.order)

    @property
    def sort_column(self) -> str | None:
        """First column that sorts the list; None for the file's order or the shuffled one."""
        return self.sort_keys[0].column if self.sort_keys else None

    @property
    def descending(self) -> bool:
        """Direction of the first column that sorts the list."""
        return bool(self.sort_keys) and self.sort_keys[0].descending

    @property
    def is_reordered(self) -> bool:
        """Whether the order is another than the file's, so that new rows come between others."""
        return self._sorted is not None

    def sort_by(self, column: str | None, descending: bool = False) -> None:
        """Sort by a column alone; None restores the file's order, or the shuffled one.

        Empty values come last both ways.
        """
        self.arrange(() if column is None else (SortKey(column, descending),), self.seed)

    def sort_also(self, column: str, descending: bool = False) -> None:
        """Sort candidates that are equal so far by a further column, or turn its direction."""
        key = SortKey(column, descending)
        if column in (old.column for old in self.sort_keys):
            keys = [key if old.column == column else old for old in self.sort_keys]
        else:
            keys = [*self.sort_keys[: MAX_SORT_COLUMNS - 1], key]
        self.arrange(keys, self.seed)

    def drop_sort(self, column: str) -> None:
        """Sort by the other columns only."""
        self.arrange([key for key in self.sort_keys if key.column != column], self.seed)

    def shuffle(self, seed: int | None) -> None:
        """List the candidates in a random order, the same for the same seed; None: the file's.

        Columns that sort the list still do; the shuffled order is that of equals.
        """
        self.arrange(self.sort_keys, seed)

    def arrange(self, keys: Sequence[SortKey], seed: int | None) -> None:
        """Sort by columns, and list equals in the shuffled order of a seed or the file's.

        Raises
        ------
        KeyError
            There is no such column; the order stays as it was.
        """
        columns = self._sort_columns(keys, seed, 0, self._count, self._values)
        self._sorted = _sort(columns, keys)
        self._sorted_rows = np.arange(self._count) if self._sorted is None else self._sorted.rows
        self.sort_keys, self.seed = tuple(keys), seed
        self._arrange()
        self.changed.emit()
        self.reordered.emit()

    @property
    def record(self) -> dict[str, Any]:
        """Order as a record for the session's settings; see `read_order`."""
        return {"sort": [list(key) for key in self.sort_keys], "seed": self.seed}

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
        if self._sorted is not None:
            keys, seed = self.sort_keys, self.seed
            new = self._sort_columns(keys, seed, self._count, count, values)
            if self._sorted.can_merge(new):
                self._sorted.add(new)
            else:
                self._sorted = _sort(self._sort_columns(keys, seed, 0, count, self._values), keys)
        if self._mask is not None:
            self._mask = np.concatenate([self._mask, matches(self.expression)])
        self._count = count
        self._sorted_rows = np.arange(count) if self._sorted is None else self._sorted.rows
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
        if self._mask is None and self._sorted is None:
            # In the file's order the place of a row is the row itself.
            self.order = self._places = order
            return
        self.order = order if self._mask is None else order[self._mask[order]]
        self._places = np.full(self._count, -1, np.intp)
        self._places[self.order] = np.arange(len(self.order))

    @staticmethod
    def _sort_columns(
        keys: Sequence[SortKey], seed: int | None, first: int, count: int, values: ColumnValues
    ) -> list[npt.NDArray[Any]]:
        """Return the values that sort the rows from ``first`` to ``count``."""
        columns = [values(key.column) for key in keys]
        if seed is not None:
            columns.append(shuffle_values(seed, first, count - first))
        return columns


def read_order(record: object) -> tuple[list[SortKey], int | None]:
    """Return columns and seed of a `Queue.record`; parts of another form are left out."""
    found = record if isinstance(record, dict) else {}
    sort, seed = found.get("sort"), found.get("seed")
    pairs = [item for item in sort if isinstance(item, list)] if isinstance(sort, list) else []
    keys = [
        SortKey(*item)
        for item in pairs[:MAX_SORT_COLUMNS]
        if len(item) == 2 and isinstance(item[0], str) and isinstance(item[1], bool)
    ]
    valid = isinstance(seed, int) and not isinstance(seed, bool) and 0 <= seed <= MAX_SEED
    return keys, seed if valid else None


def _sort(columns: Sequence[npt.NDArray[Any]], keys: Sequence[SortKey]) -> SortedRows | None:
    """Return the order of columns, of which the one after ``keys`` is the shuffled order's."""
    if not columns:
        return None
    return SortedRows(columns, [*(key.descending for key in keys), False][: len(columns)])
