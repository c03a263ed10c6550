"""Where the quintic spline takes a fit on from the cubic one, and what it may not change."""

from __future__ import annotations

import dataclasses
from functools import partial
from typing import Any

import numpy as np
import pytest
from scipy.ndimage import shift

from tests.helpers.simulated_cutouts import (
    Field,
    Truth,
    dipole,
    field_options,
    peaked,
    run,
    simulate,
)
from vetter.core.fit import solver
from vetter.core.fit.adjust import fit, fit_many
from vetter.core.fit.adjustment import Adjustment, FitOptions

SHARP = Field(fwhm=3.0)
BRIGHT = Truth(flux=2e6, dx=0.4, dy=-0.45, scale=1.05)
OPTIONS = {
    "window": field_options(SHARP),
    "whole": FitOptions(2, 1.5, None, None, True, 3.0),
    "background held": FitOptions(2, 1.1, 13),
    "several windows": FitOptions(4, 2, 13, None, True, 3.0),
    "held scale": FitOptions(1, 1, 13, None, True, 3.0),
    "shift at its bound": FitOptions(0.3, 2, 13, None, True, 3.0),
    "scale at its bound": FitOptions(1, 1.02, 13, None, True, 3.0),
}


def star(truth: Truth = BRIGHT, field: Field = SHARP, seed: int = 1) -> dict[str, Any]:
    return simulate(field, truth, np.random.default_rng(seed))


@pytest.fixture
def cubic(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The fit by the cubic spline alone."""

    def alone(cutout: Any, options: FitOptions) -> Adjustment:
        with monkeypatch.context() as patched:
            patched.setattr(solver, "refine", lambda *_: frozenset())
            return fit(cutout, options)

    return alone


def test_a_sharp_bright_star_is_explained_by_the_quintic_spline_only(cubic: Any) -> None:
    result = fit(star(), OPTIONS["window"])
    assert result.spline == 5
    assert result.pval > 1e-3
    assert cubic(star(), OPTIONS["window"]).pval < 1e-6
    assert (result.dx, result.dy) == pytest.approx((0.4, -0.45), abs=2e-3)


@pytest.mark.parametrize(
    ("truth", "field"),
    [
        (Truth(flux=5e3, dx=0.4, dy=-0.45), SHARP),
        (Truth(flux=5e5, dx=0.4, dy=-0.45), Field(fwhm=6.0)),
        (Truth(flux=5e5, dx=0.0, dy=0.0), Field(fwhm=4.0)),
    ],
    ids=["faint", "wide", "not shifted"],
)
def test_others_are_left_to_the_cubic_spline(truth: Truth, field: Field) -> None:
    assert fit(star(truth, field), field_options(field)).spline == 3


@pytest.mark.parametrize("name", OPTIONS)
def test_chi2_never_rises(name: str, cubic: Any) -> None:
    chosen = 0
    for seed in range(6):
        cutout = star(peaked(SHARP, np.random.default_rng(seed), (100, 600)), seed=seed)
        after = fit(cutout, OPTIONS[name])
        assert after.chi2 <= cubic(cutout, OPTIONS[name]).chi2 * (1 + 1e-7)
        chosen += after.spline == 5
    assert chosen


@pytest.mark.parametrize("name", OPTIONS)
def test_figures_are_those_of_the_solution(name: str) -> None:
    cutout, options = star(), OPTIONS[name]
    result = fit(cutout, options)
    assert result.spline == 5
    model = shift(cutout["convolved"], (result.dy, result.dx), order=5, mode="reflect")
    wanted = cutout["image"] - result.bg - result.scale * (model - result.tbg)
    np.testing.assert_allclose(result.residual, wanted, atol=1e-7 * BRIGHT.flux)
    assert abs(result.dx) <= options.max_shift
    assert abs(result.dy) <= options.max_shift
    assert 1 / options.max_scale <= result.scale <= options.max_scale


def test_parameters_on_their_bound_are_named() -> None:
    assert fit(star(), OPTIONS["shift at its bound"]).at_bound == ("dx", "dy")
    assert fit(star(), OPTIONS["scale at its bound"]).at_bound == ("scale",)


@pytest.mark.parametrize("name", OPTIONS)
def test_a_stack_equals_one_at_a_time(name: str) -> None:
    rng = np.random.default_rng(4)
    lot = [simulate(SHARP, peaked(SHARP, rng, (5, 600)), rng) for _ in range(24)]
    together = fit_many(lot, OPTIONS[name])
    assert {result.spline for result in together} == {3, 5}
    for result, cutout in zip(together, lot, strict=True):
        alone = fit(cutout, OPTIONS[name])
        for field in dataclasses.fields(Adjustment):
            a, b = getattr(result, field.name), getattr(alone, field.name)
            if isinstance(a, float):
                assert a == pytest.approx(b, rel=1e-6, abs=1e-6, nan_ok=True), field.name
            elif field.name != "residual":
                assert a == b, field.name


@pytest.mark.parametrize("turned", [False, True], ids=["columns", "rows"])
@pytest.mark.parametrize(("place", "spline"), [(9, 3), (7, 3), (6, 5), (33, 3), (34, 5)])
def test_a_hole_within_its_reach_leaves_the_cubic_spline(
    place: int, spline: int, turned: bool
) -> None:
    """Of 41 pixels 13 are fitted, 14 to 26; a hole reaches seven: shift, spline, fill."""
    cutout = star()
    pixels = cutout["convolved"]
    (pixels.T if turned else pixels)[:, place] = np.nan
    result = fit(cutout, OPTIONS["window"])
    assert (result.spline, result.pixels) == (spline, 169)


def test_template_with_an_error_or_a_held_shift_keeps_the_cubic_spline() -> None:
    cutout = star()
    assert fit(cutout, dataclasses.replace(OPTIONS["window"], max_shift=0.0)).spline == 3
    noisy = {**cutout, "template_err": np.full(cutout["image"].shape, 1e-3)}
    assert fit(noisy, OPTIONS["window"]).spline == 3
    assert [result.spline for result in fit_many([cutout, noisy] * 2, OPTIONS["window"])] == [
        5, 3, 5, 3
    ]  # fmt: skip


def test_what_survives_of_very_bright_stars_is_a_unit_normal() -> None:
    fits = run(SHARP, partial(peaked, peak=(600, 1000)), 200, field_options(SHARP), 5)
    snr = np.array([result.snr for result in fits])
    assert 0.8 < snr.std() < 1.2


def test_dipoles_are_rarely_refined_where_stars_are_wide() -> None:
    field = Field(fwhm=4.0)
    fits = run(field, dipole, 200, field_options(field), 1)
    assert np.mean([result.spline == 5 for result in fits]) < 0.1
