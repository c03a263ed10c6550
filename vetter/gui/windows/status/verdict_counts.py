"""Counts of the verdicts in the status bar; a click on one filters the list."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QMouseEvent
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QWidget

from vetter.core.decisions.ledger import Counts
from vetter.gui.widgets.plain_text import plain_label

_SPACING = 12
_FILTERS = {
    "decided": ("verdict=none", "undecided candidates"),
    "accepted": ("verdict=accept", "accepted candidates"),
    "rejected": ("verdict=reject", "rejected candidates"),
    "maybe": ("verdict=maybe", "candidates marked as maybe"),
    "later": ("verdict=later", "candidates put off"),
}
"""Filter and description of the candidates that a click on a count lists."""


class VerdictCounts(QWidget):
    """Numbers of decided, accepted, rejected, maybe and later candidates.

    A click asks for the list of these candidates, a click on the decided for the undecided:
    `picked` carries the filter.
    """

    picked = pyqtSignal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.labels: dict[str, QLabel] = {}
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(_SPACING)
        for name, (_, described) in _FILTERS.items():
            label = plain_label(parent=self)
            label.setToolTip(f"click: list the {described}")
            label.setCursor(Qt.CursorShape.PointingHandCursor)
            layout.addWidget(label)
            self.labels[name] = label

    def text(self) -> str:
        """Return the counts as one text."""
        return "   ".join(label.text() for label in self.labels.values())

    def set_counts(self, counts: Counts) -> None:
        """Show these counts."""
        decided = counts.candidates - counts.undecided
        texts = {
            "decided": f"{decided:,} of {counts.candidates:,} decided",
            "accepted": f"✓ {counts.accepted:,} accepted",
            "rejected": f"✗ {counts.rejected:,} rejected",
            "maybe": f"? {counts.maybe:,} maybe",
            "later": f"\N{RIGHTWARDS ARROW} {counts.later:,} later",
        }
        # Most sessions put nothing off, and the status bar is short.
        self.labels["later"].setVisible(counts.later > 0)
        for name, text in texts.items():
            if self.labels[name].text() != text:
                self.labels[name].setText(text)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        if event is None or event.button() != Qt.MouseButton.LeftButton:
            return
        for name, label in self.labels.items():
            if label.geometry().contains(event.position().toPoint()):
                self.picked.emit(_FILTERS[name][0])
