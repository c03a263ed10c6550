"""Limits on screen as text: the same form in titles, bar and histogram."""

from __future__ import annotations

import math

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QWidget

_SAMPLE = "\N{MINUS SIGN}1.23e-5 to \N{MINUS SIGN}1.23e-5 electron/s"
_MOST_DIGITS = 7


def format_limit(value: float, digits: int = 3) -> str:
    """Return a limit with this number of digits.

    Examples
    --------
    >>> [format_limit(value) for value in (0.25, 19380.0, 1e12)]
    ['0.25', '1.94e4', '1e12']
    """
    text = f"{value:.{digits}g}".replace("e+0", "e").replace("e+", "e").replace("e-0", "e-")
    return text.replace("-", "\N{MINUS SIGN}")


def format_limits(low: float, high: float) -> str:
    """Return both limits, with so many digits that their distance has two at least.

    Examples
    --------
    >>> format_limits(0.0, 609.5), format_limits(48030.0, 48310.0)
    ('0 to 610', '48030 to 48310')
    """
    digits, largest = 3, max(abs(low), abs(high))
    if 0 < high - low < largest:
        digits = min(max(math.ceil(math.log10(largest / (high - low))) + 2, 3), _MOST_DIGITS)
    return f"{format_limit(low, digits)} to {format_limit(high, digits)}"


class LimitsText(QWidget):
    """One line of text; unlike a QLabel, a new text never lays out the window again."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        metrics = self.fontMetrics()
        self.setFixedSize(metrics.horizontalAdvance(_SAMPLE), metrics.height())
        self.setAccessibleName("limits on screen")
        self.setToolTip("Limits of the first of these planes, in the unit of the image's header")

    def sizeHint(self) -> QSize:
        """Return the fixed size."""
        return self.minimumSize()

    def text(self) -> str:
        """Return the text."""
        return self._text

    def set_text(self, text: str) -> None:
        """Set the text."""
        if text != self._text:
            self._text = text
            self.setAccessibleDescription(text)
            self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().windowText().color())
        side = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        text = self.fontMetrics().elidedText(self._text, Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), side, text)
        painter.end()
