"""Opinions of one reviewer, computed by replaying decisions event by event and never stored.

While the list loads, decisions on candidates that are not listed yet are held apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import compress
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.decisions.carry_over import (
    Offer,
    PositionedList,
    has_same_position,
    nearest_offers,
)
from vetter.core.decisions.collector_pause import collector_paused
from vetter.core.decisions.decision import UNDECIDED, Decision, How, Opinion, Verdict
from vetter.core.decisions.snapshot import Fetch, LedgerSnapshot
from vetter.core.decisions.undo import History, Step, make_return_events, step_label, step_report

_UNDO, _REDO, _ARBITER = How.UNDO, How.REDO, How.ARBITER
"""Members of How as globals: looking them up on the class makes a replay 20 % slower."""


class Counts(NamedTuple):
    """Candidates by verdict; ``decisions`` counts the events ever made, undo included."""

    candidates: int
    accepted: int
    rejected: int
    maybe: int
    later: int
    undecided: int
    decisions: int


class Ledger:
    """Opinions of one reviewer on a candidate list.

    The caller passes all events of the session to :meth:`apply`, in order; those of other
    reviewers are ignored. An event counts if the candidate's key and position agree with the
    list (see :func:`vetter.core.decisions.carry_over.has_same_position`); other events become
    :meth:`offers`.

    The caller makes no events that change nothing (a verdict that a candidate already has), so
    that undo always takes back something visible.

    While the list loads (``complete`` is false), events on candidates that are not listed yet
    wait for :meth:`extend`. Events without a candidate can be found only in the complete list.

    Attributes
    ----------
    codes : ndarray of uint8, shape (rows,)
        ``Verdict.code`` of each candidate; the ledger changes it in place, for others it is
        read-only.
    has_arbitrated : bool
        Whether the reviewer ever gave a verdict as arbiter, also if it was undone.
    """

    def __init__(self, candidates: PositionedList, reviewer: str, complete: bool = True) -> None:
        self.reviewer = reviewer
        self.complete = complete
        self._replayable: list[Decision] = []
        self._set_list(candidates)
        self._reset()

    def _set_list(self, candidates: PositionedList) -> None:
        self.candidates = candidates
        self._row_of_key = candidates.row_of
        self._ra, self._dec = candidates.ra, candidates.dec
        self._place = (candidates.x, candidates.y, candidates.ra, candidates.dec)

    def _reset(self) -> None:
        """Clear all opinions and steps of undo."""
        self._set_codes(np.zeros(len(self.candidates), np.uint8))
        self._tally = [len(self.candidates), *[0] * (len(Verdict) - 1)]
        self._events = 0
        self._waiting = UnlistedCandidates()
        self._latest: dict[int, Decision] = {}
        self._remarked: set[int] = set()
        self._strays: dict[str, list[Decision]] = {}
        self._history = History()
        self.has_arbitrated = False

    @classmethod
    def restored(
        cls,
        candidates: PositionedList,
        reviewer: str,
        snapshot: LedgerSnapshot,
        decisions: Mapping[int, Decision],
        fetch: Fetch,
    ) -> Ledger:
        """Return the ledger of which `snapshot` was taken, on the same complete list.

        Parameters
        ----------
        candidates : CandidateList
        reviewer : str
        snapshot : LedgerSnapshot
        decisions : mapping
            By sequence number, at least those of `LedgerSnapshot.needed_events`.
        fetch : Fetch
            Reads decisions that undo needs later.

        Raises
        ------
        ValueError
            The snapshot does not fit the list or the decisions: one is missing, another
            reviewer's, or of another candidate.
        """
        if not snapshot.is_consistent(len(candidates)):
            raise ValueError("the snapshot does not fit the list")
        ledger = cls(candidates, reviewer)
        try:
            latest = [decisions[number] for number in snapshot.latest.tolist()]
            ledger._history = History.restored(snapshot, decisions, fetch)
            strays = [decisions[number] for number in snapshot.strays.tolist()]
        except KeyError:
            raise ValueError("a decision of the snapshot is missing") from None
        rows = snapshot.rows.tolist()
        # Not their positions: the list is the same.
        if any(event.reviewer != reviewer for event in (*latest, *strays)) or rows != [
            ledger._row_of(event.key) for event in latest
        ]:
            raise ValueError("a decision of the snapshot is another's")
        ledger._events = snapshot.events
        ledger._latest = dict(zip(rows, latest, strict=True))
        marked = (event.tags or event.comment for event in latest)
        ledger._remarked = set(compress(rows, marked))
        ledger._codes[snapshot.rows] = [event.verdict.code for event in latest]
        ledger._tally = np.bincount(ledger._codes, minlength=len(Verdict)).tolist()
        for stray in strays:
            ledger._strays.setdefault(stray.key, []).append(stray)
        return ledger

    def snapshot(self) -> LedgerSnapshot | None:
        """Return the state in sequence numbers, of events that are all in the file.

        None if the list is not complete or grew during decisions, and for an arbiter, whose
        earlier verdicts of their own the state does not hold.
        """
        if not self.complete or self._waiting.has_unlisted or self.has_arbitrated:
            return None
        strays = (stray.seq for strays in self._strays.values() for stray in strays)
        return LedgerSnapshot(
            self._events,
            np.array(list(self._latest), np.int64),
            np.array([event.seq for event in self._latest.values()], np.int64),
            np.array(list(strays), np.int64),
            *self._history.to_numbers(),
        )

    def _set_codes(self, codes: npt.NDArray[np.uint8]) -> None:
        self._codes = codes
        self.codes: npt.NDArray[np.uint8] = codes.view()
        self.codes.flags.writeable = False

    def extend(self, candidates: PositionedList, complete: bool) -> None:
        """Replace the list by a longer one that begins with the present rows.

        Apart from a copy of ``codes``, the time depends only on the number of new rows. If some
        events still do not fit the complete list, all events are replayed.
        """
        first = len(self.candidates)
        self._set_list(candidates)
        new = len(candidates) - first
        self._set_codes(np.concatenate([self._codes, np.zeros(new, np.uint8)]))
        self._tally[0] += new
        for row, number in self._waiting.arrive(candidates.keys[first:], first, candidates):
            self._count(row, None, self._latest.get(number))
        self.complete = complete
        if complete:
            events, self._replayable = self._replayable, []
            if self._waiting.has_unsettled:
                self._reset()
                self.replay(events)

    def apply(self, decision: Decision) -> int | None:
        """Apply one event; return its row, or None if the event does not concern this list."""
        if decision.reviewer != self.reviewer:
            return None
        self._events += 1
        if not self.complete:
            self._replayable.append(decision)
        row = self._row(decision)
        if row is not None:
            number = self._waiting.number_of_row(row)
            self._count(row, self._latest.get(number), self._follow(number, decision))
        elif self.complete or self._row_of(decision.key) is not None:
            self._note_stray(decision)
        else:
            self._follow(self._waiting.number(decision), decision)
        return row

    def _follow(self, number: int, decision: Decision) -> Decision | None:
        """Record an event in the history; return the event that sets the opinion from now on."""
        now: Decision | None = decision
        if decision.how is _UNDO:
            now = self._history.take_back(number, decision)
        elif decision.how is _REDO:
            now = self._history.bring_back(number, decision)
        else:
            if decision.how is _ARBITER:
                self.has_arbitrated = True
            self._history.add(number, self._latest.get(number), decision)
        if now is None:
            self._latest.pop(number, None)
        else:
            self._latest[number] = now
        if now is not None and (now.tags or now.comment):
            self._remarked.add(number)
        elif self._remarked:
            self._remarked.discard(number)
        return now

    def _count(self, row: int, before: Decision | None, now: Decision | None) -> None:
        code = 0 if now is None else now.verdict.code
        self._tally[0 if before is None else before.verdict.code] -= 1
        self._tally[code] += 1
        self._codes[row] = code

    def replay(self, decisions: Iterable[Decision]) -> None:
        """Apply events in order."""
        with collector_paused():
            for decision in decisions:
                self.apply(decision)

    def opinion(self, row: int) -> Opinion:
        """Return the reviewer's current opinion of a candidate."""
        latest = self._latest.get(self._waiting.number_of_row(row))
        return UNDECIDED if latest is None else latest.opinion

    def decision(self, row: int) -> Decision | None:
        """Return the decision that the opinion of a candidate comes from; None without one."""
        return self._latest.get(self._waiting.number_of_row(row))

    def remarked_rows(self) -> list[int]:
        """Return the rows of the candidates with tags or a comment, in any order."""
        # list(): a filter in a thread may ask during a decision.
        rows = (self._waiting.row(number) for number in list(self._remarked))
        return [row for row in rows if row is not None]

    def arbitrated_rows(self) -> list[int]:
        """Return the rows on which the reviewer's verdict as arbiter is in force."""
        if not self.has_arbitrated:
            return []
        numbers = [n for n, event in self._latest.items() if _is_arbitration(event)]
        rows = (self._waiting.row(number) for number in numbers)
        return [row for row in rows if row is not None]

    def is_arbitrated(self, row: int) -> bool:
        """Return whether the reviewer's verdict on a candidate is one as arbiter."""
        latest = self._latest.get(self._waiting.number_of_row(row))
        return latest is not None and _is_arbitration(latest)

    def decisions_by_row(self) -> dict[int, Decision]:
        """Return the decision behind each opinion, by row, as a copy.

        With 100,000 decisions it takes 12 ms; their opinions, built one by one, take 300.
        """
        if not self._waiting.has_unlisted:
            return dict(self._latest)
        row_of = self._waiting.row
        rows = ((row_of(number), event) for number, event in self._latest.items())
        return {row: event for row, event in rows if row is not None}

    def counts(self) -> Counts:
        """Return the numbers of candidates by verdict, and of events."""
        none, accepted, rejected, maybe, later = self._tally
        return Counts(len(self.candidates), accepted, rejected, maybe, later, none, self._events)

    def undo_step(self) -> list[Decision]:
        """Return the events that take back the last step.

        Empty if there is no step to undo, or if a candidate of the step is not listed yet.
        """
        return self._make_return(self._history.last_done, How.UNDO)

    def redo_step(self) -> list[Decision]:
        """Return the events that bring back the step undone last."""
        return self._make_return(self._history.last_undone, How.REDO)

    @property
    def undo_label(self) -> str | None:
        """Text for the step that undo takes back; None if there is no such step."""
        step = self._history.last_done
        return step_label(step, self._name) if step else None

    @property
    def last_report(self) -> str:
        """Text that reports the verdicts of the last step; empty for a tag, a comment or none."""
        step = self._history.last_done
        return step_report(step, self._name) if step else ""

    @property
    def redo_label(self) -> str | None:
        """Text for the step that redo brings back; None if there is no such step."""
        step = self._history.last_undone
        return step_label(step, self._name) if step else None

    @property
    def unplaced(self) -> int:
        """Number of earlier opinions whose key and position fit no candidate of the list.

        Zero, and without offers, before the list is complete.
        """
        return len(self._open_strays())

    def offers(self) -> list[Offer]:
        """Return earlier opinions that may belong to undecided candidates; none is applied."""
        strays = self._open_strays()
        offers = nearest_offers(strays, self.candidates) if strays else []
        placed = {offer.old_key for offer in offers}
        for stray in strays:
            row = self._row_of(stray.key)
            if row is not None and stray.key not in placed and self._agrees(stray, row) is None:
                offers.append(Offer(stray.key, row, float("nan"), "", stray.opinion))
        return [offer for offer in offers if not self.opinion(offer.row).has_content]

    def _row_of(self, key: str) -> int | None:
        try:
            return self.candidates.row_of(key)
        except KeyError:
            return None

    def _row(self, decision: Decision) -> int | None:
        try:
            row = self._row_of_key(decision.key)
        except KeyError:
            return None
        # A shortcut for equal positions: a call of has_same_position() for each of 100,000 events
        # is slower.
        if self._ra.item(row) == decision.ra and self._dec.item(row) == decision.dec:
            return row
        return row if self._agrees(decision, row) else None

    def _agrees(self, decision: Decision, row: int) -> bool | None:
        place = (array.item(row) for array in self._place)
        return has_same_position(decision, *place)

    def _note_stray(self, decision: Decision) -> None:
        """Keep the last decision for each key and position."""
        same_key = self._strays.setdefault(decision.key, [])
        for index, other in enumerate(same_key):
            if has_same_position(other, decision.x, decision.y, decision.ra, decision.dec):
                same_key[index] = decision
                return
        same_key.append(decision)

    def _name(self, number: int) -> str:
        row = self._waiting.row(number)
        return self._waiting.key(number) if row is None else self.candidates.name(row)

    def _open_strays(self) -> list[Decision]:
        if not self.complete:
            return []
        every = (stray for strays in self._strays.values() for stray in strays)
        return [stray for stray in every if stray.opinion.has_content]

    def _make_return(self, step: Step, how: How) -> list[Decision]:
        return make_return_events(step, how, self._waiting.row, self.candidates, self.reviewer)


def _is_arbitration(event: Decision) -> bool:
    return event.how is How.ARBITER and event.verdict is not Verdict.NONE


class UnlistedCandidates:
    """Numbers in the undo history for candidates whose rows have not been read yet.

    The history identifies a candidate by a number: its row, or a negative number if a decision
    was replayed before its row was read. The number stays when the row arrives, so that the
    steps keep the order in which they were made.

    With keys in place of numbers this class would be one dict. But rising numbers fill a dict in
    order, and keys do not: a replay of 100,000 events took 170 to 180 ms of processor time by
    key, and 140 to 150 ms by number.
    """

    def __init__(self) -> None:
        self._keys: list[str] = []
        self._numbers: dict[str, int] = {}
        self._events: dict[str, list[Decision]] = {}
        self._row_of_number: dict[int, int] = {}
        self._number_of_row: dict[int, int] = {}

    @property
    def has_unsettled(self) -> bool:
        """Whether some candidates have no row yet, or another candidate has their key."""
        return bool(self._numbers)

    @property
    def has_unlisted(self) -> bool:
        """Whether any candidate has, or had, a number other than its row."""
        return bool(self._keys)

    def number(self, decision: Decision) -> int:
        """Return the number of a candidate that is not listed yet, and store its decision."""
        key = decision.key
        number = self._numbers.get(key)
        if number is None:
            self._keys.append(key)
            number = self._numbers[key] = -len(self._keys)
        self._events.setdefault(key, []).append(decision)
        return number

    def number_of_row(self, row: int) -> int:
        """Return the number of a listed candidate."""
        return self._number_of_row.get(row, row)

    def row(self, number: int) -> int | None:
        """Return the row of a number; None if the candidate is not listed yet."""
        return number if number >= 0 else self._row_of_number.get(number)

    def key(self, number: int) -> str:
        """Return the key of a negative number."""
        return self._keys[-1 - number]

    def arrive(
        self, keys: npt.NDArray[Any], first: int, listed: PositionedList
    ) -> list[tuple[int, int]]:
        """Match new rows with the numbered candidates; return the matches as (row, number).

        A key that another candidate has stays unsettled: only the complete list decides which
        decision belongs to which candidate.

        Parameters
        ----------
        keys : ndarray of str
            Keys of the new rows.
        first : int
            Row of the first key.
        listed : CandidateList
            The whole list.
        """
        if not self._numbers:
            return []
        arrived = []
        for row, key in enumerate(keys.tolist(), first):
            number = self._numbers.get(key)
            if number is None or not self._agrees_with_events(key, row, listed):
                continue
            del self._numbers[key], self._events[key]
            self._row_of_number[number] = row
            self._number_of_row[row] = number
            arrived.append((row, number))
        return arrived

    def _agrees_with_events(self, key: str, row: int, listed: PositionedList) -> bool:
        x, y = listed.x.item(row), listed.y.item(row)
        ra, dec = listed.ra.item(row), listed.dec.item(row)
        return all(has_same_position(event, x, y, ra, dec) is True for event in self._events[key])
