from __future__ import annotations

import numpy as np
import pytest

from tests.helpers.decisions import event, listing
from vetter.core.decisions.agreement.ratings import collect_ratings
from vetter.core.decisions.agreement.retirement import (
    RetirementRules,
    State,
    assign_next,
    find_states,
    name_next,
)
from vetter.core.decisions.decision import How, Verdict


def column(*codes: int) -> np.ndarray:
    return np.array([[code] for code in codes], np.uint8)


@pytest.mark.parametrize(
    ("codes", "state"),
    [
        ((), State.OPEN),
        ((1,), State.OPEN),
        ((1, 1), State.AGREED),
        ((1, 2), State.OPEN),
        ((1, 2, 1, 1), State.OPEN),
        ((1, 2, 1, 1, 1), State.AGREED),
        ((1, 2, 3, 1, 2, 3, 1), State.DISPUTED),
        ((0, 4, 2, 2), State.AGREED),
    ],
)
def test_state_after_verdicts(codes: tuple[int, ...], state: State) -> None:
    assert find_states(column(*codes, 0, 0)).tolist() == [state]


def test_sure_probability_retires_two_verdicts() -> None:
    states = find_states(column(1, 2), np.array([0.995]))
    assert states.tolist() == [State.AGREED]


def test_sure_probability_retires_no_single_verdict() -> None:
    assert find_states(column(1, 0), np.array([0.995])).tolist() == [State.OPEN]


def test_rules_can_ask_for_more() -> None:
    rules = RetirementRules(agreeing=3, most=5)
    assert find_states(column(1, 1), rules=rules).tolist() == [State.OPEN]
    assert find_states(column(1, 1, 1), rules=rules).tolist() == [State.AGREED]


def test_next_is_the_best_who_has_not_rated() -> None:
    skill = np.array([0.9, 0.6, 0.8])
    assert assign_next(column(1, 2, 0), np.array([0.5]), skill).tolist() == [2]
    assert assign_next(column(0, 2, 0), np.array([0.5]), skill).tolist() == [0]


def test_equal_records_share_the_work() -> None:
    codes = np.zeros((2, 10), np.uint8)
    following = assign_next(codes, np.full(10, 0.5), np.array([0.62, 0.58]))
    assert np.bincount(following).tolist() == [5, 5]


def test_agreed_candidates_need_nobody() -> None:
    assert assign_next(column(1, 1, 0), np.array([0.9]), np.full(3, 0.6)).tolist() == [-1]


def test_candidate_rated_by_all_needs_nobody() -> None:
    assert assign_next(column(1, 2), np.array([0.5]), np.full(2, 0.6)).tolist() == [-1]


def test_no_reviewers_assign_nothing() -> None:
    empty = np.zeros((0, 3), np.uint8)
    assert assign_next(empty, np.full(3, 0.5), np.empty(0)).tolist() == [-1, -1, -1]


@pytest.mark.parametrize(
    ("probability", "state"),
    [
        (0.011, State.OPEN),
        (0.01, State.AGREED),
        (0.989, State.OPEN),
        (0.99, State.AGREED),
    ],
)
def test_probability_is_sure_from_a_hundredth_of_its_ends(probability: float, state: State) -> None:
    assert find_states(column(1, 2), np.array([probability])).tolist() == [state]


def test_rules_bound_the_majority_and_the_number() -> None:
    rules = RetirementRules(agreeing=3, most=5)
    assert find_states(column(1, 2, 1), rules=rules).tolist() == [State.OPEN]
    assert find_states(column(1, 2, 1, 1), rules=rules).tolist() == [State.AGREED]
    assert find_states(column(1, 2, 1, 3), rules=rules).tolist() == [State.OPEN]
    assert find_states(column(1, 2, 1, 3, 2), rules=rules).tolist() == [State.DISPUTED]
    two = RetirementRules(agreeing=3, most=3)
    assert find_states(column(1, 1, 2), rules=two).tolist() == [State.DISPUTED]


def test_doubtful_candidates_are_dealt_in_turns_first() -> None:
    following = assign_next(np.zeros((2, 4), np.uint8), np.array([0.9, 0.5, 0.2, 0.45]), np.ones(2))
    # By doubt: 1, 3, 2, 0.
    assert following.tolist() == [1, 0, 0, 1]
    following = assign_next(np.zeros((2, 3), np.uint8), np.array([0.2, 0.5, 0.9]), np.ones(2))
    assert following.tolist() == [1, 0, 0]


def test_one_reviewer_who_is_left_gets_all() -> None:
    codes = np.array([[1, 2, 1], [0, 0, 0]], np.uint8)
    assert assign_next(codes, np.full(3, 0.5), np.full(2, 0.6)).tolist() == [1, 1, 1]


def test_disputed_candidate_goes_to_one_who_has_not_rated_it() -> None:
    codes = column(1, 2, 3, 1, 2, 3, 1, 0)
    assert assign_next(codes, np.array([0.5]), np.full(8, 0.5)).tolist() == [7]


def test_reviewer_of_no_skill_is_still_asked() -> None:
    assert assign_next(column(0, 1), np.array([0.5]), np.array([0.0, 0.9])).tolist() == [0]


@pytest.mark.parametrize("settled", [Verdict.ACCEPT, Verdict.REJECT, Verdict.MAYBE])
def test_next_reviewers_are_named_but_for_the_arbiters_candidates(settled: Verdict) -> None:
    listed = listing(3)
    events = [
        event(listed, 0, Verdict.ACCEPT, reviewer="ann"),
        event(listed, 1, Verdict.ACCEPT, reviewer="ann"),
        event(listed, 1, settled, reviewer="cat", how=How.ARBITER),
        event(listed, 2, Verdict.ACCEPT, reviewer="ann"),
        event(listed, 2, Verdict.ACCEPT, reviewer="bob"),
    ]
    ratings = collect_ratings(listed, events)
    assert name_next(ratings).tolist()[1:] == ["", ""]
    assert name_next(ratings)[0] in ("bob", "cat")
    # Who is known to be right comes first.
    truth = np.array([np.nan, np.nan, 1.0])
    assert name_next(ratings, truth)[0] == "bob"
    three = RetirementRules(agreeing=3)
    assert name_next(ratings, truth, three)[2] == "cat"
