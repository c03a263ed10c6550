"""Page shown instead of the panels while the filter matches no candidate."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from vetter.gui.widgets.plain_text import plain_label
from vetter.review.session import Session


def no_match_text(session: Session) -> str:
    """Return the text for a filter without a match, with the state of an incomplete list."""
    text = f"No candidate matches the filter\n{session.queue.expression}"
    if session.incomplete_reason:
        text += f"\n\n{session.incomplete_reason[:1].upper()}{session.incomplete_reason[1:]}"
    return text


class EmptyPage(QWidget):
    """Page without pixels and name, so that verdict keys have no candidate to decide on.

    Parameters
    ----------
    session : Session
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.words = plain_label(parent=self)
        self.words.setWordWrap(True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        # A long filter without a blank must not make the window wider.
        self.words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.words.setAccessibleName("no candidate matches the filter")
        layout = QVBoxLayout(self)
        layout.addWidget(self.words, 1)
        session.blanked.connect(self._on_changed)
        session.queue_changed.connect(self._on_changed)
        session.grown.connect(self._on_changed)
        session.completed.connect(self._on_changed)

    def _on_changed(self, _what: object = None) -> None:
        if self._session.is_blank:
            self.words.setText(f"{no_match_text(self._session)}\n\nEsc clears the filter")
