"""A background that slopes, and its two free parameters."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.helpers.simulated_cutouts import Field, Truth, dipole, field_options, simulate
from vetter.core.fit.adjust import fit, fit_many
from vetter.core.fit.adjustment import FitOptions
from vetter.core.fit.chi2.pixels import central_box

FIELD = Field()
LEVEL = field_options(FIELD)
PLANE = replace(LEVEL, fit_plane=True)


def sloping(truth: Truth, slope: float, seed: int = 1) -> dict[str, Any]:
    """A cutout whose background rises by ``slope`` sigmas per pixel along x, half along y."""
    cutout = simulate(FIELD, truth, np.random.default_rng(seed))
    y, x = np.mgrid[: FIELD.size, : FIELD.size] - 20.0
    cutout["image"] = cutout["image"] + slope * FIELD.noise * (x + 0.5 * y)
    return cutout


def test_a_slope_of_the_background_leaves_no_residuals() -> None:
    rng = np.random.default_rng(3)
    lot = [sloping(dipole(FIELD, rng), 0.5, seed) for seed in range(100)]
    fits = fit_many(lot, PLANE)
    assert np.mean([f.pval < 0.05 for f in fits]) < 0.12
    assert np.mean([f.snr**2 for f in fits]) < 1.3
    assert np.mean([f.pval < 0.05 for f in fit_many(lot, LEVEL)]) == 1.0


def test_the_plane_does_not_depend_on_the_slope() -> None:
    truth = Truth(20_000, (1, 1), 0.3, -0.2, 1.05, new=900)
    flat, steep = (fit(sloping(truth, slope), PLANE) for slope in (0.0, 2.0))
    for name in ("dx", "dy", "scale", "chi2", "flux", "flux_err", "raw_flux", "prior_flux"):
        assert getattr(steep, name) == pytest.approx(getattr(flat, name), rel=1e-4), name
    inside = central_box(flat.residual.shape, flat.box)
    np.testing.assert_allclose(steep.residual[inside], flat.residual[inside], atol=0.05)


def test_the_plane_is_level_beyond_the_box() -> None:
    truth = Truth(20_000, (1, 1), 0.3, -0.2, 1.05, new=900)
    flat, steep = (fit(sloping(truth, slope), PLANE) for slope in (0.0, 2.0))
    rows, _ = central_box(flat.residual.shape, flat.box)
    left = (steep.residual - flat.residual)[rows.start]
    steps = np.diff(left[: rows.start])
    np.testing.assert_allclose(steps, steps[0], atol=0.05)
    assert abs(steps[0]) > 0.5


def test_the_slopes_count_as_free_parameters() -> None:
    level, plane = (fit(sloping(Truth(9_000), 0.0), options) for options in (LEVEL, PLANE))
    assert (level.df - plane.df, level.pixels) == (2, plane.pixels)
    assert (level.fit_plane, plane.fit_plane, plane.fit_bg) == (False, True, True)
    assert plane.chi2 < level.chi2


def test_p_values_with_a_plane_are_uniform() -> None:
    rng = np.random.default_rng(8)
    fits = fit_many([sloping(dipole(FIELD, rng), 0.3, seed) for seed in range(400)], PLANE)
    pvals = np.sort([f.pval for f in fits])
    assert np.abs(pvals - np.linspace(0, 1, len(pvals))).max() < 0.08


def test_the_constant_is_free_with_a_plane() -> None:
    assert FitOptions(fit_plane=True).fit_bg
    assert FitOptions(fit_plane=True).free == FitOptions(fit_bg=True).free + 2


@pytest.mark.parametrize("axis", [0, 1], ids=["row", "column"])
def test_pixels_without_a_slope_along_an_axis_are_fitted(axis: int) -> None:
    cutout = sloping(Truth(50_000, dx=0.2, dy=0.2), 0.0)
    cutout["mask"] = np.ones((41, 41), bool)
    cutout["mask"][(20, slice(None)) if axis == 0 else (slice(None), 20)] = False
    cutout["template_mask"] = np.zeros((41, 41), bool)
    cutout["template_mask"][0, 0] = True
    found = fit(cutout, PLANE)
    assert found.converged
    assert np.count_nonzero(np.isfinite(found.residual)) == 41 * 41 - 1


def test_a_quintic_fit_removes_the_slope_too() -> None:
    field = Field(fwhm=3.0)
    cutout = simulate(field, Truth(2e6, dx=0.4, dy=-0.45), np.random.default_rng(1))
    y, x = np.mgrid[:41, :41] - 20.0
    flat = fit(cutout, replace(field_options(field), fit_plane=True))
    cutout["image"] = cutout["image"] + 8.0 * x - 5.0 * y
    steep = fit(cutout, replace(field_options(field), fit_plane=True))
    assert (flat.spline, steep.spline) == (5, 5)
    assert steep.chi2 == pytest.approx(flat.chi2, rel=1e-6)
    assert steep.flux == pytest.approx(flat.flux, abs=1e-3 * flat.flux_err)
