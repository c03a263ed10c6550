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


@pytest.mark.parametrize(("count", "known"), [(3, False), (4, True)])
def test_four_neighbours_are_enough_without_those_unknown(count: int, known: bool) -> None:
    places = np.array([[float(k), 0.0] for k in range(count)] + [[NAN, 0.0], [1.0, 1.0]])
    shifts = np.array([[0.5, 0.1]] * count + [[0.0, 0.0], [NAN, 0.0]])
    found = typical_shift_at(places, shifts, 0.0, 0.0)
    assert found is None if not known else found == pytest.approx((0.5, 0.1, 0.0, 4))
    assert typical_shift_at(places, shifts, 0.0, NAN) is None
    assert typical_shift_at(places, shifts, math.inf, 0.0) is None


def test_nearest_twelve_are_counted_from_the_place() -> None:
    places = np.array([[float(k), 3.0] for k in range(40)])
    shifts = np.column_stack([np.where(np.arange(40) < 20, 0.1, 0.9), np.zeros(40)])
    for x, dx in ((5.0, 0.1), (34.0, 0.9)):
        found = typical_shift_at(places, shifts, x, 3.0)
        assert found == pytest.approx((dx, 0.0, 0.0, 12), abs=1e-9)


def test_nearest_twelve_are_found_in_any_order() -> None:
    rng = np.random.default_rng(6)
    for _ in range(20):
        places = rng.uniform(-100.0, 100.0, (40, 2))
        far = np.argsort(np.argsort(np.hypot(*places.T))) >= 12
        shifts = np.column_stack([np.where(far, 0.9, 0.1), np.zeros(40)])
        found = typical_shift_at(places, shifts, 0.0, 0.0)
        assert found == pytest.approx((0.1, 0.0, 0.0, 12), abs=1e-9)


@pytest.mark.parametrize(("motion", "counts"), [(0.70, True), (0.77, False)])
def test_mover_is_four_median_distances_away(motion: float, counts: bool) -> None:
    """Of ten, five are 0.1 to either side: the median distance is 0.1 and an eleventh of a motion.

    The eleventh itself is ten elevenths of its motion from their mean.
    """
    angle = np.arange(10) * 2 * np.pi / 10
    places = np.vstack([100.0 * np.column_stack([np.cos(angle), np.sin(angle)]), [[0.0, 0.0]]])
    shifts = np.zeros((11, 2))
    shifts[:10, 0] = 0.1 * (-1) ** np.arange(10)
    shifts[10, 0] = motion
    found = typical_shift_at(places, shifts, 0.0, 0.0)
    assert found is not None
    assert found.dx == pytest.approx(motion / 11 if counts else 0.0, abs=1e-9)


def test_scatter_about_a_plane_counts_its_three_parameters() -> None:
    rng = np.random.default_rng(8)
    scatters = []
    for _ in range(200):
        places = rng.uniform(0.0, 1000.0, (12, 2))
        found = typical_shift_at(places, rng.normal(0.0, 0.1, (12, 2)), 500.0, 500.0)
        assert found is not None and found.number == 12
        scatters.append(found.scatter)
    # The median of a Rayleigh distribution.
    assert np.mean(scatters) == pytest.approx(0.1 * math.sqrt(2 * math.log(2)), rel=0.1)


def test_neighbours_in_one_place_have_a_median() -> None:
    shifts = np.array([[0.2, -0.3]] * 8)
    found = typical_shift_at(np.full((8, 2), 5.0), shifts, 5.0, 5.0)
    assert found == pytest.approx((0.2, -0.3, 0.0, 8), abs=1e-9)


ALONE = "alone in its shift: proper motion, or a source off the template's"
FIELD = "shifted as the field is here: misregistration"
SCATTER = "within the scatter of the field here"
NO_SHIFT = "no shift, as the field here"


@pytest.mark.parametrize(
    ("dx", "field", "error", "words"),
    [
        # A tenth of a pixel is the least difference.
        (0.09, (0.0, 0.0), 0.0, NO_SHIFT),
        (0.11, (0.0, 0.0), 0.0, ALONE),
        (0.59, (0.5, 0.0), 0.0, FIELD),
        (0.61, (0.5, 0.0), 0.0, ALONE),
        # So are four times the scatter.
        (0.89, (0.5, 0.1), 0.0, FIELD),
        (0.91, (0.5, 0.1), 0.0, ALONE),
        (0.39, (0.0, 0.1), 0.0, SCATTER),
        (0.09, (0.0, 0.1), 0.0, NO_SHIFT),
        (0.19, (0.09, 0.05), 0.0, SCATTER),
        (0.19, (0.11, 0.05), 0.0, FIELD),
        # And four and a half errors, where they are more.
        (0.44, (0.0, 0.0), 0.1, "as the field is here, to its error of 0.10 px"),
        (0.45, (0.0, 0.0), 0.1, "as the field is here, to its error of 0.10 px"),
        (0.46, (0.0, 0.0), 0.1, ALONE),
        (0.2, (0.0, 0.125), 0.5 / 4.5, SCATTER),
        (0.3, (0.0, 0.1), 0.08, SCATTER),
        (0.0, (0.0, 0.0), 0.1, "as the field is here, to its error of 0.10 px"),
    ],
)
def test_limits_of_a_difference(
    dx: float, field: tuple[float, float], error: float, words: str
) -> None:
    around = TypicalShift(field[0], 0.0, field[1], 12)
    assert describe_shift(dx, 0.0, around, error) == words
    # Both axes count alike.
    assert describe_shift(0.0, dx, TypicalShift(0.0, field[0], field[1], 12), error) == words


@pytest.mark.parametrize(("ring", "dx", "scatter"), [(7, 0.4, 0.0), (6, 0.4 + 2 / 7, 2 / 7)])
def test_mover_is_left_out_where_seven_others_remain(ring: int, dx: float, scatter: float) -> None:
    angle = np.arange(ring) * 2 * np.pi / ring
    places = 100.0 * np.column_stack([np.cos(angle), np.sin(angle)])
    places = np.vstack([places, [[0.0, 0.0]]])
    shifts = np.full((ring + 1, 2), [0.4, 0.0])
    shifts[-1] += (2.0, 0.0)
    found = typical_shift_at(places, shifts, 0.0, 0.0)
    assert found is not None
    corrected = scatter * math.sqrt((ring + 1) / (ring - 2))
    assert found == pytest.approx((dx, 0.0, corrected, ring + 1), abs=1e-9)
