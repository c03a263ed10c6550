"""Band above the panels for earlier verdicts that belong to no candidate of a changed list."""

from __future__ import annotations

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from vetter.core.number_text import format_count
from vetter.gui.widgets.band import Band
from vetter.gui.widgets.buttons import EnteredButton
from vetter.gui.widgets.plain_text import plain_label
from vetter.review.session import Session


class OfferBand(Band):
    """Band that is visible until the user has looked at the offered verdicts or dismissed it.

    Parameters
    ----------
    session : Session
    """

    wanted = pyqtSignal()
    """The user wants to see the offered verdicts."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("offer band", parent)
        self._session = session
        self._dismissed = False
        self.words = plain_label(parent=self)
        self.words.setAccessibleName("earlier verdicts")
        self.words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.look = EnteredButton("Look at them...", self)
        self.away = EnteredButton("Dismiss", self)
        self.look.clicked.connect(self._on_look)
        self.away.clicked.connect(self._on_away)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 3, 8, 3)
        layout.addWidget(self.words, 1)
        layout.addWidget(self.look)
        layout.addWidget(self.away)
        self.hide()
        session.completed.connect(self.refresh)
        session.opinions_changed.connect(self._on_opinions_changed)
        self.refresh()

    def refresh(self) -> None:
        """Show the band if earlier verdicts wait for the user."""
        count = 0 if self._session.read_only else self._session.ledger.unplaced
        if count:
            verdicts = format_count(count, "earlier verdict", "earlier verdicts")
            self.words.setText(f"⚠ The list has changed: {verdicts} may belong to other candidates")
        self.setVisible(bool(count) and not self._dismissed)

    def _on_opinions_changed(self, _rows: list[int]) -> None:
        if not self.isHidden():
            self.refresh()

    def _on_look(self) -> None:
        self.wanted.emit()

    def _on_away(self) -> None:
        self._dismissed = True
        self.refresh()
