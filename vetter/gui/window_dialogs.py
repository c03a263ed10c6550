"""The dialogs of every window, with candidates or without; each is built when first wanted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QIcon
from PyQt6.QtWidgets import QDialog, QMessageBox

from vetter import __version__

if TYPE_CHECKING:
    from vetter.gui.palette import Search
    from vetter.gui.window import Window


class WindowDialogs:
    """What the program says of itself, and of what went wrong.

    Parameters
    ----------
    window : Window
        Over which they open.
    """

    def __init__(self, window: Window) -> None:
        self._window = window

    def show_keys(self) -> None:
        """All keys, as they are now."""
        from vetter.gui.key_sheet import KeySheet

        KeySheet(self._window.commands, self._window.keymap, self._window).open()

    def show_palette(self) -> None:
        """What can be done here, by a few letters of its name."""
        from vetter.gui.palette import Palette

        window = self._window
        own = [command for command in window.commands if command.id in window.actions_by_id]
        Palette(own, window.keymap, window, *self.found_besides()).open_over(window)

    def found_besides(self) -> tuple[Search, str]:
        """What the palette finds besides commands, and what that is called."""
        from vetter.gui.recent_search import RecentSearch

        return RecentSearch(self._window.opening), "a recent session"

    def show_guide(self) -> None:
        """The user guide, in a window that may stay open."""
        from vetter.gui.guide import Guide

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

    def say(self, title: str, text: str) -> None:
        """Something that the vetter asked to read."""
        box = self._box(title, text)
        box.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        box.open()

    def say_list(self, title: str, items: Sequence[str]) -> None:
        """Several things that the vetter asked to read; the lines of each begin below its first."""
        # Its table of entities would be read at each start.
        import html

        rows = (f"<tr><td>•&nbsp;&nbsp;</td><td>{html.escape(item)}</td></tr>" for item in items)
        self.say(title, f"<table>{''.join(rows)}</table>")

    def _box(self, title: str, text: str) -> QMessageBox:
        box = QMessageBox(self._window)
        box.setWindowTitle(title)
        box.setText(text)
        box.setStandardButtons(QMessageBox.StandardButton.Ok)
        for button in box.buttons():
            button.setIcon(QIcon())
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return box
