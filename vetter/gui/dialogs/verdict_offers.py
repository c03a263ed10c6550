"""Dialog with verdicts offered from an earlier list, and pictures of the candidate of each."""

from __future__ import annotations

from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtGui import QIcon
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from vetter.core.decisions.carry_over import Offer
from vetter.gui.panels.pictures.frame_strip import FrameStrip
from vetter.gui.widgets.buttons import button_box
from vetter.gui.widgets.plain_text import plain_label
from vetter.gui.widgets.verdict_style import badge, is_dark
from vetter.review.cutouts.cutout_cache import CutoutCache
from vetter.review.session import Session

HEADINGS = ("earlier key", "verdict", "candidate now", "distance")
PLANES = ("image", "template", "diff", "convolved", "adjusted")
"""Planes with pictures, at most four of them."""
AGAIN_MS = 400
"""Milliseconds after which missing pixels are requested again: the window behind may have replaced
the request."""


class OffersDialog(QDialog):
    """Dialog with a tick for each offered verdict; the ticked ones become one undo step.

    The pictures are those of the selected line; the cache's thread builds them.

    Parameters
    ----------
    session : Session
        Session whose offers are shown and taken.
    cache : CutoutCache
        Source of the pictures.
    """

    def __init__(self, session: Session, cache: CutoutCache, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._cache = cache
        self._offers: list[Offer] = session.ledger.offers()
        self.setWindowTitle("Verdicts offered from the earlier list")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(640, 520)
        explanation = plain_label(
            "The list has changed since these verdicts were given: their keys now belong to other "
            "candidates or to none. Each verdict is offered for the nearest candidate of this list."
        )
        explanation.setWordWrap(True)
        self.table = self._make_table()
        self.strip = FrameStrip(PLANES, self)
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.setInterval(AGAIN_MS)
        self._again.timeout.connect(self._show_pictures)
        self.table.currentCellChanged.connect(self._on_cell)
        cache.ready.connect(self._on_ready)
        buttons = button_box(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        ok = buttons.button(QDialogButtonBox.StandardButton.Ok)
        if ok is not None:
            ok.setText("Take ticked verdicts")
        self._ok = ok
        self.tick = buttons.addButton("Tick none", QDialogButtonBox.ButtonRole.ActionRole)
        if self.tick is not None:
            self.tick.clicked.connect(self._on_tick)
        self.table.itemChanged.connect(self._on_item_changed)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(explanation)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.strip)
        layout.addWidget(buttons)
        self.table.setCurrentCell(0, 0)

    def accept(self) -> None:
        """Take the ticked verdicts and close."""
        self._session.take_offers(self.ticked())
        super().accept()

    def ticked(self) -> list[Offer]:
        """Return the ticked offers."""
        return [
            offer
            for line, offer in enumerate(self._offers)
            if (item := self.table.item(line, 0)) is not None
            and item.checkState() == Qt.CheckState.Checked
        ]

    @property
    def row(self) -> int:
        """Row of the candidate in the selected line; -1 without one."""
        line = self.table.currentRow()
        return self._offers[line].row if line >= 0 else -1

    def _on_cell(self, line: int, _column: int, line_before: int, _column_before: int) -> None:
        if line != line_before:
            self._show_pictures()

    def _on_ready(self, row: int) -> None:
        if row == self.row:
            self._show_pictures()

    def _show_pictures(self) -> None:
        """Show the pictures of the selected line, or request them."""
        row = self.row
        # peek(), not get(), which would redraw outdated pictures in this thread.
        frame = None if row < 0 else self._cache.peek(row)
        name = self._session.candidates.name(row) if row >= 0 else ""
        self.strip.show_frame(frame, f"loading {name}" if name else "")
        if frame is None and row >= 0:
            self._cache.want([row])
            self._again.start()
        else:
            self._again.stop()

    def _on_tick(self) -> None:
        """Tick none, or all if none is ticked."""
        state = Qt.CheckState.Unchecked if self.ticked() else Qt.CheckState.Checked
        self.table.blockSignals(True)
        for line in range(len(self._offers)):
            item = self.table.item(line, 0)
            if item is not None:
                item.setCheckState(state)
        self.table.blockSignals(False)
        self._on_item_changed()

    def _on_item_changed(self, _item: QTableWidgetItem | None = None) -> None:
        count = len(self.ticked())
        if self._ok is not None:
            self._ok.setEnabled(count > 0)
        if self.tick is not None:
            self.tick.setText("Tick none" if count else "Tick all")

    def _make_table(self) -> QTableWidget:
        table = QTableWidget(len(self._offers), len(HEADINGS), self)
        table.setHorizontalHeaderLabels(HEADINGS)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setShowGrid(False)
        table.setAlternatingRowColors(True)
        table.setTabKeyNavigation(False)
        table.setAccessibleName("verdicts offered")
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        vertical, horizontal = table.verticalHeader(), table.horizontalHeader()
        if vertical is not None and horizontal is not None:
            vertical.hide()
            horizontal.setStretchLastSection(True)
            horizontal.setHighlightSections(False)
            horizontal.setDefaultAlignment(
                Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            )
        for line, offer in enumerate(self._offers):
            texts = (
                offer.old_key,
                str(offer.opinion.verdict),
                self._session.candidates.name(offer.row),
                f"{offer.distance:.2f} {offer.unit}",
            )
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                if column == 1:
                    mark = badge(offer.opinion.verdict.code, 16, is_dark(self.palette()))
                    item.setIcon(QIcon(mark))
                if column == 0:
                    item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
                    item.setCheckState(Qt.CheckState.Checked)
                table.setItem(line, column, item)
        table.resizeColumnsToContents()
        return table
