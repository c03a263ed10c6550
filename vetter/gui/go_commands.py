"""The commands of the menu Go, a part of the table in `vetter.gui.commands`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vetter.gui.actions.command import Command
from vetter.gui.window_commands import PALETTE_COMMAND

if TYPE_CHECKING:
    from vetter.gui.windows.main_window import MainWindow

GO_COMMANDS: tuple[Command[MainWindow], ...] = (
    Command("go.next", "Next", ("Right", "N"), "Go", lambda w: w.session.next(), repeats=True),
    Command(
        "go.previous", "Previous", ("Left", "P"), "Go", lambda w: w.session.previous(), repeats=True
    ),
    Command(
        "go.undecided",
        "Next undecided",
        ("U",),
        "Go",
        lambda w: w.session.next_undecided(),
        repeats=True,
    ),
    Command(
        "go.next_epoch",
        "Next epoch of this object",
        (".",),
        "Go",
        lambda w: w.epochs.step(1),
        repeats=True,
        separated=True,
    ),
    Command(
        "go.previous_epoch",
        "Previous epoch of this object",
        (",",),
        "Go",
        lambda w: w.epochs.step(-1),
        repeats=True,
    ),
    Command("go.first", "First", ("Home",), "Go", lambda w: w.session.first(), separated=True),
    Command("go.last", "Last", ("End",), "Go", lambda w: w.session.last()),
    Command(
        "go.filter",
        "Filter and search",
        ("/", "Ctrl+F"),
        "Go",
        lambda w: w.show_filter(),
        separated=True,
    ),
    Command("go.grid", "Grid of many candidates", ("G",), "Go", lambda w: w.pages.toggle_grid()),
    PALETTE_COMMAND,
)
