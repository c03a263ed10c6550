"""Figures that show a candidate's deviations from the field's normal, against brute force."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.helpers.fit_cases import assert_same
from tests.helpers.fit_reference import Reference
from tests.helpers.simulated_cutouts import Field, Truth, simulate
from vetter.core.fit.adjust import adjust_cutout, fit, fit_many
from vetter.core.fit.adjustment import Adjustment, FitOptions
from vetter.core.fit.deviations import (
    AloneFigures,
    Normals,
    PriorFigures,
    RawFigures,
    join_deviations,
    read_normals,
)
from vetter.core.fit.field_normal import UNKNOWN_NORMAL, FieldNormal
from vetter.core.fit.input import FitInput, read_fit_input
from vetter.core.psf.models import Gaussian, Moffat

FIELD = Field(size=31)
WINDOW = FitOptions(1, 2, 17, None, True, 4.0, check_err=True)
OPTIONS = {
    "window": WINDOW,
    "plane": replace(WINDOW, fit_plane=True),
    "moffat": replace(WINDOW, psf=Moffat(4.0, 2.5)),
    "background held": replace(WINDOW, fit_bg=False),
    "PSF in a larger box": replace(WINDOW, inner=9),
    "whole, with a plane": replace(WINDOW, inner=None, fit_plane=True),
    "several windows": replace(WINDOW, max_shift=3),
}
NORMALS = {
    "unknown": UNKNOWN_NORMAL,
    "loose": FieldNormal(0.1, -0.05, 0.3, 1.02, 0.1),
    "tight": FieldNormal(-0.1, 0.15, 0.02, 0.97, 0.01),
    "shift only": FieldNormal(0.05, 0.05, 0.05),
}
FIGURES = (
    *("raw_flux", "raw_flux_err", "psf_snr", "prior_flux", "prior_flux_err"),
    *("shift_chi2", "scale_chi2", "scale_alone", "scale_alone_err"),
    *("psf_share", "shift_share", "scale_share"),
)
TRUTHS = [
    Truth(30_000, (0.4, -0.7), 0.5, -0.3, 1.08),
    Truth(5_000, (1.5, 1.0), 0.1, 0.0, 1.0, new=900),
    Truth(8_000, (-2.0, 0.5), -0.2, 0.2, 0.9, new=-700),
]


def cutout(truth: Truth, seed: int = 1, mask: bool = False, **field: Any) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    made = simulate(replace(FIELD, **field), truth, rng)
    if mask:
        made["mask"] = rng.uniform(size=made["image"].shape) < 0.05
    return made


def assert_agrees(found: Adjustment, made: Any, options: FitOptions) -> None:
    wanted = Reference(made, options, found.normal, found.spline).figures()
    assert set(wanted) == set(FIGURES)
    for name, value in wanted.items():
        tolerance = 1e-3 * found.prior_flux_err if name == "prior_flux" else 2e-5 * abs(value)
        assert getattr(found, name) == pytest.approx(value, abs=tolerance), name


@pytest.mark.parametrize("truth", TRUTHS, ids=["dipole", "source", "fading source"])
@pytest.mark.parametrize("normal", NORMALS)
@pytest.mark.parametrize(("name", "masked"), [("window", False), ("plane", True)])
def test_figures_equal_those_of_brute_force(
    name: str, normal: str, masked: bool, truth: Truth
) -> None:
    made = cutout(truth, mask=masked)
    (found,) = fit_many([made], OPTIONS[name], [NORMALS[normal]])
    assert_agrees(found, made, OPTIONS[name])


@pytest.mark.parametrize("name", OPTIONS)
def test_figures_of_other_options_equal_brute_force(name: str) -> None:
    made = cutout(TRUTHS[1], seed=3)
    (found,) = fit_many([made], OPTIONS[name], [NORMALS["loose"]])
    assert_agrees(found, made, OPTIONS[name])


@pytest.mark.parametrize("normal", ["unknown", "loose", "tight"])
def test_figures_of_the_quintic_spline_equal_brute_force(normal: str) -> None:
    made = cutout(Truth(1e6, (0.2, 0.3), 0.4, -0.45, 1.05), fwhm=3.0)
    options = FitOptions(1, 2, 13, None, True, 3.0, fit_plane=True)
    (found,) = fit_many([made], options, [NORMALS[normal]])
    assert found.spline == 5
    assert_agrees(found, made, options)


@pytest.mark.parametrize("noisy", [False, True], ids=["plain", "template_err"])
@pytest.mark.parametrize("name", ["plane", "PSF in a larger box", "several windows"])
def test_a_stack_has_the_figures_of_each_alone(name: str, noisy: bool) -> None:
    rng = np.random.default_rng(4)
    more = {"template_noise": 0.3, "template_err": True} if noisy else {}
    lot = [cutout(truth, seed, seed == 2, **more) for seed in range(3) for truth in TRUTHS]
    normals = [FieldNormal(*rng.uniform(-0.2, 0.2, 2), 0.05, 1.0, 0.03) for _ in lot]
    normals[3] = UNKNOWN_NORMAL
    together = fit_many(lot, OPTIONS[name], normals)
    for found, made, normal in zip(together, lot, normals, strict=True):
        assert_same(found, fit_many([made], OPTIONS[name], [normal])[0])


def test_without_a_normal_the_prior_flux_is_the_flux() -> None:
    found = fit(cutout(TRUTHS[1]), WINDOW)
    assert found.prior_flux == pytest.approx(found.flux, rel=1e-5)
    assert found.prior_flux_err == pytest.approx(found.flux_err, rel=1e-5)
    assert found.normal == UNKNOWN_NORMAL


def test_a_source_on_a_star_survives_by_the_priors() -> None:
    made = cutout(Truth(20_000, (0.3, 0.0), new=2_000))
    free, held = fit_many([made] * 2, WINDOW, [UNKNOWN_NORMAL, FieldNormal(0, 0, 0.02, 1, 0.005)])
    assert free.snr < 5
    assert held.prior_flux / held.prior_flux_err > 10
    assert held.prior_flux == pytest.approx(2_000, abs=4 * held.prior_flux_err)


def test_a_change_of_scale_has_the_scale_chi2_of_noise() -> None:
    found = fit(cutout(Truth(30_000, scale=1.2)), WINDOW)
    assert found.scale_chi2 < 1.3 * found.df
    assert found.shift_chi2 > 5 * found.df
    assert found.scale_alone == pytest.approx(1.2, abs=5 * found.scale_alone_err)
    assert found.scale_share > 0.95


def test_a_dipole_has_the_shift_chi2_of_noise() -> None:
    found = fit(cutout(Truth(30_000, dx=0.4)), WINDOW)
    assert found.shift_chi2 < 1.3 * found.df
    assert found.scale_chi2 > 5 * found.df
    assert found.shift_share > 0.9
    assert found.psf_share < 0.1


def test_a_lone_source_has_a_high_psf_share() -> None:
    found = fit(cutout(Truth(3_000, (-9, 7), new=3_000)), WINDOW)
    assert found.psf_share > 0.95
    assert found.shift_share < 0.1
    assert found.psf_snr == pytest.approx(3_000 / FIELD.sky_noise(), rel=0.2)


@pytest.mark.parametrize("noise", [0.3, 1.0])
def test_prior_flux_beside_a_noisy_template_is_unbiased(noise: float) -> None:
    truth = Truth(10_000, (1.0, 0.5), 0.05, 0.0, 1.0, new=800)
    lot = [cutout(truth, s, template_noise=noise, template_err=True) for s in range(150)]
    fits = fit_many(lot, WINDOW, [FieldNormal(0.05, 0, 0.03, 1, 0.02)] * len(lot))
    pulls = np.array([(f.prior_flux - 800) / f.prior_flux_err for f in fits])
    assert abs(pulls.mean()) < 0.3
    assert pulls.std() < 1.3


@pytest.mark.parametrize("field", [{"fwhm": None}, {"fwhm": 9.0}], ids=["no FWHM", "too wide"])
def test_without_a_psf_there_are_no_figures(field: dict[str, Any]) -> None:
    made = cutout(TRUTHS[0])
    made["meta"] = {}
    found = fit(made, replace(WINDOW, **field))
    assert found.converged
    assert np.isnan([getattr(found, name) for name in FIGURES]).all()


def test_scripts_with_a_fwhm_get_the_figures() -> None:
    made = cutout(TRUTHS[0])
    assert adjust_cutout(made, inner=17, fwhm=4.0)
    for name in FIGURES:
        assert np.isfinite(made["meta"][f"adjust_{name}"]), name


def test_the_normal_goes_through_the_metadata() -> None:
    (found,) = fit_many([cutout(TRUTHS[0])], WINDOW, [NORMALS["tight"]])
    restored = Adjustment.from_meta(found.as_record())
    assert restored is not None
    assert restored.normal == NORMALS["tight"]
    for name in FIGURES:
        assert getattr(restored, name) == getattr(found, name), name


def test_each_cutout_needs_a_normal() -> None:
    with pytest.raises(ValueError, match="shorter"):
        fit_many([cutout(TRUTHS[0])] * 2, WINDOW, [UNKNOWN_NORMAL])


def test_the_smallest_surviving_flux_is_a_multiple_of_its_error() -> None:
    assert Adjustment(True, prior_flux_err=30.0).smallest_flux(5.0) == 150.0
    assert np.isnan(Adjustment(True).smallest_flux())


def read_one(normal: FieldNormal, **options: Any) -> Normals:
    data = read_fit_input(cutout(TRUTHS[0]), replace(WINDOW, **options))
    assert isinstance(data, FitInput)
    others = [replace(data, normal=one) for one in (normal, UNKNOWN_NORMAL)]
    return read_normals(others, replace(WINDOW, **options)).of([0])


@pytest.mark.parametrize(
    ("normal", "read"),
    [
        (FieldNormal(0.1, -0.2, 0.5, 1.1, 0.1), (0.1, -0.2, 4.0, 1.1, 100.0)),
        (FieldNormal(0.1, -0.2, 2.0, 1.1, np.inf), (0.1, -0.2, 0.25, 1.1, 0.0)),
        (FieldNormal(0.1, -0.2, np.inf, 1.1, 2.0), (0.1, -0.2, 0.0, 1.1, 0.25)),
        # Within the bound of the shift.
        (FieldNormal(1.5, -1.5, 0.5, 1.1, 0.1), (1.0, -1.0, 4.0, 1.1, 100.0)),
        (FieldNormal(np.nan, np.inf, np.nan, np.nan, np.inf), (0.0, 0.0, 0.0, 1.0, 0.0)),
        (FieldNormal(0.1, 0.1, -1.0, 0.0, 0.1), (0.1, 0.1, 0.0, 1.0, 100.0)),
        (FieldNormal(0.1, 0.1, 0.5, -2.0, np.inf), (0.1, 0.1, 4.0, 1.0, 0.0)),
        (FieldNormal(0.0, 0.0, 0.0, 1.0, 1e-9), (0.0, 0.0, 1e10, 1.0, 1e10)),
        (UNKNOWN_NORMAL, (0.0, 0.0, 0.0, 1.0, 0.0)),
    ],
)
def test_normal_that_is_no_number_is_unknown(normal: FieldNormal, read: tuple[float, ...]) -> None:
    found = read_one(normal)
    assert tuple(float(column[0]) for column in found) == pytest.approx(read)
    assert bool(found.is_known[0]) is (read[2] > 0 or read[4] > 0)


def test_penalty_is_that_of_each_prior() -> None:
    one = np.ones(2)
    normals = Normals(0.1 * one, -0.2 * one, 4.0 * one, 1.1 * one, np.array([100.0, 0.0]))
    found = normals.penalty(0.6 * one, 0.8 * one, 1.3 * one)
    assert found == pytest.approx([4 * (0.25 + 1.0) + 100 * 0.04, 4 * 1.25])


@pytest.mark.parametrize("count", [1, 3, 4, 9])
def test_figures_have_six_digits_alone_and_in_a_stack(count: int) -> None:
    values = [1234567.89, -0.000123456789, 0.0, 9.9999996, 123456.5, np.nan, np.inf, 1e-12 / 3, 5.0]
    columns = [np.roll(values, -k)[:count] for k in range(11)]
    raw = RawFigures(columns[0], np.full(count, 4.0), *columns[1:4])
    prior = PriorFigures(columns[4], columns[5], columns[6], columns[6])
    alone = AloneFigures(columns[7], columns[7], *columns[7:11])
    found = join_deviations(raw, prior, alone)

    def rounded(column: Any) -> list[float]:
        return [float(f"{value:.6g}") for value in column]

    wanted = {
        "raw_flux": columns[0], "raw_flux_err": np.full(count, 4.0), "psf_snr": columns[0] / 4,
        "prior_flux": columns[4], "prior_flux_err": columns[5], "shift_chi2": columns[7],
        "scale_chi2": columns[8], "scale_alone": columns[9], "scale_alone_err": columns[10],
        "psf_share": columns[1], "shift_share": columns[2], "scale_share": columns[3],
    }  # fmt: skip
    assert list(wanted) == list(found._fields)
    for name, column in wanted.items():
        np.testing.assert_array_equal(getattr(found, name), rounded(column), err_msg=name)


def test_brighter_star_of_the_psfs_own_shape_is_psf_and_scale_alike() -> None:
    """The images are one and the same: each explains what both do."""
    star = 1e4 * Gaussian(4.0).render((31, 31), 15.0, 15.0)
    noise = np.random.default_rng(3).normal(0.0, 1.0, star.shape)
    made = {"image": 1.3 * star + noise, "convolved": star, "err": np.ones(star.shape)}
    found = fit(made, replace(WINDOW, fwhm=4.0))
    assert found.psf_share == pytest.approx(found.scale_share, abs=1e-4)
    assert 0.98 < found.scale_share <= 1.0 and found.shift_share < 0.1


def test_figures_of_a_star_near_the_least_scale_equal_brute_force() -> None:
    made = cutout(Truth(30_000, (1.0, -0.5), 0.1, 0.1, 0.56))
    (found,) = fit_many([made], WINDOW, [FieldNormal(0.1, 0.1, 0.1, 0.56, 0.05)])
    assert found.scale == pytest.approx(0.56, abs=0.02)
    assert_agrees(found, made, WINDOW)


@pytest.mark.parametrize("noisy", [False, True], ids=["plain", "template_err"])
def test_normal_that_says_nothing_changes_nothing(noisy: bool) -> None:
    """Errors that are too small inflate both errors alike, the template's noise counted."""
    more = {"template_noise": 0.5, "template_err": True} if noisy else {}
    made = cutout(TRUTHS[1], **more)
    made["err"] = 0.5 * made["err"]
    (found,) = fit_many([made], WINDOW, [FieldNormal(0.0, 0.0, 1e4, 1.0, 1e4)])
    assert found.chi2 > 2 * found.df
    assert found.prior_flux_err == pytest.approx(found.flux_err, rel=1e-3)
    assert found.prior_flux == pytest.approx(found.flux, abs=1e-2 * found.flux_err)
