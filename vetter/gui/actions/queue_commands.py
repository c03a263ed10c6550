"""Commands of the queue: storms, and lanes beside the list.

They name no window's module, which imports this package.
"""

from __future__ import annotations

from typing import Any

from vetter.gui.actions.command import Command
from vetter.gui.actions.command_states import State

LIST_QUEUE: tuple[Command[Any], ...] = (
    Command(
        "view.lanes", "Lanes on or off", (), "List", lambda w: w.lanes.toggle(), separated=True
    ),
    Command(
        "go.next_lane",
        "Next lane with undecided candidates",
        ("Shift+U",),
        "List",
        lambda w: w.lanes.go_to_next(),
    ),
    Command(
        "go.storm_sample",
        "Storm: show ten candidates",
        (),
        "List",
        lambda w: _report(w, w.storms.show_sample()),
        separated=True,
    ),
    Command(
        "review.reject_storm",
        "Storm: reject the rest...",
        (),
        "List",
        lambda w: _report(w, w.storms.ask()),
    ),
)

IS_ON_QUEUE: dict[str, State] = {"view.lanes": lambda w: w.lanes.is_wanted}
"""Whether a command that switches something is on."""

CAN_RUN_QUEUE: dict[str, State] = {
    "go.storm_sample": lambda w: w.storms.storm is not None,
    "review.reject_storm": lambda w: w.storms.storm is not None and not w.session.read_only,
}
"""Whether a command has something to act on."""


def _report(window: Any, text: str) -> None:
    if text:
        window.session.message.emit(text)
