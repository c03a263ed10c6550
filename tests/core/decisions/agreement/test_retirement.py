from __future__ import annotations

import numpy as np
import pytest

from vetter.core.decisions.agreement.retirement import (
    RetirementRules,
    State,
    assign_next,
    find_states,
)


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
