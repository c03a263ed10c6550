from __future__ import annotations

import numpy as np
import pytest

from vetter.core.decisions.agreement.reviewer_record import (
    MIN_RATE,
    rate_reviewers,
    weigh_verdicts,
)


def simulate(skills: list[float], count: int = 400, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Return codes of reviewers that are right at these rates, and whether each is real."""
    rng = np.random.default_rng(seed)
    real = rng.random(count) < 0.5
    right = rng.random((len(skills), count)) < np.array(skills)[:, np.newaxis]
    return np.where(right == real, 1, 2).astype(np.uint8), real


def test_rates_of_known_candidates_are_counted() -> None:
    codes = np.array([[1, 1, 1, 2, 2, 2, 2, 1]], np.uint8)
    truth = np.array([1, 1, 1, 1, 0, 0, 0, 0.0])
    record = rate_reviewers(codes, truth)
    # (3 + 3) of 5 + 4 with the prior, drawn in by the bound.
    expected = MIN_RATE + (1 - 3 * MIN_RATE) * 6 / 9
    assert record.if_real[0, 0] == pytest.approx(expected)
    assert record.if_bogus[0, 1] == pytest.approx(expected)


def test_unknown_truths_do_not_enter_the_rates() -> None:
    codes = np.array([[1, 2, 1]], np.uint8)
    one = rate_reviewers(codes, np.array([1.0, 0.0, np.nan]))
    other = rate_reviewers(codes[:, :2], np.array([1.0, 0.0]))
    assert one.if_real == pytest.approx(other.if_real)


def test_one_verdict_moves_the_odds_by_a_bounded_factor() -> None:
    codes = np.ones((1, 5000), np.uint8)
    codes[0, 2500:] = 2
    record = rate_reviewers(codes, np.repeat([1.0, 0.0], 2500))
    odds = record.probability / (1 - record.probability)
    assert odds.max() <= (1 - 2 * MIN_RATE) / MIN_RATE
    assert odds.min() >= MIN_RATE / (1 - 2 * MIN_RATE)


def test_new_reviewer_is_right_in_three_of_five() -> None:
    record = rate_reviewers(np.zeros((1, 3), np.uint8))
    assert record.skill[0] == pytest.approx(MIN_RATE + (1 - 3 * MIN_RATE) * 0.6)
    assert record.probability.tolist() == [0.5, 0.5, 0.5]


def test_records_are_found_without_truth() -> None:
    codes, _ = simulate([0.95, 0.9, 0.6])
    skill = rate_reviewers(codes).skill
    assert skill[0] > skill[1] > skill[2]
    assert skill[2] == pytest.approx(0.6, abs=0.08)


def test_good_reviewers_outweigh_many_guessers() -> None:
    codes, real = simulate([0.97, 0.97, 0.5, 0.5, 0.5], seed=3)
    weighted = rate_reviewers(codes).probability > 0.5
    majority = (codes == 1).sum(0) > 2
    assert (weighted == real).mean() > 0.96
    assert (weighted == real).mean() > (majority == real).mean() + 0.05


def test_reviewer_who_is_always_wrong_counts_against() -> None:
    codes = np.array([[1, 2] * 30, [2, 1] * 30], np.uint8)
    truth = np.tile([1.0, 0.0], 30)
    truth[-2:] = np.nan
    codes[0, -2:] = 0
    record = rate_reviewers(codes, truth)
    assert record.probability[-2] > 0.85  # the second rejected it


def test_maybe_moves_less_than_accept() -> None:
    codes = np.array([[1, 3, 2] * 20], np.uint8)
    truth = np.tile([1.0, np.nan, 0.0], 20)
    probability = rate_reviewers(codes, truth).probability
    assert probability[2] < probability[1] < probability[0]


def test_prevalence_is_the_probability_without_a_verdict() -> None:
    record = rate_reviewers(np.array([[0, 1]], np.uint8), prevalence=0.01)
    assert record.probability[0] == pytest.approx(0.01)


def test_verdicts_are_weighed_by_records_of_other_candidates() -> None:
    record = rate_reviewers(np.array([[1, 1, 2, 2]], np.uint8), np.array([1, 1, 0, 0.0]))
    # (2 + 3) of 2 + 5, drawn in by the bound; 1 of 7 if bogus; the prevalence is a half.
    real, bogus = (MIN_RATE + (1 - 3 * MIN_RATE) * share for share in (5 / 7, 1 / 7))
    expected = [real / (real + bogus), bogus / (real + bogus), 0.5, 0.5]
    codes = np.array([[1, 2, 0, 4]], np.uint8)
    assert weigh_verdicts(codes, record) == pytest.approx(expected)
    assert weigh_verdicts(codes, record._replace(prevalence=0.2))[2] == pytest.approx(0.2)


def test_maybe_is_as_likely_of_either_kind() -> None:
    record = rate_reviewers(np.array([[3, 3]], np.uint8), np.array([1.0, 0.0]))
    assert record.if_real[0, 2] == pytest.approx(record.if_bogus[0, 2])
    assert record.probability == pytest.approx([0.5, 0.5])
    assert record.if_real.sum() == pytest.approx(1) and record.if_bogus.sum() == pytest.approx(1)


def test_single_verdict_counts_for_its_reviewer() -> None:
    record = rate_reviewers(np.array([[1, 0], [0, 0]], np.uint8))
    assert record.skill[0] > record.skill[1]
    assert record.probability[0] > 0.5 == record.probability[1]


def test_maybe_alone_leaves_the_prevalence() -> None:
    record = rate_reviewers(np.full((2, 200), 3, np.uint8))
    assert record.probability == pytest.approx(np.full(200, 0.5))
    assert record.if_real == pytest.approx(record.if_bogus[:, [1, 0, 2]])


def test_reviewers_who_never_agree_are_not_told_apart() -> None:
    record = rate_reviewers(np.array([[1, 2] * 50, [2, 1] * 50], np.uint8))
    assert record.skill[0] == pytest.approx(record.skill[1])
    assert record.probability == pytest.approx(np.full(100, 0.5))
