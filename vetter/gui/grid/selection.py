"""Which candidates of the grid are selected."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vetter.review.queue import Queue

Rows = npt.NDArray[np.intp]


class GridSelection:
    """Rows; a range is counted from where the selection was last begun.

    A hundred thousand are selected and counted within a key's paint.

    Attributes
    ----------
    touched : ndarray (n,)
        The rows that the last change selected, or not any more.
    """

    def __init__(self, queue: Queue) -> None:
        self._queue = queue
        self._anchor = -1
        self._mask = np.zeros(0, bool)
        self._count = 0
        self.touched: Rows = np.zeros(0, np.intp)

    def __len__(self) -> int:
        return self._count

    def __contains__(self, row: int) -> bool:
        return 0 <= row < len(self._mask) and bool(self._mask[row])

    @property
    def rows(self) -> Rows:
        """The rows in the order in which they are listed."""
        order = np.asarray(self._queue.order, np.intp)
        return order[self._covering(order)[order]]

    @property
    def listed(self) -> list[int]:
        """The same as a list."""
        return [int(row) for row in self.rows.tolist()]

    def begin(self, row: int) -> bool:
        """Select only this one, or none where the filter leaves it out.

        Returns whether that changed anything, here as below.
        """
        self._anchor = row
        return self._become(_one(-1 if self._queue.leaves_out(row) else row))

    def extend(self, row: int) -> bool:
        """Select from where the selection was begun to this one."""
        first, last = self._queue.position_of(self._anchor), self._queue.position_of(row)
        if first < 0 or last < 0:
            return self.begin(row)
        low, high = sorted((first, last))
        return self._become(self._queue.order[low : high + 1])

    def toggle(self, row: int) -> bool:
        """One more, or one less; the last one stays."""
        return self.toggle_among(self.rows, row)

    def toggle_among(self, rows: Rows, row: int) -> bool:
        """Select these, and one more or one less; the last one stays."""
        if row not in rows:
            return self._become(np.append(rows, row))
        return self._become(rows[rows != row] if len(rows) > 1 else rows)

    def all(self) -> bool:
        """Everything that is listed."""
        return self._become(self._queue.order)

    def keep_listed(self) -> bool:
        """Drop what the filter leaves out."""
        return self._become(self.rows)

    def _covering(self, rows: Rows) -> npt.NDArray[np.bool_]:
        """The mask, long enough for these rows: the list may have grown."""
        missing = int(rows.max(initial=-1)) + 1 - len(self._mask)
        if missing > 0:
            self._mask = np.concatenate([self._mask, np.zeros(missing, bool)])
        return self._mask

    def _become(self, rows: Rows) -> bool:
        mask = np.zeros_like(self._covering(rows))
        mask[rows] = True
        self.touched = np.nonzero(mask != self._mask)[0]
        self._mask, self._count = mask, int(np.count_nonzero(mask))
        return len(self.touched) > 0


def _one(row: int) -> Rows:
    return np.array([row] if row >= 0 else [], np.intp)
