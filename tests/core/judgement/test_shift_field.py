"""What shifts all over a field say."""

from __future__ import annotations

import math

import numpy as np
import pytest

from vetter.core.judgement.shift_field import (
    TypicalShift,
    describe_shift,
    typical_shift,
    typical_shift_at,
)

NAN = math.nan


def test_typical_is_the_median_and_the_scatter_about_it() -> None:
    shifts = np.array([[0.4, -0.2], [0.5, -0.2], [0.3, -0.2], [NAN, 1.0]])
    assert typical_shift(shifts) == pytest.approx((0.4, -0.2, 0.1, 3))


def test_nothing_is_typical_of_nothing() -> None:
    assert typical_shift(np.full((3, 2), NAN)) is None


def test_only_the_nearest_count() -> None:
    places = np.array(
        [[float(k), 0.0] for k in range(12)] + [[900.0, 900.0 + k] for k in range(12)]
    )
    shifts = np.repeat([[0.5, 0.0], [0.0, 0.0]], 12, axis=0)
    assert typical_shift_at(places, shifts, 0.0, 0.0) == pytest.approx((0.5, 0, 0, 12))
    assert typical_shift_at(places, shifts, 900.0, 900.0) == pytest.approx((0, 0, 0, 12))


def turned(places: np.ndarray) -> np.ndarray:
    """Shifts of a field of 2000 px that is turned by 2 arcmin about its middle."""
    return 6e-4 * np.column_stack([1000.0 - places[:, 1], places[:, 0] - 1000.0])


@pytest.mark.parametrize(("stars", "told"), [(6, False), (7, True)])
def test_turned_field_is_told_from_seven_stars(stars: int, told: bool) -> None:
    places = np.array([[0.0, 0.0], [9.0, 0], [0, 9], [9, 9], [4, 2], [2, 7], [6, 5]])[:stars]
    found = typical_shift_at(places * 100.0, turned(places * 100.0), 0.0, 0.0)
    assert found is not None
    assert ((found.dx, found.dy) == pytest.approx((0.6, -0.6), abs=1e-6)) is told


@pytest.mark.parametrize("motion", [0.0, 0.3])
def test_proper_motion_stands_out_of_a_field_that_is_turned(motion: float) -> None:
    rng = np.random.default_rng(4)
    alone = 0
    for _ in range(50):
        places = rng.uniform(0.0, 2000.0, (60, 2))
        shifts = turned(places) + rng.normal(0.0, 0.03, (60, 2))
        x, y = rng.uniform(0.0, 2000.0, 2)
        dx, dy = turned(np.array([[x, y]]))[0]
        found = typical_shift_at(places, shifts, x, y)
        assert found is not None
        alone += "alone" in describe_shift(dx + motion, dy, found)
    assert alone == (50 if motion else 0)


def test_neighbours_that_move_on_their_own_do_not_tilt_the_field() -> None:
    rng = np.random.default_rng(5)
    places = rng.uniform(0.0, 2000.0, (12, 2))
    shifts = np.full((12, 2), 0.4) + rng.normal(0.0, 0.01, (12, 2))
    shifts[:2] += 2.0
    found = typical_shift_at(places, shifts, 1000.0, 1000.0)
    assert found is not None
    assert (found.dx, found.dy) == pytest.approx((0.4, 0.4), abs=0.03) and found.scatter < 0.03


def test_a_faint_ones_shift_is_no_more_than_its_error_tells() -> None:
    field = TypicalShift(0.4, 0.0, 0.02, 12)
    assert describe_shift(0.6, 0.0, field, 0.08) == "as the field is here, to its error of 0.08 px"
    assert "alone" in describe_shift(0.6, 0.0, field, 0.02)
    assert "alone" in describe_shift(0.9, 0.0, field, 0.08)


@pytest.mark.parametrize("x", [5.0, NAN])
def test_too_few_neighbours_or_no_place_say_nothing(x: float) -> None:
    count = 3 if x == 5.0 else 20
    assert typical_shift_at(np.zeros((count, 2)), np.zeros((count, 2)), x, 0.0) is None


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
    assert words in describe_shift(*own, TypicalShift(*field, 0.02, 8))


def test_typical_shift_is_told_with_its_length() -> None:
    found = TypicalShift(0.43, -0.29, 0.05, 12)
    assert found.text == "dx +0.43, dy -0.29 px, scatter 0.05"
    assert TypicalShift(3.0, -4.0, 0.0, 1).length == 5
