"""A template's own noise, where an error plane says how large it is, neither fakes nor hides."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from tests.helpers.simulated_cutouts import (
    Field,
    Truth,
    dipole,
    field_options,
    new_source,
    run,
    simulate,
)
from vetter.core.fit.adjust import fit, fit_many
from vetter.core.fit.adjustment import Adjustment, FitOptions
from vetter.core.fit.chi2.moments import scan_weights, windows
from vetter.core.fit.chi2.newton import Minima
from vetter.core.fit.chi2.spline import coefficients
from vetter.core.fit.input import FitInput, read_fit_input
from vetter.core.fit.noise_model import (
    TemplateNoise,
    measure_noise_correlation,
    measure_noise_power,
    measure_template_noise,
    noise_chi2,
    remaining_noise,
    subtract_noise,
)
from vetter.core.fit.weights import Stack, compute_weights, stack_inputs
from vetter.core.judgement.disappeared import judge_criterion

NOISY = Field(template_noise=1.0, template_err=True)


def gone(fits: list[Adjustment]) -> float:
    return float(np.mean([judge_criterion(fit).disappeared is True for fit in fits]))


def data_of(cutout: dict[str, Any], field: Field = NOISY) -> FitInput:
    data = read_fit_input(cutout, field_options(field))
    assert isinstance(data, FitInput)
    return data


def blank(smooth: float = 0.0, seed: int = 1) -> dict[str, Any]:
    """A cutout whose template is nothing but noise of sigma 10."""
    rng = np.random.default_rng(seed)
    noise = rng.standard_normal((61, 61))
    if smooth:
        noise = gaussian_filter(noise, smooth)
        noise *= 2.0 * np.sqrt(np.pi) * smooth
    return {
        "image": rng.normal(0.0, 10.0, (41, 41)),
        "convolved": 10.0 * noise[10:51, 10:51],
        "err": np.full((41, 41), 10.0),
        "template_err": np.full((41, 41), 10.0),
        "meta": {"fwhm": 4.0},
    }


def test_dipoles_disappear_beside_a_template_as_noisy_as_the_image():
    fits = run(NOISY, dipole, 200, field_options(NOISY), 4)
    # By least squares alone 10% of them do: the scale is too small, and the PSF takes up the rest.
    assert gone(fits) > 0.93


@pytest.mark.parametrize("distance", [None, (2.0, 4.0)], ids=["alone", "by a star"])
def test_new_sources_do_not(distance: tuple[float, float] | None):
    snr = 15.0 * NOISY.difference_noise() / NOISY.sky_noise()
    fits = run(NOISY, partial(new_source, snr=snr, distance=distance), 400, field_options(NOISY), 4)
    assert gone(fits) < 0.01
    assert np.mean([abs(fit.snr) > 5 for fit in fits]) > 0.75


def test_the_scale_of_a_faint_star_is_not_too_small():
    """A template whose noise is a third of its power: least squares finds 0.75."""
    star = Truth(flux=NOISY.sky_noise() * 25.0, star=(0.2, -0.1))
    rng = np.random.default_rng(3)
    lot = [simulate(NOISY, star, rng) for _ in range(300)]
    for cutout in lot:
        del cutout["meta"]["fwhm"]
    options = FitOptions(1.0, 4.0, 17, None, True)
    found = np.array([fit.scale for fit in fit_many(lot, options)])
    for cutout in lot:
        del cutout["template_err"]
    plain = np.array([fit.scale for fit in fit_many(lot, options)])
    assert np.median(found) == pytest.approx(1.0, abs=0.04)
    assert np.median(plain) < 0.85


def test_star_near_the_least_scale_leaves_no_source():
    """No scale within the bounds may be left out of those that could make a source vanish."""
    star = Truth(flux=NOISY.sky_noise() * 60.0, star=(0.2, -0.1), scale=0.55)
    rng = np.random.default_rng(5)
    lot = [simulate(NOISY, star, rng) for _ in range(40)]
    options = field_options(NOISY)
    assert options.max_scale == 2
    assert max(abs(fit.snr) for fit in fit_many(lot, options)) < 5.0


@pytest.mark.parametrize("max_shift", [0.5, 2.0])
def test_scale_is_as_large_where_the_background_is_held(max_shift: float):
    """However many shifts are searched: without noise, many are searched in another way."""
    star = Truth(flux=NOISY.sky_noise() * 25.0, star=(0.2, -0.1))
    rng = np.random.default_rng(3)
    lot = [simulate(NOISY, star, rng) for _ in range(100)]
    for cutout in lot:
        del cutout["meta"]["fwhm"]
    options = FitOptions(max_shift, 4.0, 17)
    assert not options.fit_bg
    found = [fit.scale for fit in fit_many(lot, options)]
    assert np.median(found) == pytest.approx(1.0, abs=0.06)


def test_chi2_knows_that_a_shift_lowers_the_noise():
    truth = Truth(flux=NOISY.sky_noise() * 100.0, dx=0.5, dy=0.5)
    rng = np.random.default_rng(6)
    lot = [simulate(NOISY, truth, rng) for _ in range(200)]
    options = FitOptions(1.0, 2.0, 17, None, True)
    ratios = [fit.chi2 / fit.df for fit in fit_many(lot, options)]
    # 0.83 with the whole noise of the template counted.
    assert np.mean(ratios) == pytest.approx(1.0, abs=0.03)


def test_white_noise_is_told_from_that_of_a_convolved_template():
    white = np.mean([measure_noise_correlation(data_of(blank(0.0, seed))) for seed in range(20)])
    smooth = np.mean([measure_noise_correlation(data_of(blank(1.0, seed))) for seed in range(20)])
    # Noise smoothed with a sigma of one pixel: exp(-1/4).
    assert white == pytest.approx(0.04, abs=0.06) and smooth == pytest.approx(0.78, abs=0.04)


def test_a_shift_of_half_a_pixel_leaves_less_of_white_noise_only():
    assert remaining_noise(data_of(blank()), 0.0, -1.0) == pytest.approx(1.0, abs=1e-9)
    assert 0.6 < remaining_noise(data_of(blank()), 0.5, -0.5) < 0.8
    assert remaining_noise(data_of(blank(1.0)), 0.5, -0.5) > 0.93


@pytest.mark.parametrize("seed", range(4))
def test_a_template_of_nothing_but_noise_explains_nothing(seed: int):
    cutout = blank(seed=seed)
    y, x = np.mgrid[:41, :41]
    cutout["image"] += 250.0 * np.exp(-((x - 20) ** 2 + (y - 20) ** 2) / 2 / 1.7**2)
    found = fit(cutout, field_options(NOISY))
    assert found.converged and found.snr > 10.0
    assert judge_criterion(found).disappeared is False


def test_where_the_template_has_no_pixel_to_tell_it_is_fitted_all_the_same():
    cutout = blank()
    cutout["template_err"][:] = 0.0
    cutout["convolved"][20, 20] = 500.0
    assert fit(cutout, field_options(NOISY)).converged


def test_noisy_templates_in_a_stack_are_fitted_as_alone():
    rng = np.random.default_rng(9)
    options = field_options(NOISY)
    lot = [
        simulate(NOISY, draw(NOISY, rng), rng) for draw in (dipole, new_source) for _ in range(20)
    ]
    for together, cutout in zip(fit_many(lot, options), lot, strict=True):
        alone = fit(cutout, options)
        for name in ("dx", "dy", "scale", "chi2", "snr", "flux"):
            assert getattr(together, name) == pytest.approx(
                getattr(alone, name), rel=1e-6, abs=1e-6
            )


def test_correlation_rests_on_good_pixels_around_the_box():
    rng = np.random.default_rng(2)
    cutout = blank()
    wanted = measure_noise_correlation(data_of(cutout))
    # What lies in the box, under the mask or has no error does not count.
    cutout["convolved"][12:29, 12:29] += rng.normal(0, 500, (17, 17))
    cutout["template_mask"] = np.zeros((41, 41), bool)
    cutout["template_mask"][:3] = True
    cutout["convolved"][:3] = 1e6
    assert measure_noise_correlation(data_of(cutout)) == pytest.approx(wanted, abs=0.08)
    del cutout["template_err"]
    assert measure_noise_correlation(data_of(cutout)) == 0.0


@pytest.mark.parametrize(("factor", "wanted"), [(0.0, 0.95), (0.3, 0.91), (3.0, 0.0)])
def test_correlation_is_between_none_and_nearly_one(factor: float, wanted: float):
    cutout = blank()
    cutout["convolved"] *= factor
    assert measure_noise_correlation(data_of(cutout)) == pytest.approx(wanted, abs=0.02)


@pytest.mark.parametrize(("rows", "known"), [(3, False), (4, True)])
def test_a_hundred_pairs_tell_the_correlation(rows: int, known: bool):
    cutout = blank(2.0)
    cutout["template_err"][rows:] = 0.0
    cutout["template_err"][:, 16:] = 0.0
    # In 3 x 16 pixels there are 2 x 16 + 3 x 15 = 77 pairs, in 4 x 16 there are 108.
    assert (measure_noise_correlation(data_of(cutout)) > 0.5) is known


def noise(power: float, correlation: float) -> TemplateNoise:
    return TemplateNoise(np.array([power, 0.0]), np.array([correlation, 0.0]))


@pytest.mark.parametrize("max_shift", [1.0, 2.0])
@pytest.mark.parametrize(("correlation", "smooth"), [(0.0, 0.0), (0.78, 1.0)])
def test_subtracted_is_the_covariance_of_the_noises_coefficients(
    max_shift: float, correlation: float, smooth: float
):
    window = windows(max_shift)[0]
    size = window.taps**2 + 1
    before = np.array([1e6 * np.eye(size)] * 2)
    after = before.copy()
    subtracted = subtract_noise([after], max_shift, noise(3.0, correlation))
    assert subtracted.power.tolist() == [3.0, 0.0]
    np.testing.assert_array_equal(after[1], before[1])
    rng = np.random.default_rng(1)
    pixels = rng.standard_normal((600, 600))
    if smooth:
        pixels = gaussian_filter(pixels, smooth) * 2 * np.sqrt(np.pi) * smooth
    coefs = coefficients(pixels, 0)
    found = (before - after)[0] / 3.0
    assert not found[-1].any()
    taps = window.taps
    for row, column in ((0, 0), (0, 1), (1, 0), (1, 1), (0, 2), (2, 1)):
        if max(row, column) < taps:
            product = coefs[row:, column:] * coefs[: 600 - row, : 600 - column]
            tap = row * taps + column
            assert found[0, tap] == pytest.approx(product.mean(), abs=0.05 * found[0, 0])
            # It is the same between any two taps as far apart.
            assert found[-2, -2 - tap] == found[tap, 0] == found[0, tap]


def test_a_twentieth_of_the_templates_power_remains():
    window = windows(1.0)[0]
    size = window.taps**2 + 1
    before = np.array([2.0 * np.eye(size)] * 2)
    after = before.copy()
    subtracted = subtract_noise([after], 1.0, noise(50.0, 0.0))
    assert 0 < subtracted.power[0] < 50 and subtracted.power[1] == 0
    weights = scan_weights(window)
    power = [np.vecdot(weights @ m[0, :-1, :-1], weights) for m in (before, after)]
    assert (power[1] / power[0]).min() == pytest.approx(0.05)


def test_noise_adds_to_chi2_what_the_shift_leaves_of_it():
    window = windows(1.0)[0]
    one = np.ones(2)
    for u, v in ((0.0, 0.0), (0.5, 0.0), (-0.5, 0.5), (1.0, -1.0)):
        minima = Minima(u * one, v * one, np.array([2.0, 2.0]), one)
        found = noise_chi2(window, minima, noise(3.0, 0.04))
        left = remaining_noise(data_of(blank()), u, v) if u % 1 or v % 1 else 1.0
        assert found.tolist() == pytest.approx([12.0 * left**2, 0.0], rel=0.1)


@pytest.mark.parametrize("sigma", [0.5, 2.0])
def test_noise_of_a_template_is_in_units_of_err(sigma: float):
    rng = np.random.default_rng(4)
    y, x = np.mgrid[:41, :41]
    template = 10 * sigma * rng.standard_normal((41, 41)) + 3.0 * x - 2.0 * y
    weight, core = np.full((41, 41), 0.1), (slice(12, 29), slice(12, 29))
    found = measure_template_noise(template, weight, core)
    assert found == pytest.approx(sigma, rel=0.1)
    # The rows of the core do not count, nor do masked pixels.
    template[12:29] = rng.normal(0, 1e4, (17, 41))
    assert measure_template_noise(template, weight, core) == found
    weight[:5] = 0.0
    other = measure_template_noise(template, weight, core)
    assert other != found and other == pytest.approx(sigma, rel=0.1)


@pytest.mark.parametrize(("rows", "known"), [(2, False), (3, True)])
def test_noise_of_few_pixels_is_unknown(rows: int, known: bool):
    # Each row of 41 pixels has 37 second differences.
    weight = np.zeros((41, 41))
    weight[:rows] = 1.0
    template = np.random.default_rng(4).standard_normal((41, 41))
    found = measure_template_noise(template, weight, (slice(12, 29), slice(12, 29)))
    assert np.isfinite(found) == known


def stack_of(*cutouts: dict[str, Any]) -> Stack:
    inputs = [data_of(cutout) for cutout in cutouts]
    return stack_inputs(inputs, compute_weights(inputs, [1.0] * len(inputs)))


def test_power_of_the_noise_is_that_of_the_counted_pixels():
    """Image and template of equal noise: each of the box's 289 pixels has half a square sigma."""
    whole, holed, exact = blank(), blank(1.0), blank()
    holed["template_err"][20, 20] = np.nan
    del exact["template_err"]
    box = data_of(whole).about.box
    found = measure_noise_power(stack_of(whole, holed, exact), box)
    assert found is not None
    assert found.power == pytest.approx([144.5, 144.0, 0.0])
    assert found.correlation.tolist() == [
        measure_noise_correlation(data_of(whole)), measure_noise_correlation(data_of(holed)), 0.0
    ]  # fmt: skip
    assert measure_noise_power(stack_of(exact), box) is None
    exact["template_err"] = np.zeros((41, 41))
    assert measure_noise_power(stack_of(exact), box) is None


def test_correlation_of_noise_has_no_unit():
    cutout = blank(1.0)
    wanted = measure_noise_correlation(data_of(cutout))
    for name in ("image", "convolved", "err", "template_err"):
        cutout[name] = cutout[name] * 2.0**-10
    assert measure_noise_correlation(data_of(cutout)) == wanted
