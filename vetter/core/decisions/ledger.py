"""Opinions of one reviewer: decisions replayed event by event, never stored.

While the list is still being read, decisions on candidates that are not listed yet are held apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.decisions.carry_over import Offer, Placed, agrees, nearest_offers
from vetter.core.decisions.decision import UNDECIDED, Decision, How, Opinion
from vetter.core.decisions.undo import History, Step, label, returning

_UNDO, _REDO = How.UNDO, How.REDO
"""Members as globals: looked up on the class, they make a replay 20 % slower."""

Place = tuple[float, float, float, float]


class Counts(NamedTuple):
    """How far the vetting is; ``decisions`` counts the events ever made, undo included."""

    candidates: int
    accepted: int
    rejected: int
    maybe: int
    undecided: int
    decisions: int


class Ledger:
    """One reviewer's opinions on a candidate list.

    Feed it the session's events in order (:meth:`apply`); it ignores other reviewers'. An event
    counts where the candidate's key and position agree with the list (see
    :func:`vetter.core.decisions.carry_over.agrees`); the others become :meth:`offers`.

    Whoever makes the events leaves out those that change nothing (the verdict that a candidate
    already has), so that undo always takes back something that can be seen.

    While the list is still being read (``complete`` is false), events on candidates that are not
    listed yet wait for :meth:`extend`; what belongs to nobody is known when it is complete.

    Attributes
    ----------
    codes : ndarray of uint8, shape (rows,)
        ``Verdict.code`` of each candidate; changed in place, read-only to others.
    """

    def __init__(self, candidates: Placed, reviewer: str, complete: bool = True) -> None:
        self.reviewer = reviewer
        self.complete = complete
        self._heard: list[Decision] = []
        self._list(candidates)
        self._begin()

    def _list(self, candidates: Placed) -> None:
        self.candidates = candidates
        self._row_of_key = candidates.row_of
        self._ra, self._dec = candidates.ra, candidates.dec
        self._place = (candidates.x, candidates.y, candidates.ra, candidates.dec)

    def _begin(self) -> None:
        """Nothing is decided."""
        self._hold(np.zeros(len(self.candidates), np.uint8))
        self._tally = [len(self.candidates), 0, 0, 0]
        self._events = 0
        self._waiting = UnlistedCandidates()
        self._latest: dict[int, Decision] = {}
        self._strays: dict[str, list[Decision]] = {}
        self._history = History()

    def _hold(self, codes: npt.NDArray[np.uint8]) -> None:
        self._codes = codes
        self.codes: npt.NDArray[np.uint8] = codes.view()
        self.codes.flags.writeable = False

    def extend(self, candidates: Placed, complete: bool) -> None:
        """More of the list has been read; its first rows are those known here.

        Takes the time of the new rows, but for a copy of ``codes``; where the complete list is
        not the one that was decided on, all events are followed anew.
        """
        first = len(self.candidates)
        self._list(candidates)
        new = len(candidates) - first
        self._hold(np.concatenate([self._codes, np.zeros(new, np.uint8)]))
        self._tally[0] += new
        for row, number in self._waiting.arrive(candidates.keys[first:], first, candidates):
            self._count(row, None, self._latest.get(number))
        self.complete = complete
        if complete:
            heard, self._heard = self._heard, []
            if self._waiting.unsettled:
                self._begin()
                self.replay(heard)

    def apply(self, decision: Decision) -> int | None:
        """Follow one event; the row it changed, None where it is not about this list."""
        if decision.reviewer != self.reviewer:
            return None
        self._events += 1
        if not self.complete:
            self._heard.append(decision)
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
        """The event whose opinion holds from now on, for a candidate of the history."""
        now: Decision | None = decision
        if decision.how is _UNDO:
            now = self._history.take_back(number, decision)
        elif decision.how is _REDO:
            now = self._history.bring_back(number, decision)
        else:
            self._history.add(number, self._latest.get(number), decision)
        if now is None:
            self._latest.pop(number, None)
        else:
            self._latest[number] = now
        return now

    def _count(self, row: int, before: Decision | None, now: Decision | None) -> None:
        code = 0 if now is None else now.verdict.code
        self._tally[0 if before is None else before.verdict.code] -= 1
        self._tally[code] += 1
        self._codes[row] = code

    def replay(self, decisions: Iterable[Decision]) -> None:
        """Follow events in order."""
        for decision in decisions:
            self.apply(decision)

    def opinion(self, row: int) -> Opinion:
        """What the reviewer now says about a candidate."""
        latest = self._latest.get(self._waiting.number_of_row(row))
        return UNDECIDED if latest is None else latest.opinion

    def counts(self) -> Counts:
        """Candidates by verdict."""
        none, accepted, rejected, maybe = self._tally
        return Counts(len(self.candidates), accepted, rejected, maybe, none, self._events)

    def undo_step(self) -> list[Decision]:
        """The events that take back the last step.

        Empty where there is nothing to undo, or where a candidate of the step is not listed yet.
        """
        return self._returning(self._history.last_done, How.UNDO)

    def redo_step(self) -> list[Decision]:
        """The events that bring back the step undone last."""
        return self._returning(self._history.last_undone, How.REDO)

    @property
    def undo_label(self) -> str | None:
        """What undo takes back, in words; None where there is nothing."""
        step = self._history.last_done
        return label(step, self._name) if step else None

    @property
    def redo_label(self) -> str | None:
        """What redo brings back, in words; None where there is nothing."""
        step = self._history.last_undone
        return label(step, self._name) if step else None

    @property
    def unplaced(self) -> int:
        """How many earlier opinions belong to candidates that are not in the list as they were.

        None are, and none are offered, before the list is complete.
        """
        return len(self._open_strays())

    def offers(self) -> list[Offer]:
        """Earlier opinions that may belong to candidates still without one: never taken here."""
        strays = self._open_strays()
        offers = nearest_offers(strays, self.candidates) if strays else []
        placed = {offer.old_key for offer in offers}
        for stray in strays:
            row = self._row_of(stray.key)
            if row is not None and stray.key not in placed and self._agrees(stray, row) is None:
                offers.append(Offer(stray.key, row, float("nan"), "", stray.opinion))
        return [offer for offer in offers if not self.opinion(offer.row).says_something]

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
        # The usual case, and worth its lines at 100,000 events.
        if self._ra.item(row) == decision.ra and self._dec.item(row) == decision.dec:
            return row
        return row if self._agrees(decision, row) else None

    def _agrees(self, decision: Decision, row: int) -> bool | None:
        place = (array.item(row) for array in self._place)
        return agrees(decision, *place)

    def _note_stray(self, decision: Decision) -> None:
        """Keep the last decision for each key and place."""
        same_key = self._strays.setdefault(decision.key, [])
        for index, other in enumerate(same_key):
            if agrees(other, decision.x, decision.y, decision.ra, decision.dec):
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
        return [stray for stray in every if stray.opinion.says_something]

    def _returning(self, step: Step, how: How) -> list[Decision]:
        return returning(step, how, self._waiting.row, self.candidates, self.reviewer)


class UnlistedCandidates:
    """Keeps a place in the history for candidates whose row is still to come.

    The history knows a candidate by a number: its row, or, where a decision was replayed before
    its row was read, a negative one. That stays its number when the row arrives, so that the
    order of the steps is that in which they were made.

    With keys in place of numbers this class would be one dict; but numbers that count up fill a
    dict in order, and keys do not: 100,000 events were replayed in 170 to 180 ms of the processor
    by key, and in 140 to 150 by number.
    """

    def __init__(self) -> None:
        self._keys: list[str] = []
        self._numbers: dict[str, int] = {}
        self._events: dict[str, list[Decision]] = {}
        self._row_of_number: dict[int, int] = {}
        self._number_of_row: dict[int, int] = {}

    @property
    def unsettled(self) -> bool:
        """Whether some have no row yet, or found another candidate under their key."""
        return bool(self._numbers)

    def number(self, decision: Decision) -> int:
        """The number of a candidate that is not listed yet."""
        key = decision.key
        number = self._numbers.get(key)
        if number is None:
            self._keys.append(key)
            number = self._numbers[key] = -len(self._keys)
        self._events.setdefault(key, []).append(decision)
        return number

    def number_of_row(self, row: int) -> int:
        """The number of a listed candidate."""
        return self._number_of_row.get(row, row)

    def row(self, number: int) -> int | None:
        """The row behind a number; None where it is not listed yet."""
        return number if number >= 0 else self._row_of_number.get(number)

    def key(self, number: int) -> str:
        """The key behind a negative number."""
        return self._keys[-1 - number]

    def arrive(self, keys: npt.NDArray[Any], first: int, listed: Placed) -> list[tuple[int, int]]:
        """Rows have been read: those that had been waited for, as (row, number).

        A key under which another candidate stands stays unsettled: what belongs to whom can be
        told only when the list is complete.

        Parameters
        ----------
        keys : ndarray of str
            Of the new rows, the first of which is ``first``.
        first : int
        listed : CandidateList
            The whole list.
        """
        if not self._numbers:
            return []
        arrived = []
        for row, key in enumerate(keys.tolist(), first):
            number = self._numbers.get(key)
            if number is None or not self._is_the_same(key, row, listed):
                continue
            del self._numbers[key], self._events[key]
            self._row_of_number[number] = row
            self._number_of_row[row] = number
            arrived.append((row, number))
        return arrived

    def _is_the_same(self, key: str, row: int, listed: Placed) -> bool:
        x, y = listed.x.item(row), listed.y.item(row)
        ra, dec = listed.ra.item(row), listed.dec.item(row)
        return all(agrees(event, x, y, ra, dec) is True for event in self._events[key])
