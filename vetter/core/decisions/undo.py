"""Steps of undo and redo, rebuilt from the events alone so that they survive a restart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate, chain, pairwise

import numpy as np

from vetter import __version__
from vetter.core.decisions.carry_over import PositionedList
from vetter.core.decisions.decision import (
    UNDECIDED,
    Decision,
    How,
    Verdict,
    new_id,
    new_ids,
    utc_now,
)
from vetter.core.decisions.snapshot import (
    NO_CHANGES,
    READ_AT_ONCE,
    Change,
    Fetch,
    LedgerSnapshot,
    Numbers,
    OlderChanges,
    StoredChanges,
)

Step = Sequence[Change]
"""Changes that one undo takes back: a single change, or those of a group."""


class History:
    """Stacks of done and undone steps; a new decision clears the undone steps.

    Every call is O(1), since a hundred thousand changes are rebuilt when a session opens. For the
    same reason all done steps are one flat list, in which the changes of a step share its name.
    A restored history reads its older steps when they are asked for.
    """

    def __init__(self) -> None:
        self._older = OlderChanges(NO_CHANGES, lambda numbers: {})
        self._done: list[Change] = []
        self._undone: list[list[Change]] = []
        self._moved_name: str | None = None
        self._moved: dict[int, Change] = {}

    @property
    def last_done(self) -> Step:
        """Step that undo would take back; empty if there is no such step."""
        if self._older:
            self._read_whole_step(len(self._done))
        return self._done[self._start_of_run(len(self._done)) :]

    @property
    def last_undone(self) -> Step:
        """Step that redo would bring back; empty if there is no such step."""
        return self._undone[-1] if self._undone else ()

    def to_numbers(self) -> tuple[StoredChanges, StoredChanges, Numbers]:
        """Return the done changes, the undone changes and the sizes of the undone steps."""
        done = self._older.stored.joined(StoredChanges.of(self._done))
        undone = StoredChanges.of(list(chain.from_iterable(self._undone)))
        return done, undone, np.array([len(step) for step in self._undone], np.int64)

    @classmethod
    def restored(
        cls, snapshot: LedgerSnapshot, decisions: Mapping[int, Decision], fetch: Fetch
    ) -> History:
        """Return the history of a snapshot; raises KeyError if a decision is missing.

        Parameters
        ----------
        snapshot : LedgerSnapshot
        decisions : mapping
            By sequence number, at least those of `LedgerSnapshot.needed_events`.
        fetch : Fetch
            Reads older decisions later.
        """
        history = cls()
        count = len(snapshot.done.rows)
        first = max(count - READ_AT_ONCE, 0)
        history._older = OlderChanges(snapshot.done.part(0, first), fetch)
        history._done = snapshot.done.part(first, count).resolved(decisions)
        undone = snapshot.undone.resolved(decisions)
        ends = accumulate(snapshot.undone_sizes.tolist(), initial=0)
        history._undone = [undone[start:stop] for start, stop in pairwise(ends)]
        return history

    def add(self, row: int, before: Decision | None, decision: Decision) -> None:
        """Record a new decision; it joins the last step if both have the same group."""
        self._done.append((row, before, decision))
        if self._undone or self._moved_name:
            self._undone.clear()
            self._moved_name = None

    def take_back(self, row: int, undo: Decision) -> Decision | None:
        """Apply an undo event; return the event whose opinion holds again, or None."""
        if self._moved_name != f"{undo.how} {undo.step}":
            self._undone.append(self._pop_done(undo.undoes))
            self._moved_name = f"{undo.how} {undo.step}"
            # The first change of a row in a step is the one to go back to.
            self._moved = {change[0]: change for change in reversed(self._undone[-1])}
            if not self._undone[-1]:
                self._undone.pop()
        change = self._moved.get(row)
        return undo if change is None else _prefer_earlier(change[1], undo)

    def bring_back(self, row: int, redo: Decision) -> Decision | None:
        """Apply a redo event; return the event whose opinion holds again."""
        if self._moved_name != f"{redo.how} {redo.step}":
            step = self._pop_undone(redo.undoes)
            self._done.extend(step)
            self._moved_name = f"{redo.how} {redo.step}"
            self._moved = {change[0]: change for change in step}
        change = self._moved.get(row)
        return redo if change is None else _prefer_earlier(change[2], redo)

    def _start_of_run(self, stop: int) -> int:
        start = stop
        while start and self._done[start - 1][2].step == self._done[stop - 1][2].step:
            start -= 1
        return start

    def _read_older(self) -> int:
        """Read older changes, and return their number; 0 if there are none."""
        # As many again, so that a step of 100,000 changes is read in few parts.
        changes = self._older.take_last(max(READ_AT_ONCE, len(self._done)))
        self._done[:0] = changes
        return len(changes)

    def _read_whole_step(self, stop: int) -> int:
        """Read older changes until the step that ends before ``stop`` is whole; return how many."""
        read = 0
        while self._start_of_run(stop + read) == 0 and (more := self._read_older()):
            read += more
        return read

    def _pop_done(self, name: str | None) -> list[Change]:
        # Usually the last step. If the list has changed since the undo, steps on candidates
        # that were not listed then come after it.
        stop = len(self._done)
        while (stop or (stop := self._read_older())) and self._done[stop - 1][2].step != name:
            stop -= 1
        if self._older:
            stop += self._read_whole_step(stop)
        start = self._start_of_run(stop) if stop else 0
        step = self._done[start:stop]
        del self._done[start:stop]
        return step

    def _pop_undone(self, name: str | None) -> list[Change]:
        for index in range(len(self._undone) - 1, -1, -1):
            if self._undone[index][0][2].step == name:
                return self._undone.pop(index)
        return []


def make_return_events(
    step: Step,
    how: How,
    row_of: Callable[[int], int | None],
    listed: PositionedList,
    reviewer: str,
) -> list[Decision]:
    """Return the events, as one step, that undo or redo a step.

    Empty if the step is empty, or if one of its candidates is not listed yet.

    Parameters
    ----------
    step : Step
        Changes to undo or redo.
    how : How
        `How.UNDO` or `How.REDO`.
    row_of : callable
        Returns the row of a candidate's number; None if the candidate is not listed yet.
    listed : CandidateList
    reviewer : str
    """
    # A step may hold a candidate more than once: undo to its first opinion, redo to its last.
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
                program=__version__,
                until=new.until,
            )
        )
    return events


def _prefer_earlier(earlier: Decision | None, event: Decision) -> Decision | None:
    """Return the earlier event if the undo or redo has the same opinion, to keep its date."""
    if earlier is None:
        return event if event.opinion.has_content else None
    return earlier if earlier.has_same_opinion(event) else event


def step_label(step: Step, name: Callable[[int], str]) -> str:
    """Return a text for a step: "reject of J0421+3312", "reject of 14 candidates"."""
    rows = {row for row, _, _ in step}
    if len(rows) == 1:
        return _candidate_label(step[0][1], step[-1][2], name(step[0][0]))
    verdicts = {after.verdict for _, _, after in step}
    carried = "carried " if step[0][2].how == How.CARRIED else ""
    if len(verdicts) > 1:
        return f"{carried}decisions on {len(rows)} candidates"
    return f"{carried}{_noun(verdicts.pop())} of {len(rows)} candidates"


def step_report(step: Step, name: Callable[[int], str]) -> str:
    """Return a text that reports a step: "accepted J0421+3312", "rejected 14 candidates".

    Empty for a tag or a comment of one candidate, which change no verdict.

    Examples
    --------
    >>> event = Decision("1", 1, "J1", Verdict.ACCEPT, (), "", "ann", "2026-01-31T03:14Z", 2.5)
    >>> step_report([(0, None, event)], lambda number: "J1")
    'accepted J1'
    """
    rows = {row for row, _, _ in step}
    verdicts = {after.verdict for _, _, after in step}
    carried = step[0][2].how == How.CARRIED
    target = name(step[0][0]) if len(rows) == 1 else f"{len(rows):,} candidates"
    if carried:
        return f"carried over: {target}"
    before, after = step[0][1], step[-1][2]
    earlier = Verdict.NONE if before is None else before.verdict
    if len(rows) == 1 and after.verdict is earlier:
        return ""
    if len(verdicts) > 1:
        return f"decided {target}"
    return _REPORTS[verdicts.pop()].format(target)


_REPORTS = {
    Verdict.ACCEPT: "accepted {}",
    Verdict.REJECT: "rejected {}",
    Verdict.MAYBE: "maybe: {}",
    Verdict.LATER: "put off {}",
    Verdict.NONE: "cleared {}",
}


def _noun(verdict: Verdict) -> str:
    return "clearing" if verdict is Verdict.NONE else verdict.value


def _candidate_label(earlier: Decision | None, after: Decision, name: str) -> str:
    before = UNDECIDED if earlier is None else earlier.opinion
    if after.verdict is not before.verdict:
        return f"{'carried ' if after.how == How.CARRIED else ''}{_noun(after.verdict)} of {name}"
    added = [tag for tag in after.tags if tag not in before.tags]
    removed = [tag for tag in before.tags if tag not in after.tags]
    if len(added) == 1 and not removed:
        return f"tag '{added[0]}' on {name}"
    if len(removed) == 1 and not added:
        return f"removal of tag '{removed[0]}' from {name}"
    if added or removed:
        return f"tags of {name}"
    if after.until != before.until:
        return f"time of {name}"
    if after.comment != before.comment:
        return f"comment on {name}" if after.comment else f"removal of the comment on {name}"
    return f"decision on {name}"
