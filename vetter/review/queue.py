"""Order in which the candidates are shown: the file's order, or shuffled, sorted and filtered.

New rows are merged into a sorted or shuffled order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from PyQt6.QtCore import QObject, pyqtSignal

from vetter.core.columns.sorted_rows import SortedRows, SortKey, shuffle_values
from vetter.errors import InputError
from vetter.review.threads.arranger import AT_ONCE_ROWS, Arranger
from vetter.settings import MAX_SEED

Rows = npt.NDArray[np.intp]
ColumnValues = Callable[[str], npt.NDArray[Any]]
Mask = npt.NDArray[np.bool_]
Matches = Callable[[str], Mask]
Then = Callable[[InputError | None], None]

MAX_SORT_COLUMNS = 3
"""Further columns are beyond what a reader of the list sees at a glance."""


class Queue(QObject):
    """Rows of the list in the order in which they are shown and stepped through.

    A filter is evaluated once, when it is set: a candidate whose verdict makes it no
    longer match stays where it is until the filter is applied again, so that the user's
    next key can never hit another candidate than the one on screen.

    Long lists are sorted and filtered in a thread; the list stays as it is until then.

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

    requested = pyqtSignal()
    """A filter, a sort or a shuffle is about to be computed."""
    changed = pyqtSignal()
    reordered = pyqtSignal()
    """The list has been sorted or shuffled, not only filtered."""

    def __init__(
        self,
        count: int,
        values: ColumnValues,
        matches: Matches,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._count = count
        self._values = values
        self._matches = matches
        self._arranger = Arranger(self)
        self._pending: _Request | None = None
        self._sorted_rows: Rows = np.arange(count)
        self._sorted: SortedRows | None = None
        self._mask: Mask | None = None
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
    def sort_words(self) -> list[str]:
        """Column of the sort, with 'descending' if it is; [] for the list's order."""
        column = self.sort_column
        words = [] if column is None else [column, "descending" if self.descending else ""]
        return [word for word in words if word]

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
        key, present = SortKey(column, descending), self.wanted_keys
        if column in (old.column for old in present):
            keys = [key if old.column == column else old for old in present]
        else:
            keys = [*present[: MAX_SORT_COLUMNS - 1], key]
        self.arrange(keys, self.seed)

    def drop_sort(self, column: str) -> None:
        """Sort by the other columns only."""
        self.arrange([key for key in self.wanted_keys if key.column != column], self.seed)

    def shuffle(self, seed: int | None) -> None:
        """List the candidates in a random order, the same for the same seed; None: the file's.

        Columns that sort the list still do; the shuffled order is that of equals.
        """
        self.arrange(self.sort_keys, seed)

    def arrange(self, keys: Sequence[SortKey], seed: int | None, at_once: bool = False) -> None:
        """Sort by columns, and list equals in the shuffled order of a seed or the file's.

        ``at_once`` sorts a long list too before the call returns.

        Raises
        ------
        KeyError
            There is no such column; the order stays as it was.
        """
        request = _Request(self._count, (tuple(keys), seed), None)
        self._request(request, None, at_once)

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
        problem: list[InputError | None] = []
        request = _Request(self._count, None, expression.strip())
        self._request(request, problem.append, at_once=True)
        if problem[0] is not None:
            raise problem[0]

    def request_filter(self, expression: str, then: Then) -> None:
        """Filter as `set_filter` does, in a thread if the list is long.

        ``then`` is called with None, or with the error in the expression, unless another filter
        has been requested or set meanwhile, or the request dropped.
        """
        self._request(_Request(self._count, None, expression.strip()), then)

    def drop_request(self) -> None:
        """Drop a sort or filter under way; the list stays as it is."""
        self._pending = None
        self._arranger.drop()

    @property
    def is_busy(self) -> bool:
        """Whether a sort or filter is under way."""
        return self._pending is not None

    @property
    def wanted_keys(self) -> tuple[SortKey, ...]:
        """Columns that sort the list, or will once the sort under way has ended."""
        pending = self._pending
        return self.sort_keys if pending is None or pending.order is None else pending.order[0]

    def close(self) -> None:
        """Drop a sort or filter under way, and end the thread."""
        self._pending = None
        self._arranger.close()

    def _request(self, request: _Request, then: Then | None, at_once: bool = False) -> None:
        """Sort and filter as requested, together with what is under way and stays wanted."""
        pending = self._pending
        if pending is not None:
            self.drop_request()
            if request.order is None:
                request = request._replace(order=pending.order)
            if request.expression is None:
                request, then = request._replace(expression=pending.expression), pending.then
        request = request._replace(then=then)
        self.requested.emit()
        if at_once or self._count <= AT_ONCE_ROWS:
            try:
                found = self._compute(request)
            except InputError as error:
                self._report(request, error)
            else:
                self._take(request, found)
            return
        self._pending = request
        self._arranger.run(partial(self._compute, request), self._on_computed)

    def _compute(self, request: _Request) -> _Arranged:
        """Return what a request asks for; in a thread for long lists."""
        ordered = None
        if request.order is not None:
            columns = self._sort_columns(*request.order, 0, request.listed, self._values)
            ordered = _sort(columns, request.order[0])
        mask = self._matches(request.expression) if request.expression else None
        if mask is not None:
            mask = mask[: request.listed]
        return _Arranged(ordered, mask, self._listing(request, ordered, mask))

    def _listing(
        self, request: _Request, ordered: SortedRows | None, mask: Mask | None
    ) -> _Listing:
        """Return the listing of a request, whose other half stays as it is."""
        rows = self._sorted_rows
        if request.order is not None:
            rows = np.arange(request.listed) if ordered is None else ordered.rows
        is_file_order = ordered is None if request.order is not None else self._sorted is None
        kept = self._mask if request.expression is None else mask
        return _list_rows(rows, kept, is_file_order)

    def _on_computed(self, found: Any, error: InputError | KeyError | None) -> None:
        request, self._pending = self._pending, None
        if request is None:
            return
        if isinstance(error, KeyError):
            raise error
        if error is not None:
            self._report(request, error)
        else:
            self._take(request, found)

    def _report(self, request: _Request, error: InputError) -> None:
        if request.order is not None:
            # The sort is valid without the filter.
            self._request(_Request(self._count, request.order, None), None)
        if request.then is not None:
            request.then(error)

    def _take(self, request: _Request, found: _Arranged) -> None:
        """List the candidates as computed, with the rows read meanwhile."""
        ordered, mask, listing = found
        if request.rest is not None:
            values, matches = request.rest
            if mask is not None and request.expression:
                mask = np.concatenate([mask, matches(request.expression)])
            if ordered is not None and request.order is not None:
                new = self._sort_columns(*request.order, request.listed, self._count, values)
                ordered = self._merge(ordered, new, *request.order)
            listing = self._listing(request._replace(listed=self._count), ordered, mask)
        if request.order is not None:
            self._sorted = ordered
            self.sort_keys, self.seed = request.order
        if request.expression is not None:
            self._mask, self.expression = mask, request.expression
        self._sorted_rows, self.order, self._places = listing
        self.changed.emit()
        if request.order is not None:
            self.reordered.emit()
        if request.then is not None:
            request.then(None)

    def extend(self, count: int, values: ColumnValues, matches: Matches) -> None:
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
        if self._pending is not None and self._pending.rest is None:
            self._pending = self._pending._replace(rest=(values, matches))
        old, self._count = self._count, count
        if self._sorted is not None:
            keys, seed = self.sort_keys, self.seed
            new = self._sort_columns(keys, seed, old, count, values)
            self._sorted = self._merge(self._sorted, new, keys, seed)
        if self._mask is not None:
            self._mask = np.concatenate([self._mask, matches(self.expression)])
        rows = np.arange(count) if self._sorted is None else self._sorted.rows
        listing = _list_rows(rows, self._mask, self._sorted is None)
        self._sorted_rows, self.order, self._places = listing

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

    def _merge(
        self,
        ordered: SortedRows,
        new: list[npt.NDArray[Any]],
        keys: Sequence[SortKey],
        seed: int | None,
    ) -> SortedRows | None:
        """Return the order with the new rows, whose values may be of another type."""
        if ordered.can_merge(new):
            ordered.add(new)
            return ordered
        return _sort(self._sort_columns(keys, seed, 0, self._count, self._values), keys)

    @staticmethod
    def _sort_columns(
        keys: Sequence[SortKey], seed: int | None, first: int, count: int, values: ColumnValues
    ) -> list[npt.NDArray[Any]]:
        """Return the values that sort the rows from ``first`` to ``count``."""
        columns = [values(key.column)[: count - first] for key in keys]
        if seed is not None:
            columns.append(shuffle_values(seed, first, count - first))
        return columns


class _Request(NamedTuple):
    """Sort or filter of a list; what is None stays as it is.

    ``listed`` is the length of the list when it was requested; ``rest`` are the values and matches
    of the rows read since.
    """

    listed: int
    order: tuple[tuple[SortKey, ...], int | None] | None
    expression: str | None
    then: Then | None = None
    rest: tuple[ColumnValues, Matches] | None = None


class _Listing(NamedTuple):
    """All rows as sorted, those listed, and the place of each row in the list, or -1."""

    sorted_rows: Rows
    order: Rows
    places: Rows


class _Arranged(NamedTuple):
    """Sorted rows and the mask of a filter, each None without one, and what they list."""

    ordered: SortedRows | None
    mask: Mask | None
    listing: _Listing


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


def _list_rows(rows: Rows, mask: Mask | None, is_file_order: bool) -> _Listing:
    """Return which of the sorted rows are listed, and where."""
    if mask is None and is_file_order:
        # In the file's order the place of a row is the row itself.
        return _Listing(rows, rows, rows)
    order = rows if mask is None else rows[mask[rows]]
    places = np.full(len(rows), -1, np.intp)
    places[order] = np.arange(len(order))
    return _Listing(rows, order, places)


def _sort(columns: Sequence[npt.NDArray[Any]], keys: Sequence[SortKey]) -> SortedRows | None:
    """Return the order of columns, of which the one after ``keys`` is the shuffled order's."""
    if not columns:
        return None
    return SortedRows(columns, [*(key.descending for key in keys), False][: len(columns)])
