"""Every window of the program, with candidates or without: its frame, dialogs and first size.

A dialog is built when it is first wanted; the first size is as large as is useful, where the
screen has the room.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QAction, QCloseEvent, QIcon, QPaintEvent
from PyQt6.QtWidgets import QApplication, QDialog, QMainWindow, QMessageBox

from vetter import __version__
from vetter.gui.actions.command import Command
from vetter.gui.actions.keymap import Keymap
from vetter.gui.opening.input_chooser import InputChooser
from vetter.gui.widgets.theme import apply_theme

if TYPE_CHECKING:
    from vetter.gui.dialogs.palette import Search

USEFUL_SIZE = (1600, 900)
TITLE_BAR = 32
"""Pixels kept free for the title bar, whose height is known only after the window shows."""


class Window(QMainWindow):
    """Begins with its first paint, asks for what is to be opened in its place, and ends once."""

    exposed = pyqtSignal()  # painted for the first time
    closed = pyqtSignal()
    open_wanted = pyqtSignal(object)  # an OpenRequest: what to show in this window's place
    cancel_wanted = pyqtSignal()
    close_wanted = pyqtSignal()
    copy_wanted = pyqtSignal()  # a new session with what this one holds

    commands: tuple[Command[Any], ...]
    keymap: Keymap
    opening: InputChooser
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


class WindowDialogs:
    """The dialogs of every window; each is built when first wanted.

    Parameters
    ----------
    window : Window
        Over which they open.
    """

    def __init__(self, window: Window) -> None:
        self._window = window

    def show_keys(self) -> None:
        """All keys, as they are now."""
        from vetter.gui.dialogs.key_sheet import KeySheet

        KeySheet(self._window.commands, self._window.keymap, self._window).open()

    def show_palette(self) -> None:
        """What can be done here, by a few letters of its name."""
        from vetter.gui.dialogs.palette import Palette

        window = self._window
        own = [command for command in window.commands if command.id in window.actions_by_id]
        Palette(own, window.keymap, window, *self.found_besides()).open_over(window)

    def found_besides(self) -> tuple[Search, str]:
        """What the palette finds besides commands, and what that is called."""
        from vetter.gui.dialogs.palette_search import RecentSearch

        return RecentSearch(self._window.opening), "a recent session"

    def show_guide(self) -> None:
        """The user guide, in a window that may stay open."""
        from vetter.gui.dialogs.guide import Guide

        Guide(self._window).show()

    def show_about(self) -> None:
        """The version."""
        self.say(
            "About vetter",
            f"vetter {__version__}\n\nLook at transient candidates, decide by key, and let a fit "
            "explain the dipoles.\nFree software under the MIT licence.",
        )

    def close_all(self) -> None:
        """Close what belongs to this window's session: another window takes its place.

        The guide stays, and so does a message: what it says must have been read.
        """
        for dialog in self._window.findChildren(QDialog):
            if dialog.objectName() != "guide" and not isinstance(dialog, QMessageBox):
                dialog.close()

    def say_failure(self, text: str) -> None:
        """Something that the vetter must know before they go on."""
        box = self._box("vetter", text)
        box.setIcon(QMessageBox.Icon.Warning)
        box.open()

    def say_unexpected(self, text: str, details: str) -> None:
        """An error that nobody expected, with what a report of it needs."""
        box = self._box("vetter", f"Something went wrong that should not: {text}")
        box.setIcon(QMessageBox.Icon.Critical)
        box.setInformativeText("Every verdict so far is on disk. The details help to mend it.")
        box.setDetailedText(details)
        box.open()

    def say(self, title: str, text: str, written: Qt.TextFormat = Qt.TextFormat.PlainText) -> None:
        """Something that the vetter asked to read; ``written`` tells HTML from plain text."""
        box = self._box(title, text)
        box.setTextFormat(written)
        box.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        box.open()

    def say_list(self, title: str, items: Sequence[str]) -> None:
        """Several things that the vetter asked to read; the lines of each begin below its first."""
        # Its table of entities would be read at each start.
        import html

        rows = (f"<tr><td>•&nbsp;&nbsp;</td><td>{html.escape(item)}</td></tr>" for item in items)
        self.say(title, f"<table>{''.join(rows)}</table>", Qt.TextFormat.RichText)

    def _box(self, title: str, text: str) -> QMessageBox:
        box = QMessageBox(self._window)
        box.setWindowTitle(title)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(text)
        box.setStandardButtons(QMessageBox.StandardButton.Ok)
        for button in box.buttons():
            button.setIcon(QIcon())
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return box


def application() -> QApplication:
    """The application that the windows belong to."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    return app


def first_size(app: QApplication) -> tuple[int, int]:
    """Width and height: as large as is useful, and no larger than the screen with a title bar."""
    screen = app.primaryScreen()
    width, height = USEFUL_SIZE
    if screen is None:
        return width, height
    room = screen.availableGeometry()
    return min(width, room.width()), min(height, room.height() - TITLE_BAR)
