from __future__ import annotations

import math

import numpy as np
import pytest

from vetter.core.decisions.agreement.kappa import (
    cohen_kappa,
    confusion,
    fleiss_kappa,
    wilson_share,
)

PSYCHIATRISTS = np.array(
    [int(digit) for digit in (
        "00060 03003 01401 00006 03030 20400 00402 20310 20040 00006"
        "10050 11040 03300 10050 02031 00501 30012 51000 02040 10203"
        "00006 01050 02013 20040 10041 05010 40002 02040 10500 00006"
    ).replace(" ", "")]
).reshape(30, 5)  # fmt: skip
"""Diagnoses of 30 patients by six psychiatrists: table 1 of Fleiss (1971)."""

FLEISS_LEVIN_PAIK = [[75, 1, 4], [5, 4, 1], [0, 0, 10]]
"""Two raters, 100 patients: table 18.1 of Fleiss, Levin & Paik (2003)."""


def test_fleiss_kappa_of_published_table() -> None:
    kappa = fleiss_kappa(PSYCHIATRISTS)
    assert kappa.value == pytest.approx(0.430, abs=5e-4)
    assert kappa.observed == pytest.approx(0.555, abs=1e-3)
    assert kappa.expected == pytest.approx(0.220, abs=1e-3)


def test_cohen_kappa_of_published_table() -> None:
    kappa = cohen_kappa(FLEISS_LEVIN_PAIK)
    assert kappa.value == pytest.approx(0.676, abs=5e-4)
    assert (kappa.observed, kappa.expected) == pytest.approx((0.89, 0.66))


@pytest.mark.parametrize(
    ("table", "value"),
    [([[20, 5], [10, 15]], 0.4), ([[45, 15], [25, 15]], 0.1304), ([[25, 35], [5, 35]], 0.2593)],
)
def test_cohen_kappa_of_two_categories(table: list[list[int]], value: float) -> None:
    assert cohen_kappa(table).value == pytest.approx(value, abs=5e-5)


def test_cohen_interval_agrees_with_bootstrap() -> None:
    rng = np.random.default_rng(1969)
    table = np.array(FLEISS_LEVIN_PAIK)
    drawn = rng.multinomial(100, table.ravel() / 100, 1500).reshape(-1, 3, 3)
    spread = np.std([cohen_kappa(one).value for one in drawn])
    kappa = cohen_kappa(table)
    assert (kappa.high - kappa.low) / 3.92 == pytest.approx(spread, rel=0.08)


@pytest.mark.parametrize(
    "table",
    [[[200, 50], [100, 150]], [[90, 400], [60, 80]], [[30, 200, 9], [80, 90, 7], [5, 2, 9]]],
)
def test_cohen_interval_is_that_of_the_delta_method(table: list[list[int]]) -> None:
    counts = np.array(table, float)
    total, step = counts.sum(), 1e-5
    shares = (counts / total).ravel()

    def value(shares: np.ndarray) -> float:
        return cohen_kappa(shares.reshape(counts.shape) * total).value

    # Shares need not add up to 1 here: what the sum itself changes is taken out below.
    slopes = np.array(
        [(value(shares + step * one) - value(shares - step * one)) / (2 * step)
         for one in np.eye(len(shares))]
    )  # fmt: skip
    slopes -= shares @ slopes
    error = np.sqrt(shares @ slopes**2 / total)
    kappa = cohen_kappa(table)
    assert kappa.high - kappa.low == pytest.approx(2 * 1.96 * error, rel=1e-3)


def test_fleiss_interval_agrees_with_bootstrap() -> None:
    rng = np.random.default_rng(1971)
    rows = rng.integers(0, 30, (1000, 30))
    spread = np.std([fleiss_kappa(PSYCHIATRISTS[chosen]).value for chosen in rows])
    kappa = fleiss_kappa(PSYCHIATRISTS)
    assert (kappa.high - kappa.low) / 3.92 == pytest.approx(spread, rel=0.1)


def test_fleiss_interval_covers_truth_with_uneven_raters() -> None:
    rng = np.random.default_rng(7)
    hits = 0
    for _ in range(200):
        real = rng.random(150) < 0.5
        right = rng.random((4, 150)) < 0.8
        present = rng.random((4, 150)) < 0.7
        accepts = ((right == real) & present).sum(0)
        kappa = fleiss_kappa(np.stack([accepts, present.sum(0) - accepts], axis=1))
        # Two raters right at 0.8 agree at 0.68, by chance at 0.5.
        hits += kappa.low <= 0.36 <= kappa.high
    assert 180 <= hits <= 199


def test_full_agreement_of_few_has_wide_interval() -> None:
    kappa = cohen_kappa([[2, 0, 0], [0, 2, 0], [0, 0, 0]])
    assert kappa.value == 1
    assert kappa.low < 0.1
    assert kappa.high == 1


def test_one_category_has_no_kappa() -> None:
    assert math.isnan(cohen_kappa([[9, 0], [0, 0]]).value)
    assert math.isnan(fleiss_kappa([[3, 0], [2, 0]]).value)


def test_nothing_in_common_has_no_kappa() -> None:
    assert cohen_kappa(np.zeros((3, 3))).candidates == 0
    assert fleiss_kappa([[1, 0, 0], [0, 1, 0]]).candidates == 0


def test_fleiss_kappa_leaves_out_single_ratings() -> None:
    more = np.vstack([PSYCHIATRISTS, [[1, 0, 0, 0, 0], [0, 0, 0, 0, 0]]])
    assert fleiss_kappa(more) == fleiss_kappa(PSYCHIATRISTS)


def test_confusion_counts_only_what_both_rated() -> None:
    first = np.array([1, 1, 2, 3, 0, 2, 4], np.uint8)
    second = np.array([1, 2, 2, 1, 1, 0, 1], np.uint8)
    assert confusion(first, second).tolist() == [[1, 1, 0], [0, 1, 0], [1, 0, 0]]


def test_wilson_share_without_trials_is_nan() -> None:
    assert math.isnan(wilson_share(0, 0).low)


def test_wilson_share_of_no_hit_reaches_above_zero() -> None:
    share = wilson_share(0, 10)
    assert share.low == 0
    assert share.high == pytest.approx(0.2775, abs=1e-4)


def test_fleiss_interval_of_four_candidates_by_hand() -> None:
    # Agreement 0.75 and expected 0.53125. Each candidate's part of the variance is
    # (agreement - expected - 2 (1 - kappa) (its share - expected)) / (1 - expected) - kappa:
    # 0.32, 0.8889, -1.5289, 0.32; their squares add up to 3.3324.
    kappa = fleiss_kappa([[2, 0], [0, 2], [1, 1], [2, 0]])
    assert kappa.value == pytest.approx(0.4667, abs=1e-4)
    assert kappa.low == pytest.approx(0.4667 - 1.95996 * np.sqrt(3.3324 / (4 * 3)), abs=2e-4)
    assert (kappa.high, kappa.candidates) == (1, 4)


def test_fleiss_interval_of_rare_category_is_that_of_jackknife() -> None:
    table = np.array([[3, 0]] * 200 + [[0, 3]] * 10 + [[2, 1]] * 25 + [[1, 2]] * 15)
    without = [fleiss_kappa(np.delete(table, row, axis=0)).value for row in (0, 200, 210, 235)]
    counts = np.array([200, 10, 25, 15])
    mean = np.average(without, weights=counts)
    error = np.sqrt(249 / 250 * (counts @ (np.array(without) - mean) ** 2))
    kappa = fleiss_kappa(table)
    assert kappa.high - kappa.low == pytest.approx(2 * 1.96 * error, rel=0.03)


@pytest.mark.parametrize(
    ("hits", "trials", "low", "high"),
    [(8, 10, 0.4902, 0.9433), (1, 1, 0.2065, 1.0), (0, 1, 0.0, 0.7935), (50, 100, 0.4038, 0.5962)],
)
def test_wilson_share_of_known_values(hits: int, trials: int, low: float, high: float) -> None:
    share = wilson_share(hits, trials)
    assert share[:3] == (hits, trials, hits / trials)
    assert (share.low, share.high) == pytest.approx((low, high), abs=1e-4)
