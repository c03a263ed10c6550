"""Union of the events of several sessions, in an order that does not depend on theirs."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from itertools import accumulate, pairwise
from operator import itemgetter
from typing import Any, NamedTuple

from vetter.io.session.format.rows import COLUMNS

Row = tuple[Any, ...]
"""One event as `to_row` returns it: the values of COLUMNS but ``seq``."""

_NAMES = COLUMNS.split(", ")[1:]
ID, REVIEWER, AT = (_NAMES.index(name) for name in ("id", "reviewer", "at"))
"""Places of the values in a row."""


class JoinedEvents(NamedTuple):
    """Events of all sessions, each once.

    Attributes
    ----------
    rows : list of tuple
        In the order of their times; those of one reviewer in the order in which they were made.
    conflicts : int
        Events that two sessions hold with different content, which no program writes.
    """

    rows: list[Row]
    conflicts: int


def join_events(sessions: Sequence[dict[str, list[Row]]]) -> JoinedEvents:
    """Return the union of the events of several sessions, by UUID.

    The result is the same for any order of the sessions, and for sessions that were merged
    before: a reviewer's events keep their order in every session, events of several reviewers are
    sorted by time. A reviewer's clock that went back does not change the order of their events.

    Parameters
    ----------
    sessions : sequence of dict
        Rows of events by reviewer.
    """
    times: list[str] = []
    rows: list[Row] = []
    conflicts = 0
    for reviewer in sorted({name for session in sessions for name in session}):
        chains = [session[reviewer] for session in sessions if reviewer in session]
        chain, differing = join_chains(chains)
        conflicts += differing
        rows += chain
        # The latest time so far: sorting by it never moves an event before its predecessor.
        times += accumulate(map(itemgetter(AT), chain), max)
    # The sort is stable, so that events of one time stay in the order of the reviewers' names.
    order = sorted(range(len(rows)), key=times.__getitem__)
    return JoinedEvents([rows[index] for index in order], conflicts)


def choose_whole_chains(sessions: Sequence[dict[str, list[Row]]]) -> dict[str, int] | None:
    """Return which session has all events of each reviewer, if sorting by time will do.

    None if events of one reviewer have to be joined, or if a clock went back: `join_events` then
    finds the order.

    Parameters
    ----------
    sessions : sequence of dict
        Events by reviewer; of each only the values at `ID` and at index 1, the time, are read.
    """
    chosen: dict[str, int] = {}
    for reviewer in {name for session in sessions for name in session}:
        chains = {n: session[reviewer] for n, session in enumerate(sessions) if reviewer in session}
        number = max(chains, key=lambda one: len(chains[one]))
        longest = chains[number]
        if any(longest[: len(chain)] != chain for chain in chains.values()):
            return None
        if any(after[1] < before[1] for before, after in pairwise(longest)):
            return None
        chosen[reviewer] = number
    return chosen


def join_chains(chains: Sequence[list[Row]]) -> tuple[list[Row], int]:
    """Return one reviewer's events of several sessions in one order, and the number of conflicts.

    Of two events that no session has both, the one with the earlier time comes first.
    """
    longest = max(chains, key=len)
    if all(longest[: len(chain)] == chain for chain in chains):
        return longest, 0
    events: dict[str, Row] = {}
    conflicts: set[str] = set()
    followers: dict[str, set[str]] = {}
    for chain in chains:
        for row in chain:
            known = events.setdefault(row[ID], row)
            if known != row:
                conflicts.add(row[ID])
                events[row[ID]] = min(known, row, key=repr)
        for before, after in pairwise(chain):
            followers.setdefault(before[ID], set()).add(after[ID])
    return _sort_events(events, followers), len(conflicts)


def _sort_events(events: dict[str, Row], followers: dict[str, set[str]]) -> list[Row]:
    """Return events so that each comes before its followers, otherwise by time and id."""
    waiting = dict.fromkeys(events, 0)
    for later in followers.values():
        for ident in later:
            waiting[ident] += 1
    ready = [(events[ident][AT], ident) for ident, count in waiting.items() if not count]
    heapq.heapify(ready)
    # Only two sessions with one reviewer's events in opposite orders, which no program writes,
    # leave events that wait for each other: the earliest of them goes first.
    stuck = sorted(((row[AT], ident) for ident, row in events.items()), reverse=True)
    out: list[Row] = []
    while waiting:
        if not ready:
            ready = [stuck.pop()]
        _, ident = heapq.heappop(ready)
        if waiting.pop(ident, None) is None:
            continue
        out.append(events[ident])
        for after in followers.get(ident, ()):
            if after in waiting:
                waiting[after] -= 1
                if not waiting[after]:
                    heapq.heappush(ready, (events[after][AT], after))
    return out
