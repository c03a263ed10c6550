"""Stretches and the tables made of them."""

from __future__ import annotations

import numpy as np
import pytest

from vetter.core.display.stretch import STRETCHES, equalise, mirror_brightness, stretch


@pytest.mark.parametrize("name", STRETCHES)
def test_a_stretch_rises_from_0_to_1(name: str) -> None:
    bright = stretch(np.linspace(0, 1, 101), name)
    assert bright[0] == pytest.approx(0) and bright[-1] == pytest.approx(1)
    assert (np.diff(bright) > 0).all()


@pytest.mark.parametrize(
    ("name", "middle"),
    [("linear", 0.5), ("asinh", 0.7713), ("log", 0.8999), ("sqrt", 0.7071), ("square", 0.25)],
)
def test_the_middle_of_a_stretch(name: str, middle: float) -> None:
    assert stretch(np.array([0.5]), name)[0] == pytest.approx(middle, abs=1e-4)


def test_what_is_beyond_the_limits_is_clipped() -> None:
    assert stretch(np.array([-1.0, 2.0]), "sqrt").tolist() == [0, 1]


def test_an_unknown_stretch_is_refused() -> None:
    with pytest.raises(ValueError, match="stretch: expected one of linear.*found 'cubic'"):
        stretch(np.zeros(1), "cubic")


def test_equalised_levels_are_equally_frequent() -> None:
    levels = np.minimum(np.random.default_rng(1).exponential(5, 20000), 63).astype(int)
    bright = equalise(levels, 64)[levels]
    assert np.histogram(bright, 4, (0, 1))[0].min() > 3000


@pytest.mark.parametrize("levels", [[], [3], [3] * 9, [0, 0], [7, 7]])
def test_equalising_fewer_than_two_levels_is_a_straight_line(levels: list[int]) -> None:
    assert equalise(np.array(levels, int), 8).tolist() == np.linspace(0, 1, 8).tolist()


@pytest.mark.parametrize(
    ("levels", "bright"),
    [
        ([0, 2], [0, 0, 1, 1]),
        ([1, 3], [0, 0, 0, 1]),
        # Of four pixels above the lowest level one is at the second.
        ([[0, 1, 2], [2, 2, 0]], [0, 0.25, 1, 1]),
        ([1, 1, 1, 2, 3, 3, 3], [0, 0, 0.25, 1]),
    ],
)
def test_equalised_brightness_is_share_of_pixels(levels: list[int], bright: list[float]) -> None:
    assert equalise(np.array(levels), 4).tolist() == bright


def test_a_symmetric_table_treats_both_signs_alike() -> None:
    table = mirror_brightness(stretch(np.linspace(0, 1, 4097), "sqrt"))
    assert table[2048] == pytest.approx(0.5)
    assert table + table[::-1] == pytest.approx(1)
    assert table[3072] == pytest.approx(0.5 + 0.5 * np.sqrt(0.5), abs=1e-3)
