"""The commands of the menu View, a part of the table in `vetter.gui.commands`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vetter.gui.actions.command import Command
from vetter.gui.window_commands import LOOK_COMMANDS

if TYPE_CHECKING:
    from vetter.gui.windows.main_window import MainWindow

VIEW_COMMANDS: tuple[Command[MainWindow], ...] = (
    Command(
        "view.blink",
        "Blink image and template",
        ("B",),
        "View",
        lambda w: w.plane_row.blink_step(1),
        repeats=True,
    ),
    Command(
        "view.blink_back",
        "Blink backwards",
        ("Shift+B",),
        "View",
        lambda w: w.plane_row.blink_step(-1),
        repeats=True,
    ),
    Command(
        "view.flip",
        "Flip: template in image's place while held",
        ("Space",),
        "View",
        lambda w: w.plane_row.set_flip(True),
        released=lambda w: w.plane_row.set_flip(False),
    ),
    Command(
        "view.reticle",
        "Reticle on or off",
        ("T",),
        "View",
        lambda w: w.toggle_reticle(),
        separated=True,
    ),
    Command(
        "view.compass", "Compass and scale on or off", (), "View", lambda w: w.toggle_compass()
    ),
    Command(
        "view.fit", "Fit view", ("0",), "View", lambda w: w.plane_row.fit_view(), separated=True
    ),
    Command(
        "view.zoom_in",
        "Zoom in",
        ("+", "="),
        "View",
        lambda w: w.plane_row.zoom_in(),
        repeats=True,
    ),
    Command(
        "view.zoom_out", "Zoom out", ("-",), "View", lambda w: w.plane_row.zoom_out(), repeats=True
    ),
    Command(
        "view.smaller",
        "Smaller cutout",
        ("[", "PgDown"),
        "View",
        lambda w: w.change_radius(1 / 1.25),
        repeats=True,
        separated=True,
    ),
    Command(
        "view.larger",
        "Larger cutout",
        ("]", "PgUp"),
        "View",
        lambda w: w.change_radius(1.25),
        repeats=True,
    ),
    Command(
        "view.read_again",
        "Read again what could not be read",
        ("F5",),
        "View",
        lambda w: w.read_again(),
    ),
    Command(
        "view.list",
        "Candidate list on or off",
        ("L",),
        "View",
        lambda w: w.toggle_list(),
        separated=True,
    ),
    Command(
        "view.field",
        "Field view: shifts of all candidates, on or off",
        ("V",),
        "View",
        lambda w: w.pages.toggle_field(),
    ),
    Command(
        "view.light_curve",
        "Light curve (history) on or off",
        ("H",),
        "View",
        lambda w: w.toggle_light_curve(),
    ),
    Command("view.epochs", "Row of epochs on or off", ("E",), "View", lambda w: w.epochs.toggle()),
    Command(
        "view.epoch_plane",
        "Row of epochs: next plane",
        ("Shift+E",),
        "View",
        lambda w: w.epochs.next_plane(),
    ),
    Command("view.panels", "Planes with panels...", (), "View", lambda w: w.pick_panels()),
    Command("view.columns", "Columns...", (), "View", lambda w: w.candidate_list.pick_columns()),
    Command(
        "view.all_columns",
        "All columns of this candidate",
        ("D",),
        "View",
        lambda w: w.dialogs.show_all_columns(),
    ),
    *LOOK_COMMANDS,
)
