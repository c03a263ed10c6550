"""Undo and redo in the menu, called by what they would do."""

from __future__ import annotations

from collections.abc import Mapping

from PyQt6.QtCore import QObject, QTimer
from PyQt6.QtGui import QAction

from vetter.gui.widgets.plain_text import menu_text
from vetter.review.session import Session


class UndoNames(QObject):
    """Names the two actions after each decision, in the turn that follows it.

    The menu can wait for that; the pixels of a key cannot.

    Parameters
    ----------
    session : Session
    actions : mapping
        Actions by the id of their command.
    """

    def __init__(self, session: Session, actions: Mapping[str, QAction], parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._actions = session, actions
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._name)
        self._stopped = False
        session.opinions_changed.connect(self._on_opinions_changed)
        self._name()

    def stop(self) -> None:
        """Name nothing any more: the window closes."""
        self._stopped = True
        self._soon.stop()

    def _on_opinions_changed(self, _rows: list[int]) -> None:
        if not self._stopped:
            self._soon.start()

    def _name(self) -> None:
        for command_id, word, label in (
            ("review.undo", "Undo", self._session.undo_label),
            ("review.redo", "Redo", self._session.redo_label),
        ):
            self._actions[command_id].setText(f"{word} {menu_text(label)}" if label else word)
