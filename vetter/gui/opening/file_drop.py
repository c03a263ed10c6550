"""Files and folders dropped anywhere on a window."""

from __future__ import annotations

from PyQt6 import sip
from PyQt6.QtCore import QEvent, QObject, Qt, pyqtSignal
from PyQt6.QtGui import QDropEvent, QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QWidget

DROP_TEXT = "Drop to open"


class FileDrop(QObject):
    """Receiver of local files that the user drops on a window.

    Parameters
    ----------
    window : QWidget
    """

    dropped = pyqtSignal(list)
    """Paths of the dropped files, as str."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.highlight = DropHighlight(window)
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def redirect_drops(self) -> None:
        """Redirect drops on the window's children to the window; call once the children exist.

        Text fields would insert a file as text, and graphics views would ignore it.
        """
        for child in self._window.findChildren(QWidget):
            if child.acceptDrops() and child.window() is self._window:
                child.setAcceptDrops(False)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        window = getattr(self, "_window", None)  # unset while the program ends
        if event is None or window is None or sip.isdeleted(window):
            # Qt deactivates a window while it deletes it.
            return False
        kind = event.type()
        if kind == QEvent.Type.WindowDeactivate:
            # The user leaves to fetch a file: docks may have been added since the last claim.
            self.redirect_drops()
        if kind == QEvent.Type.DragLeave:
            self.highlight.hide()
        if kind in (QEvent.Type.DragEnter, QEvent.Type.DragMove, QEvent.Type.Drop):
            assert isinstance(event, QDropEvent)
            paths = _paths(event)
            if not paths:
                event.ignore()
                return True
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.highlight.show_over(window, kind != QEvent.Type.Drop)
            if kind == QEvent.Type.Drop:
                self.dropped.emit(paths)
            return True
        return False


class DropHighlight(QWidget):
    """Frame and text over a window while files are dragged over it."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("drop highlight")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_over(self, window: QWidget, shown: bool) -> None:
        """Show or hide the highlight over the whole window."""
        if shown and not self.isVisible():
            self.setGeometry(window.rect())
            self.raise_()
        self.setVisible(shown)

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        palette, line = self.palette(), 4
        shade = palette.window().color()
        shade.setAlpha(170)
        painter = QPainter(self)
        painter.fillRect(self.rect(), shade)
        painter.setPen(QPen(palette.link().color(), line))
        edge = line // 2
        painter.drawRect(self.rect().adjusted(edge, edge, -edge, -edge))
        font = self.font()
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.6)
        painter.setFont(font)
        painter.setPen(palette.windowText().color())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, DROP_TEXT)
        painter.end()


def _paths(event: QDropEvent) -> list[str]:
    data = event.mimeData()
    if data is None or not data.hasUrls():
        return []
    return [url.toLocalFile() for url in data.urls() if url.isLocalFile() and url.toLocalFile()]
