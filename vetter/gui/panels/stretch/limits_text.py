"""Text of the limits on screen, of one width."""

from __future__ import annotations

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QWidget

_SAMPLE = "\N{MINUS SIGN}1.234e+04 to \N{MINUS SIGN}1.234e+04 electron/s"


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
