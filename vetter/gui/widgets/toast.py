"""Toast: a report of the last key for a second, painted over the window without a layout."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QRect, Qt, QTimer
from PyQt6.QtGui import QHideEvent, QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QWidget

from vetter.gui.widgets.verdict_style import badge, colour, is_dark

SHOWN_MS = 1400
"""Milliseconds on screen: a glance, and gone before the next candidate is judged."""
MARGIN = 8
BADGE_SIZE = 16


class Toast(QWidget):
    """Line of text with a verdict's mark and colour, at the top right of its parent.

    It takes neither focus nor clicks, and moves no other widget.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.text = ""
        self._shown = ""
        self._code = 0
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        # Opaque: Qt then paints no widget behind it.
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._end = QTimer(self)
        self._end.setSingleShot(True)
        self._end.setInterval(SHOWN_MS)
        self._end.timeout.connect(self.hide)
        self.hide()

    def show_text(self, text: str, code: int = 0) -> None:
        """Show a text for a moment, with the mark of a verdict code."""
        self.text, self._code = text, code
        self.setAccessibleName(text)
        parent = self.parentWidget()
        assert parent is not None
        metrics = self.fontMetrics()
        taken = BADGE_SIZE + 3 * MARGIN
        room = max(parent.width() - 2 * MARGIN - taken, 0)
        self._shown = metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, room)
        width = metrics.horizontalAdvance(self._shown) + taken
        height = max(metrics.height(), BADGE_SIZE) + MARGIN
        self.setGeometry(QRect(parent.width() - width - MARGIN, 4, width, height))
        self.raise_()
        self.show()
        self.update()
        self._end.start()

    def hideEvent(self, event: QHideEvent | None) -> None:
        super().hideEvent(event)
        self._end.stop()

    def changeEvent(self, event: QEvent | None) -> None:
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.PaletteChange:
            self.update()

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        palette, dark = self.palette(), is_dark(self.palette())
        painter = QPainter(self)
        painter.fillRect(self.rect(), palette.button())
        painter.setPen(QPen(colour(self._code, dark), 1))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.fillRect(0, 0, 3, self.height(), colour(self._code, dark))
        mark = badge(self._code, BADGE_SIZE, dark, self.devicePixelRatioF())
        painter.drawPixmap(MARGIN, (self.height() - BADGE_SIZE) // 2, mark)
        painter.setPen(palette.buttonText().color())
        room = self.rect().adjusted(BADGE_SIZE + 2 * MARGIN, 0, 0, 0)
        painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter), self._shown)
        painter.end()
