"""Colours as people with colour-blindness see them: states and maps stay distinct."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from PyQt6.QtGui import QColor

from vetter.core.display.colour_map import (
    COLOUR_MAPS,
    MASK_BAD,
    MASK_GOOD,
    NO_DATA,
    colour_table,
)
from vetter.core.judgement.answer import ANSWERS, NOT_FITTED
from vetter.gui.widgets.answer_style import answer_colour, answer_letter, answer_path
from vetter.gui.widgets.theme import DARK, LIGHT
from vetter.gui.widgets.verdict_style import LETTERS, colour

# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB.
SEEN = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}


def lab(rgb: np.ndarray, sight: str) -> np.ndarray:
    """Return CIELAB (D65) of sRGB colours in 0 to 255, shape (n, 3), for a kind of sight."""
    value = np.asarray(rgb, float) / 255
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    linear = np.clip(linear @ SEEN[sight].T, 0, 1)
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    xyz = linear @ to_xyz.T / np.array([0.95047, 1.0, 1.08883])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], 1)


def rgb_of(colours) -> np.ndarray:
    return np.array([[c.red(), c.green(), c.blue()] for c in colours], float)


def smallest(colours: np.ndarray, sight: str) -> float:
    """Return the smallest distance of two colours in CIELAB."""
    points = lab(colours, sight)
    return min(float(np.linalg.norm(a - b)) for a, b in combinations(points, 2))


def unpacked(table: np.ndarray) -> np.ndarray:
    return np.stack([(table >> shift) & 0xFF for shift in (16, 8, 0)], 1).astype(float)


every_sight = pytest.mark.parametrize("sight", SEEN)
both_themes = pytest.mark.parametrize("dark", [True, False])


@both_themes
@every_sight
def test_answers_stay_distinct(sight, dark):
    codes = [NOT_FITTED, *(answer.code for answer in ANSWERS)]
    assert smallest(rgb_of([answer_colour(code, dark) for code in codes]), sight) >= 12.5


@both_themes
@every_sight
def test_verdicts_stay_distinct(sight, dark):
    assert smallest(rgb_of([colour(code, dark) for code in range(5)]), sight) >= 11


@both_themes
@every_sight
def test_focus_stands_out_of_window(sight, dark):
    tones = DARK if dark else LIGHT
    assert smallest(rgb_of([QColor(tones.link), QColor(tones.window)]), sight) >= 40


def test_states_differ_without_colour(qapp):
    assert len(set(LETTERS)) == 5
    letters = [answer_letter(answer.code) for answer in ANSWERS]
    assert len(set(letters)) == len(letters) and all(letters)
    paths = [answer_path(answer.code, 20) for answer in ANSWERS]
    assert not any(one == other for one, other in combinations(paths, 2))


@every_sight
@pytest.mark.parametrize("name", [name for name in COLOUR_MAPS if name != "diverging"])
def test_map_of_images_grows_lighter(sight, name):
    light = lab(unpacked(colour_table(name)[::64]), sight)[:, 0]
    assert (np.diff(light) > -0.5).all() and light[-1] - light[0] > 60


@every_sight
@pytest.mark.parametrize("invert", [False, True])
@pytest.mark.parametrize("part", [0.25, 0.5, 1.0])
def test_signs_of_difference_stay_distinct(sight, invert, part):
    table = unpacked(colour_table("diverging", invert))
    middle = len(table) // 2
    offset = round(part * (middle - 1))
    low, high, zero = lab(table[[middle - 1 - offset, middle + offset, middle]], sight)
    assert np.linalg.norm(high - low) > 25
    assert min(abs(low[0] - zero[0]), abs(high[0] - zero[0])) > 3


@every_sight
def test_masked_pixels_differ_from_good_ones(sight):
    tones = unpacked(np.array([MASK_GOOD, MASK_BAD], np.uint32))
    assert smallest(tones, sight) > 25


@pytest.mark.parametrize("sight", ["normal", "protanopia", "deuteranopia"])
def test_missing_pixels_differ_from_greys(sight):
    greys = lab(unpacked(colour_table("grey")[::16]), sight)
    missing = lab(unpacked(np.array([NO_DATA], np.uint32)), sight)
    assert np.linalg.norm(greys - missing, axis=1).min() > 8
