"""Figures of a fit that follow from its solution."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.helpers.simulated_cutouts import Field, Truth, simulate
from vetter.core.fit.adjust import fit, fit_many
from vetter.core.fit.adjustment import UNSEEN_NOTE, FitOptions
from vetter.core.fit.figures import names_at_bound

OPTIONS = FitOptions(max_shift=1, max_scale=2, inner=13, fit_bg=True)


def star(seed: int = 1, **changes: Any) -> dict[str, Any]:
    truth = Truth(flux=20000, star=(0.2, -0.1), dx=0.3, dy=-0.2, scale=1.05)
    return simulate(Field(), truth, np.random.default_rng(seed)) | changes


@pytest.mark.parametrize(
    ("dx", "dy", "scale", "names"),
    [
        (0.999, 0.0, 1.0, ()),
        (1.0, 0.0, 1.0, ("dx",)),
        (-1.0, 0.0, 1.0, ("dx",)),
        (0.0, -1.0, 1.0, ("dy",)),
        (1.0, 1.0, 2.0, ("dx", "dy", "scale")),
        (0.0, 0.0, 1.999, ()),
        (0.0, 0.0, 0.5, ("scale",)),
        (0.0, 0.0, 0.501, ()),
        # A millionth of a pixel, or of the scale, from the bound is on it.
        (1 - 1.2e-6, 1.2e-6 - 1, 2 * (1 - 1.2e-6), ()),
        (1 - 0.9e-6, 0.9e-6 - 1, 2 * (1 - 0.9e-6), ("dx", "dy", "scale")),
        (0.0, 0.0, 0.5 * (1 + 1.2e-6), ()),
        (0.0, 0.0, 0.5 * (1 + 0.9e-6), ("scale",)),
    ],
)
def test_parameters_on_their_bound_are_named(
    dx: float, dy: float, scale: float, names: tuple[str, ...]
) -> None:
    assert names_at_bound(dx, dy, scale, OPTIONS) == names


def test_held_parameters_are_on_no_bound() -> None:
    assert names_at_bound(0.0, 0.0, 1.0, FitOptions(0, 1)) == ()


@pytest.mark.parametrize("hole", [False, True])
def test_figures_are_those_of_the_residual(hole: bool) -> None:
    mask = np.zeros((41, 41), bool)
    mask[16, 18] = mask[16, 19] = mask[22, 14] = hole
    result = fit(star(mask=mask), OPTIONS)
    box = np.s_[14:27, 14:27]
    assert result.residual is not None
    pulls = np.where(mask, 0, result.residual / star()["err"])[box]
    good = ~mask[box]
    assert result.pixels == good.sum() and result.df == good.sum() - 4 and result.box == 13
    assert result.chi2 == pytest.approx((pulls**2).sum())
    pairs = (good[1:] & good[:-1]).sum() + (good[:, 1:] & good[:, :-1]).sum()
    products = (pulls[1:] * pulls[:-1]).sum() + (pulls[:, 1:] * pulls[:, :-1]).sum()
    assert result.correlation == pytest.approx(products / pairs * good.sum() / result.chi2)
    held = fit(star(mask=mask), FitOptions(0, 1, 13))
    assert result.chi2_0 == pytest.approx(held.chi2)
    assert (result.template, result.spline, result.fit_bg) == ("convolved", 3, True)
    assert result.fit_plane is False and result.unseen is False


@pytest.mark.parametrize("hole", [False, True])
def test_absorbed_flux_is_that_of_the_template_times_the_scale(hole: bool) -> None:
    mask = np.zeros((41, 41), bool)
    mask[20, 19:22] = hole
    without = star(meta={}, mask=mask)
    result = fit(without, OPTIONS)
    template = np.where(mask, 0.0, without["convolved"] - result.tbg)[14:27, 14:27]
    assert result.absorbed == pytest.approx((result.scale - 1) * template.sum())
    assert np.isnan([result.flux, result.snr, result.star_flux, result.held_err]).all()
    assert not result.unseen


def test_star_flux_is_that_of_a_gaussian_as_high_as_the_template() -> None:
    result = fit(star(), OPTIONS)
    peak = (star()["convolved"][14:27, 14:27] - result.tbg).max()
    assert result.star_flux == pytest.approx(peak * 4**2 * 1.1330900354567985)
    mask = star()["convolved"] > 100 + 0.6 * peak
    masked = fit(star(mask=mask), OPTIONS)
    assert masked.star_flux < 0.7 * result.star_flux


def test_candidate_behind_a_mask_is_unseen() -> None:
    mask = np.zeros((41, 41), bool)
    mask[15:26, 15:26] = True
    result = fit(star(mask=mask), FitOptions(1, 2, None, None, True))
    assert result.converged and result.unseen
    assert result.notes[-1] == UNSEEN_NOTE


def test_residuals_of_several_fits_are_their_own() -> None:
    first, second = fit_many([star(1), star(2)], OPTIONS)
    assert first.residual is not None and second.residual is not None
    assert first.residual.base is None and second.residual.base is None
    assert first.residual.shape == (41, 41)


def test_scatter_is_measured_where_it_is_asked_for() -> None:
    assert np.isnan(fit(star(), OPTIONS).scatter)
    checked = FitOptions(1, 2, 13, None, True, check_err=True)
    right, wrong = fit(star(), checked), fit(star(err=0.5 * star()["err"]), checked)
    assert right.scatter == pytest.approx(1, abs=0.1) and np.isnan(right.template_noise)
    assert wrong.scatter == pytest.approx(2, abs=0.2) and wrong.scatter_err < 0.1


@pytest.mark.parametrize(
    ("factor", "known", "is_measured"),
    [(0.5, False, True), (0.8, False, True), (1.5, False, False), (0.5, True, False)],
    ids=["half", "small", "too large", "known"],
)
def test_noise_of_the_template_is_measured_where_it_may_explain_a_scatter(
    factor: float, known: bool, is_measured: bool
) -> None:
    err = star()["err"]
    more = {"template_err": 0.01 * err} if known else {}
    checked = FitOptions(1, 2, 13, None, True, check_err=True)
    result = fit(star(err=factor * err, **more), checked)
    assert result.scatter == pytest.approx(1 / factor, rel=0.1)
    assert np.isfinite(result.template_noise) == is_measured


def test_template_without_a_peak_has_no_star() -> None:
    hole, mask = star(), np.zeros((41, 41), bool)
    for name in ("image", "convolved"):
        hole[name] = 2 * np.median(hole[name]) - hole[name]
    mask[18, 18] = True
    result = fit(hole | {"mask": mask}, FitOptions(1, 2, 5, None, True, 1.0))
    assert result.converged and result.star_flux == 0.0
