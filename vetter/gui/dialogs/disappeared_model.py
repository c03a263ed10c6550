"""The candidates that a fit explains away, a tick for each: what would be rejected."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from PyQt6.QtCore import QAbstractTableModel, QModelIndex, Qt, pyqtSignal

from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.judgement.fit_table import FORMATS, FitTable

COLUMNS = (
    ("name", ""),
    ("chi2/df before", "chi2_before"),
    ("after", "chi2_after"),
    ("shift, px", "shift"),
    ("scale", "scale"),
    ("surviving S/N", "surviving_snr"),
)
"""Headings, and which column of the fit table is below."""

_Role = Qt.ItemDataRole


class DisappearedModel(QAbstractTableModel):
    """A line for each row of the candidate list that is given; all are ticked at first.

    Parameters
    ----------
    rows : sequence of int
    candidates : CandidateList
    table : FitTable
    """

    ticked_changed = pyqtSignal()

    def __init__(self, rows: Sequence[int], candidates: CandidateList, table: FitTable) -> None:
        super().__init__()
        self._rows = np.array(rows, np.intp)
        self._ticks = np.ones(len(rows), bool)
        self._candidates = candidates
        self._table = table

    @property
    def ticked(self) -> list[int]:
        """Rows of the candidate list that are ticked, as listed."""
        return [int(row) for row in self._rows[self._ticks]]

    def row_at(self, line: int) -> int:
        """The row of the candidate list that a line shows."""
        return int(self._rows[line])

    def tick(self, lines: Sequence[int], on: bool) -> None:
        """Tick some lines, or take their ticks away."""
        self._ticks[list(lines)] = on
        top, bottom = self.index(0, 0), self.index(len(self._rows) - 1, 0)
        self.dataChanged.emit(top, bottom, [_Role.CheckStateRole])
        self.ticked_changed.emit()

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, way: Qt.Orientation, role: int = 0) -> Any:
        if way != Qt.Orientation.Horizontal:
            return None
        if role == _Role.TextAlignmentRole:
            return _side(section)
        return COLUMNS[section][0] if role == _Role.DisplayRole else None

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsUserCheckable if index.column() == 0 else flags

    def data(self, index: QModelIndex, role: int = 0) -> Any:
        line, column = index.row(), index.column()
        if role == _Role.DisplayRole:
            if column == 0:
                return self._candidates.name(self.row_at(line))
            name = COLUMNS[column][1]
            value = float(self._table.values(name)[self._rows[line]])
            return FORMATS[name] % value if np.isfinite(value) else ""
        if role == _Role.CheckStateRole and column == 0:
            return Qt.CheckState.Checked if self._ticks[line] else Qt.CheckState.Unchecked
        if role == _Role.TextAlignmentRole:
            return _side(column)
        return None

    def setData(self, index: QModelIndex, value: Any, role: int = 0) -> bool:
        if role != _Role.CheckStateRole or index.column() != 0:
            return False
        self.tick([index.row()], Qt.CheckState(value) == Qt.CheckState.Checked)
        return True

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort the lines; ticks go with them."""
        name = COLUMNS[column][1]
        if name:
            values = self._table.values(name)[self._rows]
        else:
            values = np.array([self._candidates.name(int(row)) for row in self._rows])
        places = np.argsort(values, kind="stable")
        if order == Qt.SortOrder.DescendingOrder:
            places = places[::-1]
        self.layoutAboutToBeChanged.emit()
        self._rows, self._ticks = self._rows[places], self._ticks[places]
        self.layoutChanged.emit()


def _side(column: int) -> Qt.AlignmentFlag:
    """Names at the left, numbers at the right, each under its heading."""
    side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def undecided(rows: Sequence[int], is_decided: Callable[[int], bool]) -> tuple[list[int], int]:
    """Those of the rows that have no verdict yet, and how many have."""
    left = [row for row in rows if not is_decided(row)]
    return left, len(rows) - len(left)
