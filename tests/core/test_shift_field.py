"""What shifts all over a field say."""

from __future__ import annotations

import math

import numpy as np
import pytest

from vetter.core.shift_field import Typical, around, compared, typical

NAN = math.nan


def test_typical_is_the_median_and_the_scatter_about_it() -> None:
    shifts = np.array([[0.4, -0.2], [0.5, -0.2], [0.3, -0.2], [NAN, 1.0]])
    assert typical(shifts) == pytest.approx((0.4, -0.2, 0.1, 3))


def test_nothing_is_typical_of_nothing() -> None:
    assert typical(np.full((3, 2), NAN)) is None


def test_only_the_nearest_count() -> None:
    places = np.array([[float(k), 0.0] for k in range(8)] + [[900.0, 900.0 + k] for k in range(8)])
    shifts = np.repeat([[0.5, 0.0], [0.0, 0.0]], 8, axis=0)
    assert around(places, shifts, 0.0, 0.0) == pytest.approx((0.5, 0, 0, 8))
    assert around(places, shifts, 900.0, 900.0) == pytest.approx((0, 0, 0, 8))


@pytest.mark.parametrize("x", [5.0, NAN])
def test_too_few_neighbours_or_no_place_say_nothing(x: float) -> None:
    count = 3 if x == 5.0 else 20
    assert around(np.zeros((count, 2)), np.zeros((count, 2)), x, 0.0) is None


@pytest.mark.parametrize(
    ("own", "field", "words"),
    [
        ((0.5, 0.0), (0.48, 0.02), "misregistration"),
        ((0.5, 0.0), (0.0, 0.0), "proper motion"),
        ((0.02, 0.01), (0.0, 0.0), "no shift"),
        ((0.09, 0.06), (0.03, 0.0), "within the scatter of the field"),
        ((0.0, 0.0), (0.5, 0.0), "alone"),
    ],
)
def test_a_shift_is_compared_with_those_around_it(own, field, words) -> None:
    assert words in compared(*own, Typical(*field, 0.02, 8))
