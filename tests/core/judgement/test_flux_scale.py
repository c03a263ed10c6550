"""A template in other flux units is told from candidates that happen to be alike."""

from __future__ import annotations

import numpy as np
import pytest

from vetter.core.judgement.flux_scale import (
    check_fits,
    check_stars,
    describe_flux_fault,
    find_common_side,
)

LIMITS = 0.8, 1.2
SPREAD = np.array([0.97, 1.0, 1.02, 0.99, 1.05, 1.01, 0.9, 1.6])


def test_stars_that_agree_tell_by_how_much_and_the_mend():
    said = check_stars(0.2 * SPREAD, *LIMITS)
    assert said is not None
    assert said.startswith("the template is 4.98 times too bright all over the field (8 stars)")
    assert "multiply it by 0.201" in said


@pytest.mark.parametrize(
    "scale, words", [(1e-6, "9.95e+05 times too bright"), (100, "times too f")]
)
def test_large_factors_are_told(scale, words):
    assert words in str(describe_flux_fault(scale * SPREAD, *LIMITS))


def test_stars_as_bright_as_they_should_be_have_nothing_against_it():
    assert check_stars(SPREAD, *LIMITS) == ""


@pytest.mark.parametrize(
    "scales",
    [0.2 * SPREAD[:4], np.array([0.1, 0.2, 0.4, 0.8, 1.6, 3.2]), np.empty(0), np.full(6, -1.0)],
    ids=["few", "of all sizes", "none", "negative"],
)
def test_stars_that_cannot_tell_say_nothing(scales):
    assert check_stars(scales, *LIMITS) is None


@pytest.mark.parametrize(
    "scales, side",
    [
        ([0.5, 0.5, 1.0], -1),
        ([2.0, 1.3, 1.0], 1),
        ([0.5, 2.0, 1.0], 0),
        ([np.nan, 2.0], 1),
        ([], 0),
    ],
)
def test_most_fits_lie_on_one_side(scales, side):
    assert find_common_side(np.array(scales, float), *LIMITS) == side


def test_fits_on_the_bound_say_at_least():
    said = check_fits(np.array([0.5] * 9 + [1.0]), *LIMITS, 2.0)
    assert said.startswith("9 of 10 fits find the template at least 2 times too bright")


def test_fits_that_agree_within_the_bound_say_how_much():
    assert "find the template 1.5 times too faint" in check_fits(np.full(6, 1.5), *LIMITS, 2.0)


@pytest.mark.parametrize(
    "scales",
    [[2.0] * 4, [2.0] * 7 + [1.0] * 3, [1.3, 1.6, 2.0, 1.2, 1.9, 1.4], [1.0] * 8],
    ids=["few", "not nearly all", "each another", "as they should be"],
)
def test_fits_give_no_reason_to_suspect(scales):
    assert check_fits(np.array(scales), *LIMITS, 2.0) == ""


def test_factor_common_to_all_brightnesses_is_offered():
    fluxes = np.array([10.0, 20, 40, 80, 160, 320, 640, 1280])
    assert "multiply it by 0.201" in check_stars(0.2 * SPREAD, *LIMITS, fluxes)


def test_factor_of_most_stars_is_not_offered_if_bright_ones_differ():
    scales = np.array([221.0, 220, 222, 219, 221, 223, 300, 420, 610])
    said = check_stars(scales, *LIMITS, np.geomspace(10, 1e4, len(scales)))
    assert "multiply" not in said
    assert "221 times too faint at faint stars, 420 times too faint at bright ones" in said
    assert "not linear" in said
