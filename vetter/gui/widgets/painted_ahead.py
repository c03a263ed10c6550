"""Picture of a widget's next state, painted ahead while the window is idle."""

from __future__ import annotations

from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QImage, QPainter, QPaintEvent, QRegion
from PyQt6.QtWidgets import QWidget


class PaintedAhead(QWidget):
    """Picture that covers its widget for a moment.

    A line of labels takes 2 ms to paint, its picture 0.1. The widget itself is updated in a later
    turn of the event loop, and the picture is removed.

    Parameters
    ----------
    widget : QWidget
        Widget with an opaque background; the picture covers all of it.
    """

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._widget = widget
        self._subject: object = None
        self._picture: QImage | None = None
        self._covers = False

    @property
    def is_covering(self) -> bool:
        """Whether the picture covers the widget."""
        return self._covers

    def holds(self, subject: object) -> bool:
        """Return whether a picture of this subject exists."""
        return self._picture is not None and self._subject == subject

    def keep(self, subject: object) -> None:
        """Store a picture of the widget, which shows this subject now."""
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
        """Remove the picture and show the widget itself."""
        if self._covers:
            self._picture = self._subject = None
            self._set_covering(False)

    def _set_covering(self, covers: bool) -> None:
        # WA_OpaquePaintEvent, not show() and hide(): showing takes 0.2 ms more. Qt does not paint
        # widgets behind an opaque one.
        self._covers = covers
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent, covers)
        self.update()

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        if self._covers and self._picture is not None:
            painter = QPainter(self)
            painter.drawImage(0, 0, self._picture)
            painter.end()
