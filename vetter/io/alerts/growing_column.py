"""A column that becomes longer without being copied each time."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from vetter.io.alerts.columns import Column, empty_column, is_blank, joined_column

_ROOM = 1.3


class GrowingColumn:
    """What was handed out stays as it was: new rows are written behind it, in the same memory.

    Parameters
    ----------
    rows : int
        Without a value, before the first that are appended.
    """

    def __init__(self, rows: int = 0) -> None:
        self._count = rows
        self._values: npt.NDArray[Any] | None = None
        self._missing: npt.NDArray[np.bool_] | None = None

    @property
    def column(self) -> Column:
        """All rows so far."""
        return self._first(self._count)

    def append(self, part: Column | None, rows: int, room: int) -> None:
        """Add rows; None: without a value. ``room`` is for how many there may be in the end."""
        before, self._count = self._count, self._count + rows
        fitting = self._fitting(part, rows)
        if fitting is None:
            held = None if self._values is None else self._first(before)
            self._hold(joined_column([(held, before), (part, rows)]), room)
            return
        assert self._values is not None
        if self._count > len(self._values):
            self._hold(self._first(before), room)
        self._values[before : self._count] = fitting.values
        if fitting.missing is not None and self._missing is None:
            self._missing = np.zeros(len(self._values), np.bool_)
        if self._missing is not None:
            gaps = fitting.missing
            self._missing[before : self._count] = False if gaps is None else gaps

    def _first(self, rows: int) -> Column:
        assert self._values is not None
        missing = None if self._missing is None else self._missing[:rows]
        return Column(self._values[:rows], missing)

    def _fitting(self, part: Column | None, rows: int) -> Column | None:
        """The rows as they can be written behind the others; None where all become another kind."""
        if self._values is None:
            return None
        kind = self._values.dtype.kind
        if part is None:
            return empty_column(kind, rows)
        if part.values.dtype.kind != kind:
            return empty_column(kind, rows) if is_blank(part) else None
        return part if part.values.dtype.itemsize <= self._values.dtype.itemsize else None

    def _hold(self, column: Column, room: int) -> None:
        """Move to memory with room behind these rows."""
        size = max(room, round(_ROOM * self._count))
        values = np.empty(size, column.values.dtype)
        values[: len(column.values)] = column.values
        self._values, self._missing = values, None
        if column.missing is not None:
            self._missing = np.zeros(size, np.bool_)
            self._missing[: len(column.missing)] = column.missing
