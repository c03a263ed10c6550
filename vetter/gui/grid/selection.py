"""Selection of candidates in the grid."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.intp]


class RowOrder(Protocol):
    """Order of the rows that can be selected: a queue, or the grid's part of it."""

    @property
    def order(self) -> Rows:
        """The rows in order."""

    def position_of(self, row: int) -> int:
        """Return the place of a row; -1 if the row is left out."""

    def leaves_out(self, row: int) -> bool:
        """Return whether a row is left out."""


class GridSelection:
    """Set of selected rows, and the anchor from which a range is counted.

    A mask: 100,000 rows are selected and counted between a key and its paint.

    Attributes
    ----------
    touched : ndarray (n,)
        Rows that the last change selected or deselected.
    """

    def __init__(self, queue: RowOrder) -> None:
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
        """Selected rows in the order of the queue."""
        order = np.asarray(self._queue.order, np.intp)
        return order[self._extend_mask(order)[order]]

    @property
    def listed(self) -> list[int]:
        """Selected rows in the order of the queue, as a list."""
        return [int(row) for row in self.rows.tolist()]

    def select_only(self, row: int) -> bool:
        """Select only this row, or none if the filter leaves the row out.

        Return whether the selection changed, like the methods below.
        """
        self._anchor = row
        return self._set_rows(_as_rows(-1 if self._queue.leaves_out(row) else row))

    def extend(self, row: int) -> bool:
        """Select the range from the anchor to this row."""
        first, last = self._queue.position_of(self._anchor), self._queue.position_of(row)
        if first < 0 or last < 0:
            return self.select_only(row)
        low, high = sorted((first, last))
        return self._set_rows(self._queue.order[low : high + 1])

    def toggle(self, row: int) -> bool:
        """Select or deselect a row; the last selected row stays."""
        return self.toggle_among(self.rows, row)

    def toggle_among(self, rows: Rows, row: int) -> bool:
        """Select these rows, with one more or one less; the last selected row stays."""
        if row not in rows:
            return self._set_rows(np.append(rows, row))
        return self._set_rows(rows[rows != row] if len(rows) > 1 else rows)

    def select(self, rows: Rows) -> bool:
        """Select these rows and no others."""
        return self._set_rows(rows)

    def select_more(self, before: Rows, rows: Rows) -> bool:
        """Select rows beside those that were selected before."""
        return self._set_rows(np.concatenate([before, rows]))

    def all(self) -> bool:
        """Select all rows of the queue."""
        return self._set_rows(self._queue.order)

    def keep_listed(self) -> bool:
        """Deselect the rows that the filter leaves out."""
        return self._set_rows(self.rows)

    def _extend_mask(self, rows: Rows) -> npt.NDArray[np.bool_]:
        """Return the mask, extended to these rows: the list may have grown."""
        missing = int(rows.max(initial=-1)) + 1 - len(self._mask)
        if missing > 0:
            self._mask = np.concatenate([self._mask, np.zeros(missing, bool)])
        return self._mask

    def _set_rows(self, rows: Rows) -> bool:
        mask = np.zeros_like(self._extend_mask(rows))
        mask[rows] = True
        self.touched = np.nonzero(mask != self._mask)[0]
        self._mask, self._count = mask, int(np.count_nonzero(mask))
        return len(self.touched) > 0


def _as_rows(row: int) -> Rows:
    return np.array([row] if row >= 0 else [], np.intp)
