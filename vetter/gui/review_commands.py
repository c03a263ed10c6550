"""The commands of the menu Review, a part of the table in `vetter.gui.commands`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vetter.core.decisions.decision import Verdict
from vetter.gui.actions.command import UNNAMED_TAG, Command

if TYPE_CHECKING:
    from vetter.gui.windows.main_window import MainWindow


def _tag_command(number: int) -> Command[MainWindow]:
    return Command(
        f"review.tag_{number}",
        f"Tag {number} {UNNAMED_TAG}",
        (str(number),),
        "Review",
        lambda w: w.session.toggle_tag(number),
        separated=number == 1,
    )


REVIEW_COMMANDS: tuple[Command[MainWindow], ...] = (
    Command(
        "review.accept",
        "Accept, then next",
        ("A",),
        "Review",
        lambda w: w.pages.decide(Verdict.ACCEPT),
    ),
    Command(
        "review.reject",
        "Reject, then next",
        ("R",),
        "Review",
        lambda w: w.pages.decide(Verdict.REJECT),
    ),
    Command(
        "review.maybe",
        "Maybe, then next",
        ("M",),
        "Review",
        lambda w: w.pages.decide(Verdict.MAYBE),
    ),
    Command(
        "review.clear",
        "Clear the verdict",
        ("Backspace",),
        "Review",
        lambda w: w.pages.decide(Verdict.NONE),
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
    *(_tag_command(number) for number in range(1, 10)),
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
)
