"""Commands for several reviewers of one list: disagreements, arbiter, agreement.

They name no window's module, which imports this package.
"""

from __future__ import annotations

from typing import Any

from vetter.gui.actions.command import Command
from vetter.gui.actions.command_states import State

REVIEW_TOGETHER: tuple[Command[Any], ...] = (
    Command(
        "review.arbiter",
        "Arbiter (settles disagreements) on or off",
        (),
        "Review",
        lambda w: toggle_arbiter(w),
        separated=True,
    ),
    Command(
        "review.blind",
        "Blind review (no scores, fits or others' verdicts) on or off",
        (),
        "Review",
        lambda w: w.blind_wanted.emit(not w.session.is_blind),
    ),
)

GO_TOGETHER: tuple[Command[Any], ...] = (
    Command("go.disagreements", "Disagreements", (), "List", lambda w: list_disagreements(w)),
    Command("go.next_for_me", "Next for me", (), "List", lambda w: list_next(w)),
)

VIEW_TOGETHER: tuple[Command[Any], ...] = (
    Command(
        "view.others",
        "Others' verdicts and comments on or off",
        (),
        "View",
        lambda w: toggle_others(w),
    ),
    Command("view.agreement", "Agreement...", (), "View", lambda w: show_agreement(w)),
)

CAN_RUN_TOGETHER: dict[str, State] = {
    "review.arbiter": lambda w: not w.session.read_only and _shows_others(w),
    # A practice's session is gone once its window closes.
    "review.blind": lambda w: not w.practice.is_practice,
    "go.disagreements": lambda w: _shows_others(w),
    "go.next_for_me": lambda w: _shows_others(w),
    "view.others": lambda w: _shows_others(w),
    "view.agreement": lambda w: _shows_others(w),
}
"""Whether a command has something to act on."""

IS_ON_TOGETHER: dict[str, State] = {
    "review.arbiter": lambda w: bool(w.session.others.is_arbiter),
    "review.blind": lambda w: w.session.is_blind,
    "view.others": lambda w: bool(w.card.shows_others),
}
"""Whether a command that switches something is on."""


def _shows_others(window: Any) -> bool:
    return window.session.columns.others is not None


def _why_hidden(window: Any) -> str:
    """Return why others' verdicts are not shown; empty if they are."""
    if _shows_others(window):
        return ""
    if window.session.is_blind:
        return "hidden: blind review"
    return "no other reviewer has decided here; vetter merge joins sessions"


def list_disagreements(window: Any) -> None:
    """List the candidates on which reviewers differ and no arbiter has decided."""
    why = _why_hidden(window)
    session = window.session
    if not why and not (session.columns.values("disagree") == "yes").any():
        why = "no open disagreement"
    if why:
        session.message.emit(why)
    else:
        window.filter_bar.apply("disagree=yes")


def list_next(window: Any) -> None:
    """List the candidates that the user should look at next, by the reviewers' records."""
    why = _why_hidden(window)
    if why:
        window.session.message.emit(why)
        return
    from vetter.gui.actions.next_for_me import NextForMe

    (window.findChild(NextForMe) or NextForMe(window)).start()


def toggle_arbiter(window: Any) -> None:
    """Give verdicts as arbiter from now on, or as a reviewer again; an arbiter sees the others."""
    why, session = _why_hidden(window), window.session
    if why:
        session.message.emit(why)
        return
    session.others.is_arbiter = not session.others.is_arbiter
    if session.others.is_arbiter:
        window.card.show_others(True)
    window.status.refresh()
    is_arbiter = session.others.is_arbiter
    session.message.emit("arbiter: your verdicts settle" if is_arbiter else "a reviewer again")


def toggle_others(window: Any) -> None:
    """Show the verdicts and comments of the other reviewers on the card, or hide them."""
    why = _why_hidden(window)
    if why:
        window.session.message.emit(why)
    else:
        window.card.show_others(not window.card.shows_others)


def show_agreement(window: Any) -> None:
    """Open the agreement of the reviewers."""
    why = _why_hidden(window)
    if why:
        window.session.message.emit(why)
    else:
        window.dialogs.show_agreement()
