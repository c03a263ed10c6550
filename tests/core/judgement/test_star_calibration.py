"""Calibration on field stars: normal, limits by brightness, robustness, storage."""

from __future__ import annotations

import math
import pickle
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from vetter.core.fit.adjustment import Adjustment, make_failure
from vetter.core.fit.field_normal import UNKNOWN_NORMAL
from vetter.core.judgement.star_calibration import StarCalibration, get_scale_err


def make_stars(count: int = 60, seed: int = 1, scatter: float = 0.03) -> StarCalibration:
    """Make stars of a field that is rotated and enlarged, model errors above flux 1e4."""
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0, 900, (2, count))
    brightness = np.exp(rng.uniform(math.log(1e3), math.log(1e5), count))
    error = np.hypot(1.0, brightness / 2e4)
    return StarCalibration(
        x=x,
        y=y,
        brightness=brightness,
        dx=0.2 + 4e-4 * y + rng.normal(0, scatter, count),
        dy=-0.1 - 4e-4 * x + rng.normal(0, scatter, count),
        scale=rng.normal(1.02, 0.008, count),
        chi2_ratio=error**2 * rng.normal(1, 0.08, count),
        snr=error * rng.normal(size=count),
        sky_x=rng.uniform(0, 900, 40),
        sky_y=rng.uniform(0, 900, 40),
        sky_snr=rng.normal(size=40),
        sky_chi2_ratio=rng.normal(1, 0.08, 40),
    )


@pytest.mark.parametrize(("x", "y"), [(450.0, 450.0), (200.0, 700.0), (850.0, 100.0)])
def test_normal_follows_rotated_field(x: float, y: float) -> None:
    normal = make_stars().normal_at(x, y)
    assert normal.dx == pytest.approx(0.2 + 4e-4 * y, abs=0.04)
    assert normal.dy == pytest.approx(-0.1 - 4e-4 * x, abs=0.04)
    assert normal.scale == pytest.approx(1.02, abs=0.01)
    assert 0.015 < normal.shift_err < 0.07
    assert 0.003 <= normal.scale_err < 0.02


def test_measuring_errors_of_stars_are_not_scatter() -> None:
    rng = np.random.default_rng(2)
    noisy = replace(
        make_stars(scatter=0.0),
        dx=rng.normal(0, 0.2, 60),
        dy=rng.normal(0, 0.2, 60),
        shift_err=np.full(60, 0.2),
    )
    errors = [noisy.normal_at(x, x).shift_err for x in np.linspace(50, 850, 9)]
    assert np.median(errors) < 0.15


def test_normal_leaves_out_own_star() -> None:
    stars = make_stars()
    moved = replace(stars, dx=np.where(np.arange(60) == 7, 5.0, stars.dx))
    x, y = float(stars.x[7]), float(stars.y[7])
    assert moved.normal_at(x, y) == stars.normal_at(x, y)


@pytest.mark.parametrize("share", [0.1, 0.2])
def test_normal_is_robust_to_variables_and_movers(share: float) -> None:
    stars = make_stars()
    odd = np.random.default_rng(3).random(60) < share
    spoilt = replace(
        stars, dx=np.where(odd, stars.dx + 1, stars.dx), scale=np.where(odd, 1.6, stars.scale)
    )
    for position in (300.0, 600.0):
        ours, theirs = stars.normal_at(position, position), spoilt.normal_at(position, position)
        assert theirs.dx == pytest.approx(ours.dx, abs=0.1)
        assert theirs.scale == pytest.approx(ours.scale, abs=0.02)


@pytest.mark.parametrize(
    ("stars", "x"),
    [(make_stars(9), 450.0), (make_stars(), math.nan), (make_stars(0), 450.0)],
    ids=["nine", "NaN", "none"],
)
def test_normal_without_stars_is_unknown(stars: StarCalibration, x: float) -> None:
    assert stars.normal_at(x, 450.0) == UNKNOWN_NORMAL


def test_limits_follow_model_errors() -> None:
    stars = make_stars(200)
    faint, bright = stars.limits_at(2e3), stars.limits_at(8e4)
    assert 1.0 <= faint.snr_scatter < 1.4
    assert 1.1 < faint.chi2_ratio < 1.5
    assert 2.5 < bright.snr_scatter < 5.5
    assert 12 < bright.chi2_ratio < 60


@pytest.mark.parametrize("seed", range(4))
def test_limits_never_fall_towards_brighter(seed: int) -> None:
    stars = make_stars(30, seed)
    limits = [stars.limits_at(flux) for flux in np.geomspace(1, 1e7, 60)]
    for name in ("snr_scatter", "chi2_ratio"):
        values = np.array([getattr(limit, name) for limit in limits])
        assert (np.diff(values) >= -1e-12).all()
        assert (values >= 1).all()


def test_limits_are_robust_to_new_sources() -> None:
    stars = make_stars(100)
    odd = np.random.default_rng(4).random(100) < 0.1
    spoilt = replace(stars, snr=np.where(odd, 80.0, stars.snr))
    for flux in (2e3, 2e4):
        clean = stars.limits_at(flux).snr_scatter
        assert spoilt.limits_at(flux).snr_scatter < 1.6 * clean


def test_limits_beyond_brightest_star_are_extrapolated() -> None:
    stars = make_stars()
    top = float(stars.brightness.max())
    assert not stars.limits_at(top).is_extrapolated
    beyond = stars.limits_at(4 * top)
    assert beyond.is_extrapolated
    assert beyond.snr_scatter > stars.limits_at(top).snr_scatter


@pytest.mark.parametrize("flux", [math.nan, -5.0, 0.0, math.inf])
def test_limits_of_odd_brightness_are_those_of_sky(flux: float) -> None:
    stars = make_stars()
    assert stars.limits_at(flux) == stars.sky_limits


@pytest.mark.parametrize("count", [0, 1, 5])
def test_few_stars_make_unusable_calibration(count: int) -> None:
    stars = make_stars(count)
    assert not stars.is_usable
    assert stars.count == count
    assert math.isfinite(stars.limits_at(1e4).chi2_ratio)


def test_digest_differs_with_any_value() -> None:
    stars = make_stars()
    assert replace(stars, scale=stars.scale + 1e-12).digest != stars.digest


def test_calibration_survives_pickle() -> None:
    stars = make_stars()
    assert pickle.loads(pickle.dumps(stars)).limits_at(1e4) == stars.limits_at(1e4)


def make_fit(**changes: Any) -> Adjustment:
    values: dict[str, Any] = {
        "converged": True, "dx": 0.1, "dy": 0.2, "scale": 1.1, "chi2": 300.0, "chi2_0": 600.0,
        "df": 200, "star_flux": 1000.0, "prior_flux": 30.0, "prior_flux_err": 10.0,
        "psf_snr": 9.0, "shift_err": 0.02, "scale_alone_err": 0.03,
    }  # fmt: skip
    return Adjustment(**{**values, **changes})


def test_fits_become_rows_without_failed_ones() -> None:
    fits = [make_fit(), make_failure("no pixels"), make_fit(df=0), make_fit(star_flux=math.nan)]
    positions = [(float(k), 5.0) for k in range(4)]
    stars = StarCalibration.from_fits(positions, fits, [(9.0, 9.0)], [make_fit(prior_flux=-5.0)])
    assert stars.count == 1
    assert stars.brightness[0] == pytest.approx(1100.0)
    assert (stars.snr[0], stars.chi2_ratio[0], stars.raw_chi2_ratio[0]) == (3.0, 1.5, 3.0)
    assert (stars.sky_snr.tolist(), stars.sky_chi2_ratio.tolist()) == ([-0.5], [1.5])


def test_no_fits_make_empty_calibration() -> None:
    assert StarCalibration.from_fits([], []).count == 0


def test_each_number_of_a_fit_has_its_column() -> None:
    fit = make_fit(scale_chi2=1200.0)
    stars = StarCalibration.from_fits([(3.0, 4.0)], [fit], [(7.0, 8.0)], [fit])
    columns = {
        "x": 3.0, "y": 4.0, "dx": 0.1, "dy": 0.2, "scale": 1.1, "brightness": 1100.0,
        "chi2_ratio": 1.5, "snr": 3.0, "raw_chi2_ratio": 3.0, "raw_snr": 9.0, "shift_err": 0.02,
        # Six times the noise with the scale alone, of which the fit's own leaves one and a half.
        "scale_err": 0.015, "sky_x": 7.0, "sky_y": 8.0, "sky_snr": 3.0, "sky_chi2_ratio": 1.5,
    }  # fmt: skip
    for name, value in columns.items():
        assert getattr(stars, name).tolist() == pytest.approx([value]), name


@pytest.mark.parametrize(
    ("chi2", "scale_chi2", "error"),
    [(100, 100, 0.03), (100, 200, 0.03), (100, 800, 0.015), (800, 800, 0.03), (800, 100, 0.06)],
)
def test_error_of_a_scale_is_inflated_by_its_own_chi2(
    chi2: float, scale_chi2: float, error: float
) -> None:
    assert get_scale_err(make_fit(chi2=chi2, scale_chi2=scale_chi2)) == pytest.approx(error)


@pytest.mark.parametrize(
    ("changes", "star", "sky"),
    [
        ({"df": 1}, True, True),
        ({"df": 0}, False, False),
        ({"prior_flux_err": 0.0}, False, False),
        ({"prior_flux_err": 0.5}, True, True),
        ({"star_flux": 0.0}, False, True),
        ({"star_flux": 0.5}, True, True),
        ({"converged": False}, False, False),
    ],
)
def test_fit_of_a_star_has_a_star_and_errors(
    changes: dict[str, Any], star: bool, sky: bool
) -> None:
    fits = [make_fit(**changes)]
    stars = StarCalibration.from_fits([(1.0, 2.0)], fits, [(3.0, 4.0)], fits)
    assert (stars.count, len(stars.sky_x)) == (star, sky)


def alike(count: int, **changes: Any) -> StarCalibration:
    """Stars in a row, 10 px apart, that all shift by (0.3, -0.2) and scale by 1.1."""
    one = np.ones(count)
    columns: dict[str, Any] = {
        "x": 10.0 * np.arange(count), "y": 0 * one, "brightness": 1000 * one, "dx": 0.3 * one,
        "dy": -0.2 * one, "scale": 1.1 * one, "chi2_ratio": 1.5 * one, "snr": 2.0 * one,
    }  # fmt: skip
    return StarCalibration(**{**columns, **changes})


def test_ten_stars_are_enough_and_equal_ones_have_the_least_scatter() -> None:
    assert not alike(9).is_usable and alike(10).is_usable
    assert alike(10).normal_at(45.0, 0.0) == pytest.approx((0.3, -0.2, 0.02, 1.1, 0.003))
    assert alike(10).normal_at(45.0, math.inf) == UNKNOWN_NORMAL


@pytest.mark.parametrize(("known", "found"), [(5, False), (6, True)])
def test_six_known_neighbours_are_enough(known: int, found: bool) -> None:
    dx = np.full(12, 0.3)
    dx[known:] = math.nan
    normal = alike(12, dx=dx).normal_at(500.0, 0.0)
    assert (normal.dx == pytest.approx(0.3)) is found and normal.is_known is found


@pytest.mark.parametrize(("away", "counts"), [(2.9, False), (3.0, False), (3.1, True)])
def test_star_within_three_pixels_is_the_candidate_itself(away: float, counts: bool) -> None:
    # Without it five are known.
    dx = np.full(12, 0.3)
    dx[6:] = math.nan
    assert alike(12, dx=dx).normal_at(0.0, away).is_known is counts


def test_sixteen_nearest_stars_give_the_normal() -> None:
    stars = alike(40, dx=np.where(np.arange(40) < 16, 0.3, 0.9))
    assert stars.normal_at(-5.0, 0.0).dx == pytest.approx(0.3)
    assert stars.normal_at(-5.0, 0.0).shift_err == pytest.approx(0.02)
    assert stars.normal_at(300.0, 0.0).dx == pytest.approx(0.9)


@pytest.mark.parametrize("axis", ["dx", "dy", "scale"])
def test_scatter_is_that_of_the_axis(axis: str) -> None:
    rng = np.random.default_rng(7)
    errors = []
    for _ in range(12):
        scattered = {axis: rng.normal(0.3, 0.1, 40), "y": rng.uniform(0, 400, 40)}
        normal = alike(40, **scattered).normal_at(200.0, 200.0)
        errors.append((normal.shift_err, normal.scale_err))
    shift, scale = np.median(errors, axis=0)
    # A star's own scatter and the error of the normal; one axis is half of both.
    expected = 0.1 * math.sqrt(1 + 3 / 16)
    if axis == "scale":
        assert (shift, scale) == pytest.approx((0.02, expected), rel=0.25)
    else:
        assert (shift, scale) == pytest.approx((expected / math.sqrt(2), 0.003), rel=0.25)


def test_limits_of_equal_stars_are_their_own() -> None:
    stars = alike(20)
    assert stars.limits_at(1000.0) == pytest.approx((2.0, 1.5, False))
    # Signs do not matter, and one star's deviation neither.
    snr = np.where(np.arange(20) % 2, 2.0, -2.0)
    snr[3] = 50.0
    assert alike(20, snr=snr).limits_at(1000.0).snr_scatter == pytest.approx(2.0)
    # Nothing is less than noise.
    assert alike(20, snr=np.zeros(20), chi2_ratio=np.full(20, 0.5)).limits_at(1000.0)[:2] == (1, 1)


@pytest.mark.parametrize(
    ("times", "extrapolated"), [(1.0, False), (1.25, False), (1.3, True), (4.0, True)]
)
@pytest.mark.parametrize("unit", [1000.0, 2.0**-10])
def test_squares_grow_with_the_flux_beyond_the_brightest(
    unit: float, times: float, extrapolated: bool
) -> None:
    scatter, ratio = math.sqrt(1 + 3 * times), 1 + 0.5 * times
    stars = alike(20, brightness=np.full(20, unit))
    assert stars.limits_at(unit * times) == pytest.approx((scatter, ratio, extrapolated))


@pytest.mark.parametrize(("count", "counts"), [(9, False), (10, True)])
def test_ten_places_of_blank_sky_have_limits(count: int, counts: bool) -> None:
    one = np.ones(count)
    sky = {"sky_x": one, "sky_y": one, "sky_snr": -1.5 * one, "sky_chi2_ratio": 1.2 * one}
    stars = alike(20, **sky)
    wanted = (1.5, 1.2, False) if counts else (2.0, 1.5, False)
    for limits in (stars.sky_limits, *map(stars.limits_at, (0.0, -5.0, math.nan, math.inf))):
        assert limits == pytest.approx(wanted)
    # Stars too few to have limits leave those of the sky to all.
    for few in (alike(9, **sky).limits_at(flux) for flux in (0.0, 1000.0, 1e9)):
        assert few == pytest.approx((1.5, 1.2, False) if counts else (1.0, 1.0, False))
    assert alike(10, **sky).limits_at(1000.0)[:2] == pytest.approx((2.0, 1.5))


def test_chi2_has_three_sigmas_above_its_median() -> None:
    rng = np.random.default_rng(9)
    ratio = 1.5 * np.exp(rng.normal(0.0, 0.1, 3000))
    limit = alike(3000, chi2_ratio=ratio).limits_at(1000.0).chi2_ratio
    assert limit == pytest.approx(1.5 * math.exp(0.3), rel=0.1)


def test_unknown_numbers_of_a_star_do_not_count() -> None:
    snr, ratio, flux = np.full(24, 2.0), np.full(24, 1.5), np.geomspace(500.0, 2000.0, 24)
    snr[10], ratio[11], flux[12], flux[13] = math.nan, math.inf, -1e9, math.nan
    snr[11:14], ratio[12:14] = 99.0, 99.0
    stars = alike(24, snr=snr, chi2_ratio=ratio, brightness=flux)
    for place in (500.0, 700.0, 1000.0, 1400.0, 2000.0):
        assert stars.limits_at(place) == pytest.approx((2.0, 1.5, False))


def test_numbers_that_are_not_given_are_unknown_and_no_blank_sky() -> None:
    stars = alike(20)
    for name in ("raw_chi2_ratio", "raw_snr", "shift_err", "scale_err"):
        np.testing.assert_array_equal(getattr(stars, name), np.full(20, math.nan))
    for name in ("sky_x", "sky_y", "sky_snr", "sky_chi2_ratio"):
        assert getattr(stars, name).shape == (0,)


def test_each_fit_has_a_position() -> None:
    for given in (([(1.0, 2.0)], []), ([], [], [(1.0, 2.0)], [])):
        with pytest.raises(ValueError, match="shorter"):
            StarCalibration.from_fits(*given)


def few(**changes: Any) -> StarCalibration:
    """Twelve stars, of which the first six are known: their mean is the normal."""
    unknown = np.where(np.arange(12) < 6, 0.0, math.nan)
    stars = alike(12, **{name: np.resize(values, 12) for name, values in changes.items()})
    return replace(stars, dx=stars.dx + unknown)


def test_stars_count_by_their_errors() -> None:
    """Three of 0.30 with an error of 0.1 and three of 0.40 with one of 0.2: 0.32 +- 0.052."""
    errors = [0.1, 0.1, 0.1, 0.2, 0.2, 0.2]
    normal = few(dx=[0.3, 0.3, 0.3, 0.4, 0.4, 0.4], shift_err=errors).normal_at(500.0, 0.0)
    assert normal == pytest.approx((0.32, -0.2, 1 / math.sqrt(375), 1.1, 0.003))
    normal = few(scale=[0.9, 0.9, 0.9, 1.0, 1.0, 1.0], scale_err=errors).normal_at(500.0, 0.0)
    assert normal == pytest.approx((0.3, -0.2, 0.02, 0.92, 1 / math.sqrt(375)))


def test_scatter_is_of_one_star_about_the_mean_of_all() -> None:
    """The mean of six takes one degree of freedom, and has a sixth of their variance."""
    values, error = [0.2, 0.4], 0.1 * math.sqrt(6 / 5) * math.sqrt(7 / 6)
    normal = few(scale=values).normal_at(500.0, 0.0)
    assert normal == pytest.approx((0.3, -0.2, 0.02, 0.3, error), rel=0.02)
    # The error of a shift is that along one axis, as if both were like it.
    both = few(dx=values, dy=values).normal_at(500.0, 0.0)
    assert both.shift_err == pytest.approx(normal.scale_err)
    along = few(dx=values).normal_at(500.0, 0.0)
    assert along.shift_err == pytest.approx(normal.scale_err / math.sqrt(2))


def test_scatter_is_what_68_percent_of_stars_are_below() -> None:
    distances = np.array([-1.2, -0.6, -0.1, 0.3, 0.5, 1.1])
    share = np.percentile(np.abs(distances), 68.27)
    normal = few(scale=1.0 + distances).normal_at(500.0, 0.0)
    expected = share * math.sqrt(6 / 5) * math.sqrt(7 / 6)
    assert normal.scale_err == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize(("value", "counts"), [(1.5, False), (0.6, True)])
def test_star_far_beyond_the_scatter_does_not_count(value: float, counts: bool) -> None:
    """Five with a scatter of 0.1 and one that is 12, or 3, of them away."""
    scale = [0.2, 0.4, 0.2, 0.4, 0.3, value]
    found = few(scale=scale).normal_at(500.0, 0.0).scale
    assert found == pytest.approx(np.mean(scale if counts else scale[:5]))
