"""Buttons beside the panels: they leave the keys to the commands, and Tab still reaches them."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QAbstractButton, QPushButton, QWidget


class EnteredButton(QPushButton):
    """A click leaves the keyboard where it is; where Tab has brought it here, Enter presses it.

    Space and the letters go on to the commands.

    Parameters
    ----------
    words : str
        What it says.
    """

    def __init__(self, words: str, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        if event is not None and not taken(self, event):
            super().keyPressEvent(event)


def taken(button: QAbstractButton, event: QKeyEvent) -> bool:
    """Press a button on Enter, and leave Space alone; False for other keys."""
    if event.key() == Qt.Key.Key_Space:
        # A command's key, held: its repeats come as plain presses, which would press the button.
        event.ignore()
    elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
        button.click()
    else:
        return False
    return True
