"""Commands of the menu View on the panels: blink, marks, north, zoom.

They name no module of the panels, which import this package.
"""

from __future__ import annotations

from typing import Any

from vetter.gui.actions.command import Command
from vetter.gui.actions.command_states import State

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
        "North up: quarter turns, exactly, as read, in turn",
        ("Shift+N",),
        "View",
        lambda w: w.panels.step_north(),
        submenu="North up",
    ),
    Command(
        "view.north_off",
        "North up: no, as in the file",
        (),
        "View",
        lambda w: w.panels.face_north("as read"),
        submenu="North up",
    ),
    Command(
        "view.north_quarters",
        "North up: by quarter turns",
        (),
        "View",
        lambda w: w.panels.face_north("quarter turns"),
        submenu="North up",
    ),
    Command(
        "view.north_exact",
        "North up: exactly",
        (),
        "View",
        lambda w: w.panels.face_north("exact"),
        submenu="North up",
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

IS_ON_PANELS: dict[str, State] = {
    "view.auto_blink": lambda w: w.plane_row.is_blinking,
    "view.flicker": lambda w: w.plane_row.is_flickering,
    "view.swipe": lambda w: w.plane_row.is_swiping,
    "view.hatch": lambda w: w.plane_row.choice.hatched,
    "view.large": lambda w: w.plane_row.large is not None,
    "view.north_off": lambda w: w.plane_row.north == "as read",
    "view.north_quarters": lambda w: w.plane_row.north == "quarter turns",
    "view.north_exact": lambda w: w.plane_row.north == "exact",
}
"""Whether a command that switches something is on."""

CAN_RUN_PANELS: dict[str, State] = {
    "view.auto_blink": lambda w: w.plane_row.can_blink,
    "view.flicker": lambda w: w.plane_row.can_flicker,
    "view.swipe": lambda w: w.plane_row.can_blink,
    "view.hatch": lambda w: "mask" in w.plane_row.planes,
}
"""Whether a command has something to act on."""
