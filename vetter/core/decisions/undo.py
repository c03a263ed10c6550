"""Steps of undo and redo, rebuilt from the events alone so that they outlive a restart."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from vetter.core.decisions.carry_over import Placed
from vetter.core.decisions.decision import (
    UNDECIDED,
    Decision,
    How,
    Verdict,
    new_id,
    new_ids,
    utc_now,
)

Change = tuple[int, Decision | None, Decision]
"""A row, and the events that made its opinion before and after; None: there was none."""

Step = Sequence[Change]
"""What one undo takes back: one change, or those of a group."""


class History:
    """The two stacks. A new decision clears what could be redone; every call is O(1).

    What has been done is one flat list of changes, in which a step is a run of one name: a
    hundred thousand of them are rebuilt when a session opens.
    """

    def __init__(self) -> None:
        self._done: list[Change] = []
        self._undone: list[list[Change]] = []
        self._moved_name: str | None = None
        self._moved: dict[int, Change] = {}

    @property
    def last_done(self) -> Step:
        """What undo would take back; empty where there is nothing."""
        return self._done[self._start_of_run(len(self._done)) :]

    @property
    def last_undone(self) -> Step:
        """What redo would bring back; empty where there is nothing."""
        return self._undone[-1] if self._undone else ()

    def add(self, row: int, before: Decision | None, decision: Decision) -> None:
        """Note a new decision; one of the same group as the last belongs to its step."""
        self._done.append((row, before, decision))
        if self._undone or self._moved_name:
            self._undone.clear()
            self._moved_name = None

    def take_back(self, row: int, undo: Decision) -> Decision | None:
        """Follow an undo event; the event whose opinion holds again, None for none."""
        if self._moved_name != f"{undo.how} {undo.step}":
            self._undone.append(self._pop_done(undo.undoes))
            self._moved_name = f"{undo.how} {undo.step}"
            # The first change of a row in a step is the one to go back to.
            self._moved = {change[0]: change for change in reversed(self._undone[-1])}
            if not self._undone[-1]:
                self._undone.pop()
        change = self._moved.get(row)
        return undo if change is None else _restored(change[1], undo)

    def bring_back(self, row: int, redo: Decision) -> Decision | None:
        """Follow a redo event; the event whose opinion holds again."""
        if self._moved_name != f"{redo.how} {redo.step}":
            step = self._pop_undone(redo.undoes)
            self._done.extend(step)
            self._moved_name = f"{redo.how} {redo.step}"
            self._moved = {change[0]: change for change in step}
        change = self._moved.get(row)
        return redo if change is None else _restored(change[2], redo)

    def _start_of_run(self, stop: int) -> int:
        start = stop
        while start and self._done[start - 1][2].step == self._done[stop - 1][2].step:
            start -= 1
        return start

    def _pop_done(self, name: str | None) -> list[Change]:
        # It is the last one, but where the list has changed in between, so that steps on
        # candidates that were not listed when the undo was made come after it.
        stop = len(self._done)
        while stop and self._done[stop - 1][2].step != name:
            stop -= 1
        start = self._start_of_run(stop) if stop else 0
        step = self._done[start:stop]
        del self._done[start:stop]
        return step

    def _pop_undone(self, name: str | None) -> list[Change]:
        for index in range(len(self._undone) - 1, -1, -1):
            if self._undone[index][0][2].step == name:
                return self._undone.pop(index)
        return []


def returning(
    step: Step,
    how: How,
    row_of: Callable[[int], int | None],
    listed: Placed,
    reviewer: str,
) -> list[Decision]:
    """The events that take back a step, or bring it back, as one step themselves.

    Empty where the step is, or where a candidate of it is not listed yet.

    Parameters
    ----------
    step : Step
        What is returned to: a number for each candidate, and its opinions before and after.
    how : How
        `How.UNDO` or `How.REDO`.
    row_of : callable
        The row behind a number; None where the candidate is not listed yet.
    listed : CandidateList
    reviewer : str
    """
    # A candidate may stand in a step more than once: back to its first, or on to its last.
    changes = {number: before for number, before, _ in reversed(step)}
    if how == How.REDO:
        changes = {number: after for number, _, after in step}
    at, group = utc_now(), new_id() if len(changes) > 1 else None
    name = step[0][2].step if step else ""
    events = []
    numbers = dict.fromkeys(number for number, _, _ in step)
    for number, identity in zip(numbers, new_ids(len(numbers)), strict=True):
        row, source = row_of(number), changes[number]
        if row is None:
            return []
        new = UNDECIDED if source is None else source.opinion
        events.append(
            Decision(
                id=identity,
                seq=None,
                key=str(listed.keys[row]),
                verdict=new.verdict,
                tags=new.tags,
                comment=new.comment,
                reviewer=reviewer,
                at=at,
                seconds=new.seconds,
                how=how,
                group=group,
                undoes=name,
                x=listed.x.item(row),
                y=listed.y.item(row),
                ra=listed.ra.item(row),
                dec=listed.dec.item(row),
            )
        )
    return events


def _restored(earlier: Decision | None, event: Decision) -> Decision | None:
    """The earlier event where the undo or redo says the same, so that its date is kept."""
    if earlier is None:
        return event if event.opinion.says_something else None
    return earlier if earlier.says_same(event) else event


def label(step: Step, name: Callable[[int], str]) -> str:
    """A step in words: "reject of J0421+3312", "reject of 14 candidates"."""
    rows = {row for row, _, _ in step}
    if len(rows) == 1:
        return _label_of_one(step[0][1], step[-1][2], name(step[0][0]))
    verdicts = {after.verdict for _, _, after in step}
    carried = "carried " if step[0][2].how == How.CARRIED else ""
    if len(verdicts) > 1:
        return f"{carried}decisions on {len(rows)} candidates"
    return f"{carried}{_word(verdicts.pop())} of {len(rows)} candidates"


def _word(verdict: Verdict) -> str:
    return "clearing" if verdict is Verdict.NONE else verdict.value


def _label_of_one(earlier: Decision | None, after: Decision, name: str) -> str:
    before = UNDECIDED if earlier is None else earlier.opinion
    if after.verdict is not before.verdict:
        return f"{'carried ' if after.how == How.CARRIED else ''}{_word(after.verdict)} of {name}"
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
