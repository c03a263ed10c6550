"""A ledger on a list that is still being read comes to the same as on the whole list."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.decisions import REVIEWER, event, listing
from tests.helpers.growing_source import first_rows
from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.decisions.decision import Decision, How, Verdict
from vetter.core.decisions.ledger import Ledger
from vetter.core.decisions.new_decisions import decide, decide_group


def shifted(candidates: CandidateList, row: int) -> CandidateList:
    """The list with another candidate under one key."""
    changes: dict[str, Any] = {name: np.array(getattr(candidates, name)) for name in ("x", "ra")}
    changes["x"][row] += 40
    changes["ra"][row] += 0.01
    return listing(len(candidates), **changes)


def state(ledger: Ledger) -> tuple[Any, ...]:
    """Everything a ledger tells."""
    return (
        ledger.codes.tolist(),
        ledger.counts(),
        [ledger.opinion(row) for row in range(len(ledger.candidates))],
        ledger.undo_label,
        ledger.redo_label,
        [(e.key, e.verdict, e.undoes) for e in ledger.undo_step()],
        [(e.key, e.verdict, e.undoes) for e in ledger.redo_step()],
        ledger.unplaced,
        [(offer.old_key, offer.row) for offer in ledger.offers()],
    )


def grown(whole: CandidateList, events: list[Decision], lots: list[int]) -> Ledger:
    ledger = Ledger(first_rows(whole, lots[0]), REVIEWER, complete=False)
    ledger.replay(events)
    for lot in lots[1:]:
        ledger.extend(first_rows(whole, lot), complete=False)
    ledger.extend(whole, complete=True)
    return ledger


def history(whole: CandidateList, steps: list[tuple[str, int, int]]) -> list[Decision]:
    """Events as a vetter makes them, one step after the other."""
    ledger, events = Ledger(whole, REVIEWER), list[Decision]()
    for kind, row, code in steps:
        verdict = tuple(Verdict)[code]
        if kind == "undo":
            made = ledger.undo_step()
        elif kind == "redo":
            made = ledger.redo_step()
        elif kind == "group":
            made = decide_group(ledger, [row, (row + 3) % len(whole)], verdict)
        else:
            one = decide(ledger, row, verdict=verdict)
            made = [] if one is None else [one]
        ledger.replay(made)
        events += made
    return events


kinds = st.sampled_from(["single", "single", "group", "undo", "redo"])
some_steps = st.lists(st.tuples(kinds, st.integers(0, 9), st.integers(1, 3)), max_size=25)


@settings(deadline=None, max_examples=150)
@given(steps=some_steps, lots=st.sets(st.integers(1, 10), min_size=1), moved=st.integers(-1, 9))
def test_it_ends_as_if_the_list_had_been_there_at_once(
    steps: list[tuple[str, int, int]], lots: set[int], moved: int
) -> None:
    before = listing(10)
    events = history(before, steps)
    now = before if moved < 0 else shifted(before, moved)
    at_once = Ledger(now, REVIEWER)
    at_once.replay(events)
    assert state(grown(now, events, sorted(lots))) == state(at_once)


def test_a_decision_waits_for_its_row() -> None:
    whole = listing(6)
    ledger = Ledger(first_rows(whole, 2), REVIEWER, complete=False)
    ledger.replay([event(whole, 4)])
    assert ledger.codes.tolist() == [0, 0]
    ledger.extend(first_rows(whole, 5), complete=False)
    assert ledger.codes.tolist() == [0, 0, 0, 0, 1]
    assert ledger.counts().accepted == 1


def test_nothing_is_offered_before_the_list_is_complete() -> None:
    whole = listing(6)
    ledger = Ledger(first_rows(whole, 2), REVIEWER, complete=False)
    ledger.replay([event(whole, 1, key="other"), event(whole, 4)])
    assert ledger.offers() == [] and ledger.unplaced == 0
    ledger.extend(whole, complete=True)
    assert [offer.old_key for offer in ledger.offers()] == ["other"]


def test_a_step_is_not_undone_before_its_candidate_is_listed() -> None:
    whole = listing(6)
    ledger = Ledger(first_rows(whole, 2), REVIEWER, complete=False)
    ledger.replay([event(whole, 0), event(whole, 4)])
    assert ledger.undo_step() == []
    assert ledger.undo_label == "accept of c4"
    ledger.extend(whole, complete=True)
    assert [step.key for step in ledger.undo_step()] == ["c4"]


def test_a_decision_made_meanwhile_comes_after_those_that_wait() -> None:
    whole = listing(6)
    ledger = Ledger(first_rows(whole, 2), REVIEWER, complete=False)
    ledger.replay([event(whole, 4)])
    ledger.replay([event(whole, 0)])
    ledger.extend(whole, complete=True)
    (undone,) = ledger.undo_step()
    assert (undone.key, undone.how) == ("c0", How.UNDO)
    ledger.apply(undone)
    assert [step.key for step in ledger.undo_step()] == ["c4"]


@pytest.mark.parametrize("length", [3, 5])
def test_the_index_of_a_longer_list_is_not_seen_through_the_shorter(length: int) -> None:
    whole = listing(6)
    short, longer = first_rows(whole, length), first_rows(whole, 6)
    longer.continue_from(short)
    assert longer.row_of("c5") == 5
    with pytest.raises(KeyError):
        short.row_of("c5")
