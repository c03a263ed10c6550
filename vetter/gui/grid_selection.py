"""Which candidates of the grid are selected."""

from __future__ import annotations

from vetter.review.queue import Queue


class GridSelection:
    """Rows; a range is counted from where the selection was last begun.

    Attributes
    ----------
    rows : set of int
        The same set for good; views may keep it.
    """

    def __init__(self, queue: Queue) -> None:
        self._queue = queue
        self._anchor = -1
        self.rows: set[int] = set()

    @property
    def listed(self) -> list[int]:
        """The rows in the order in which they are listed."""
        return sorted(self.rows, key=self._queue.position_of)

    def begin(self, row: int) -> bool:
        """Select only this one; whether that changed anything, here as below."""
        self._anchor = row
        return self._become({row} if row >= 0 else set())

    def extend(self, row: int) -> bool:
        """Select from where the selection was begun to this one."""
        first, last = self._queue.position_of(self._anchor), self._queue.position_of(row)
        if first < 0 or last < 0:
            return self.begin(row)
        low, high = sorted((first, last))
        return self._become(set(self._queue.order[low : high + 1].tolist()))

    def toggle(self, row: int) -> bool:
        """One more, or one less; the last one stays."""
        if row in self.rows and len(self.rows) > 1:
            return self._become(self.rows - {row})
        return self._become(self.rows | {row})

    def all(self) -> bool:
        """Everything that is listed."""
        return self._become(set(self._queue.order.tolist()))

    def keep_listed(self) -> bool:
        """Drop what the filter leaves out."""
        return self._become({row for row in self.rows if self._queue.position_of(row) >= 0})

    def _become(self, rows: set[int]) -> bool:
        changed = rows != self.rows
        self.rows.clear()
        self.rows.update(rows)
        return changed
