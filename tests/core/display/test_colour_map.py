"""Colour maps as tables of ready pixels."""

from __future__ import annotations

import numpy as np
import pytest

from vetter.core.display.colour_map import COLOUR_MAPS, LEVELS, NO_DATA, colour_table


def bands(table: np.ndarray) -> np.ndarray:
    return np.stack([table >> 16 & 255, table >> 8 & 255, table & 255]).astype(int)


def brightness(table: np.ndarray) -> np.ndarray:
    return np.array([0.299, 0.587, 0.114]) @ bands(table)


@pytest.mark.parametrize("name", COLOUR_MAPS)
@pytest.mark.parametrize("invert", [False, True])
def test_a_table_is_opaque_and_smooth(name: str, invert: bool) -> None:
    table = colour_table(name, invert)
    assert table.shape == (LEVELS,) and table.dtype == np.uint32
    assert (table >> 24 == 255).all()
    assert np.abs(np.diff(bands(table), axis=1)).max() <= 3


@pytest.mark.parametrize("name", ["grey", "viridis", "magma", "inferno"])
def test_a_sequential_map_grows_brighter(name: str) -> None:
    bright = brightness(colour_table(name))
    assert np.diff(bright).min() > -1 and bright[-1] - bright[0] > 150


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("grey", 0xFF000000, 0xFFFFFFFF),
        ("viridis", 0xFF440154, 0xFFFDE725),
        ("magma", 0xFF000004, 0xFFFCFDBF),
        ("inferno", 0xFF000004, 0xFFFCFFA4),
    ],
)
def test_a_published_map_has_its_ends(name: str, first: int, last: int) -> None:
    assert (colour_table(name)[0], colour_table(name)[-1]) == (first, last)


def test_inverting_a_sequential_map_turns_it_round() -> None:
    assert (colour_table("magma", invert=True) == colour_table("magma")[::-1]).all()


@pytest.mark.parametrize("invert", [False, True])
def test_the_signs_of_a_difference_keep_their_hues(invert: bool) -> None:
    red, _, blue = bands(colour_table("diverging", invert))
    middle, quarter = LEVELS // 2, LEVELS // 4
    assert blue[quarter] > red[quarter] + 40
    assert red[3 * quarter] > blue[3 * quarter] + 40
    assert abs(red[middle] - blue[middle]) < 12


def test_zero_is_dark_and_light_when_inverted() -> None:
    middle = LEVELS // 2
    assert brightness(colour_table("diverging"))[middle] < 40
    assert brightness(colour_table("diverging", invert=True))[middle] > 220


@pytest.mark.parametrize("name", COLOUR_MAPS)
def test_no_map_has_the_tone_of_missing_pixels(name: str) -> None:
    missing = bands(np.array([NO_DATA], np.uint32))
    assert np.abs(bands(colour_table(name)) - missing).max(axis=0).min() > 8


def test_a_table_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        colour_table("grey")[0] = 1


def test_an_unknown_map_is_refused() -> None:
    with pytest.raises(ValueError, match="colour map: expected one of grey.*'jet'"):
        colour_table("jet")
