"""The commands of the menu File, a part of the table in `vetter.gui.commands`."""

from __future__ import annotations

from vetter.gui.command import Command

FILE_COMMANDS: tuple[Command, ...] = (
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
    Command(
        "file.export",
        "Export...",
        ("Ctrl+E",),
        "File",
        lambda w: w.dialogs.show_export(),
        separated=True,
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
    Command("file.quit", "Quit", ("Ctrl+Q",), "File", lambda w: w.quit()),
)
