"""Bands above the panels: a line of words with what the user can do about it, or a question."""

from __future__ import annotations

from PyQt6.QtCore import QEvent
from PyQt6.QtGui import QKeyEvent, QPalette
from PyQt6.QtWidgets import QFrame, QVBoxLayout, QWidget

from vetter.gui.widgets.group_question import GroupQuestion


class Band(QFrame):
    """Band in the tone of the buttons, across the width of what it stands above.

    Parameters
    ----------
    name : str
        Name of the object, as ``"offer band"``.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Button)

    def above(self, content: QWidget) -> QWidget:
        """Return the content with the band above it."""
        both = QWidget()
        layout = QVBoxLayout(both)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self)
        layout.addWidget(content, 1)
        return both


class AskingBand(Band):
    """Band with a question before a verdict, which has the keyboard: Enter is yes, Esc no.

    Afterwards the keyboard is again where it was.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self._return_to: QWidget | None = None
        self.question = GroupQuestion(self)

    def take_keyboard(self) -> None:
        """Give the keyboard to the question, which is about to be asked."""
        window = self.window()
        if not self.question.text:
            self._return_to = None if window is None else window.focusWidget()
        self.show()
        self.setFocus()

    def return_keyboard(self) -> None:
        """Return the keyboard after the question."""
        target = self._return_to or self.window()
        self._return_to = None
        if self.hasFocus() and target is not None:
            target.setFocus()

    def event(self, event: QEvent | None) -> bool:
        # The first events come before there is a question.
        if isinstance(event, QKeyEvent) and self.question.take_key(event):
            return True
        return super().event(event)
