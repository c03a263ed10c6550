"""Base of every window, with candidates or without: its frame, dialogs and first size.

A dialog is built when it is first opened. The first size is the useful size, limited by the
screen.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QAction, QCloseEvent, QIcon, QKeySequence, QPaintEvent
from PyQt6.QtWidgets import QApplication, QDialog, QMainWindow, QMessageBox

from vetter import __version__
from vetter.gui.actions.command import Command
from vetter.gui.actions.keymap import Keymap
from vetter.gui.opening.input_chooser import InputChooser
from vetter.gui.widgets.theme import apply_theme, is_dark
from vetter.settings import Settings

if TYPE_CHECKING:
    from vetter.gui.dialogs.palette import Search

USEFUL_SIZE = (1600, 900)
TITLE_BAR = 32
"""Pixels kept free for the title bar, whose height is known only after the window shows."""


class Window(QMainWindow):
    """Main window that starts with its first paint, requests its successor, and ends once."""

    exposed = pyqtSignal()  # painted for the first time
    closed = pyqtSignal()
    open_wanted = pyqtSignal(object)  # an OpenRequest: the input that replaces this one
    cancel_wanted = pyqtSignal()
    close_wanted = pyqtSignal()
    copy_wanted = pyqtSignal()  # a new session with this one's contents
    practice_wanted = pyqtSignal()  # a practice on this window's input, or another one
    session_wanted = pyqtSignal()  # the session of the input that was practised on
    blind_wanted = pyqtSignal(bool)  # blind review on or off, for this input and the next ones
    preferences_wanted = pyqtSignal()
    layouts_wanted = pyqtSignal()

    commands: tuple[Command[Any], ...]
    keymap: Keymap
    opening: InputChooser
    dialogs: WindowDialogs
    actions_by_id: dict[str, QAction]

    def __init__(self) -> None:
        super().__init__()
        self._dark = True
        self._theme_setting = ""
        """Theme of the settings in force; empty before these are known."""
        self._exposed = False
        self._closed = False

    def set_theme(self, dark: bool) -> None:
        """Set the dark or light theme."""
        self._dark = dark
        apply_theme(application(), dark)

    @property
    def is_dark(self) -> bool:
        """Whether the theme is dark."""
        return self._dark

    def toggle_theme(self) -> None:
        """Switch between the dark and the light theme."""
        self.set_theme(not self._dark)

    def set_keymap(self, keymap: Keymap) -> None:
        """Take over other keys; all texts that name keys follow."""
        # In place: the widgets hold the same mapping.
        self.keymap.clear()
        self.keymap.update(keymap)
        for command_id, action in self.actions_by_id.items():
            keys = self.keymap[command_id]
            action.setShortcuts([QKeySequence.fromString(key) for key in keys])

    def apply_settings(self, settings: Settings) -> None:
        """Take over settings that the user has changed."""
        if settings.display.theme != self._theme_setting:
            self._theme_setting = settings.display.theme
            self.set_theme(is_dark(self._theme_setting, application()))

    def toggle_full_screen(self) -> None:
        """Enter or leave full screen."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def quit(self) -> None:
        """Close the window; all decisions are already saved."""
        self.close()

    def begin(self) -> None:
        """Start the work that waits for the first paint."""

    def end(self) -> None:
        """Stop all background work of the window and close its files."""

    def shut_down(self) -> None:
        """End and emit `closed`; a second call has no effect."""
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
        # After a close at once, no `end` would stop the work that `begin` starts.
        if not self._closed:
            self.begin()
            self.exposed.emit()


class WindowDialogs:
    """Dialogs of every window, each built when first opened.

    Parameters
    ----------
    window : Window
        Window that the dialogs open over.
    """

    def __init__(self, window: Window) -> None:
        self._window = window

    def show_keys(self) -> None:
        """Open the sheet of all keys in force."""
        from vetter.gui.dialogs.key_sheet import KeySheet

        KeySheet(self._window.commands, self._window.keymap, self._window).open()

    def show_palette(self) -> None:
        """Open the command palette."""
        from vetter.gui.dialogs.palette import Palette

        window = self._window
        own = [command for command in window.commands if command.id in window.actions_by_id]
        Palette(own, window.keymap, window, *self.make_palette_search()).open_over(window)

    def make_palette_search(self) -> tuple[Search, str]:
        """Return the palette's search besides commands, and the description of its results."""
        from vetter.gui.dialogs.palette_search import RecentSearch

        return RecentSearch(self._window.opening), "a recent session"

    def show_guide(self) -> None:
        """Open the user guide in a window that may stay open."""
        from vetter.gui.dialogs.guide import Guide

        Guide(self._window).show()

    def show_about(self) -> None:
        """Open a box with the version."""
        self.say(
            "About vetter",
            f"vetter {__version__}\n\nLook at transient candidates, decide by key, and let a fit "
            "explain the dipoles.\nFree software under the MIT licence.",
        )

    def close_all(self) -> None:
        """Close the dialogs of this window's session before another window replaces this one.

        The guide and messages stay open: the user must have read a message.
        """
        for dialog in self._window.findChildren(QDialog):
            if dialog.objectName() != "guide" and not isinstance(dialog, QMessageBox):
                dialog.close()

    def show_warning(self, text: str) -> None:
        """Show a warning that the user must read before going on."""
        box = self._make_box("vetter", text)
        box.setIcon(QMessageBox.Icon.Warning)
        box.open()

    def show_unexpected(self, text: str, details: str) -> None:
        """Show an unexpected error, with the details for a report."""
        box = self._make_box("vetter", f"Unexpected error: {text}")
        box.setIcon(QMessageBox.Icon.Critical)
        box.setInformativeText(
            "Every verdict so far is saved. Please send the details with a report of this error."
        )
        box.setDetailedText(details)
        box.open()

    def say(self, title: str, text: str, written: Qt.TextFormat = Qt.TextFormat.PlainText) -> None:
        """Show a text that the user asked for; ``written`` is the format, plain text or HTML."""
        box = self._make_box(title, text)
        box.setTextFormat(written)
        box.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        box.open()

    def show_list(self, title: str, items: Sequence[str]) -> None:
        """Show a list of texts; wrapped lines of each item are indented like its first."""
        # Imported here: html reads a table of entities, which would delay each start.
        import html

        rows = (f"<tr><td>•&nbsp;&nbsp;</td><td>{html.escape(item)}</td></tr>" for item in items)
        self.say(title, f"<table>{''.join(rows)}</table>", Qt.TextFormat.RichText)

    def _make_box(self, title: str, text: str) -> QMessageBox:
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
    """Return the application that the windows belong to."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    return app


def first_size(app: QApplication) -> tuple[int, int]:
    """Return width and height: the useful size, at most the screen without a title bar."""
    screen = app.primaryScreen()
    width, height = USEFUL_SIZE
    if screen is None:
        return width, height
    room = screen.availableGeometry()
    return min(width, room.width()), min(height, room.height() - TITLE_BAR)
