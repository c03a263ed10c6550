"""Layout of the canvases: as many side by side or stacked as the area allows."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QBoxLayout, QHBoxLayout, QWidget

from vetter.gui.field_view.pan_zoom import MIN_SIZE
from vetter.gui.widgets.buttons import CheckedButton

MIN_SIDE = 240
"""Side in screen pixels below which fewer canvases are shown at a time, larger ones."""
_QUESTION_HEIGHT = 45
FULL_PART = 0.85
"""Smallest side of more than two canvases, in sides of one alone: more would be small, with gaps
beside them."""


class SideBySide(QWidget):
    """Square canvases, as large as the area allows.

    If not all fit, the first and the chosen ones are shown, or the chosen one alone. The button
    of a shown canvas hides it, so that the first has all the area.

    Parameters
    ----------
    canvases : sequence of QWidget
    words : sequence of str
        Texts of the buttons that choose a canvas.

    Attributes
    ----------
    choice : QWidget
        Buttons, placed by the owner; hidden while all canvases are shown.
    count : int
        Number of canvases shown.
    """

    def __init__(self, canvases: Sequence[QWidget], words: Sequence[str], parent: QWidget) -> None:
        super().__init__(parent)
        self._canvases = tuple(canvases)
        self.count = 1
        self._layout = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        # That of one canvas: several, before the first resize, would make the window taller.
        self.setMinimumSize(MIN_SIZE)
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
            button.setToolTip(f"Show or hide {canvases[number].accessibleName()}")
            button.clicked.connect(partial(self._choose, number))
            self._buttons.append(button)
            row.addWidget(button)
        # The last chosen comes first; the plots that were never chosen follow in their order.
        self._recent = list(range(len(self._canvases)))
        self._is_alone = False
        """Whether the user hid all canvases but the first."""
        self._show()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        way = QBoxLayout.Direction
        count = self._find_count()
        beside, stacked = self._sides(count)
        self._layout.setDirection(way.LeftToRight if beside > stacked else way.TopToBottom)
        if count != self.count:
            self.count = count
            self._show()

    def _sides(self, count: int) -> tuple[int, int]:
        """Return the sides of this many square canvases beside each other, and stacked."""
        width, height = self.width(), self.height()
        return min(width // count, height), min(width, height // count)

    def _find_count(self) -> int:
        """Return the number of canvases that fit; one at least."""
        for count in range(len(self._canvases), 1, -1):
            # A margin: the height that a question above takes for a moment must not hide a canvas.
            margin = _QUESTION_HEIGHT if count <= self.count else 0
            least = FULL_PART * min(self.width(), self.height()) if count > 2 else 0.0
            if max(self._sides(count)) >= max(MIN_SIDE, least) - margin:
                return count
        return 1

    def _show(self) -> None:
        """Show the canvases chosen last; the first, which is the map, stays if two fit."""
        if self._is_alone and self.count < len(self._canvases):
            shown = {0}
        elif self.count == 1:
            shown = {self._recent[0]}
        else:
            others = [number for number in self._recent if number]
            shown = {0, *others[: self.count - 1]}
        self.choice.setVisible(self.count < len(self._canvases))
        for number, (canvas, button) in enumerate(zip(self._canvases, self._buttons, strict=True)):
            canvas.setVisible(number in shown)
            button.setChecked(number in shown)
            # With the map always shown, its button would do nothing.
            button.setVisible(bool(number) or self.count == 1)

    def _choose(self, number: int, _on: bool = False) -> None:
        is_shown = self._canvases[number].isVisibleTo(self)
        self._is_alone = bool(number) and is_shown
        self._recent.remove(number)
        self._recent.insert(0, number)
        self._show()
