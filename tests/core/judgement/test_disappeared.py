"""STDPipe's criterion: each condition alone decides, and its reason names it."""

from __future__ import annotations

import inspect
from types import SimpleNamespace
from typing import Any

import pytest

from tests.helpers.plain_source import PlainSource
from vetter.core.cutout.plane import Provenance
from vetter.core.fit.adjustment import UNSEEN_NOTE, Adjustment, make_failure
from vetter.core.judgement.answer import Answer
from vetter.core.judgement.disappeared import disappeared, judge_criterion, why_not_judged

GOOD: dict[str, Any] = {
    "converged": True, "dx": 0.2, "dy": 0.1, "scale": 1.0, "chi2_0": 5000.0, "chi2": 160.0,
    "df": 165, "pixels": 169, "pval": 0.6, "snr": 1.0, "fwhm": 4.0, "template": "convolved",
}  # fmt: skip


def adjustment(**changes: Any) -> Adjustment:
    return Adjustment(**{**GOOD, **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"pval": 0.0, "chi2": 1000.0},
        {"pval": 2e-5, "chi2": 4999.0},
        {"snr": -4.9},
        {"snr": float("nan"), "fwhm": float("nan")},
        {"scale": 0.81},
        {"scale": 1.19},
        {"pval": 1.1e-5, "chi2": 4999.0},
        {"pval": 0.0, "chi2": 1495.0},
    ],
    ids=str,
)
def test_explained(changes: dict[str, Any]) -> None:
    assert judge_criterion(adjustment(**changes)).disappeared is True


def test_what_a_fit_hides_that_leaves_several_times_the_noise_is_told() -> None:
    good = {"pval": 0.0, "chi2": 900.0, "chi2_0": 90000.0, "df": 100}
    found = judge_criterion(adjustment(**good))
    assert found.disappeared is True
    assert found.reason.endswith("leaves is 3.0 times the noise: no source under S/N 15 is seen")
    assert "is seen" not in judge_criterion(adjustment(**{**good, "chi2": 200.0})).reason


@pytest.mark.parametrize(("times", "told"), [(1.9, False), (2.1, True)])
def test_residuals_are_told_from_twice_the_noise_on(times: float, told: bool) -> None:
    good = {"pval": 0.0, "chi2": 100.0 * times**2, "chi2_0": 90000.0, "df": 100}
    assert ("is seen" in judge_criterion(adjustment(**good)).reason) is told


def test_criterion_parameters_have_names_of_disappeared() -> None:
    ours, theirs = (
        list(inspect.signature(function).parameters) for function in (judge_criterion, disappeared)
    )
    assert ours[1:] == theirs[1:] == ["min_pval", "max_chi2_ratio", "scale_range", "max_snr"]


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"pval": 0.9e-5, "chi2": 1505.0}, "fit is bad"),
        ({"pval": 0.0, "chi2": 1600.0}, "p under 1e-300"),
        ({"scale": 1.2}, "scale"),
        ({"scale": 0.79}, "scale"),
        ({"snr": 5.0}, "survives"),
        ({"snr": -6.0}, "survives"),
        ({"at_bound": ("dx",)}, "bound: dx"),
    ],
    ids=str,
)
def test_not_explained(changes: dict[str, Any], word: str) -> None:
    found = judge_criterion(adjustment(**changes))
    assert found.disappeared is False
    assert word in found.reason


@pytest.mark.parametrize(
    ("fit", "word"),
    [
        (None, "not fitted"),
        (make_failure("too few good pixels"), "too few good pixels"),
        (adjustment(caveats=("err is only estimated",)), "estimated"),
        (adjustment(snr=float("nan")), "could not be measured"),
    ],
    ids=["none", "failed", "caveat", "no S/N"],
)
def test_not_judged(fit: Adjustment | None, word: str) -> None:
    found = judge_criterion(fit)
    assert found.disappeared is None
    assert word in found.reason


def test_disappeared_with_limit_follows_criterion() -> None:
    cutout = {"meta": adjustment(snr=6.0).as_meta()}
    assert disappeared(cutout, max_snr=5.0) is False
    assert disappeared(cutout, max_snr=7.0) is True
    assert disappeared(cutout, max_snr=7.0, scale_range=(1.1, 1.2)) is False


@pytest.mark.parametrize(
    "limit", [{"min_pval": 1e-5}, {"max_chi2_ratio": 0.3}, {"scale_range": (0.8, 1.2)}], ids=str
)
def test_one_limit_sets_the_others_to_documented_values(limit: dict[str, Any]) -> None:
    assert disappeared({"meta": adjustment(snr=4.9).as_meta()}, **limit) is True
    assert disappeared({"meta": adjustment(snr=5.1).as_meta()}, **limit) is False


def test_criterion_explains_noise_before_fit() -> None:
    assert judge_criterion(adjustment(chi2_0=165.0)).answer is Answer.EXPLAINED


def test_metadata_carry_the_whole_result() -> None:
    fit = adjustment(at_bound=("dx", "scale"), caveats=("a", "b"), notes=("c",), reason="")
    again = Adjustment.from_meta(fit.as_meta())
    assert again is not None
    assert again.as_meta().items() >= {k: v for k, v in fit.as_meta().items() if v == v}.items()
    assert (again.at_bound, again.caveats) == (fit.at_bound, fit.caveats)


def test_metadata_are_plain_types() -> None:
    plain = (bool, int, float, str)
    assert all(type(value) in plain for value in adjustment().as_meta().values())


def test_reference_metadata_are_judged_by_what_they_hold() -> None:
    meta = {
        "adjust_chi2_0": 40000.0, "adjust_chi2": 700.0, "adjust_df": 169, "adjust_pval": 0.0,
        "adjust_dx": 0.1, "adjust_dy": 0.2, "adjust_scale": 1.01,
    }  # fmt: skip
    assert disappeared({"meta": meta}, max_snr=5.0) is True
    assert disappeared({"meta": meta}) is None
    assert disappeared({"meta": {}}, max_snr=5.0) is None


def test_a_record_holds_no_blanks_and_gives_the_same_result() -> None:
    fit = adjustment(shift_err=0.05, notes=("FWHM 4",))
    record = fit.as_record()
    assert all(value == value and value != "" for value in record.values())
    again = Adjustment.from_meta(record)
    assert again is not None and repr(again) == repr(fit)
    failure = Adjustment.from_meta(Adjustment(False, "no good pixel").as_record())
    assert failure is not None and not failure.converged and failure.reason == "no good pixel"


def source(planes: tuple[str, ...], made: dict[str, Provenance] | None = None, columns=()) -> Any:
    listed = SimpleNamespace(columns=list(columns))
    return PlainSource(plane_names=planes, plane_provenance=made or {}, candidates=listed)


MATCHED = ("image", "template", "convolved", "diff", "err")


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (source(MATCHED), ""),
        (source(MATCHED, {"err": Provenance.CONVERTED}), ""),
        (source(MATCHED, {"err": Provenance.ESTIMATED}), "err is only estimated"),
        (
            source(MATCHED, {"convolved": Provenance.REPROJECTED}),
            "the template is not matched to the image",
        ),
        (source(("image", "template", "err")), "the template is not matched to the image"),
        (source(("image", "template", "err"), columns=["template_matched"]), ""),
    ],
)
def test_the_planes_tell_whether_fits_can_be_judged(given: Any, why: str) -> None:
    assert why_not_judged(given) == why


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, "a shift and a scale of the template explain it"),
        ({"pval": 1e-5, "chi2": 1500.0}, "the fit is bad: chi2/df 9.09, p 1e-05"),
        ({"pval": 0.0, "chi2": 1650.0}, "the fit is bad: chi2/df 10.00, p under 1e-300"),
        ({"scale": 0.8}, "scale 0.80 is outside 0.8 to 1.2"),
        ({"scale": 1.25}, "scale 1.25 is outside 0.8 to 1.2"),
        ({"at_bound": ("dx", "dy")}, "on its bound: dx, dy"),
        ({"snr": -5.0}, "a source of S/N -5.0 survives"),
        (
            {"snr": 6.0, "scale": 2.0},
            "scale 2.00 is outside 0.8 to 1.2; a source of S/N 6.0 survives",
        ),
        ({"caveats": ("no match", "no err")}, "no match; no err"),
        ({"unseen": True}, UNSEEN_NOTE),
        ({"unseen": True, "snr": 6.0}, "a source of S/N 6.0 survives"),
    ],
)
def test_reason_is_told_in_words(changes: dict[str, Any], reason: str) -> None:
    assert judge_criterion(adjustment(**changes)).reason == reason


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "; what it leaves is 2.0 times the noise: no source under S/N 10 is seen"),
        ({"chi2": 399.0}, ""),
        (
            {"df": 1, "chi2": 4.0},
            "; what it leaves is 2.0 times the noise: no source under S/N 10 is seen",
        ),
        ({"df": 0}, ""),
        ({"snr": float("nan"), "fwhm": float("nan")}, ""),
    ],
)
def test_residuals_of_twice_the_noise_hide_sources(changes: dict[str, Any], told: str) -> None:
    good = {"pval": 0.5, "chi2": 400.0, "df": 100, **changes}
    reason = judge_criterion(adjustment(**good)).reason
    assert reason == "a shift and a scale of the template explain it" + told
