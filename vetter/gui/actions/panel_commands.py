"""Commands of the menu View on the panels: blink, marks, north, zoom.

They name no module of the panels, which import this package.
"""

from __future__ import annotations

from typing import Any

from vetter.gui.actions.command import Command

PANEL_COMMANDS: tuple[Command[Any], ...] = (
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
        "view.auto_blink",
        "Blink by itself on or off",
        ("Ctrl+B",),
        "View",
        lambda w: w.panels.toggle_auto_blink(),
    ),
    Command(
        "view.blink_planes",
        "Planes to blink...",
        (),
        "View",
        lambda w: w.panels.pick_blink(),
    ),
    Command(
        "view.flicker",
        "Flicker of image and refit template on or off",
        ("Shift+F",),
        "View",
        lambda w: w.panels.toggle_flicker(),
    ),
    Command(
        "view.swipe",
        "Swipe between image and template on or off",
        ("Shift+W",),
        "View",
        lambda w: w.panels.toggle_swipe(),
    ),
    Command(
        "view.flip",
        "Flip: show the template while held",
        ("Space",),
        "View",
        lambda w: w.plane_row.set_flip(True),
        released=lambda w: w.plane_row.set_flip(False),
    ),
    Command(
        "view.magnify",
        "Magnifier while held",
        ("K",),
        "View",
        lambda w: w.plane_row.set_magnifier(True),
        released=lambda w: w.plane_row.set_magnifier(False),
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
        "view.cursor_left",
        "Pixel cursor left",
        ("Alt+Left",),
        "View",
        lambda w: w.plane_row.move_cursor(-1, 0),
        repeats=True,
    ),
    Command(
        "view.cursor_right",
        "Pixel cursor right",
        ("Alt+Right",),
        "View",
        lambda w: w.plane_row.move_cursor(1, 0),
        repeats=True,
    ),
    Command(
        "view.cursor_up",
        "Pixel cursor up",
        ("Alt+Up",),
        "View",
        lambda w: w.plane_row.move_cursor(0, 1),
        repeats=True,
    ),
    Command(
        "view.cursor_down",
        "Pixel cursor down",
        ("Alt+Down",),
        "View",
        lambda w: w.plane_row.move_cursor(0, -1),
        repeats=True,
    ),
    Command(
        "view.north",
        "North up (quarter turns) on or off",
        ("Shift+N",),
        "View",
        lambda w: w.panels.toggle_north(),
    ),
    Command(
        "view.hatch",
        "Bad pixels as a hatch on or off",
        ("Shift+T",),
        "View",
        lambda w: w.panels.toggle_hatch(),
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
        "view.large",
        "Large panel (under the pointer) on or off",
        ("Z",),
        "View",
        lambda w: w.plane_row.toggle_large(),
    ),
    Command(
        "view.next_large",
        "Next panel large",
        ("Shift+Z",),
        "View",
        lambda w: w.plane_row.step_large(1),
    ),
)
