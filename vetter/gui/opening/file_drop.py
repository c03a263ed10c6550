"""Files and folders dropped anywhere on a window."""

from __future__ import annotations

from PyQt6 import sip
from PyQt6.QtCore import QEvent, QObject, Qt, pyqtSignal
from PyQt6.QtGui import QDropEvent
from PyQt6.QtWidgets import QWidget


class FileDrop(QObject):
    """Takes local files that are dropped on a window.

    Parameters
    ----------
    window : QWidget
    """

    dropped = pyqtSignal(list)
    """Their paths, as texts."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def claim(self) -> None:
        """Have drops on the window's children come to the window; call when they are built.

        Text fields and graphics views would take a file for text or nothing.
        """
        for child in self._window.findChildren(QWidget):
            if child.acceptDrops() and child.window() is self._window:
                child.setAcceptDrops(False)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        window = getattr(self, "_window", None)  # nothing is left of it where the program ends
        if event is None or window is None or sip.isdeleted(window):
            # Qt deactivates a window on its way out.
            return False
        kind = event.type()
        if kind == QEvent.Type.WindowDeactivate:
            # Whoever goes to fetch a file: docks may have been added since.
            self.claim()
        if kind in (QEvent.Type.DragEnter, QEvent.Type.DragMove, QEvent.Type.Drop):
            assert isinstance(event, QDropEvent)
            paths = _paths(event)
            if not paths:
                event.ignore()
                return True
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            if kind == QEvent.Type.Drop:
                self.dropped.emit(paths)
            return True
        return False


def _paths(event: QDropEvent) -> list[str]:
    data = event.mimeData()
    if data is None or not data.hasUrls():
        return []
    return [url.toLocalFile() for url in data.urls() if url.isLocalFile() and url.toLocalFile()]
