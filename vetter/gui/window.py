"""What every window of the program has, with candidates or without."""

from __future__ import annotations

from typing import Any

from PyQt6.QtCore import Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QAction, QCloseEvent, QPaintEvent
from PyQt6.QtWidgets import QApplication, QMainWindow

from vetter.gui.command import Command
from vetter.gui.keymap import Keymap
from vetter.gui.opening import Opening
from vetter.gui.theme import apply_theme
from vetter.gui.window_dialogs import WindowDialogs


class Window(QMainWindow):
    """Begins with its first paint, asks for what is to be opened in its place, and ends once."""

    exposed = pyqtSignal()  # painted for the first time
    closed = pyqtSignal()
    open_wanted = pyqtSignal(object)  # an OpenRequest: what to show in this window's place
    cancel_wanted = pyqtSignal()
    close_wanted = pyqtSignal()

    commands: tuple[Command[Any], ...]
    keymap: Keymap
    opening: Opening
    dialogs: WindowDialogs
    actions_by_id: dict[str, QAction]

    def __init__(self) -> None:
        super().__init__()
        self._dark = True
        self._exposed = False
        self._closed = False

    def set_theme(self, dark: bool) -> None:
        """Dark or light."""
        self._dark = dark
        apply_theme(application(), dark)

    def toggle_theme(self) -> None:
        """Dark to light and back."""
        self.set_theme(not self._dark)

    def toggle_full_screen(self) -> None:
        """Full screen and back."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def quit(self) -> None:
        """Close the window; there is nothing to save."""
        self.close()

    def begin(self) -> None:
        """What waits for the first paint."""

    def end(self) -> None:
        """End all that runs behind the window, and let go of its files."""

    def shut_down(self) -> None:
        """End, and tell; harmless when repeated."""
        if not self._closed:
            self._closed = True
            self.end()
            self.closed.emit()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        super().paintEvent(event)
        if not self._exposed:
            self._exposed = True
            QTimer.singleShot(0, self._expose)

    def closeEvent(self, event: QCloseEvent | None) -> None:
        self.shut_down()
        super().closeEvent(event)

    def _expose(self) -> None:
        # A window that closed at once begins nothing that nobody would end.
        if not self._closed:
            self.begin()
            self.exposed.emit()


def application() -> QApplication:
    """The application that the windows belong to."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    return app
