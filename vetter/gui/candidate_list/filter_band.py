"""Band over the panels for a candidate outside the filter, whose verdict needs a confirmation."""

from __future__ import annotations

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QPalette
from PyQt6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from vetter.core.decisions.decision import Verdict
from vetter.gui.actions.keymap import Keymap, keys_text
from vetter.gui.widgets.band import AskingBand
from vetter.gui.widgets.plain_text import plain_label
from vetter.review.session import Session


class FilterBand(AskingBand):
    """Band that is visible while the candidate on screen does not match the filter.

    The question after a verdict key replaces the text: Enter answers yes, Esc no.

    Parameters
    ----------
    session : Session
    keymap : Keymap
        The keys in force; the band names the key of the next match.
    """

    agreed = pyqtSignal(object)
    """The user has confirmed the verdict."""

    def __init__(self, session: Session, keymap: Keymap, parent: QWidget | None = None) -> None:
        super().__init__("filter band", parent)
        self._session = session
        self._keymap = keymap
        self.words = plain_label(parent=self)
        self.words.setForegroundRole(QPalette.ColorRole.Link)
        self.words.setAccessibleName("candidate outside the filter")
        # Ignored: a long name must not make the window wider.
        self.words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 3, 8, 3)
        layout.addWidget(self.words, 1)
        layout.addWidget(self.question, 1)
        # The strut keeps the panels below in place when the question appears.
        layout.addStrut(self.question.sizeHint().height())
        self.hide()
        self.question.agreed.connect(self._on_agreed)
        self.question.closed.connect(self._on_closed)
        session.current_changed.connect(self._on_changed)
        session.queue_changed.connect(self._on_changed)
        session.blanked.connect(self._on_changed)
        session.grown.connect(self._on_grown)

    def ask(self, verdict: Verdict, doubt: str = "which does not match the filter") -> None:
        """Ask whether to give the candidate on screen a verdict, in spite of a doubt."""
        session = self._session
        row = session.current_row
        name = f"{session.candidates.name(row)}, {doubt}"
        self.words.hide()
        self.take_keyboard()
        self.question.ask([row], verdict, 0, named=name)

    def _on_changed(self, _what: object = None) -> None:
        session = self._session
        outside = session.is_outside_filter and not session.is_blank
        self.question.dismiss()
        if outside:
            self._update_text()
        if outside == self.isHidden():
            self.setVisible(outside)

    def _on_grown(self, _first_new: int) -> None:
        # The question stays open, since rows arrive several times a second.
        if not self.isHidden():
            self._update_text()

    def _update_text(self) -> None:
        session = self._session
        name = session.candidates.name(session.current_row)
        if session.queue.is_barren:
            others = ", nor does any other"
        else:
            key = keys_text(self._keymap.get("go.next", ())[:1])
            others = f"; {key} goes to the next match"
        self.words.setText(f"{name} does not match the filter{others}; Esc clears the filter")

    def _on_agreed(self, _rows: list[int], verdict: Verdict) -> None:
        self.agreed.emit(verdict)

    def _on_closed(self) -> None:
        self.words.show()
        # The band is also there for a question about a candidate inside the filter.
        self.setVisible(self._session.is_outside_filter and not self._session.is_blank)
        self.return_keyboard()
