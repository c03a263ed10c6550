"""Buttons: the box at the foot of a dialog, a checked button, a button beside the panels."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QIcon, QKeyEvent, QPalette
from PyQt6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QPushButton,
    QStyleOptionToolButton,
    QToolButton,
    QWidget,
)


def button_box(
    standard: QDialogButtonBox.StandardButton, parent: QWidget | None = None
) -> QDialogButtonBox:
    """Make a box of standard buttons without icons.

    Some desktops give icons to standard buttons only, drawn for a light background: other
    buttons beside them then look like another kind.
    """
    box = QDialogButtonBox(standard, parent)
    for button in box.buttons():
        button.setIcon(QIcon())
    return box


def choice_box(dialog: QDialog, reset: Callable[[], None]) -> QDialogButtonBox:
    """Make the buttons of a dialog of ticks: OK, Cancel, and Reset, which restores the first."""
    ok, cancel = QDialogButtonBox.StandardButton.Ok, QDialogButtonBox.StandardButton.Cancel
    box = button_box(ok | cancel, dialog)
    button = QPushButton("Reset", dialog)
    button.setAutoDefault(False)
    button.clicked.connect(lambda _down: reset())
    box.addButton(button, QDialogButtonBox.ButtonRole.ResetRole)
    box.accepted.connect(dialog.accept)
    box.rejected.connect(dialog.reject)
    return box


class CheckedButton(QToolButton):
    """Button that stays down, filled with the selection's colour; keys as `EnteredButton`.

    Parameters
    ----------
    words : str
        Text of the button.
    """

    def __init__(self, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(words)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        if event is not None and not press_on_enter(self, event):
            super().keyPressEvent(event)

    def initStyleOption(self, option: QStyleOptionToolButton | None) -> None:
        super().initStyleOption(option)
        if option is not None and self.isChecked():
            palette, role = QPalette(option.palette), QPalette.ColorRole
            palette.setColor(role.Button, palette.highlight().color())
            palette.setColor(role.ButtonText, palette.highlightedText().color())
            option.palette = palette


class EnteredButton(QPushButton):
    """Button that leaves the focus alone on a click; after Tab, Enter presses it.

    Space and the letters go on to the commands.

    Parameters
    ----------
    words : str
        Text of the button.
    """

    def __init__(self, words: str, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        if event is not None and not press_on_enter(self, event):
            super().keyPressEvent(event)


class EnteredCheck(QCheckBox):
    """Tick box that leaves the focus alone on a click; keys as `EnteredButton`."""

    def __init__(self, words: str, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        if event is not None and not press_on_enter(self, event):
            super().keyPressEvent(event)


class EnteredCombo(QComboBox):
    """Choice that leaves the focus alone on a click; after Tab, Up and Down choose, Enter opens.

    All other keys go on to the commands, and none searches in the list.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        if event is None:
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.showPopup()
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            super().keyPressEvent(event)
        else:
            event.ignore()


def press_on_enter(button: QAbstractButton, event: QKeyEvent) -> bool:
    """Press a button on Enter and ignore Space; return whether the key was one of these."""
    if event.key() == Qt.Key.Key_Space:
        # Space is a command's key: repeats while held arrive as presses and would press the button.
        event.ignore()
    elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
        button.click()
    else:
        return False
    return True
