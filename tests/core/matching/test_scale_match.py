"""Flux scale of a matched template, as a field's stars have it in common."""

from __future__ import annotations

import numpy as np
import pytest

from vetter.core.matching.scale_match import MIN_STARS, ScaleMatch, find_scale


@pytest.mark.parametrize("scale", [0.2, 0.9, 1.1, 2.3, 1e5])
def test_common_scale_is_found(scale: float) -> None:
    rng = np.random.default_rng(3)
    found = find_scale(scale * rng.normal(1.0, 0.01, 30), np.full(30, 0.01 * scale))
    assert found is not None
    assert found.scale == pytest.approx(scale, rel=0.01)
    assert found.stars == 30


def test_variable_stars_do_not_count() -> None:
    scales = [2.29, 2.31, 2.30, 2.32, 2.28, 9.0, 0.1]
    found = find_scale(scales, [0.01] * 7)
    assert found is not None and found.scale == 2.3


@pytest.mark.parametrize(
    ("scales", "errors"),
    [
        ([1.01, 0.99, 1.0, 1.0, 1.01], [0.01] * 5),
        ([0.7, 1.3, 0.8, 1.6, 1.1], [0.3] * 5),
        ([2.3] * (MIN_STARS - 1), [0.01] * (MIN_STARS - 1)),
        ([0.5, 1.0, 2.0, 4.0, 8.0, 16.0], [0.01] * 6),
        ([-2.0] * 6, [0.01] * 6),
        ([2.3] * 6, [np.nan] * 6),
        ([np.nan] * 6, [0.01] * 6),
        ([], []),
    ],
    ids=["one", "noisy", "few", "no common", "negative", "no errors", "no scales", "none"],
)
def test_nothing_is_concluded(scales: list[float], errors: list[float]) -> None:
    assert find_scale(scales, errors) is None


def spread(middle: float, apart: float) -> list[float]:
    """Five scales whose median absolute deviation is ``apart``."""
    return [middle - apart, middle - apart, middle, middle + apart, middle + apart]


@pytest.mark.parametrize(
    ("near", "far", "error"),
    [
        # 1.48 deviations are a scatter: 15% of the scale and a star's own error are the most.
        (spread(2.0, 0.265), spread(2.0, 0.275), 0.1),
        (spread(2.0, 0.200), spread(2.0, 0.205), 0.0),
        # The median of five has an error of 0.56 scatters, of which three are chance.
        (spread(1.1, 0.0395), spread(1.1, 0.0405), 0.1),
        (spread(1.021, 0.0), spread(1.019, 0.0), 0.1),
        (spread(0.979, 0.0), spread(0.981, 0.0), 0.1),
        (spread(2.0, 0.0), spread(2.0, 0.0)[:4], 0.1),
        (spread(1e-3, 0.0), spread(0.0, 0.0), 0.1),
    ],
)
def test_scale_is_concluded_within_its_limits(
    near: list[float], far: list[float], error: float
) -> None:
    assert find_scale(near, [error] * len(near)) == ScaleMatch(near[2], 5)
    assert find_scale(far, [error] * len(far)) is None


def test_scale_has_six_digits() -> None:
    assert find_scale([2.3456789] * 5, [0.1] * 5) == ScaleMatch(2.34568, 5)


def test_match_multiplies_the_convolved_template() -> None:
    planes = {"image": np.full((3, 4), 7), "convolved": np.arange(12).reshape(3, 4)}
    found = ScaleMatch(0.5, 12).apply(planes, 0, 0)
    assert np.array_equal(found.image, planes["image"])
    assert np.array_equal(found.convolved, planes["convolved"] / 2)


def test_match_says_its_scale_and_stars() -> None:
    match = ScaleMatch(2.305, 12)
    assert match.description == "convolved times 2.305, the flux scale of 12 stars"
    assert match.margin == 0
