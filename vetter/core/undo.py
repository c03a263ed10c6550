"""Steps of undo and redo, rebuilt from the events alone so that they outlive a restart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from vetter.core.decisions import CARRIED, Decision, Opinion, Verdict


class Change(NamedTuple):
    """The events that made a candidate's opinion before and after a step; None: none yet."""

    before: Decision | None
    after: Decision


@dataclass(slots=True)
class Step:
    """What one undo takes back: the changes by row."""

    id: str
    changes: dict[int, Change] = field(default_factory=dict)


class History:
    """The two stacks. A new decision clears what could be redone; every call is O(1)."""

    def __init__(self) -> None:
        self._done: list[Step] = []
        self._undone: list[Step] = []

    @property
    def last_done(self) -> Step | None:
        """What undo would take back."""
        return self._done[-1] if self._done else None

    @property
    def last_undone(self) -> Step | None:
        """What redo would bring back."""
        return self._undone[-1] if self._undone else None

    def add(self, row: int, before: Decision | None, decision: Decision) -> None:
        """Note a new decision; one of the same group as the last joins its step."""
        self._undone.clear()
        name = decision.step
        if not self._done or self._done[-1].id != name:
            self._done.append(Step(name))
        changes = self._done[-1].changes
        earlier = changes.get(row)
        changes[row] = Change(before if earlier is None else earlier.before, decision)

    def take_back(self, row: int, undo: Decision) -> Decision | None:
        """Follow an undo event; the event whose opinion holds again, None for none."""
        change = _move(undo.undoes, self._done, self._undone, row)
        return _restored(change.before, undo) if change is not None else undo

    def bring_back(self, row: int, redo: Decision) -> Decision | None:
        """Follow a redo event; the event whose opinion holds again."""
        change = _move(redo.undoes, self._undone, self._done, row)
        return _restored(change.after, redo) if change is not None else redo


def _move(name: str | None, source: list[Step], target: list[Step], row: int) -> Change | None:
    """Move the step called ``name`` over at its first event; the row's change in it."""
    if target and target[-1].id == name:
        return target[-1].changes.get(row)
    # It is on top, but where the list has changed in between, so that steps on other
    # candidates, not seen when the undo was made, lie above it.
    for index in range(len(source) - 1, -1, -1):
        if source[index].id == name:
            target.append(source.pop(index))
            return target[-1].changes.get(row)
    return None


def _restored(earlier: Decision | None, event: Decision) -> Decision | None:
    """The earlier event where the undo or redo says the same, so that its date is kept."""
    if earlier is None:
        return None if not event.opinion.says_something else event
    same = (earlier.verdict, earlier.tags, earlier.comment) == (
        event.verdict,
        event.tags,
        event.comment,
    )
    return earlier if same else event


def label(step: Step, name: Callable[[int], str]) -> str:
    """A step in words: "reject of J0421+3312", "reject of 14 candidates"."""
    if len(step.changes) == 1:
        ((row, change),) = step.changes.items()
        return _label_of_one(change, name(row))
    verdicts = {change.after.verdict for change in step.changes.values()}
    carried = "carried " if _is_carried(step) else ""
    what = "clearing" if verdicts == {Verdict.NONE} else "decisions"
    if len(verdicts) == 1 and verdicts != {Verdict.NONE}:
        what = verdicts.pop().value
    joint = "on" if what == "decisions" else "of"
    return f"{carried}{what} {joint} {len(step.changes)} candidates"


def _is_carried(step: Step) -> bool:
    return any(change.after.how == CARRIED for change in step.changes.values())


def _label_of_one(change: Change, name: str) -> str:
    before = change.before.opinion if change.before is not None else Opinion()
    after = change.after
    if after.verdict is not before.verdict:
        word = "clearing" if after.verdict is Verdict.NONE else after.verdict.value
        return f"{'carried ' if after.how == CARRIED else ''}{word} of {name}"
    added = [tag for tag in after.tags if tag not in before.tags]
    removed = [tag for tag in before.tags if tag not in after.tags]
    if len(added) == 1 and not removed:
        return f"tag '{added[0]}' on {name}"
    if len(removed) == 1 and not added:
        return f"removal of tag '{removed[0]}' from {name}"
    if added or removed:
        return f"tags of {name}"
    if after.comment != before.comment:
        return f"comment on {name}" if after.comment else f"removal of the comment on {name}"
    return f"decision on {name}"
