"""A button that is seen to be on: Fusion only darkens it a little, on dark next to nothing."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeyEvent, QPalette
from PyQt6.QtWidgets import QStyleOptionToolButton, QToolButton, QWidget

from vetter.gui.widgets.entered_button import taken


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
