"""Report of each decision at the heading, with the keys that take it back."""

from __future__ import annotations

from PyQt6.QtCore import QObject, QTimer
from PyQt6.QtWidgets import QWidget

from vetter.core.decisions.decision import Decision, How
from vetter.gui.actions.keymap import Keymap, keys_text
from vetter.gui.widgets.toast import Toast
from vetter.gui.widgets.verdict_style import WORDS
from vetter.review.session import Session

MAX_NAMED_KEYS = 1


class DecisionToast(QObject):
    """Toast after each decision, undo and redo, in the turn after the next candidate is painted.

    Parameters
    ----------
    session : Session
    keymap : Keymap
        The keys in force; the toast names the one that takes the decision back.
    page : QWidget
        Widget that the toast is painted over.
    """

    def __init__(self, session: Session, keymap: Keymap, page: QWidget) -> None:
        super().__init__(page)
        self._session = session
        self._undo_key = keys_text(keymap.get("review.undo", ())[:MAX_NAMED_KEYS])
        self._redo_key = keys_text(keymap.get("review.redo", ())[:MAX_NAMED_KEYS])
        self.toast = Toast(page)
        self._last: Decision | None = None
        # The panels of the next candidate are painted first.
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._report)
        session.recorder.recorded.connect(self._on_recorded)
        session.confirmed.connect(self._on_confirmed)

    def stop(self) -> None:
        """Stop the reports when the window closes."""
        self._session.recorder.recorded.disconnect(self._on_recorded)
        self._session.confirmed.disconnect(self._on_confirmed)
        self._soon.stop()
        self.toast.hide()

    def _on_recorded(self, decisions: list[Decision]) -> None:
        self._last = decisions[-1]
        self._soon.start()

    def _on_confirmed(self, row: int) -> None:
        code = int(self._session.codes[row])
        self.toast.show_text(f"already {WORDS[code]}: {self._session.candidates.name(row)}", code)

    def _report(self) -> None:
        last, self._last = self._last, None
        if last is None:
            return
        session = self._session
        if last.how == How.UNDO:
            text, key, then = f"undone: {session.redo_label}", self._redo_key, "repeats it"
        elif last.how == How.REDO:
            text, key, then = f"redone: {session.undo_label}", self._undo_key, "takes it back"
        else:
            text, key, then = session.ledger.last_report, self._undo_key, "takes it back"
        if not text:
            # The toast would cover the tags and the comment at the heading.
            self.toast.hide()
            return
        hint = f", {key} {then}" if key else ""
        self.toast.show_text(f"{text}{hint}", last.verdict.code)
