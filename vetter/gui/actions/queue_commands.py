"""Commands of the queue: storms, and lanes beside the list.

They name no window's module, which imports this package.
"""

from __future__ import annotations

from typing import Any

from vetter.gui.actions.command import Command
from vetter.gui.actions.command_states import State

LIST_QUEUE: tuple[Command[Any], ...] = (
    Command(
        "go.storm_sample",
        "Storm: show ten of its candidates",
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

CAN_RUN_QUEUE: dict[str, State] = {
    "go.storm_sample": lambda w: w.storms.storm is not None,
    "review.reject_storm": lambda w: w.storms.storm is not None and not w.session.read_only,
}
"""Whether a command has something to act on."""


def _report(window: Any, text: str) -> None:
    if text:
        window.session.message.emit(text)
