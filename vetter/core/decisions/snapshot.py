"""State of a ledger in the sequence numbers of its decisions, to be stored and restored.

The state of a million decisions is a few arrays of integers: with them, only the decisions in
force are read when a session opens, and those that undo takes back when it comes to them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.decisions.carry_over import PositionedList
from vetter.core.decisions.decision import Decision

READ_AT_ONCE = 1000
"""1,000 changes of the history are read at the opening, and each time that undo needs older ones;
they take 10 ms."""

MAX_NUMBER = 2**31 - 1
"""Largest sequence number of an event in a state; its file would have 500 GB."""

Numbers = npt.NDArray[np.int64]

Change = tuple[int, Decision | None, Decision]
"""Row of a candidate, and the events that set its opinion before and after; None: no event."""

Fetch = Callable[[Sequence[int]], Mapping[int, Decision]]
"""Function that returns the readable ones of some decisions, by their sequence numbers."""


def _numbers(values: Iterable[int | None]) -> Numbers:
    return np.array(list(values), np.int64)


def distinct_numbers(*arrays: Numbers) -> list[int]:
    """Return the different positive numbers of arrays, rising.

    Examples
    --------
    >>> distinct_numbers(np.array([3, 0, 7]), np.array([3]))
    [3, 7]
    """
    ordered = np.sort(np.concatenate(arrays))
    numbers: list[int] = ordered[np.diff(ordered, prepend=0) > 0].tolist()
    return numbers


class StoredChanges(NamedTuple):
    """Changes in sequence numbers.

    Attributes
    ----------
    rows : ndarray of int64, shape (changes,)
    before, after : ndarray of int64, shape (changes,)
        Sequence numbers of the events; 0 in ``before`` for no event.
    """

    rows: Numbers
    before: Numbers
    after: Numbers

    @classmethod
    def of(cls, changes: Sequence[Change]) -> StoredChanges:
        """Return changes of decisions that are in the file, and so have numbers."""
        befores = (0 if change[1] is None else change[1].seq for change in changes)
        afters = (change[2].seq for change in changes)
        return cls(_numbers(change[0] for change in changes), _numbers(befores), _numbers(afters))

    def part(self, start: int, stop: int) -> StoredChanges:
        """Return the changes from ``start`` to before ``stop``."""
        return StoredChanges(*(column[start:stop] for column in self))

    def joined(self, later: StoredChanges) -> StoredChanges:
        """Return these changes and later ones."""
        pairs = zip(self, later, strict=True)
        return StoredChanges(*(np.concatenate(pair) for pair in pairs))

    def events(self) -> list[int]:
        """Return the sequence numbers of all events, rising."""
        return distinct_numbers(self.before, self.after)

    def resolved(self, decisions: Mapping[int, Decision]) -> list[Change]:
        """Return the changes with their decisions; raises KeyError if one is missing."""
        columns = (column.tolist() for column in self)
        return [
            (row, decisions[before] if before else None, decisions[after])
            for row, before, after in zip(*columns, strict=True)
        ]


NO_CHANGES = StoredChanges.of(())


class LedgerSnapshot(NamedTuple):
    """State of a ledger.

    Attributes
    ----------
    events : int
        Number of the reviewer's events.
    rows, latest : ndarray of int64
        Candidates with an opinion, and the events that it comes from.
    strays : ndarray of int64
        Last events that fit no candidate of the list.
    done : StoredChanges
        Steps that undo takes back, oldest first.
    undone : StoredChanges
        Steps that redo brings back, the next one last.
    undone_sizes : ndarray of int64
        Number of changes of each of these steps.
    """

    events: int
    rows: Numbers
    latest: Numbers
    strays: Numbers
    done: StoredChanges
    undone: StoredChanges
    undone_sizes: Numbers

    def needed_events(self) -> list[int]:
        """Return the sequence numbers of the events that a restored ledger begins with, rising."""
        recent = self.done.part(max(len(self.done.rows) - READ_AT_ONCE, 0), len(self.done.rows))
        parts = [self.latest, self.strays, recent.before, recent.after]
        return distinct_numbers(*parts, self.undone.before, self.undone.after)

    def is_consistent(self, candidates: int) -> bool:
        """Return whether all rows are of a list of that length, and the arrays of equal lengths."""
        rows = np.concatenate([self.rows, self.done.rows, self.undone.rows])
        events = np.concatenate([self.latest, self.strays, self.done.after, self.undone.after])
        earlier = np.concatenate([self.done.before, self.undone.before])
        return (
            _are_within(rows, 0, candidates - 1)
            and _are_within(events, 1, MAX_NUMBER)
            and _are_within(earlier, 0, MAX_NUMBER)
            and _are_within(self.undone_sizes, 1, MAX_NUMBER)
            and len(np.unique(self.rows)) == len(self.rows) == len(self.latest)
            and self.undone_sizes.sum() == len(self.undone.rows)
        )


class OlderChanges:
    """Changes of the history that have not been read yet, oldest first.

    Parameters
    ----------
    stored : StoredChanges
    fetch : Fetch
    """

    def __init__(self, stored: StoredChanges, fetch: Fetch) -> None:
        self.stored = stored
        self._fetch = fetch

    def __len__(self) -> int:
        return len(self.stored.rows)

    def take_last(self, count: int) -> list[Change]:
        """Read and remove the last changes, all if there are not so many.

        If one of their decisions cannot be read, the history begins after them: none is left.
        """
        start = max(len(self) - count, 0)
        last, self.stored = self.stored.part(start, len(self)), self.stored.part(0, start)
        decisions = self._fetch(last.events())
        if not decisions.keys() >= set(last.events()):
            self.stored = NO_CHANGES
            return []
        return last.resolved(decisions)


def mark_of_list(candidates: PositionedList, left_out: Iterable[str] = ()) -> str:
    """Return a digest of all that a list contributes to the state of a ledger.

    Parameters
    ----------
    candidates : CandidateList
    left_out : iterable of str
        Keys of which the events are left out.
    """
    digest = hashlib.blake2b(digest_size=16)
    for keys in (candidates.keys.tolist(), sorted(left_out)):
        lengths = np.array([len(key) for key in keys], "<i8")
        digest.update(lengths.tobytes())
        digest.update("".join(keys).encode("utf-8", "surrogatepass"))
    for place in (candidates.x, candidates.y, candidates.ra, candidates.dec):
        digest.update(np.asarray(place, "<f8").tobytes())
    return digest.hexdigest()


def _are_within(values: Numbers, low: int, high: int) -> bool:
    return not len(values) or bool(values.min() >= low and values.max() <= high)
