"""Regression of a stamp on image and template."""

from __future__ import annotations

import numpy as np
import pytest

from vetter.core.cutout.plane_checks.difference_signals import measure_signals

RNG = np.random.default_rng(3)
IMAGE, TEMPLATE, NOISE = RNG.normal(100, 10, (3, 30, 30))


@pytest.mark.parametrize("sign", [1, -1])
def test_exact_difference_has_infinite_signals(sign: int) -> None:
    found = measure_signals(sign * (IMAGE - TEMPLATE), IMAGE, TEMPLATE)
    assert found == (sign * np.inf, sign * np.inf, 1.0)


def test_matched_difference_has_both_signals() -> None:
    found = measure_signals(0.5 * IMAGE - 2 * TEMPLATE + 0.1 * NOISE, IMAGE, TEMPLATE)
    assert found is not None
    assert found.of_image > 100 and found.of_template > 100
    assert found.explained == pytest.approx(1, abs=0.01)


def test_copy_of_the_image_has_no_signal_of_the_template() -> None:
    found = measure_signals(3 * IMAGE + NOISE, IMAGE, TEMPLATE)
    assert found is not None
    assert found.of_image > 50 and abs(found.of_template) < 5


def test_noise_is_not_explained() -> None:
    found = measure_signals(NOISE, IMAGE, TEMPLATE)
    assert found is not None and found.explained < 0.05


def test_unknown_pixels_are_left_out() -> None:
    diff = IMAGE - TEMPLATE
    diff[:10] = np.nan
    assert measure_signals(diff, IMAGE, TEMPLATE) == (np.inf, np.inf, 1.0)


@pytest.mark.parametrize(
    ("diff", "image", "template"),
    [
        (np.full((30, 30), np.nan), IMAGE, TEMPLATE),
        (NOISE, IMAGE, IMAGE),
        (np.zeros((30, 30)), IMAGE, TEMPLATE),
    ],
    ids=["unknown", "image is template", "empty"],
)
def test_planes_that_tell_nothing_have_no_signals(diff, image, template) -> None:
    assert measure_signals(diff, image, template) is None
