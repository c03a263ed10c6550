"""Outline around the widget that has the keyboard, the same in main windows and dialogs."""

from __future__ import annotations

from PyQt6 import sip
from PyQt6.QtCore import QEvent, QObject, QPoint, QRect, Qt
from PyQt6.QtGui import QPainter, QPaintEvent, QRegion
from PyQt6.QtWidgets import QApplication, QDialog, QWidget

WIDTH = 2
"""Width of the outline, pixels."""


class FocusOutline(QWidget):
    """Frame over the focus widget of a window; hidden while the window itself has the keyboard.

    It is a mask of four lines, so that what it surrounds is painted as without it.

    Parameters
    ----------
    window : QWidget
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setObjectName("focus outline")
        self.hide()
        self._window = window
        self.target: QWidget | None = None

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Move with the focus widget and the widgets around it when they move, resize or hide."""
        if event is not None and not sip.isdeleted(self):
            kind = QEvent.Type
            if event.type() in (kind.Move, kind.Resize, kind.Show, kind.Hide):
                self._place()
        return False

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().link())
        painter.end()

    def follow(self, target: QWidget | None) -> None:
        """Mark a widget of the window; None hides the outline."""
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


class FocusWatcher(QObject):
    """Watcher that outlines the focus widget of a main window and of the dialogs over it.

    Parameters
    ----------
    window : QWidget
    app : QApplication

    Attributes
    ----------
    outline : FocusOutline
        Outline of the main window.
    """

    def __init__(self, window: QWidget, app: QApplication) -> None:
        super().__init__(window)
        self._window, self._app = window, app
        self.outline = FocusOutline(window)
        app.focusChanged.connect(self._on_focus_changed)

    @property
    def target(self) -> QWidget | None:
        """Widget of the main window that is outlined; None without one."""
        return self.outline.target

    def stop(self) -> None:
        """Stop following the focus when the window closes."""
        self._app.focusChanged.disconnect(self._on_focus_changed)
        self.outline.follow(None)

    def _on_focus_changed(self, _before: QWidget | None, now: QWidget | None) -> None:
        top = None if now is None else now.window()
        if top is self._window:
            self.outline.follow(None if now is top else now)
        elif isinstance(top, QDialog) and top.parentWidget() is not None:
            outline = top.findChild(FocusOutline) or FocusOutline(top)
            outline.follow(None if now is top else now)
        elif now is None and self._window.isActiveWindow():
            # Without an active window another program has the keyboard, and gives it back.
            self.outline.follow(None)
