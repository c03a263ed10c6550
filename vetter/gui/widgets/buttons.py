"""Buttons: at the foot of a dialog, seen to be on, and beside the panels."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QIcon, QKeyEvent, QPalette
from PyQt6.QtWidgets import (
    QAbstractButton,
    QDialogButtonBox,
    QPushButton,
    QStyleOptionToolButton,
    QToolButton,
    QWidget,
)


def button_box(
    standard: QDialogButtonBox.StandardButton, parent: QWidget | None = None
) -> QDialogButtonBox:
    """Standard buttons without icons.

    Some desktops give them icons, drawn for a light ground, and to these buttons only: beside
    others they looked as if they were of another kind.
    """
    box = QDialogButtonBox(standard, parent)
    for button in box.buttons():
        button.setIcon(QIcon())
    return box


class CheckedButton(QToolButton):
    """Stays down when pressed, and is then filled as a selection is; keys as `EnteredButton`.

    Parameters
    ----------
    words : str
        What it says.
    """

    def __init__(self, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(words)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        if event is not None and not taken(self, event):
            super().keyPressEvent(event)

    def initStyleOption(self, option: QStyleOptionToolButton | None) -> None:
        super().initStyleOption(option)
        if option is not None and self.isChecked():
            palette, role = QPalette(option.palette), QPalette.ColorRole
            palette.setColor(role.Button, palette.highlight().color())
            palette.setColor(role.ButtonText, palette.highlightedText().color())
            option.palette = palette


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
