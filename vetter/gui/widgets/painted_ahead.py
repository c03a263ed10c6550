"""What a widget will look like next, painted while nothing is to be done."""

from __future__ import annotations

from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QImage, QPainter, QPaintEvent, QRegion
from PyQt6.QtWidgets import QWidget


class PaintedAhead(QWidget):
    """A picture of the widget that it lies on, shown in that one's place for a moment.

    A line of labels takes 2 ms to paint, its picture 0.1. The widget itself follows in a later
    turn of the event loop, and the picture is taken away.

    Parameters
    ----------
    widget : QWidget
        Fills its own ground; what the picture shows is all of it.
    """

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._widget = widget
        self._subject: object = None
        self._picture: QImage | None = None
        self._covers = False

    @property
    def covers(self) -> bool:
        """Whether the picture is what is seen."""
        return self._covers

    def holds(self, subject: object) -> bool:
        """Whether a picture of just this is at hand."""
        return self._picture is not None and self._subject == subject

    def keep(self, subject: object) -> None:
        """Take the picture of the widget as it is now, which is how it shows this."""
        widget, ratio = self._widget, self._widget.devicePixelRatioF()
        picture = QImage(widget.size() * ratio, QImage.Format.Format_RGB32)
        picture.setDevicePixelRatio(ratio)
        picture.fill(widget.palette().color(widget.backgroundRole()))
        flags = QWidget.RenderFlag.DrawChildren
        widget.render(picture, QPoint(), QRegion(widget.rect()), flags)
        self._subject, self._picture = subject, picture

    def cover(self) -> None:
        """Show the picture; `lift` must follow."""
        self.setGeometry(self._widget.rect())
        self.raise_()
        self._set_covering(True)

    def lift(self) -> None:
        """Let the widget itself be seen again."""
        if self._covers:
            self._picture = self._subject = None
            self._set_covering(False)

    def _set_covering(self, covers: bool) -> None:
        # It is never hidden: to show it again takes 0.2 ms more. What lies behind an opaque
        # widget is not painted.
        self._covers = covers
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent, covers)
        self.update()

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        if self._covers and self._picture is not None:
            painter = QPainter(self)
            painter.drawImage(0, 0, self._picture)
            painter.end()
