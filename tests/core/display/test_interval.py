"""Limits of planes: finite whatever the pixels are."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from vetter.core.display.colour_map import LEVELS
from vetter.core.display.interval import INTERVALS, Interval, find_limits

RAMP = np.arange(1001.0)
EVERY = [Interval(kind, 1.0, 99.0) for kind in INTERVALS]


def test_minmax_takes_the_extremes() -> None:
    assert find_limits(RAMP, Interval("minmax")) == (0, 1000)


def test_percentile_takes_the_values_at_the_percentages() -> None:
    assert find_limits(RAMP, Interval("percentile", 10, 90)) == (100, 900)


def test_manual_takes_the_values_given_in_either_order() -> None:
    assert find_limits(RAMP, Interval("manual", 7, 3)) == (3, 7)


def test_zscale_leaves_out_a_bright_star() -> None:
    pixels = np.random.default_rng(3).normal(100, 5, (61, 61))
    pixels[28:33, 28:33] = 60000
    low, high = find_limits(pixels, Interval("zscale"))
    assert 60 < low < 100 < high < 160


def test_planes_that_share_limits_are_measured_together() -> None:
    assert find_limits([RAMP, RAMP + 500], Interval("minmax")) == (0, 1500)


def test_a_difference_is_symmetric_about_zero() -> None:
    assert find_limits(np.array([-3.0, 0, 10]), Interval("minmax"), symmetric=True) == (-10, 10)


def test_a_difference_with_percentiles_has_the_quantile_of_its_size() -> None:
    low, high = find_limits(
        np.linspace(-1000, 0, 1001), Interval("percentile", 5, 90), symmetric=True
    )
    assert (low, high) == (-900, 900)


@pytest.mark.parametrize("interval", EVERY, ids=INTERVALS)
@pytest.mark.parametrize(
    "pixels",
    [
        np.full((5, 5), np.nan),
        np.full((5, 5), 7.0),
        np.zeros((5, 5)),
        np.array([[1.0, np.inf], [2.0, np.nan]]),
        np.array([[-np.inf, np.inf]]),
        np.array([[-1.7e308, 1.7e308]]),
        np.empty((0, 0)),
        np.array([[np.float32(1e10), np.float32(1e10)]], np.float32),
        np.array([[2.2e-309, 0.0]]),
        np.array([[1.79e308]]),
        np.array([[-1.36e308]]),
        np.repeat([-1.79e308, 0.0, 1.79e308], 27).reshape(9, 9),
    ],
    ids=[
        "nan",
        "constant",
        "zero",
        "one inf",
        "only inf",
        "huge",
        "empty",
        "large constant",
        "denormal",
        "lone largest",
        "lone least",
        "both ends",
    ],
)
def test_limits_are_finite_and_apart(pixels: np.ndarray, interval: Interval) -> None:
    for symmetric in (False, True):
        low, high = find_limits(pixels, interval, symmetric)
        assert math.isfinite(low) and math.isfinite(high) and math.isfinite(high - low)
        assert low < high and math.isfinite(LEVELS / (high - low))


def test_limits_of_denormal_pixels_are_those_of_constant_ones() -> None:
    assert find_limits(np.array([2.2e-309, 0.0]), Interval("minmax")) == pytest.approx(
        (-1e-12, 1e-12), rel=1e-6, abs=0
    )


def test_zscale_of_pixels_it_cannot_sum_takes_the_extremes() -> None:
    pixels = np.repeat([-1.79e308, 0.0, 1.79e308], 27)
    assert find_limits(pixels, Interval("zscale")) == find_limits(pixels, Interval("minmax"))


def test_infinite_pixels_do_not_count() -> None:
    assert find_limits(np.array([1.0, 2.0, np.inf, np.nan]), Interval("minmax")) == (1, 2)


@given(
    hnp.arrays(np.float64, st.integers(1, 30), elements=st.floats(width=64)),
    st.sampled_from(["percentile", "minmax"]),
    st.booleans(),
)
def test_any_pixels_give_limits_that_can_be_drawn(
    pixels: np.ndarray, kind: str, symmetric: bool
) -> None:
    low, high = find_limits(pixels, Interval(kind), symmetric)
    assert low < high and math.isfinite(LEVELS / (high - low)) and math.isfinite(high - low)


@pytest.mark.parametrize(
    ("kind", "low", "high"),
    [
        ("best", 0, 1),
        ("sigma", 3, 3),
        ("sigma", -1.1e6, 3),
        ("sigma", 0, 1.1e6),
        ("percentile", 50, 50),
        ("percentile", -1, 50),
        ("percentile", 50, 100.5),
        ("manual", 0, math.nan),
    ],
)
def test_an_interval_that_means_nothing_is_refused(kind: str, low: float, high: float) -> None:
    with pytest.raises(ValueError, match="interval: expected"):
        Interval(kind, low, high)


@pytest.mark.parametrize(
    ("kind", "low", "high"), [("sigma", -1e6, 1e6), ("percentile", 0, 100), ("manual", 9, -9)]
)
def test_an_interval_may_be_the_widest(kind: str, low: float, high: float) -> None:
    assert Interval(kind, low, high).low == low


def test_percentage_between_two_values_takes_the_nearest() -> None:
    eleven = np.arange(11.0)
    assert find_limits(eleven, Interval("percentile", 14, 64)) == (1, 6)
    assert find_limits(eleven, Interval("percentile", 16, 66)) == (2, 7)
    assert find_limits(eleven, Interval("percentile", 15, 100)) == (2, 10)


def test_plane_without_pixels_is_drawn_from_0_to_1() -> None:
    nothing = np.array([np.nan, np.inf])
    assert find_limits(nothing, Interval()) == (0, 1)
    assert find_limits(nothing, Interval(), symmetric=True) == (-1, 1)
    assert find_limits([], Interval()) == (0, 1)


def test_planes_that_share_limits_may_differ_in_shape() -> None:
    assert find_limits([RAMP, np.full((2, 3), -4.0)], Interval("minmax")) == (-4, 1000)


@pytest.mark.parametrize(
    ("low", "high", "limits"),
    [
        (7, 7, (6.993, 7.007)),
        (-7, -7, (-7.007, -6.993)),
        (0, 0, (-0.5, 0.5)),
        # They are equal to a part in 1e9.
        (1e9, 1e9 + 1.2, (1e9, 1e9 + 1.2)),
        (1e9, 1e9 + 0.9, (999000000.45, 1001000000.45)),
        (0, 1.1e-300, (0, 1.1e-300)),
        (0, 1e-300, (-1e-12, 1e-12)),
    ],
)
def test_equal_limits_are_moved_apart(low: float, high: float, limits: tuple[float, float]) -> None:
    found = find_limits(np.array([low, high]), Interval("minmax"))
    assert found == pytest.approx(limits, rel=1e-12, abs=0)


def test_usual_percentages_leave_half_a_hundredth_at_each_end() -> None:
    assert find_limits(RAMP, Interval("percentile")) == (5, 995)
    assert find_limits(-RAMP, Interval("noise"), symmetric=True) == (-995, 995)
