from __future__ import annotations

import numpy as np
import pytest

from vetter.core.cutout.noise_estimate import background, estimate_err


def noisy(sigma: float = 4.0) -> np.ndarray:
    return np.random.default_rng(5).normal(50, sigma, (121, 121))


def test_background_of_pure_noise() -> None:
    level, sigma = background(noisy())
    assert abs(level - 50) < 0.3 and abs(sigma - 4) < 0.3


@pytest.mark.parametrize("count", [1, 2, 11, 12])
def test_the_level_is_the_median(count: int) -> None:
    values = np.random.default_rng(count).normal(50, 4, (1, count))
    assert background(values)[0] == np.median(values)


def test_sources_do_not_count() -> None:
    image = noisy()
    image[40:52, 40:52] += 5000
    assert abs(background(image)[1] - 4) < 0.4


def test_masked_pixels_do_not_count() -> None:
    image, mask = noisy(), np.zeros((121, 121), bool)
    image[:70], mask[:70] = 9000, True
    assert abs(background(image, mask)[0] - 50) < 0.5


def test_nothing_but_nan() -> None:
    assert np.isnan(background(np.full((5, 5), np.nan))).all()
    assert np.isnan(estimate_err(np.full((5, 5), np.nan))).all()


def test_a_constant_image_has_no_error() -> None:
    assert np.isnan(estimate_err(np.ones((9, 9)))).all()


def test_the_same_error_everywhere_without_a_gain() -> None:
    err = estimate_err(noisy())
    assert np.ptp(err) == 0 and abs(err[0, 0] - 4) < 0.3


def test_a_gain_adds_the_photons_of_a_source() -> None:
    image = noisy()
    image[60, 60] = 10050
    assert abs(estimate_err(image, gain=2.0)[60, 60] - np.sqrt(16 + 5000)) < 1


def test_nan_stays_nan() -> None:
    image = noisy()
    image[3, 4] = np.nan
    assert np.isnan(estimate_err(image)[3, 4])


def test_background_at_both_ends_of_floats_has_no_sigma() -> None:
    level, sigma = background(1.7e308 * np.where(np.arange(100) < 60, -1.0, 1.0)[None])
    assert level == -1.7e308 and not np.isfinite(sigma)


@pytest.mark.parametrize("scale", [1e200, 1e306])
def test_noise_with_infinite_square_gives_nan(scale: float) -> None:
    assert np.isnan(estimate_err(noisy() * scale, gain=2.0)).all()


def test_noise_of_large_units_is_measured() -> None:
    err = estimate_err(noisy().astype(np.float32) * np.float32(1e30))
    assert err[0, 0] == pytest.approx(4e30, rel=0.1)


SKY = [-1.0] * 10 + [0.0] + [1.0] * 10
"""Of level 0; half of the values are at most 1 from it."""


@pytest.mark.parametrize(
    ("values", "level", "mad"),
    [
        (SKY, 0, 1),
        ([0.1 * value for value in SKY], 0, 0.1),
        # With two sources the level is 1 and half are within 2: 3 sigma are 8.9.
        (SKY + [9.8] * 2, 1, 2),
        (SKY + [10.0] * 2, 0, 1),
        (SKY + [-9.8] * 2, -1, 2),
        (SKY + [-10.0] * 2, 0, 1),
        # Ten values are left without the sources, and are measured once more; nine are too few.
        ([0, 0, 0, 0, 1, 1, 2, 2, 2, 2] + [1000] * 4, 1, 1),
        ([0, 0, 0, 1, 1, 2, 2, 2, 2] + [1000] * 4, 2, 2),
    ],
)
def test_background_is_clipped_at_three_sigma(
    values: list[float], level: float, mad: float
) -> None:
    found = background(np.array([values], float))
    assert found == (level, pytest.approx(1.4826 * mad))


def test_scatter_of_integers_is_their_standard_deviation() -> None:
    level, sigma = background(np.array([[5] * 15 + [6] * 6]))
    assert level == 5 and sigma == pytest.approx(np.sqrt(15 * 6) / 21)


@pytest.mark.parametrize(("gain", "photons"), [(None, 0), (0.0, 0), (-1.0, 0), (0.5, 16), (2, 4)])
def test_photons_count_above_the_background(gain: float | None, photons: float) -> None:
    sky = 100 + 0.1 * np.array([SKY])
    err = estimate_err(np.array([[108.0, 92.0, np.nan, np.inf]]), gain=gain, around=sky)[0]
    assert err[0] == pytest.approx(np.sqrt(0.14826**2 + photons))
    assert err[1] == pytest.approx(0.14826) and np.isnan(err[2:]).all()


@pytest.mark.parametrize(("sigma", "is_known"), [(0.9e150, True), (1.1e150, False)])
def test_noise_is_known_while_its_square_is(sigma: float, is_known: bool) -> None:
    err = estimate_err(np.array([SKY]) * (sigma / 1.4826))
    assert np.isfinite(err).all() == is_known
