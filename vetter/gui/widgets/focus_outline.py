"""Outline around the widget that has the keyboard, the same for every widget of a window."""

from __future__ import annotations

from PyQt6 import sip
from PyQt6.QtCore import QEvent, QObject, QPoint, QRect, Qt
from PyQt6.QtGui import QPainter, QPaintEvent, QRegion
from PyQt6.QtWidgets import QApplication, QWidget

WIDTH = 2
"""Width of the outline, pixels."""


class FocusOutline(QWidget):
    """Frame over the focus widget of a window; hidden while the window itself has the keyboard.

    It is a mask of four lines, so that what it surrounds is painted as without it.

    Parameters
    ----------
    window : QWidget
    app : QApplication
    """

    def __init__(self, window: QWidget, app: QApplication) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setObjectName("focus outline")
        self.hide()
        self._window, self._app = window, app
        self.target: QWidget | None = None
        app.focusChanged.connect(self._on_focus_changed)

    def stop(self) -> None:
        """Stop following the focus when the window closes."""
        self._app.focusChanged.disconnect(self._on_focus_changed)
        self._follow(None)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Follow the focus widget and the widgets around it when they move, resize or hide."""
        if event is not None and not sip.isdeleted(self):
            kind = QEvent.Type
            if event.type() in (kind.Move, kind.Resize, kind.Show, kind.Hide):
                self._place()
        return False

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().link())
        painter.end()

    def _on_focus_changed(self, _before: QWidget | None, now: QWidget | None) -> None:
        if now is None and not self._window.isActiveWindow():
            # Another program has the keyboard; the widget has it again afterwards.
            return
        inside = now is not None and now is not self._window and self._window.isAncestorOf(now)
        self._follow(now if inside and now is not None and now.window() is self._window else None)

    def _follow(self, target: QWidget | None) -> None:
        for widget in self._chain():
            widget.removeEventFilter(self)
        self.target = target
        for widget in self._chain():
            widget.installEventFilter(self)
        self._place()

    def _chain(self) -> list[QWidget]:
        """Return the target and the widgets around it, up to the window."""
        chain: list[QWidget] = []
        widget = self.target
        while widget is not None and not sip.isdeleted(widget) and widget is not self._window:
            chain.append(widget)
            widget = widget.parentWidget()
        return chain

    def _place(self) -> None:
        target = self.target
        if target is None or sip.isdeleted(target) or not target.isVisible():
            self.hide()
            return
        corner = target.mapTo(self._window, QPoint(0, 0))
        area = QRect(corner, target.size()).adjusted(-WIDTH, -WIDTH, WIDTH, WIDTH)
        area = area.intersected(self._window.rect())
        self.setGeometry(area)
        inner = self.rect().adjusted(WIDTH, WIDTH, -WIDTH, -WIDTH)
        self.setMask(QRegion(self.rect()).subtracted(QRegion(inner)))
        self.raise_()
        self.show()
