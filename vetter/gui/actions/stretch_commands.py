"""Commands of the menu Stretch: curves, limits, colours and presets of the panels."""

from __future__ import annotations

from typing import Any

from vetter.gui.actions.command import Command

STRETCH_COMMANDS: tuple[Command[Any], ...] = (
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
        "Next kind of limits",
        ("Shift+I",),
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
        "Shared limits on or off",
        ("Shift+L",),
        "Stretch",
        lambda w: w.stretch_bar.toggle_shared(),
    ),
    Command(
        "stretch.histogram",
        "Histogram with the limits on or off",
        ("Shift+H",),
        "Stretch",
        lambda w: w.stretch_bar.toggle_histogram(),
    ),
    Command(
        "stretch.preset",
        "Next preset",
        ("Shift+P",),
        "Stretch",
        lambda w: w.stretch_bar.next_preset(),
        separated=True,
    ),
    Command("stretch.presets", "Presets...", (), "Stretch", lambda w: w.stretch_bar.show_presets()),
    Command(
        "stretch.per_candidate",
        "Changes for this candidate only, on or off",
        (),
        "Stretch",
        lambda w: w.stretch_bar.toggle_per_candidate(),
    ),
    Command(
        "stretch.planes",
        "Next planes to adjust: image, difference, error, all",
        (),
        "Stretch",
        lambda w: w.stretch_bar.next_planes(),
    ),
    Command(
        "stretch.reset",
        "Reset contrast and bias",
        (),
        "Stretch",
        lambda w: w.stretch_bar.reset_contrast(),
    ),
)
