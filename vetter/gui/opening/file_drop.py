"""Files and folders dropped anywhere on a window."""

from __future__ import annotations

from PyQt6 import sip
from PyQt6.QtCore import QEvent, QObject, Qt, pyqtSignal
from PyQt6.QtGui import QDropEvent
from PyQt6.QtWidgets import QWidget


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
