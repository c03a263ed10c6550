"""Dialog that rejects all explained candidates, after a look at them, as one undo step.

Each candidate has a tick, and small pictures of its planes side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from PyQt6.QtCore import (
    QAbstractTableModel,
    QItemSelectionModel,
    QModelIndex,
    Qt,
    pyqtSignal,
)
from PyQt6.QtGui import QShowEvent
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.decisions.decision import Verdict
from vetter.core.judgement.answer import Answer
from vetter.core.judgement.fit_answer import FREE
from vetter.core.judgement.fit_table import FORMATS, FitTable
from vetter.core.number_text import format_count
from vetter.gui.panels.pictures.frame_strip import FrameStrip
from vetter.gui.widgets.buttons import button_box
from vetter.gui.widgets.plain_text import plain_label
from vetter.review.cutouts.cutout_cache import CutoutCache
from vetter.review.fits.fits import Fits
from vetter.review.session import Session

COLUMNS = (
    ("name", ""),
    ("chi2/df before", "chi2_before"),
    ("after", "chi2_after"),
    ("shift, px", "shift"),
    ("scale", "scale"),
    (f"S/N, {FREE}", "surviving_snr"),
)
"""Headings, and the column of the fit table shown below; empty for the name."""

_MIN_COLUMN_WIDTH = 84
_Role = Qt.ItemDataRole

PLANES = ("image", "convolved", "diff", "adjusted", "template")
"""Planes with pictures, at most four of them."""


class RejectExplainedDialog(QDialog):
    """List of explained candidates with ticks; the selected one also shows in the window behind.

    Explained candidates that have a verdict are counted, not listed. Only the button gives
    verdicts.

    Parameters
    ----------
    session : Session
    cache : CutoutCache
        Source of the pictures.
    fits : Fits
    """

    def __init__(
        self, session: Session, cache: CutoutCache, fits: Fits, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._cache = cache
        self._came_from = session.current_row
        rows, decided = split_undecided(
            fits.disappeared_rows(), lambda row: bool(session.codes[row])
        )
        self.model = ExplainedModel(rows, session.candidates, fits.table)
        self.setWindowTitle("Reject all explained")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(720, 640)
        self.explanation = plain_label(_explanation_text(session, fits, len(rows), decided), self)
        self.explanation.setWordWrap(True)
        self.table = self._make_table()
        self.strip = FrameStrip(PLANES, self)
        self.strip.show_frame(None, "select a line to see its candidate")
        self._lay_out()
        self.model.ticked_changed.connect(self._update_button)
        selection = self.table.selectionModel()
        assert selection is not None
        selection.currentRowChanged.connect(self._on_line)
        cache.ready.connect(self._on_ready)
        self._update_button()

    def showEvent(self, event: QShowEvent | None) -> None:
        super().showEvent(event)
        selection = self.table.selectionModel()
        if selection is not None and not selection.hasSelection():
            # The line of the pictures must be highlighted from the start. setCurrentIndex(), not
            # selectRow(), which reacts to Ctrl and Shift if they are still held.
            flag = QItemSelectionModel.SelectionFlag
            selection.setCurrentIndex(self.model.index(0, 0), flag.ClearAndSelect | flag.Rows)

    def accept(self) -> None:
        """Reject the ticked candidates as one undo step."""
        session = self._session
        # Before the decision, since undo returns to the candidate that was current then.
        self._return_to_start()
        # A verdict given since the dialog opened stays.
        rows = [row for row in self.model.ticked if not session.codes[row]]
        if session.read_only:
            session.message.emit("read only: no verdict can be given here")
        elif rows:
            session.decide_group(rows, Verdict.REJECT)
            session.message.emit(f"{len(rows):,} rejected: Undo takes all of them back")
        super().accept()

    def reject(self) -> None:
        """Close without a verdict."""
        self._return_to_start()
        super().reject()

    def _return_to_start(self) -> None:
        if self._came_from >= 0 and self._session.current_row != self._came_from:
            self._session.go_to_row(self._came_from)

    def _make_table(self) -> QTableView:
        table = QTableView(self)
        # The palette of QTableWidget, so that unticked boxes are visible on a dark background.
        table.setPalette(QApplication.palette("QTableWidget"))
        table.setModel(self.model)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        table.setSortingEnabled(False)
        table.setAlternatingRowColors(True)
        table.setShowGrid(False)
        table.setAccessibleName("explained candidates")
        upright, across = table.verticalHeader(), table.horizontalHeader()
        assert upright is not None and across is not None
        upright.hide()
        upright.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        upright.setDefaultSectionSize(table.fontMetrics().height() + 6)
        across.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        across.setSectionsClickable(True)
        across.setHighlightSections(False)
        across.setSortIndicatorShown(True)
        across.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        across.sortIndicatorChanged.connect(self._on_sort)
        for section in range(1, len(COLUMNS)):
            width = max(across.sectionSizeHint(section), _MIN_COLUMN_WIDTH)
            across.resizeSection(section, width)
        return table

    def _lay_out(self) -> None:
        ticks = QHBoxLayout()
        for words, slot in (
            ("Tick all", self._tick_all),
            ("Tick none", self._tick_none),
            ("Untick selected lines", self._untick_chosen),
        ):
            button = QPushButton(words, self)
            button.setAutoDefault(False)
            button.clicked.connect(slot)
            ticks.addWidget(button)
        ticks.addStretch(1)
        buttons = button_box(QDialogButtonBox.StandardButton.Cancel)
        made = buttons.addButton("", QDialogButtonBox.ButtonRole.AcceptRole)
        assert made is not None
        self.go = made
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self.explanation)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.strip)
        layout.addLayout(ticks)
        layout.addWidget(buttons)

    def _update_button(self) -> None:
        count = len(self.model.ticked)
        self.go.setText(f"Reject {count:,}")
        self.go.setEnabled(count > 0 and not self._session.read_only)

    def _tick_all(self) -> None:
        self.model.tick(range(self.model.rowCount()), True)

    def _tick_none(self) -> None:
        self.model.tick(range(self.model.rowCount()), False)

    def _untick_chosen(self) -> None:
        selection = self.table.selectionModel()
        assert selection is not None
        self.model.tick([index.row() for index in selection.selectedRows()], False)

    def _on_sort(self, column: int, order: Qt.SortOrder) -> None:
        if column >= 0:
            self.model.sort(column, order)

    def _on_line(self, index: QModelIndex, _before: QModelIndex) -> None:
        if index.isValid():
            row = self.model.row_at(index.row())
            self._session.go_to_row(row)
            self._show(row)

    def _on_ready(self, row: int) -> None:
        index = self.table.currentIndex()
        if index.isValid() and row == self.model.row_at(index.row()):
            self._show(row)

    def _show(self, row: int) -> None:
        frame = self._cache.get(row)
        self.strip.show_frame(frame, f"loading {self._session.candidates.name(row)}")


def _explanation_text(session: Session, fits: Fits, count: int, decided: int) -> str:
    total, listed = len(session.candidates), len(session.queue)
    text = f"{format_count(count, 'undecided candidate')} of {listed:,}"
    text += " in the filtered list" if listed < total else ""
    one = count == 1
    text += (
        f" {'is' if one else 'are'} explained: a shift of the template takes"
        f" {'it' if one else 'each'} away, and a source of {'its' if one else 'the same'} flux"
        " would have survived."
    )
    others = _count_others(session, fits)
    if others:
        text += f" Not in this list, and not rejected: {others}."
    if decided:
        kept = format_count(
            decided, "more has a verdict and keeps it", "more have a verdict and keep it"
        )
        text += f" {kept}."
    waiting = len(fits.table.codes) - len(fits.table)
    if waiting:
        text += f" {format_count(waiting, 'is', 'are')} not fitted yet."
    if session.incomplete_reason:
        text += f" {session.incomplete_reason[0].upper()}{session.incomplete_reason[1:]}."
    return text


def _count_others(session: Session, fits: Fits) -> str:
    """Return the number of listed candidates with each other answer, in words."""
    counts = fits.table.count_answers(np.asarray(session.queue.order, np.intp))
    return ", ".join(
        f"{count:,} {answer.value}"
        for answer, count in counts.items()
        if count and answer is not Answer.EXPLAINED
    )


class ExplainedModel(QAbstractTableModel):
    """Table with a line for each given row of the candidate list; all are ticked at first.

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
        """Ticked rows of the candidate list, in the order of the lines."""
        return [int(row) for row in self._rows[self._ticks]]

    def row_at(self, line: int) -> int:
        """Return the row of the candidate list that a line shows."""
        return int(self._rows[line])

    def tick(self, lines: Sequence[int], on: bool) -> None:
        """Tick or untick some lines."""
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
            return _alignment(section)
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
            return _alignment(column)
        return None

    def setData(self, index: QModelIndex, value: Any, role: int = 0) -> bool:
        if role != _Role.CheckStateRole or index.column() != 0:
            return False
        self.tick([index.row()], Qt.CheckState(value) == Qt.CheckState.Checked)
        return True

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort the lines together with their ticks."""
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


def _alignment(column: int) -> Qt.AlignmentFlag:
    """Return the alignment of a column: names at the left, numbers at the right."""
    side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def split_undecided(
    rows: Sequence[int], is_decided: Callable[[int], bool]
) -> tuple[list[int], int]:
    """Return the rows without a verdict, and the number of rows with one."""
    remaining = [row for row in rows if not is_decided(row)]
    return remaining, len(rows) - len(remaining)
