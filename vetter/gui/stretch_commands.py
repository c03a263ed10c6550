"""The commands of the menu Stretch, a part of the table in `vetter.gui.commands`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vetter.gui.actions.command import Command

if TYPE_CHECKING:
    from vetter.gui.windows.main_window import MainWindow

STRETCH_COMMANDS: tuple[Command[MainWindow], ...] = (
    Command(
        "stretch.next",
        "Next stretch",
        ("S",),
        "Stretch",
        lambda w: w.stretch_bar.next_stretch(),
        repeats=True,
    ),
    Command(
        "stretch.previous",
        "Previous stretch",
        ("Shift+S",),
        "Stretch",
        lambda w: w.stretch_bar.previous_stretch(),
        repeats=True,
    ),
    Command(
        "stretch.invert",
        "Invert colours",
        ("I",),
        "Stretch",
        lambda w: w.stretch_bar.toggle_invert(),
    ),
    Command(
        "stretch.colours",
        "Next colours",
        (),
        "Stretch",
        lambda w: w.stretch_bar.next_colours(),
    ),
    Command(
        "stretch.interval",
        "Next way to choose the limits",
        (),
        "Stretch",
        lambda w: w.stretch_bar.next_interval(),
        separated=True,
    ),
    Command(
        "stretch.limits",
        "Type the limits",
        (),
        "Stretch",
        lambda w: w.stretch_bar.type_limits(),
    ),
    Command(
        "stretch.shared",
        "Image and templates share their limits, or not",
        (),
        "Stretch",
        lambda w: w.stretch_bar.toggle_shared(),
    ),
    Command(
        "stretch.planes",
        "Next planes for these choices: image, difference, error, all",
        (),
        "Stretch",
        lambda w: w.stretch_bar.next_planes(),
    ),
    Command(
        "stretch.reset",
        "Contrast and bias as at first",
        (),
        "Stretch",
        lambda w: w.stretch_bar.reset_contrast(),
    ),
)
