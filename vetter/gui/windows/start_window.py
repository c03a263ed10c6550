"""Window with the first page, shown while no input is open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PyQt6.QtWidgets import QStatusBar

from vetter.gui.actions.command import Command
from vetter.gui.actions.keymap import Keymap, make_keymap
from vetter.gui.actions.menus import make_actions
from vetter.gui.opening.input_chooser import InputChooser
from vetter.gui.opening.start_page import StartPage
from vetter.gui.widgets.theme import is_dark
from vetter.gui.windows.window import Window, WindowDialogs, application, first_size
from vetter.review.opening.recents import Recents
from vetter.settings import Settings


class StartWindow(Window):
    """Window with the first page and the commands that need no candidates.

    Parameters
    ----------
    theme : str
        'system', 'dark' or 'light'.
    keymap_changes : mapping or None
        The user's keymap file, parsed.
    recents : Recents
    commands : tuple of Command
        Every command of the program, for the keymap and the key sheet.
    own : tuple of Command
        The commands that need no candidates.
    blind : bool
        Whether inputs open for blind review.
    """

    def __init__(
        self,
        theme: str,
        keymap_changes: Mapping[str, Any] | None,
        recents: Recents,
        commands: tuple[Command[Any], ...],
        own: tuple[Command[Window], ...],
        blind: bool = False,
    ) -> None:
        super().__init__()
        self._recents = recents
        self.commands = commands
        self.keymap = make_keymap(commands, keymap_changes)
        self.dialogs = WindowDialogs(self)
        self.opening = InputChooser(self)
        self.actions_by_id = make_actions(self, own, self.keymap)
        self.page = StartPage(self._button_keys(), blind, self)
        self.page.files_wanted.connect(self.opening.open_files)
        self.page.folder_wanted.connect(self.opening.open_folder)
        self.page.demo_wanted.connect(self.opening.open_demo)
        self.page.session_wanted.connect(self.opening.open_recent)
        self.page.clear_wanted.connect(self.opening.clear_recent)
        self.page.blind_wanted.connect(self.blind_wanted)
        self.setCentralWidget(self.opening.add_strip_over(self.page))
        self.status = QStatusBar(self)
        self.status.setSizeGripEnabled(False)
        self.setStatusBar(self.status)
        self.setWindowTitle("vetter")
        self.resize(*first_size(application()))
        self._theme_setting = theme
        self.set_theme(is_dark(theme, application()))
        self.opening.drop.redirect_drops()
        self.opening.show_recents_menu(recents)
        recents.changed.connect(self._on_recents_changed)
        self._on_recents_changed()
        self.page.buttons[0].setFocus()

    def set_keymap(self, keymap: Keymap) -> None:
        """Take over other keys, which the buttons name."""
        super().set_keymap(keymap)
        self.page.show_keys(self._button_keys())

    def apply_settings(self, settings: Settings) -> None:
        """Take over settings that the user has changed."""
        super().apply_settings(settings)
        self.page.blind.setChecked(settings.review.blind)

    def _button_keys(self) -> list[str]:
        names = ("file.open", "file.open_folder", "file.demo")
        return [next(iter(self.keymap[name]), "") for name in names]

    def end(self) -> None:
        """Stop following the recent sessions."""
        self._recents.changed.disconnect(self._on_recents_changed)

    def _on_recents_changed(self) -> None:
        self.page.show_recents(self._recents.entries, self._recents.missing)
