"""Reject all that a fit explains away: first how many and which, then one step of undo."""

from __future__ import annotations

from PyQt6.QtCore import QItemSelectionModel, QModelIndex, Qt
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

from vetter.core.decisions.decision import Verdict
from vetter.core.number_text import counted
from vetter.gui.dialogs.disappeared_model import DisappearedModel, undecided
from vetter.gui.dialogs.frame_strip import FrameStrip
from vetter.gui.widgets.buttons import button_box
from vetter.gui.widgets.plain_text import plain_label
from vetter.review.cutouts.cutout_cache import CutoutCache
from vetter.review.fits.fits import Fits
from vetter.review.session import Session


class DisappearedDialog(QDialog):
    """A list with a tick for each; the chosen line is looked at, here and in the window behind.

    Candidates that have a verdict are left out, whatever the fit says, and counted. Nothing is
    decided but by the button.

    Parameters
    ----------
    session : Session
    cache : CutoutCache
        Its frames are shown.
    fits : Fits
    """

    def __init__(
        self, session: Session, cache: CutoutCache, fits: Fits, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._cache = cache
        self._came_from = session.current_row
        rows, decided = undecided(fits.disappeared_rows(), lambda row: bool(session.codes[row]))
        self.model = DisappearedModel(rows, session.candidates, fits.table)
        self.setWindowTitle("Reject all that disappeared")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(720, 640)
        self.explanation = plain_label(_explanation(session, fits, len(rows), decided), self)
        self.explanation.setWordWrap(True)
        self.table = self._make_table()
        self.strip = FrameStrip(self)
        self.strip.show_frame(None, "choose a line to look at its candidate")
        self._lay_out()
        self.model.ticked_changed.connect(self._count)
        selection = self.table.selectionModel()
        assert selection is not None
        selection.currentRowChanged.connect(self._on_line)
        cache.ready.connect(self._on_ready)
        self._count()

    def showEvent(self, event: QShowEvent | None) -> None:
        super().showEvent(event)
        selection = self.table.selectionModel()
        if selection is not None and not selection.hasSelection():
            # The keyboard begins there anyway: which line the pictures are of has to be seen.
            # Not by selectRow, which minds the keys that are still held: Ctrl and Shift.
            flag = QItemSelectionModel.SelectionFlag
            selection.setCurrentIndex(self.model.index(0, 0), flag.ClearAndSelect | flag.Rows)

    def accept(self) -> None:
        """Reject what is ticked, as one step of undo."""
        session = self._session
        # Before the decision: undo returns to where it was made.
        self._go_back()
        # A verdict that was given meanwhile stays.
        rows = [row for row in self.model.ticked if not session.codes[row]]
        if session.read_only:
            session.message.emit("read only: no verdict can be given here")
        elif rows:
            session.decide_group(rows, Verdict.REJECT)
            session.message.emit(f"{len(rows):,} rejected; one undo takes all of them back")
        super().accept()

    def reject(self) -> None:
        """Leave everything as it is."""
        self._go_back()
        super().reject()

    def _go_back(self) -> None:
        if self._came_from >= 0 and self._session.current_row != self._came_from:
            self._session.go_to_row(self._came_from)

    def _make_table(self) -> QTableView:
        table = QTableView(self)
        # Its tick boxes are seen without their ticks too, on a dark ground.
        table.setPalette(QApplication.palette("QTableWidget"))
        table.setModel(self.model)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        table.setSortingEnabled(False)
        table.setAlternatingRowColors(True)
        table.setShowGrid(False)
        table.setAccessibleName("candidates that disappeared")
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
        return table

    def _lay_out(self) -> None:
        ticks = QHBoxLayout()
        for words, slot in (
            ("Tick all", self._tick_all),
            ("Tick none", self._tick_none),
            ("Untick the chosen lines", self._untick_chosen),
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

    def _count(self) -> None:
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


def _explanation(session: Session, fits: Fits, count: int, decided: int) -> str:
    total, listed = len(session.candidates), len(session.queue)
    words = f"{counted(count, 'undecided candidate')} of {listed:,}"
    words += " in the list as filtered" if listed < total else ""
    words += " disappeared: a shift and a scale of the template explain them."
    if decided:
        has = counted(decided, "more has a verdict and stays", "more have a verdict and stay")
        words += f" {has} as decided."
    waiting = len(fits.table.codes) - len(fits.table)
    if waiting:
        words += f" {counted(waiting, 'is', 'are')} not fitted yet."
    if session.unlisted:
        words += f" {session.unlisted[0].upper()}{session.unlisted[1:]}."
    return words
