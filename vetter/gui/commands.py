"""Every command, declared once: menus, tool tips, palette, key sheet and README come from here."""

from __future__ import annotations

from vetter.core.decisions import Verdict
from vetter.gui.command import MENUS, UNNAMED_TAG, Command, with_tags
from vetter.gui.file_commands import FILE_COMMANDS

__all__ = ["COMMANDS", "MENUS", "UNNAMED_TAG", "Command", "with_tags"]

_TAG_COMMANDS = tuple(
    Command(
        f"review.tag_{number}",
        f"Tag {number} {UNNAMED_TAG}",
        (str(number),),
        "Review",
        # Bound at definition, or every row would toggle tag 9.
        lambda window, number=number: window.session.toggle_tag(number),  # type: ignore[misc]
        separated=number == 1,
    )
    for number in range(1, 10)
)

COMMANDS: tuple[Command, ...] = (
    *FILE_COMMANDS,
    Command(
        "review.accept",
        "Accept, then next",
        ("A",),
        "Review",
        lambda w: w.dialogs.decide(Verdict.ACCEPT),
    ),
    Command(
        "review.reject",
        "Reject, then next",
        ("R",),
        "Review",
        lambda w: w.dialogs.decide(Verdict.REJECT),
    ),
    Command(
        "review.maybe",
        "Maybe, then next",
        ("M",),
        "Review",
        lambda w: w.dialogs.decide(Verdict.MAYBE),
    ),
    Command(
        "review.clear",
        "Clear the verdict",
        ("Backspace",),
        "Review",
        lambda w: w.dialogs.decide(Verdict.NONE),
    ),
    Command(
        "review.undo",
        "Undo",
        ("Ctrl+Z",),
        "Review",
        lambda w: w.session.undo(),
        repeats=True,
        separated=True,
    ),
    Command(
        "review.redo",
        "Redo",
        ("Ctrl+Shift+Z", "Ctrl+Y"),
        "Review",
        lambda w: w.session.redo(),
        repeats=True,
    ),
    Command(
        "review.comment", "Comment", ("C",), "Review", lambda w: w.edit_comment(), separated=True
    ),
    *_TAG_COMMANDS,
    Command(
        "review.accept_epochs",
        "Accept all epochs of this object...",
        ("Shift+A",),
        "Review",
        lambda w: w.epochs.ask(Verdict.ACCEPT),
        separated=True,
    ),
    Command(
        "review.reject_epochs",
        "Reject all epochs of this object...",
        ("Shift+R",),
        "Review",
        lambda w: w.epochs.ask(Verdict.REJECT),
    ),
    Command(
        "review.maybe_epochs",
        "Maybe for all epochs of this object...",
        ("Shift+M",),
        "Review",
        lambda w: w.epochs.ask(Verdict.MAYBE),
    ),
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
    Command("go.grid", "Grid of many candidates", ("G",), "Go", lambda w: w.dialogs.toggle_grid()),
    Command("go.palette", "Command palette", ("Ctrl+K",), "Go", lambda w: w.dialogs.show_palette()),
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
        lambda w: w.dialogs.toggle_field(),
    ),
    Command(
        "view.light_curve",
        "Light curve (history) on or off",
        ("H",),
        "View",
        lambda w: w.dialogs.toggle_light_curve(),
    ),
    Command("view.epochs", "Row of epochs on or off", ("E",), "View", lambda w: w.epochs.toggle()),
    Command(
        "view.epoch_plane",
        "Row of epochs: next plane",
        ("Shift+E",),
        "View",
        lambda w: w.epochs.next_plane(),
    ),
    Command("view.panels", "Planes with panels...", (), "View", lambda w: w.dialogs.pick_panels()),
    Command("view.columns", "Columns...", (), "View", lambda w: w.dialogs.pick_columns()),
    Command(
        "view.all_columns",
        "All columns of this candidate",
        ("D",),
        "View",
        lambda w: w.dialogs.show_all_columns(),
    ),
    Command(
        "view.theme",
        "Dark or light",
        ("Ctrl+D",),
        "View",
        lambda w: w.toggle_theme(),
        separated=True,
    ),
    Command("view.full_screen", "Full screen", ("F11",), "View", lambda w: w.toggle_full_screen()),
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
        "stretch.shared",
        "Image and templates share their limits, or not",
        (),
        "Stretch",
        lambda w: w.stretch_bar.toggle_shared(),
        separated=True,
    ),
    Command(
        "stretch.reset",
        "Contrast and bias as at first",
        (),
        "Stretch",
        lambda w: w.stretch_bar.reset_contrast(),
    ),
    Command(
        "fit.now", "Fit now (adjust_cutout)", ("F",), "Fit", lambda w: w.fits.request_current()
    ),
    Command(
        "fit.pause",
        "Fitting in the background: pause or go on",
        (),
        "Fit",
        lambda w: w.fits.toggle_pause(),
    ),
    Command(
        "fit.reject_disappeared",
        "Reject all that disappeared...",
        ("Ctrl+Shift+R",),
        "Fit",
        lambda w: w.dialogs.show_disappeared(),
    ),
    Command("help.keys", "All keys", ("?", "F1"), "Help", lambda w: w.dialogs.show_keys()),
    Command("help.guide", "User guide", (), "Help", lambda w: w.dialogs.show_guide()),
    Command(
        "help.about", "About vetter", (), "Help", lambda w: w.dialogs.show_about(), separated=True
    ),
)
