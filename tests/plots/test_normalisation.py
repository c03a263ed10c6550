"""Limits of a plot: percentiles, given ends, and what is drawn where there is no range."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from vetter.plots.normalisation import make_normalisation, plot_limits

VALUES = np.arange(101.0)


@pytest.mark.parametrize(
    ("qq", "low", "high", "limits"),
    [
        (None, None, None, (0.5, 99.5)),
        ((10, 90), None, None, (10, 90)),
        # Percentiles come before given limits.
        ((10, 90), 1.0, 2.0, (10, 90)),
        (None, 20.0, None, (20, 100)),
        (None, None, 80.0, (0, 80)),
        (None, 20.0, 80.0, (20, 80)),
        (None, 0.0, None, (0, 100)),
        # Limits that are no range get a margin.
        (None, 5.0, 5.0, (4.9, 5.1)),
        (None, 5.0, 3.0, (4.9, 5.1)),
        (None, 1e12, 1e12, (1e12 - 1000, 1e12 + 1000)),
        (None, -1e12, -1e12, (-1e12 - 1000, -1e12 + 1000)),
    ],
)
def test_limits_are_asked_for_or_measured(
    qq: Any, low: float | None, high: float | None, limits: tuple[float, float]
) -> None:
    assert plot_limits(VALUES, qq, low, high) == pytest.approx(limits, rel=1e-12)


@pytest.mark.parametrize("qq", [None, (1, 99)])
def test_without_values_the_limits_are_zero_and_one(qq: Any) -> None:
    assert plot_limits(np.empty(0), qq, None, None) == (0.0, 1.0)
    assert plot_limits(np.empty(0), None, 0.5, None) == (0.5, 1.0)


@pytest.mark.parametrize(
    ("stretch", "middle"),
    [
        (None, 0.5),
        ("linear", 0.5),
        ("sqrt", 0.5**0.5),
        ("square", 0.25),
        ("power", 0.25),
    ],
)
def test_stretch_is_between_its_limits(stretch: str | None, middle: float) -> None:
    norm = make_normalisation(VALUES, stretch, 10.0, 90.0)
    assert norm([10.0, 50.0, 90.0]).tolist() == pytest.approx([0.0, middle, 1.0])


@pytest.mark.parametrize(("stretch", "brighter"), [("asinh", True), ("log", True), ("sinh", False)])
def test_curved_stretches_bend_their_way(stretch: str, brighter: bool) -> None:
    low, middle, high = make_normalisation(VALUES, stretch, 10.0, 90.0)([10.0, 50.0, 90.0])
    assert (low, high) == pytest.approx((0.0, 1.0), abs=1e-6)
    assert (middle > 0.5) == brighter


def test_equal_parts_are_of_the_pixels_between_the_limits() -> None:
    values = np.concatenate([np.linspace(10, 20, 90), np.linspace(20, 90, 10), [1e6] * 500])
    norm = make_normalisation(values, "histeq", 10.0, 90.0)
    assert float(norm(20.0)) == pytest.approx(0.9, abs=0.03)


@pytest.mark.parametrize("values", [np.array([]), np.array([50.0]), np.array([5.0, 95.0, 50.0])])
def test_equal_parts_of_one_value_are_a_straight_line(values: np.ndarray) -> None:
    norm = make_normalisation(values, "histeq", 10.0, 90.0)
    assert float(norm(50.0)) == pytest.approx(0.5)
