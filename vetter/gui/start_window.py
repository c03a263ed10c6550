"""The window while nothing is open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PyQt6.QtCore import Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QCloseEvent, QPaintEvent
from PyQt6.QtWidgets import QApplication, QMainWindow, QStatusBar

from vetter.gui.actions import make_actions
from vetter.gui.commands import COMMANDS
from vetter.gui.dialogs import Dialogs
from vetter.gui.keymap import make_keymap
from vetter.gui.opening import Opening
from vetter.gui.start_page import StartPage
from vetter.gui.theme import apply_theme, is_dark
from vetter.gui.window_size import first_size
from vetter.review.recents import Recents

OFFERED = (
    "file.open",
    "file.open_folder",
    "file.demo",
    "file.clear_recent",
    "file.quit",
    "view.theme",
    "view.full_screen",
    "help.keys",
    "help.guide",
    "help.about",
)


class StartWindow(QMainWindow):
    """Shows the first page; the commands that need no candidates work.

    Parameters
    ----------
    theme : str
        'system', 'dark' or 'light'.
    keymap_changes : mapping or None
        The user's keymap file, parsed.
    recents : Recents
    """

    exposed = pyqtSignal()
    closed = pyqtSignal()
    open_wanted = pyqtSignal(object)  # an OpenRequest
    cancel_wanted = pyqtSignal()
    close_wanted = pyqtSignal()

    def __init__(
        self, theme: str, keymap_changes: Mapping[str, Any] | None, recents: Recents
    ) -> None:
        super().__init__()
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        self._recents = recents
        self._closed = self._exposed = False
        self.commands = COMMANDS
        self.keymap = make_keymap(COMMANDS, keymap_changes)
        self.dialogs = Dialogs(self)  # type: ignore[arg-type]
        self.opening = Opening(self)
        offered = [command for command in COMMANDS if command.id in OFFERED]
        self.actions_by_id = make_actions(self, offered, self.keymap)  # type: ignore[arg-type]
        names = ("file.open", "file.open_folder", "file.demo")
        self.page = StartPage([next(iter(self.keymap[name]), "") for name in names], self)
        self.page.files_wanted.connect(self.opening.open_files)
        self.page.folder_wanted.connect(self.opening.open_folder)
        self.page.demo_wanted.connect(self.opening.open_demo)
        self.page.session_wanted.connect(self.opening.open_recent)
        self.page.clear_wanted.connect(self.opening.clear_recent)
        self.setCentralWidget(self.opening.above(self.page))
        self.status = QStatusBar(self)
        self.status.setSizeGripEnabled(False)
        self.setStatusBar(self.status)
        self.setWindowTitle("vetter")
        self.resize(*first_size(app))
        self.set_theme(is_dark(theme, app))
        self.opening.drop.claim()
        self.opening.put_recents(recents)
        recents.changed.connect(self._on_recents_changed)
        self._on_recents_changed()
        self.page.buttons[0].setFocus()

    def set_theme(self, dark: bool) -> None:
        """Dark or light."""
        self._dark = dark
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        apply_theme(app, dark)

    def toggle_theme(self) -> None:
        """Dark to light and back."""
        self.set_theme(not self._dark)

    def toggle_full_screen(self) -> None:
        """Full screen and back."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def quit(self) -> None:
        """Close the window."""
        self.close()

    def shut_down(self) -> None:
        """Tell that the window is going; harmless when repeated."""
        if not self._closed:
            self._closed = True
            self._recents.changed.disconnect(self._on_recents_changed)
            self.closed.emit()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        super().paintEvent(event)
        if not self._exposed:
            self._exposed = True
            QTimer.singleShot(0, self._expose)

    def _expose(self) -> None:
        # As in the other window: one that closed at once begins nothing.
        if not self._closed:
            self.exposed.emit()

    def closeEvent(self, event: QCloseEvent | None) -> None:
        self.shut_down()
        super().closeEvent(event)

    def _on_recents_changed(self) -> None:
        self.page.show_recents(self._recents.entries, self._recents.missing)
