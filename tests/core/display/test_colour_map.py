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
    assert table.shape == (4096,) and table.dtype == np.uint32
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


@pytest.mark.parametrize(
    ("name", "quarters"),
    [
        ("grey", (0x404040, 0x808080, 0xBFBFBF)),
        ("viridis", (0x3B528B, 0x21918C, 0x5EC962)),
        ("magma", (0x51127C, 0xB73779, 0xFC8961)),
        ("inferno", (0x57106E, 0xBC3754, 0xF98E09)),
    ],
)
def test_map_has_its_published_colours_between(name: str, quarters: tuple[int, ...]) -> None:
    found = bands(colour_table(name)[[1024, 2048, 3071]])
    assert np.abs(found - bands(np.array(quarters))).max() <= 3


def test_inverting_a_sequential_map_turns_it_round() -> None:
    assert (colour_table("magma", invert=True) == colour_table("magma")[::-1]).all()


@pytest.mark.parametrize("invert", [False, True])
def test_the_signs_of_a_difference_keep_their_hues(invert: bool) -> None:
    red, _, blue = bands(colour_table("diverging", invert))
    middle, quarter = LEVELS // 2, LEVELS // 4
    assert blue[quarter] > red[quarter] + 40
    assert red[3 * quarter] > blue[3 * quarter] + 40
    assert abs(red[middle] - blue[middle]) < 12


TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
"""Ottosson's matrices (2020) from linear sRGB to OKLab."""


def oklab(table: np.ndarray) -> np.ndarray:
    """Lightness, a and b of pixels, shape (3, n)."""
    encoded = bands(table) / 255
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    return TO_LAB @ np.cbrt(TO_CONES @ linear)


@pytest.mark.parametrize(("invert", "middle", "ends"), [(False, 0.17, 0.93), (True, 0.97, 0.32)])
def test_difference_has_two_hues_and_a_lightness_that_grows_evenly(
    invert: bool, middle: float, ends: float
) -> None:
    table = colour_table("diverging", invert)
    lightness, a, b = oklab(table)
    signed = np.linspace(-1, 1, LEVELS)
    inside = ((bands(table) > 2) & (bands(table) < 253)).all(axis=0)
    assert inside.mean() > 0.6
    steps = lightness - middle - (ends - middle) * np.abs(signed)
    assert np.abs(steps)[inside].max() < 0.0025
    hue = np.degrees(np.arctan2(b, a)) % 360
    coloured = inside & (np.abs(signed) > 0.3) & (np.abs(signed) < 0.9)
    assert np.abs(hue - np.where(signed < 0, 252, 55))[coloured].max() < 1.0


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
