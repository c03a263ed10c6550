"""The commands of the menu Fit, a part of the table in `vetter.gui.commands`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vetter.gui.actions.command import Command

if TYPE_CHECKING:
    from vetter.gui.windows.main_window import MainWindow

FIT_COMMANDS: tuple[Command[MainWindow], ...] = (
    Command("fit.now", "Fit now (adjust_cutout)", ("F",), "Fit", lambda w: w.fit_now()),
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
)
