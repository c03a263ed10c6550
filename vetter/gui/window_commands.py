"""The commands of every window, with candidates or without: parts of the menus they stand in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vetter.gui.actions.command import Command

if TYPE_CHECKING:
    from vetter.gui.windows.window import Window

OPEN_COMMANDS: tuple[Command[Window], ...] = (
    Command("file.open", "Open...", ("Ctrl+O",), "File", lambda w: w.opening.open_files()),
    Command(
        "file.open_folder",
        "Open folder...",
        ("Ctrl+Shift+O",),
        "File",
        lambda w: w.opening.open_folder(),
    ),
    Command("file.demo", "Open the demo", (), "File", lambda w: w.opening.open_demo()),
    Command(
        "file.clear_recent",
        "Clear the recent sessions",
        (),
        "File",
        lambda w: w.opening.clear_recent(),
    ),
)

QUIT_COMMAND: Command[Window] = Command(
    "file.quit", "Quit", ("Ctrl+Q",), "File", lambda w: w.quit()
)

PALETTE_COMMAND: Command[Window] = Command(
    "go.palette", "Command palette", ("Ctrl+K",), "Go", lambda w: w.dialogs.show_palette()
)

LOOK_COMMANDS: tuple[Command[Window], ...] = (
    Command(
        "view.theme",
        "Dark or light",
        ("Ctrl+D",),
        "View",
        lambda w: w.toggle_theme(),
        separated=True,
    ),
    Command("view.full_screen", "Full screen", ("F11",), "View", lambda w: w.toggle_full_screen()),
)

HELP_COMMANDS: tuple[Command[Window], ...] = (
    Command("help.keys", "All keys", ("?", "F1"), "Help", lambda w: w.dialogs.show_keys()),
    Command("help.guide", "User guide", (), "Help", lambda w: w.dialogs.show_guide()),
    Command(
        "help.about", "About vetter", (), "Help", lambda w: w.dialogs.show_about(), separated=True
    ),
)

WINDOW_COMMANDS = (*OPEN_COMMANDS, QUIT_COMMAND, PALETTE_COMMAND, *LOOK_COMMANDS, *HELP_COMMANDS)
