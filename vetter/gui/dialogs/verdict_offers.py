"""Dialog with verdicts offered from an earlier list of the same input."""

from __future__ import annotations

from PyQt6.QtCore import Qt
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
from vetter.gui.widgets.buttons import button_box
from vetter.gui.widgets.plain_text import plain_label
from vetter.gui.widgets.verdict_style import badge, is_dark
from vetter.review.session import Session

HEADINGS = ("earlier key", "verdict", "candidate now", "distance")


class OffersDialog(QDialog):
    """Dialog with a tick for each offered verdict; the ticked ones become one undo step.

    Parameters
    ----------
    session : Session
        Session whose offers are shown and taken.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._offers: list[Offer] = session.ledger.offers()
        self.setWindowTitle("Verdicts offered from the earlier list")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(640, 420)
        explanation = plain_label(
            "The list has changed since these verdicts were given: their keys now belong to other "
            "candidates or to none. Each verdict is offered for the nearest candidate of this list."
        )
        explanation.setWordWrap(True)
        self.table = self._make_table()
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
        layout.addWidget(buttons)

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
