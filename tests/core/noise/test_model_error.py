"""Error of the template from the residuals of stars."""

from __future__ import annotations

import numpy as np
import pytest

from vetter.core.noise.model_error import MAX_FRACTION, StarResidual, fit_model_error, spread_light


def make_stamps(fraction: float, count: int = 40, peak: float = 1e5) -> list[StarResidual]:
    rng = np.random.default_rng(11)
    y, x = np.mgrid[-8:9, -8:9]
    signal = peak * np.exp(-(x**2 + y**2) / 8)
    err = np.sqrt(100 + signal)
    true = np.hypot(err, fraction * signal)
    return [StarResidual(rng.normal(0, true), err, signal, 0) for _ in range(count)]


@pytest.mark.parametrize("fraction", [0.01, 0.03, 0.1])
def test_fraction_of_template_is_found(fraction: float) -> None:
    found = fit_model_error(make_stamps(fraction))
    assert found.fraction == pytest.approx(fraction, rel=0.06)
    assert found.description.endswith("% of the template, from 40 bright stars")


def test_good_errors_need_no_model_error() -> None:
    found = fit_model_error(make_stamps(0.0))
    assert found.fraction == 0 and found.description == "" and found.stars == 40


def test_third_of_blended_stars_is_ignored() -> None:
    stamps = make_stamps(0.0)
    blended = [StarResidual(s.residual + 0.3 * s.signal, s.err, s.signal, 0) for s in stamps[:13]]
    assert fit_model_error(blended + stamps[13:]).fraction < 0.01


def test_faint_stars_do_not_count() -> None:
    assert fit_model_error(make_stamps(0.1, peak=100.0)).stars == 0


def test_hopeless_match_is_capped() -> None:
    found = fit_model_error(make_stamps(0.5))
    assert found.fraction == MAX_FRACTION
    assert "at least 20%" in found.description


def test_holes_in_stamps_do_not_count() -> None:
    stamps = make_stamps(0.03)
    for stamp in stamps:
        stamp.residual[:4], stamp.err[5, 5] = np.nan, np.nan
    assert fit_model_error(stamps).fraction == pytest.approx(0.03, rel=0.08)


def test_light_spread_over_galaxy_is_its_slope() -> None:
    y, x = np.mgrid[-20:21, -20:21]
    star, galaxy = (np.exp(-(x**2 + y**2) / (2 * width**2)) for width in (1.7, 8.5))
    assert spread_light(star, 2)[20, 20] > 0.7
    assert spread_light(galaxy, 2)[20, 20] < 0.1
    assert spread_light(np.full((9, 9), 7.0), 2).max() == 0.0
