"""Layout of the map and the plot: side by side, stacked, or one at a time."""

from __future__ import annotations

from functools import partial

from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QBoxLayout, QHBoxLayout, QWidget

from vetter.gui.widgets.buttons import CheckedButton

MIN_SIDE = 240
"""Side in screen pixels below which one canvas is shown at a time, twice as large."""
_QUESTION_HEIGHT = 45


class SideBySide(QWidget):
    """Two square canvases, as large as the area allows.

    Parameters
    ----------
    first, second : QWidget
    words : (str, str)
        Texts of the buttons that choose a canvas.

    Attributes
    ----------
    choice : QWidget
        Buttons, placed by the owner; hidden while both canvases are shown.
    alone : bool
        Whether only one canvas is shown.
    """

    def __init__(
        self, first: QWidget, second: QWidget, words: tuple[str, str], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._canvases = first, second
        self.alone = True
        self._layout = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        for canvas in self._canvases:
            self._layout.addWidget(canvas, 1)
        self.choice = QWidget(parent)
        # No QButtonGroup: Tab would reach only the checked button, and arrows, which are keys of
        # commands, the other.
        self._buttons: list[CheckedButton] = []
        row = QHBoxLayout(self.choice)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for number, word in enumerate(words):
            button = CheckedButton(word, self.choice)
            button.setToolTip(f"Show the {word.lower()}; with more room both are shown")
            button.clicked.connect(partial(self._choose, number))
            self._buttons.append(button)
            row.addWidget(button)
        self._choose(0)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        width, height = self.width(), self.height()
        beside, stacked = min(width // 2, height), min(width, height // 2)
        way = QBoxLayout.Direction
        self._layout.setDirection(way.LeftToRight if beside > stacked else way.TopToBottom)
        # A margin: the height that a question above takes for a moment must not hide a canvas.
        alone = max(beside, stacked) < (MIN_SIDE if self.alone else MIN_SIDE - _QUESTION_HEIGHT)
        if alone != self.alone:
            self.alone = alone
            self._show()

    def _show(self) -> None:
        self.choice.setVisible(self.alone)
        for number, canvas in enumerate(self._canvases):
            canvas.setVisible(not self.alone or number == self._chosen)

    def _choose(self, number: int, _on: bool = False) -> None:
        self._chosen = number
        for place, button in enumerate(self._buttons):
            button.setChecked(place == number)
        self._show()
