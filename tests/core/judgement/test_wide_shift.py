"""Bound of the shift, widened by the shifts of a field's stars; errors of their scales."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from vetter.core.cutout_source import PsfFwhm
from vetter.core.fit.adjustment import Adjustment
from vetter.core.judgement.field_fit import MAX_WIDE_SHIFT, make_field_fit, widen_shift
from vetter.core.judgement.star_calibration import StarCalibration, get_scale_err
from vetter.settings import FitSettings

FIT = make_field_fit(PsfFwhm(4.0, "test"), FitSettings(), 5.0)


def make_stars(dx: np.ndarray) -> StarCalibration:
    rng = np.random.default_rng(2)
    x, y = rng.uniform(0, 900, (2, len(dx)))
    ones = np.ones(len(dx))
    return StarCalibration(x, y, 1e4 * ones, dx, 0 * ones, ones, ones, 0 * ones)


@pytest.mark.parametrize(
    ("mean", "sigma", "bound"),
    [(0.0, 0.1, 1.0), (0.1, 0.4, 1.7), (0.98, 0.05, MAX_WIDE_SHIFT), (0.0, 2.0, MAX_WIDE_SHIFT)],
)
def test_bound_is_beyond_shifts_of_stars(mean: float, sigma: float, bound: float) -> None:
    # Quantiles of a normal distribution, clipped by the fit.
    shifts = mean + sigma * np.sort(np.random.default_rng(1).normal(size=4000))[20::40]
    fit = widen_shift(FIT, make_stars(np.clip(shifts, -1.0, 1.0)))
    assert fit.options.max_shift == pytest.approx(bound, abs=0.1)
    assert fit.radius >= (fit.options.inner or 0) / 2 + fit.options.max_shift
    assert ("shifts up to" in fit.description) is (bound > 1.0)


def test_few_stars_leave_bound_of_shift() -> None:
    assert widen_shift(FIT, make_stars(np.full(9, 1.0))) is FIT


def test_scale_error_leaves_out_what_a_held_shift_leaves() -> None:
    fit = Adjustment(True, df=100, chi2=90.0, scale_chi2=2500.0, scale_alone_err=0.05)
    assert get_scale_err(fit) == pytest.approx(0.01)


def test_faint_stars_do_not_widen_scatter_of_scale() -> None:
    rng = np.random.default_rng(4)
    errors = np.geomspace(0.002, 0.08, 60)
    x, y = rng.uniform(0, 900, (2, 60))
    zeros = np.zeros(60)
    stars = StarCalibration(
        x, y, 10 / errors, zeros, zeros, rng.normal(1.0, errors), zeros + 1, zeros,
        scale_err=errors,
    )  # fmt: skip
    found = [stars.normal_at(*place).scale_err for place in rng.uniform(100, 800, (40, 2))]
    assert np.median(found) < 0.006


@pytest.mark.parametrize(
    ("shifts", "bound"),
    [
        (np.repeat([-0.3, 0.3], 50), 1.2),
        (np.repeat([-0.5, 0.1], 50), 1.4),
        (np.repeat([-0.25, 0.25], 50), 1.0),
        (np.repeat([-0.26, 0.26], 5), 1.04),
        (np.repeat([0.0, 0.99], [95, 5]), 1.0),
        (np.repeat([0.0, -0.99], [94, 6]), 3.0),
        (np.repeat([0.0, 0.975], [90, 10]), 1.0),
        (np.repeat([0.0, 0.985], [90, 10]), 3.0),
        (np.repeat([-0.76, 0.76], 50), 3.0),
        (np.repeat([-0.3, 0.3, np.nan], [50, 50, 200]), 1.2),
        (np.repeat([-0.3, 0.3], [5, 4]), 1.0),
    ],
    ids=[
        "four scatters", "and the median", "as it was", "ten stars", "a twentieth on it",
        "more on it", "below it", "near it", "at most", "unknown", "too few",
    ],
)  # fmt: skip
@pytest.mark.parametrize("along", ["dx", "dy"])
def test_bound_is_four_scatters_along_the_worse_axis(
    along: str, shifts: np.ndarray, bound: float
) -> None:
    stars = replace(make_stars(np.where(np.isnan(shifts), np.nan, 0.0)), **{along: shifts})
    fit = widen_shift(FIT, stars)
    assert fit.options.max_shift == pytest.approx(bound)
    assert (fit is FIT) is (bound == 1.0)
    if fit is not FIT:
        assert fit.description == f"{FIT.description}; shifts up to {bound:.1f} px"
        # A box of 17 px, the shift and the spline's two pixels.
        assert fit.radius == np.ceil(8 + bound + 2)


def test_held_shift_stays_held() -> None:
    held = make_field_fit(PsfFwhm(4.0, "test"), FitSettings(max_shift=0.0), 30.0)
    assert widen_shift(held, make_stars(np.repeat([-0.5, 0.5], 50))) is held
    free = make_field_fit(PsfFwhm(4.0, "test"), FitSettings(), 30.0)
    assert widen_shift(free, make_stars(np.repeat([-0.5, 0.5], 50))).radius == 30
