"""The map and the plot of the field view: side by side, stacked, or one at a time."""

from __future__ import annotations

from functools import partial

from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QBoxLayout, QHBoxLayout, QWidget

from vetter.gui.widgets.buttons import CheckedButton

LEAST = 240
"""Screen pixels: where both would be smaller than this, one is shown at a time, twice as large."""
_GIVE = 45


class SideBySide(QWidget):
    """Two square canvases as large as the room allows.

    Parameters
    ----------
    first, second : QWidget
    words : (str, str)
        What the buttons say that choose between them.

    Attributes
    ----------
    choice : QWidget
        The buttons, to be laid out by the owner; hidden while both canvases are shown.
    alone : bool
        Whether one is shown at a time.
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
        # No group of Qt's: that leaves Tab only the one that is on, with arrows to the other, and
        # arrows are the commands'.
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
        # A question above takes some height for a moment: that alone hides nothing.
        alone = max(beside, stacked) < (LEAST if self.alone else LEAST - _GIVE)
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
