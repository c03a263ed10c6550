"""How far the fit can be trusted, on simulated cutouts with fixed seeds."""

from __future__ import annotations

from functools import cache, partial
from typing import Any

import numpy as np
import pytest

from tests.helpers.simulated_cutouts import (
    Field,
    Truth,
    dipole,
    field_options,
    new_source,
    peaked,
    run,
    simulate,
)
from vetter.core.fit import solver
from vetter.core.fit.adjust import fit, fit_many
from vetter.core.fit.adjustment import FitOptions
from vetter.core.judgement.disappeared import judge_criterion
from vetter.core.judgement.fit_answer import answer_fit


def p_of_uniform(values: list[float]) -> float:
    """Return how likely uniform values are as uneven as these."""
    # Imported here: all workers find the tests, and one runs them.
    from scipy.stats import kstest

    return float(kstest(values, "uniform").pvalue)


def explained(fits: list) -> float:
    return sum(judge_criterion(fit).disappeared is True for fit in fits) / len(fits)


@pytest.mark.parametrize("fwhm", [3.0, 4.0, 6.0])
def test_dipoles_disappear(fwhm: float) -> None:
    field = Field(fwhm=fwhm)
    assert explained(run(field, dipole, 200, field_options(field), 1)) >= 0.95


@pytest.mark.parametrize("distance", [None, (2.0, 4.0)], ids=["alone", "by a star"])
@pytest.mark.parametrize("fwhm", [3.0, 4.0])
def test_new_sources_do_not(fwhm: float, distance: tuple[float, float] | None) -> None:
    field = Field(fwhm=fwhm)
    fits = run(field, partial(new_source, distance=distance), 400, field_options(field), 2)
    assert explained(fits) < 0.01


def test_without_the_surviving_snr_many_more_would() -> None:
    field = Field(fwhm=4.0)
    fits = run(field, new_source, 400, field_options(field), 2)
    lenient = sum(judge_criterion(fit, max_snr=np.inf).disappeared is True for fit in fits)
    assert lenient >= 10


@cache
def stars_of_all_widths() -> list[list[dict[str, Any]]]:
    """FWHM 3 to 6, peak S/N up to 300, free background, independent pixels, exact template."""
    rng, lots = np.random.default_rng(5), []
    for fwhm in np.linspace(3.0, 6.0, 10):
        field = Field(fwhm=fwhm)
        lots.append([simulate(field, peaked(field, rng, (5, 300)), rng) for _ in range(200)])
        for cutout in lots[-1]:
            del cutout["meta"]["fwhm"]
    return lots


@pytest.mark.parametrize("inner", [13, None])
def test_p_values_are_uniform(inner: float | None) -> None:
    options = FitOptions(1, 2, inner, None, True)
    found = [fit.pval for lot in stars_of_all_widths() for fit in fit_many(lot, options)]
    assert p_of_uniform(found) > 0.01


def p_of_bright_stars(fwhm: float, inner_fwhm: float | None) -> float:
    """Of 300 bright stars: an error of 0.6% of the peak is plain to see among them."""
    field = Field(fwhm=fwhm)
    options = FitOptions(1, 2, None, inner_fwhm, True, fwhm)
    fits = run(field, partial(peaked, peak=(200, 300)), 300, options, 11)
    return p_of_uniform([fit.pval for fit in fits])


@pytest.mark.parametrize("inner_fwhm", [None, 4.0], ids=["whole", "box"])
@pytest.mark.parametrize("fwhm", [3.0, 4.0, 6.0])
def test_p_values_of_bright_stars_are_uniform_at_each_width(
    fwhm: float, inner_fwhm: float | None
) -> None:
    assert p_of_bright_stars(fwhm, inner_fwhm) > 0.01


@pytest.mark.parametrize("inner_fwhm", [None, 4.0], ids=["whole", "box"])
def test_by_the_cubic_spline_alone_they_would_not_be(
    inner_fwhm: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(solver, "refine", lambda *_: frozenset())
    assert p_of_bright_stars(3.0, inner_fwhm) < 1e-4


def test_the_surviving_snr_of_nothing_is_a_unit_normal() -> None:
    field = Field(fwhm=4.0)
    fits = run(field, partial(dipole, snr=(100, 300)), 400, field_options(field), 5)
    snr = np.array([fit.snr for fit in fits])
    assert np.isfinite(snr).all()
    assert 0.8 < snr.std() < 1.2
    assert abs(snr.mean()) < 0.2


def test_the_flux_of_a_lone_source_is_measured() -> None:
    field = Field(fwhm=4.0)
    options = field_options(field)
    fits = run(field, partial(new_source, snr=50, distance=None), 200, options, 6)
    truth = 50 * field.sky_noise()
    pulls = np.array([(fit.flux - truth) / fit.flux_err for fit in fits])
    assert abs(pulls.mean()) < 0.3
    assert 0.8 < pulls.std() < 1.25


def test_the_flux_that_the_scale_absorbed() -> None:
    cutout = simulate(Field(), Truth(50000.0, scale=1.1), np.random.default_rng(1))
    assert fit(cutout, field_options(Field())).absorbed == pytest.approx(5000.0, rel=0.1)


@pytest.mark.parametrize(("correlation", "low", "high"), [(0.0, -0.06, 0.06), (0.5, 0.4, 0.6)])
def test_correlated_noise_is_seen(correlation: float, low: float, high: float) -> None:
    field = Field(correlation=correlation)
    fits = run(field, dipole, 100, FitOptions(1, 2, None, None, True), 7)
    assert low < np.mean([fit.correlation for fit in fits]) < high


def test_light_on_star_core_is_not_explained() -> None:
    """A nucleus of ten times the flux: shift and scale take up a source of S/N 15."""
    # Where the nucleus has next to no noise of its own: the source is of that S/N there.
    field = Field(gain=1e6)
    rng = np.random.default_rng(8)
    new = 15.0 * field.sky_noise()
    lot = [
        simulate(field, Truth(10.0 * new, star=(0.3 * np.cos(a), 0.3 * np.sin(a)), new=new), rng)
        for a in rng.uniform(0.0, 2.0 * np.pi, 100)
    ]
    fits = fit_many(lot, field_options(field))
    assert explained(fits) > 0.9
    assert sum(answer_fit(fit).disappeared is True for fit in fits) <= 1


@pytest.mark.parametrize("snr", [20.0, 100.0])
def test_the_error_of_the_shift_is_what_shifts_scatter_by(snr: float) -> None:
    field = Field()
    rng = np.random.default_rng(10)
    star = Truth(snr * field.sky_noise(), star=(0.2, -0.3), dx=0.43, dy=-0.29)
    fits = fit_many([simulate(field, star, rng) for _ in range(200)], field_options(field))
    pulls = [((fit.dx - 0.43) / fit.shift_err, (fit.dy + 0.29) / fit.shift_err) for fit in fits]
    assert 0.8 < np.std(pulls) < 1.4
