"""The answer of a fit: each condition decides, on figures made by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.special import chdtri

from vetter.core.fit.adjustment import UNSEEN_NOTE, Adjustment, make_failure
from vetter.core.fit.field_normal import MATCHED_NORMAL, UNKNOWN_NORMAL, FieldNormal
from vetter.core.judgement.answer import Answer
from vetter.core.judgement.fit_answer import AnswerLimits, answer_fit
from vetter.core.judgement.star_calibration import StarCalibration

DIPOLE: dict[str, Any] = {
    "converged": True, "dx": 0.4, "dy": -0.1, "scale": 1.0, "chi2_0": 9000.0, "chi2": 280.0,
    "df": 283, "pixels": 289, "pval": 0.5, "fwhm": 4.0, "template": "convolved",
    "flux": 20.0, "flux_err": 110.0, "snr": 0.2, "shift_err": 0.01,
    "raw_flux": 4000.0, "raw_flux_err": 60.0, "psf_snr": 67.0, "star_flux": 40000.0,
    "prior_flux": 20.0, "prior_flux_err": 100.0, "shift_chi2": 281.0, "scale_chi2": 7000.0,
    "scale_alone": 0.9, "scale_alone_err": 0.01,
    "normal_shift_err": 0.5, "normal_scale_err": 0.01,
}  # fmt: skip
"""A star that moved by 0.4 px, the candidate on one of its lobes."""
VARIABLE: dict[str, Any] = {
    **DIPOLE, "dx": 0.0, "dy": 0.0, "scale": 1.2, "scale_chi2": 282.0, "scale_alone": 1.2,
    "prior_flux": 1500.0, "shift_chi2": 700.0,
}  # fmt: skip
NOISE: dict[str, Any] = {**DIPOLE, "chi2_0": 290.0, "raw_flux": 90.0, "psf_snr": 1.5}


def make_fit(base: dict[str, Any], **changes: Any) -> Adjustment:
    return Adjustment(**{**base, **changes})


def make_stars(count: int = 40, **changes: Any) -> StarCalibration:
    rng = np.random.default_rng(3)
    values: dict[str, Any] = {
        "x": rng.uniform(0, 900, count),
        "y": rng.uniform(0, 900, count),
        "brightness": np.geomspace(1e3, 1e5, count),
        "dx": rng.normal(0, 0.3, count),
        "dy": rng.normal(0, 0.3, count),
        "scale": rng.normal(1, 0.01, count),
        "chi2_ratio": rng.normal(1, 0.08, count),
        "snr": rng.normal(0, 0.9, count),
        **changes,
    }
    return StarCalibration(**values)


@pytest.mark.parametrize(
    ("fit", "answer", "word"),
    [
        (make_fit(DIPOLE), Answer.EXPLAINED, "a shift of 0.41 px"),
        (make_fit(VARIABLE), Answer.VARIABLE, "changed by +20%"),
        (make_fit(VARIABLE, scale=0.8, scale_alone=0.8), Answer.VARIABLE, "changed by -20%"),
        (make_fit(NOISE), Answer.NOTHING, "noise before the fit"),
        (
            make_fit(DIPOLE, prior_flux=600.0),
            Answer.KEPT,
            "S/N 6.0 survives at the field's own shift and scale, flux 600",
        ),
        (
            make_fit(DIPOLE, prior_flux=-600.0),
            Answer.KEPT,
            "S/N 6.0 is missing at the field's own shift and scale, flux -600",
        ),
        (make_fit(DIPOLE, chi2=900.0), Answer.KEPT, "chi2/df 3.18"),
        (make_fit(DIPOLE, raw_flux=600.0), Answer.ORDINARY, "survive at S/N 6.0 only"),
        (make_fit(DIPOLE, raw_flux=-600.0), Answer.ORDINARY, "survive at S/N 6.0 only"),
        (make_fit(DIPOLE, raw_flux=-4000.0), Answer.EXPLAINED, "a shift"),
        (make_fit(DIPOLE, prior_flux=220.0), Answer.EXPLAINED, "a shift"),
        (make_fit(DIPOLE, prior_flux=300.0), Answer.ORDINARY, "S/N 3.0 remains"),
        (make_fit(DIPOLE, prior_flux=-300.0), Answer.ORDINARY, "S/N -3.0 remains"),
        (make_fit(DIPOLE, scale=1.045), Answer.ORDINARY, "scale 1.045 is not the field's 1.000"),
        (make_fit(DIPOLE, at_bound=("dx",)), Answer.ORDINARY, "on its bound: dx"),
        (make_fit(DIPOLE, shift_chi2=7100.0), Answer.ORDINARY, "more than a shift"),
        (
            make_fit(DIPOLE, prior_flux_err=700.0, raw_flux=8000.0),
            Answer.ORDINARY,
            "hides fainter sources",
        ),
    ],
    ids=str,
)
def test_answer_with_known_normal(fit: Adjustment, answer: Answer, word: str) -> None:
    judgement = answer_fit(fit, make_stars())
    assert judgement.answer is answer, judgement.reason
    assert word in judgement.reason
    assert judgement.stars == 40


@pytest.mark.parametrize(
    ("fit", "word"),
    [
        (None, "not fitted"),
        (make_failure("too few good pixels"), "too few good pixels"),
        (make_fit(NOISE, caveats=("err is only estimated",)), "err is only estimated"),
        (make_fit(NOISE, fwhm=math.nan), "give the FWHM"),
        (make_fit(DIPOLE, unseen=True, prior_flux=math.nan), UNSEEN_NOTE),
        (make_fit(DIPOLE, raw_flux=math.nan), "fit again"),
        (make_fit(DIPOLE, prior_flux=math.nan), "could not be measured"),
        (make_fit(DIPOLE, df=0), "larger cutout"),
    ],
    ids=str,
)
def test_missing_thing_is_not_judged(fit: Adjustment | None, word: str) -> None:
    judgement = answer_fit(fit, make_stars())
    assert judgement.answer is Answer.NOT_JUDGED
    assert word in judgement.reason
    assert math.isnan(judgement.flux_limit)


@pytest.mark.parametrize(
    "objection",
    [{"scale": 0.5, "at_bound": ("scale",)}, {"at_bound": ("dx", "dy")}, {"prior_flux": 900.0}],
    ids=str,
)
def test_noise_comes_before_objections(objection: dict[str, Any]) -> None:
    assert answer_fit(make_fit(NOISE, **objection)).answer is Answer.NOTHING


@pytest.mark.parametrize("change", [{"chi2_0": 400.0}, {"psf_snr": 4.5}, {"psf_snr": -4.5}])
def test_noise_needs_chi2_and_point_source(change: dict[str, Any]) -> None:
    assert answer_fit(make_fit(NOISE, **change)).answer is not Answer.NOTHING


@pytest.mark.parametrize(
    "change",
    [
        {"flux": 300.0},
        {"dx": 2.1},
        {"scale": 1.04, "scale_alone_err": 0.02},
        {"at_bound": ("scale",)},
        {"chi2": 900.0},
    ],
    ids=str,
)
def test_variable_needs_scale_alone(change: dict[str, Any]) -> None:
    assert answer_fit(make_fit(VARIABLE, **change), make_stars()).answer is not Answer.VARIABLE


def test_power_and_limit_are_for_snr_7() -> None:
    judgement = answer_fit(make_fit(DIPOLE), make_stars())
    assert judgement.power == pytest.approx(40.0)
    assert judgement.flux_limit == pytest.approx(700.0)


def test_reason_names_what_its_snr_is_measured_at() -> None:
    unknown = {"normal_shift_err": math.inf, "normal_scale_err": math.inf}
    for changes, words in (
        ({}, "at the field's own shift and scale"),
        ({"normal_shift_err": math.inf}, "at the field's own shift and scale"),
        (unknown, "with shift and scale free"),
    ):
        reason = answer_fit(make_fit(DIPOLE, prior_flux=-6830.0, **changes), make_stars()).reason
        assert f"a source of S/N 68.3 is missing {words}, flux -6830" in reason


def test_reason_leaves_limit_to_its_own_column() -> None:
    judgement = answer_fit(make_fit(DIPOLE, prior_flux=300.0), make_stars())
    assert judgement.answer is Answer.ORDINARY
    assert judgement.reason == "S/N 3.0 remains at the field's own shift and scale"


def test_calibration_widens_errors_and_limit() -> None:
    stars = make_stars(snr=3.0 * np.random.default_rng(4).normal(size=40))
    judgement = answer_fit(make_fit(DIPOLE, prior_flux=600.0), stars)
    assert judgement.answer is Answer.EXPLAINED
    assert 1500 < judgement.flux_limit < 3000


def test_residuals_like_those_of_stars_are_not_kept() -> None:
    wide = make_stars(chi2_ratio=np.random.default_rng(5).uniform(2, 4, 40))
    fit = make_fit(DIPOLE, chi2=900.0)
    assert answer_fit(fit, make_stars()).answer is Answer.KEPT
    assert answer_fit(fit, wide).answer is Answer.EXPLAINED


@pytest.mark.parametrize(("snr", "named"), [(20.0, False), (8.0, True)])
def test_residuals_of_point_source_are_not_named(snr: float, named: bool) -> None:
    """A PSF of S/N 20, its error inflated by 1.9, takes 1440 of chi2 away."""
    fit = make_fit(DIPOLE, prior_flux=2000.0, snr=snr, chi2=1000.0)
    judgement = answer_fit(fit, make_stars())
    assert judgement.answer is Answer.KEPT
    assert ("its residuals" in judgement.reason) is named


CENTRE = {
    **DIPOLE, "raw_flux": 60.0, "psf_snr": 1.0, "prior_flux_err": 400.0, "chi2_0": 700.0,
    "scale_chi2": 600.0,
}  # fmt: skip
"""A smaller one, the candidate at its star's centre: a source as significant as what the shift
takes away has no power."""


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({}, Answer.EXPLAINED),
        ({"psf_snr": -2.9, "raw_flux": -170.0}, Answer.EXPLAINED),
        ({"psf_snr": 3.1, "raw_flux": 190.0}, Answer.ORDINARY),
        ({"scale_chi2": 320.0}, Answer.ORDINARY),
        ({"scale": 1.06}, Answer.ORDINARY),
        ({"normal_scale_err": math.inf}, Answer.ORDINARY),
        ({"at_bound": ("dy",)}, Answer.ORDINARY),
    ],
    ids=str,
)
def test_dipole_at_centre_needs_significant_shift(changes: dict[str, Any], answer: Answer) -> None:
    judgement = answer_fit(make_fit(CENTRE, **changes), make_stars())
    assert judgement.answer is answer, judgement.reason
    if answer is Answer.EXPLAINED:
        assert "no point source before the fit either" in judgement.reason


def test_few_stars_leave_answer_uncalibrated() -> None:
    judgement = answer_fit(make_fit(DIPOLE), make_stars(9))
    assert judgement.answer is Answer.EXPLAINED
    assert judgement.stars == 0
    assert judgement.reason.endswith("(uncalibrated: fewer than 10 stars)")


def test_blank_sky_widens_errors_without_stars() -> None:
    rng = np.random.default_rng(4)
    sky = {name: rng.uniform(0, 900, 40) for name in ("sky_x", "sky_y")}
    sky |= {"sky_snr": rng.normal(0, 2.0, 40), "sky_chi2_ratio": np.ones(40)}
    alone, known = answer_fit(make_fit(DIPOLE)), answer_fit(make_fit(DIPOLE), make_stars(4, **sky))
    assert alone.power / known.power == pytest.approx(2.0, rel=0.2)
    assert known.flux_limit / alone.flux_limit == pytest.approx(2.0, rel=0.2)
    assert known.stars == 0


def test_reason_says_that_errors_are_as_on_blank_sky() -> None:
    rng = np.random.default_rng(5)
    sky = {"sky_x": np.arange(40.0), "sky_y": np.arange(40.0)}
    sky |= {"sky_snr": rng.normal(0, 2.0, 40), "sky_chi2_ratio": np.ones(40)}
    source = make_fit(DIPOLE, prior_flux=4000.0)
    few = answer_fit(source, make_stars(5, **sky)).reason
    assert "survives at the field's own shift and scale (errors as on blank sky), flux 4000" in few
    assert "blank sky" not in answer_fit(source, make_stars(40, **sky)).reason
    assert "blank sky" not in answer_fit(source, make_stars(5)).reason


def test_candidate_beyond_brightest_star_is_named() -> None:
    judgement = answer_fit(make_fit(DIPOLE, star_flux=1e6), make_stars())
    assert judgement.reason.endswith("(brighter than all calibration stars)")


UNKNOWN = {"normal_shift_err": math.inf, "normal_scale_err": math.inf}


@pytest.mark.parametrize(
    ("base", "changes", "answer"),
    [
        (DIPOLE, {}, Answer.EXPLAINED),
        (DIPOLE, {"scale": 1.1}, Answer.EXPLAINED),
        (DIPOLE, {"scale": 1.21}, Answer.ORDINARY),
        (DIPOLE, {"chi2": 900.0}, Answer.EXPLAINED),
        (DIPOLE, {"chi2": 3000.0}, Answer.KEPT),
        (VARIABLE, {"prior_flux": 20.0}, Answer.VARIABLE),
        (VARIABLE, {"prior_flux": 20.0, "scale": 1.1}, Answer.VARIABLE),
        (VARIABLE, {"prior_flux": 20.0, "dx": 0.3}, Answer.VARIABLE),
        (VARIABLE, {"prior_flux": 20.0, "dx": 0.5, "scale": 1.15}, Answer.ORDINARY),
        (DIPOLE, {"prior_flux": 160.0}, Answer.EXPLAINED),
        (DIPOLE, {"prior_flux": 170.0}, Answer.ORDINARY),
        (DIPOLE, {"prior_flux": 300.0, "chi2": 600.0}, Answer.EXPLAINED),
    ],
    ids=str,
)
def test_answer_without_field(
    base: dict[str, Any], changes: dict[str, Any], answer: Answer
) -> None:
    assert answer_fit(make_fit(base, **UNKNOWN, **changes)).answer is answer


def test_small_err_is_corrected_by_scatter() -> None:
    fit = make_fit(NOISE, chi2_0=283 * 1.56, chi2=283 * 1.55)
    assert answer_fit(fit).answer is Answer.KEPT
    assert answer_fit(replace(fit, scatter=1.25, scatter_err=0.02)).answer is Answer.NOTHING


def test_limits_of_settings_decide() -> None:
    fit = make_fit(DIPOLE, prior_flux=600.0)
    assert answer_fit(fit, make_stars(), AnswerLimits(max_snr=7.0)).answer is Answer.ORDINARY


@pytest.mark.parametrize("seed", range(5))
def test_answer_is_invariant_to_flux_unit(seed: int) -> None:
    rng = np.random.default_rng(seed)
    base = [DIPOLE, VARIABLE, NOISE][seed % 3]
    fluxes = ("flux", "flux_err", "raw_flux", "raw_flux_err", "prior_flux", "prior_flux_err")
    factor = math.exp(rng.uniform(-20, 20))
    scaled = {name: base[name] * factor for name in (*fluxes, "star_flux")}
    stars = make_stars()
    other = replace(stars, brightness=stars.brightness * factor)
    ours, theirs = answer_fit(make_fit(base), stars), answer_fit(make_fit(base, **scaled), other)
    assert theirs.answer is ours.answer
    assert theirs.power == pytest.approx(ours.power)
    assert theirs.flux_limit == pytest.approx(ours.flux_limit * factor)


@pytest.mark.parametrize("base", [DIPOLE, NOISE], ids=["dipole", "noise"])
def test_answer_has_no_preferred_sign(base: dict[str, Any]) -> None:
    mirrored = {name: -base[name] for name in ("flux", "raw_flux", "prior_flux", "psf_snr", "dx")}
    assert answer_fit(make_fit(base, **mirrored)).answer is answer_fit(make_fit(base)).answer


def test_middle_of_a_dipole_has_the_power_of_its_halves() -> None:
    judgement = answer_fit(make_fit(DIPOLE, raw_flux=30.0, psf_snr=0.5), make_stars())
    # 60 times the root of the chi2 that the shift takes away, 8719.
    assert judgement.power == pytest.approx(56.0, abs=0.1)
    assert judgement.answer is Answer.EXPLAINED


def test_faint_dipole_has_no_power_in_its_middle() -> None:
    fit = make_fit(DIPOLE, raw_flux=30.0, psf_snr=0.5, chi2_0=380.0, scale_chi2=300.0)
    judgement = answer_fit(fit, make_stars())
    assert judgement.power < 7 and judgement.answer is Answer.ORDINARY


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({}, Answer.KEPT),
        ({"prior_flux": -430.0}, Answer.ORDINARY),
        ({"prior_flux": 390.0}, Answer.ORDINARY),
        ({"scale": 1.0}, Answer.ORDINARY),
        ({"star_flux": 500.0}, Answer.ORDINARY),
    ],
    ids=["half taken", "other sign", "faint", "usual scale", "blank sky"],
)
def test_source_taken_by_scale_is_kept(changes: dict[str, Any], answer: Answer) -> None:
    fit = make_fit(DIPOLE, **{"scale": 1.04, "prior_flux": 430.0, **changes})
    assert answer_fit(fit).answer is answer


@pytest.mark.parametrize(
    ("bounds", "star", "reason"),
    [((), 200.0, "no star here"), (("dx",), 200.0, "no star"), (("dx",), 4e4, "on its bound: dx")],
)
def test_shift_explains_only_star(bounds: tuple[str, ...], star: float, reason: str) -> None:
    judgement = answer_fit(make_fit(DIPOLE, at_bound=bounds, star_flux=star))
    assert judgement.answer is Answer.ORDINARY and reason in judgement.reason


def make_sky(snr: float, chi2_ratio: float) -> dict[str, np.ndarray]:
    """Blank sky of one scatter and one chi2, 40 places."""
    return {
        **{name: np.linspace(0.0, 900.0, 40) for name in ("sky_x", "sky_y")},
        "sky_snr": np.full(40, snr),
        "sky_chi2_ratio": np.full(40, chi2_ratio),
    }


CALIBRATIONS = {
    "stars": make_stars(),
    "steady stars": make_stars(chi2_ratio=np.ones(40)),
    "stars of chi2 2": make_stars(chi2_ratio=np.full(40, 2.0)),
    "stars of S/N 2": make_stars(snr=np.full(40, 2.0)),
    "sky": make_stars(4, **make_sky(2.0, 1.5)),
    "nothing": None,
}
EXACT = {"normal_scale_err": 0.5, "scale_alone_err": 0.0}
"""A field whose scale is known to one half, the star's own exactly."""
CHANCE = chdtri(283, 1e-5)
"""Chi2 of 283 degrees of freedom that noise exceeds once in a hundred thousand cases."""
FLUKE = chdtri(283, 0.01)
"""The same, once in a hundred cases."""


@pytest.mark.parametrize(
    ("calibration", "base", "inside", "outside", "answers"),
    [
        ("stars", DIPOLE, {"prior_flux": 500.0}, {"prior_flux": 499.0}, "kept ordinary"),
        ("stars", DIPOLE, {"prior_flux": 224.0}, {"prior_flux": 225.0}, "explained ordinary"),
        ("stars", DIPOLE, {"raw_flux": 700.0}, {"raw_flux": 699.0}, "explained ordinary"),
        ("stars", DIPOLE, {"star_flux": 300.0}, {"star_flux": 299.0}, "explained ordinary"),
        ("stars", DIPOLE, {"shift_chi2": 7006.0}, {"shift_chi2": 7007.0}, "explained ordinary"),
        (
            *("stars", {**DIPOLE, "raw_flux": 8e3}),
            *({"prior_flux_err": 599.0}, {"prior_flux_err": 600.0}, "explained ordinary"),
        ),
        ("stars", {**DIPOLE, **EXACT}, {"scale": 1.99}, {"scale": 2.0}, "explained ordinary"),
        ("stars", {**VARIABLE, **EXACT}, {"scale": 3.5}, {"scale": 3.49}, "variable kept"),
        ("stars", VARIABLE, {"flux": 247.0}, {"flux": 247.5}, "variable kept"),
        ("stars of S/N 2", VARIABLE, {"flux": 494.0}, {"flux": 495.0}, "variable kept"),
        ("stars", VARIABLE, {"dx": -1.85}, {"dx": -1.87}, "variable kept"),
        ("stars", VARIABLE, {"dy": -1.85}, {"dy": -1.87}, "variable kept"),
        (
            *("stars", {**VARIABLE, "normal_dx": 2.0, "normal_dy": -3.0}),
            *({"dx": 2.1, "dy": -2.9}, {"dx": 1.0, "dy": -1.0}, "variable kept"),
        ),
        (
            *("nothing", {**DIPOLE, **EXACT, "scale": 2.0, "prior_flux": 400.0}),
            *({"star_flux": 601.0}, {"star_flux": 600.0}, "kept ordinary"),
        ),
        (
            *("nothing", {**DIPOLE, **EXACT, "scale": 2.0}),
            *({"prior_flux": 400.0}, {"prior_flux": 399.0}, "kept ordinary"),
        ),
        (
            *("nothing", {**DIPOLE, **EXACT, "prior_flux": 410.0}),
            *({"scale": 2.0}, {"scale": 1.99}, "kept ordinary"),
        ),
        ("stars", NOISE, {"psf_snr": -3.99}, {"psf_snr": -4.0}, "nothing ordinary"),
        ("stars", NOISE, {"chi2_0": 0.998 * FLUKE}, {"chi2_0": 1.002 * FLUKE}, "nothing explained"),
        ("sky", NOISE, {"psf_snr": 7.99}, {"psf_snr": 8.0}, "nothing ordinary"),
        ("sky", NOISE, {"chi2_0": 283 * 1.49}, {"chi2_0": 283 * 1.5}, "nothing explained"),
        (
            *("steady stars", DIPOLE),
            *({"chi2": 0.998 * CHANCE}, {"chi2": 1.003 * CHANCE}, "explained kept"),
        ),
        (
            *("stars of chi2 2", DIPOLE),
            *({"chi2": 283 * 2.24}, {"chi2": 283 * 2.25}, "explained kept"),
        ),
        ("nothing", DIPOLE, {"chi2": 2699.0}, {"chi2": 2700.0}, "explained kept"),
        (
            *("nothing", {**DIPOLE, "chi2": 283 * 3.0}),
            *({"prior_flux": 493.0}, {"prior_flux": 494.0}, "explained ordinary"),
        ),
        ("sky", DIPOLE, {"prior_flux": 164.0}, {"prior_flux": 165.0}, "explained ordinary"),
        ("stars", CENTRE, {"psf_snr": 2.99}, {"psf_snr": 3.0}, "explained ordinary"),
        ("stars", CENTRE, {"scale_chi2": 322.0}, {"scale_chi2": 321.0}, "explained ordinary"),
        (
            *("stars", {**CENTRE, "chi2": 283 * 1.2}),
            *({"scale_chi2": 281 + 49.0}, {"scale_chi2": 281 + 47.0}, "explained ordinary"),
        ),
    ],
)
def test_answer_turns_at_its_limit(
    calibration: str,
    base: dict[str, Any],
    inside: dict[str, Any],
    outside: dict[str, Any],
    answers: str,
) -> None:
    stars = CALIBRATIONS[calibration]
    found = [answer_fit(make_fit(base, **change), stars).answer for change in (inside, outside)]
    assert " ".join(answer.value for answer in found) == answers


@pytest.mark.parametrize(("inside", "outside"), [(1.199, 1.2), (0.801, 0.8)])
def test_scale_of_unknown_field_has_limits(inside: float, outside: float) -> None:
    fits = (make_fit(DIPOLE, **UNKNOWN, scale=scale) for scale in (inside, outside))
    near, far = (answer_fit(fit) for fit in fits)
    assert near.answer is Answer.EXPLAINED
    assert far.answer is Answer.ORDINARY and "is outside 0.8 to 1.2" in far.reason


def of_normal(normal: FieldNormal) -> dict[str, float]:
    return {f"normal_{name}": value for name, value in normal._asdict().items()}


@pytest.mark.parametrize("normal", [UNKNOWN_NORMAL, MATCHED_NORMAL], ids=["unknown", "matched"])
@pytest.mark.parametrize(("dx", "varies"), [(0.0, True), (0.365, True), (0.38, False)])
def test_changed_star_moves_little_without_stars(
    normal: FieldNormal, dx: float, varies: bool
) -> None:
    """Registration leaves 0.1 px, of which chance exceeds 3.7 times once in a thousand cases."""
    fit = make_fit(VARIABLE, **{**of_normal(normal), "dx": dx, "scale": 1.4, "prior_flux": 20.0})
    assert (answer_fit(fit).answer is Answer.VARIABLE) is varies


@pytest.mark.parametrize(
    ("normal", "least"), [(UNKNOWN_NORMAL, 0.03), (MATCHED_NORMAL, 0.25)], ids=["unknown", "match"]
)
@pytest.mark.parametrize("sign", [1, -1])
def test_steady_stars_vary_little_without_stars(
    normal: FieldNormal, least: float, sign: int
) -> None:
    base = {**VARIABLE, **of_normal(normal), "scale_alone_err": 0.001, "prior_flux": 20.0}
    answers = [
        answer_fit(make_fit(base, scale=1.0 + sign * difference)).answer
        for difference in (1.05 * least, 0.95 * least)
    ]
    assert answers[0] is Answer.VARIABLE and answers[1] is not Answer.VARIABLE


def test_change_of_star_is_relative_to_its_field() -> None:
    fit = make_fit(VARIABLE, normal_scale=0.8, scale=1.0, scale_alone_err=0.0)
    reason = answer_fit(fit, make_stars()).reason
    assert reason == "its star changed by +25%, at 20.0 sigma"


@pytest.mark.parametrize(("snr", "named"), [(12.9, True), (13.2, False)])
def test_point_source_explains_what_chance_leaves(snr: float, named: bool) -> None:
    """Its chi2, 3.53 S/N^2, takes 603 away from 1000 where chance reaches 397."""
    fit = make_fit(DIPOLE, prior_flux=2000.0, snr=snr, chi2=1000.0)
    reason = answer_fit(fit, CALIBRATIONS["steady stars"]).reason
    assert ("no point source explains its residuals: chi2/df 3.53" in reason) is named


@pytest.mark.parametrize(("raw", "power"), [(240.0, 2.4), (-240.0, 2.4), (239.0, 56.0)])
def test_power_is_of_the_shift_where_no_flux_is(raw: float, power: float) -> None:
    judgement = answer_fit(make_fit(DIPOLE, raw_flux=raw), make_stars())
    assert judgement.power == pytest.approx(power, abs=0.1)


@pytest.mark.parametrize(
    ("changes", "power"),
    [
        ({"scatter": 2.0, "scatter_err": 0.1}, 20.0),
        ({"scatter": 2.0, "scatter_err": 0.1, "chi2": 283 * 4.0}, 40.0),
        ({"scatter": 2.0, "scatter_err": 0.1, "chi2": 283 * 2.25}, 30.0),
        ({"scatter": 0.5, "scatter_err": 0.01}, 40.0),
        ({"scatter": 2.0, "scatter_err": 1.0}, 40.0),
    ],
    ids=["too small err", "counted already", "half counted", "too large err", "unknown"],
)
def test_small_err_takes_power_once(changes: dict[str, float], power: float) -> None:
    assert answer_fit(make_fit(DIPOLE, **changes)).power == pytest.approx(power)


def test_source_without_an_error_has_no_power() -> None:
    judgement = answer_fit(make_fit(DIPOLE, prior_flux_err=0.0, flux_err=0.0), make_stars())
    assert math.isnan(judgement.power) and judgement.flux_limit == 0.0
