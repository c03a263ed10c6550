from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vetter.core.fakes.report.scores import (
    bin_shares,
    difference_of_medians,
    difference_of_shares,
    half_found_at,
    share_of,
)


@pytest.mark.parametrize(
    ("hits", "trials", "low", "high"),
    [
        (3, 10, 0.1078, 0.6032),
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (81, 263, 0.2553, 0.3662),
    ],
)
def test_share_has_wilson_interval(hits: int, trials: int, low: float, high: float) -> None:
    share = share_of(hits, trials)
    assert share.low == pytest.approx(low, abs=1e-4)
    assert share.high == pytest.approx(high, abs=1e-4)


def test_share_of_nothing_is_unknown() -> None:
    share = share_of(0, 0)
    assert math.isnan(share.value)
    assert str(share) == "none"
    assert share.as_plain() == {"hits": 0, "trials": 0, "value": None, "low": None, "high": None}


def test_share_is_written_with_its_counts() -> None:
    assert str(share_of(3, 10)) == "30% (11 to 60%; 3 of 10)"


def test_difference_of_shares_is_that_of_newcombe() -> None:
    # Newcombe (1998), table II, example (a): 56/70 - 48/80, method 10.
    difference = difference_of_shares(share_of(48, 80), share_of(56, 70))
    assert difference.value == pytest.approx(0.2)
    assert difference.low == pytest.approx(0.0524, abs=1e-4)
    assert difference.high == pytest.approx(0.3339, abs=1e-4)
    assert difference.is_significant


def test_difference_of_medians_covers_the_shift() -> None:
    rng = np.random.default_rng(1)
    first, last = rng.exponential(3.0, 200), rng.exponential(3.0, 200) + 2.0
    difference = difference_of_medians(first.tolist(), last.tolist())
    assert difference.low < 2.0 < difference.high
    assert difference.is_significant


@given(st.lists(st.tuples(st.floats(0.1, 100), st.booleans()), min_size=1, max_size=40))
def test_bins_count_each_source_once(sources: list[tuple[float, bool]]) -> None:
    values, found = (np.array(column) for column in zip(*sources, strict=True))
    bins = bin_shares(values, found, np.array([1.0, 5.0, 50.0]))
    assert sum(one.share.trials for one in bins) == len(sources)
    assert sum(one.share.hits for one in bins) == found.sum()


def test_half_found_is_where_the_chance_is_half() -> None:
    rng = np.random.default_rng(2)
    snr = np.exp(rng.uniform(np.log(4), np.log(40), 3000))
    found = rng.uniform(size=3000) < 1 / (1 + (8.0 / snr) ** 5)
    assert half_found_at(snr, found) == pytest.approx(8.0, rel=0.05)


@pytest.mark.parametrize("found", [np.ones(20, bool), np.zeros(20, bool)])
def test_half_found_is_unknown_without_both(found: np.ndarray) -> None:
    assert math.isnan(half_found_at(np.linspace(4, 40, 20), found))
