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
from vetter.core.judgement.star_calibration import StarCalibration


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
