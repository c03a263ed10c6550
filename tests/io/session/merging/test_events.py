"""Events of several sessions in one order."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from tests.helpers.decisions import event, listing
from vetter.io.session.format.rows import to_row
from vetter.io.session.merging.events import (
    AT,
    ID,
    choose_whole_chains,
    join_chains,
    join_events,
)

LIST = listing(2)
Row = tuple[Any, ...]


def one(ident: str, at: int, reviewer: str = "ann", comment: str = "") -> Row:
    time = f"2026-01-31T03:00:{at:02d}.000Z"
    return to_row(event(LIST, 0, id=ident, at=time, reviewer=reviewer, comment=comment))


def ids(rows: list[Row]) -> str:
    return "".join(row[ID] for row in rows)


def chain(text: str) -> list[Row]:
    """Events called by letters, each followed by its second."""
    return [one(text[n], int(text[n + 1])) for n in range(0, len(text), 2)]


@pytest.mark.parametrize(
    ("chains", "order"),
    [
        (["a1b2c3"], "abc"),
        (["a1b2", "a1b2c3"], "abc"),
        (["a1", "b2"], "ab"),
        (["b2", "a1"], "ab"),
        (["a1c3", "a1b2d4"], "abcd"),
        # A clock that went back does not change the order that a session has.
        (["a5b1c2", "d3"], "dabc"),
        (["a5b1c2", "a5d3"], "abcd"),
        (["a1b9c2", "a1d3"], "adbc"),
        (["a1b9c2", "b9d3"], "abcd"),
        (["a1x1", "a1b1"], "abx"),
        # Two sessions in opposite orders, which no program writes: the earliest goes first.
        (["a1b2", "b2a1"], "ab"),
        (["a2b1", "b1a2"], "ba"),
        (["a1b2c3", "c3b2"], "abc"),
    ],
)
def test_events_of_one_reviewer_keep_their_order(chains: list[str], order: str) -> None:
    for some in permutations(chains):
        rows, conflicts = join_chains([chain(text) for text in some])
        assert (ids(rows), conflicts) == (order, 0)


def test_event_of_two_contents_is_kept_once_and_counted() -> None:
    first, second = one("a", 1, comment="one"), one("a", 1, comment="two")
    third = one("b", 2)
    for chains in ([[first, third], [second]], [[second], [first, third]]):
        rows, conflicts = join_chains(chains)
        assert (ids(rows), conflicts) == ("ab", 1) and rows[0] == first
    rows, conflicts = join_chains([[first, third], [second, one("b", 3)]])
    assert conflicts == 2 and rows[1][AT].endswith("02.000Z")


def test_reviewers_are_sorted_by_time_and_name() -> None:
    ann = [one("a", 1), one("b", 4), one("c", 2)]
    bob = [one("p", 1, "bob"), one("q", 3, "bob"), one("r", 4, "bob")]
    joined = join_events([{"bob": bob}, {"ann": ann}, {"ann": ann[:1]}])
    # c has the time of b before it: 4, as r.
    assert (ids(joined.rows), joined.conflicts) == ("apqbcr", 0)
    assert join_events([]) == ([], 0)


def test_conflicts_of_all_reviewers_are_added() -> None:
    sessions = [
        {"ann": [one("a", 1)], "bob": [one("p", 1, "bob")]},
        {"ann": [one("a", 2)], "bob": [one("p", 2, "bob")]},
    ]
    assert join_events(sessions).conflicts == 2


@pytest.mark.parametrize(
    ("sessions", "chosen"),
    [
        ([{"ann": "a1b2"}, {"ann": "a1b2c3"}], {"ann": 1}),
        ([{"ann": "a1b2c3"}, {"ann": "a1b2"}], {"ann": 0}),
        ([{"ann": "a1"}, {"bob": "p1"}], {"ann": 0, "bob": 1}),
        ([{"ann": "a1b1"}], {"ann": 0}),
        ([{"ann": "a1b2"}, {"ann": "a1c3"}], None),
        ([{"ann": "a2b1"}], None),
        ([], {}),
    ],
)
def test_whole_chains_are_those_that_hold_all_others(
    sessions: list[dict[str, str]], chosen: dict[str, int] | None
) -> None:
    plain = [
        {name: [(row[ID], row[AT]) for row in chain(text)] for name, text in session.items()}
        for session in sessions
    ]
    assert choose_whole_chains(plain) == chosen
