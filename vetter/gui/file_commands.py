"""The commands of the menu File, a part of the table in `vetter.gui.commands`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vetter.gui.actions.command import Command
from vetter.gui.window_commands import OPEN_COMMANDS, QUIT_COMMAND

if TYPE_CHECKING:
    from vetter.gui.windows.main_window import MainWindow

FILE_COMMANDS: tuple[Command[MainWindow], ...] = (
    *OPEN_COMMANDS,
    Command(
        "file.export",
        "Export...",
        ("Ctrl+E",),
        "File",
        lambda w: w.dialogs.show_export(),
        separated=True,
    ),
    Command(
        "file.save_session",
        "Save as a new session...",
        (),
        "File",
        lambda w: w.copy_wanted.emit(),
    ),
    Command(
        "file.offers",
        "Verdicts offered from the earlier list...",
        (),
        "File",
        lambda w: w.dialogs.show_offers(),
        separated=True,
    ),
    Command(
        "file.list_columns",
        "Columns of the list...",
        (),
        "File",
        lambda w: w.dialogs.show_list_columns(),
    ),
    Command(
        "file.planes", "Planes of the list...", (), "File", lambda w: w.opening.choose_planes()
    ),
    Command("file.notes", "What was recognised...", (), "File", lambda w: w.dialogs.show_notes()),
    Command("file.report", "Report...", (), "File", lambda w: w.dialogs.show_report()),
    Command(
        "file.close",
        "Close",
        ("Ctrl+W",),
        "File",
        lambda w: w.opening.close_input(),
        separated=True,
    ),
    QUIT_COMMAND,
)
