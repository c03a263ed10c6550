from __future__ import annotations

import numpy as np
import pytest

from tests.helpers.decisions import event, listing
from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.decisions.agreement.ratings import Ratings, collect_ratings, majority_codes
from vetter.core.decisions.decision import Decision, How, Verdict
from vetter.core.decisions.ledger import Ledger
from vetter.core.decisions.new_decisions import decide

LIST = listing(4)


def rate(row: int, verdict: Verdict, reviewer: str, **changes: object) -> Decision:
    return event(LIST, row, verdict, reviewer=reviewer, **changes)


def collect(*events: Decision, listed: CandidateList = LIST) -> Ratings:
    return collect_ratings(listed, events)


def test_codes_are_by_reviewer() -> None:
    ratings = collect(
        rate(0, Verdict.ACCEPT, "bob"),
        rate(0, Verdict.REJECT, "ann"),
        rate(2, Verdict.MAYBE, "ann"),
    )
    assert ratings.reviewers == ("ann", "bob")
    assert ratings.codes.tolist() == [[2, 0, 3, 0], [1, 0, 0, 0]]


def test_last_verdict_of_a_reviewer_counts() -> None:
    ratings = collect(rate(1, Verdict.ACCEPT, "ann"), rate(1, Verdict.REJECT, "ann"))
    assert ratings.codes.tolist() == [[0, 2, 0, 0]]


def test_undone_verdict_does_not_count() -> None:
    ledger = Ledger(LIST, "ann")
    made = decide(ledger, 1, verdict=Verdict.ACCEPT)
    assert made is not None
    ledger.apply(made)
    assert collect(made, *ledger.undo_step()).codes.tolist() == [[0, 0, 0, 0]]


def test_differing_verdicts_are_disputed() -> None:
    ratings = collect(
        rate(0, Verdict.ACCEPT, "ann"),
        rate(0, Verdict.MAYBE, "bob"),
        rate(1, Verdict.REJECT, "ann"),
        rate(1, Verdict.REJECT, "bob"),
        rate(2, Verdict.REJECT, "ann"),
    )
    assert ratings.disputed.tolist() == [True, False, False, False]


def arbitrated() -> list[Decision]:
    return [
        rate(0, Verdict.ACCEPT, "ann", at="2026-01-31T03:00:00.000Z"),
        rate(0, Verdict.REJECT, "bob", at="2026-01-31T03:01:00.000Z"),
        rate(0, Verdict.REJECT, "ann", how=How.ARBITER, at="2026-01-31T03:02:00.000Z"),
    ]


def test_arbitration_leaves_own_rating_as_it_was() -> None:
    ratings = collect(*arbitrated())
    assert ratings.codes[:, 0].tolist() == [1, 2]
    assert ratings.opinion(0, 0).verdict is Verdict.REJECT


def test_arbitration_settles_a_dispute() -> None:
    ratings = collect(*arbitrated())
    assert not ratings.disputed[0]
    assert ratings.arbitrated.tolist() == [2, 0, 0, 0]
    assert ratings.arbiter == {0: 0}


def test_undone_arbitration_leaves_the_dispute_open() -> None:
    events = arbitrated()
    ledger = Ledger(LIST, "ann")
    ledger.replay(events)
    ratings = collect(*events, *ledger.undo_step())
    assert ratings.disputed[0]
    assert ratings.codes[:, 0].tolist() == [1, 2]


def test_arbiter_who_clears_the_verdict_leaves_the_dispute_open() -> None:
    cleared = rate(0, Verdict.NONE, "ann", how=How.ARBITER, at="2026-01-31T05:00:00.000Z")
    ratings = collect(*arbitrated(), cleared)
    assert ratings.arbitrated.tolist() == [0, 0, 0, 0] and ratings.arbiter == {}


def test_last_of_two_arbiters_decides() -> None:
    later = rate(0, Verdict.MAYBE, "cat", how=How.ARBITER, at="2026-01-31T04:00:00.000Z")
    ratings = collect(later, *arbitrated())
    assert ratings.arbitrated[0] == Verdict.MAYBE.code
    assert ratings.reviewers[ratings.arbiter[0]] == "cat"


def test_reviewers_without_decisions_can_be_listed() -> None:
    ratings = collect_ratings(LIST, [rate(0, Verdict.ACCEPT, "bob")], ["ann"])
    assert ratings.reviewers == ("ann", "bob")
    assert not ratings.codes[0].any()


def test_order_of_reviewers_events_does_not_matter() -> None:
    events = arbitrated()
    assert (
        collect(events[1], events[0], events[2]).codes.tolist() == collect(*events).codes.tolist()
    )


@pytest.mark.parametrize(
    ("codes", "code"),
    [
        ((1, 1, 2), 1),
        ((2, 2, 1), 2),
        ((3, 3, 3), 3),
        ((1, 2), 0),
        ((1, 1, 2, 2), 0),
        ((1, 1, 2, 3), 0),
        ((1, 1, 1, 2, 3), 1),
        ((0, 4, 3), 3),
        ((0, 4), 0),
    ],
)
def test_majority_is_more_than_half(codes: tuple[int, ...], code: int) -> None:
    assert majority_codes(np.array([[one] for one in codes], np.uint8)).tolist() == [code]


@pytest.mark.parametrize(("verdict", "code"), [(Verdict.REJECT, 0), (Verdict.ACCEPT, 1)])
def test_rating_of_the_same_moment_takes_an_arbitration_back(verdict: Verdict, code: int) -> None:
    """What is in force has the arbitration's date, and another verdict."""
    at = "2026-01-31T04:00:00.000Z"
    arbitration = rate(0, Verdict.ACCEPT, "ann", how=How.ARBITER, at=at)
    ratings = collect(arbitration, rate(0, verdict, "ann", at=at))
    assert ratings.arbitrated[0] == code
