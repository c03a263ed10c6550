"""What is said against a fit's figures."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from vetter.core.fit.adjustment import Adjustment, make_failure
from vetter.core.judgement.evidence import cautions, shorten_caution

GOOD: dict[str, Any] = {
    "chi2": 160.0, "df": 165, "pixels": 169, "pval": 0.6, "fwhm": 4.0, "correlation": 0.02,
    "scatter": 1.01, "scatter_err": 0.02,
}  # fmt: skip


def test_nothing_against_a_good_fit() -> None:
    assert cautions(Adjustment(converged=True, **GOOD)) == ()


@pytest.mark.parametrize(
    ("changes", "short", "word"),
    [
        ({"correlation": 0.5}, "neighbouring residuals are correlated", "(0.50)"),
        ({"fwhm": 2.0}, "FWHM 2.0 px is under 2.9", "for a bright star"),
        ({"pval": 1.0, "chi2": 40.0}, "err is too large", "chi2/df 0.24"),
        ({"fit_bg": False}, "the background is held at its mode", "too small"),
        ({"scatter": 1.11}, "err is too small by about 10%", "1.11 err"),
        ({"scatter": 0.8, "pval": 1.0}, "err is too large by about 25%", "0.80 err"),
        ({"scatter": 1.3, "template_noise": 0.9}, "the template's own noise is not in err", "0.9"),
        ({"scatter": 1.3, "template_noise": 0.1}, "err is too small by about 23%", "1.30 err"),
    ],
    ids=[
        "correlated", "undersampled", "too good", "background", "err low", "err high",
        "noisy template", "quiet template",
    ],
)  # fmt: skip
def test_each_is_said(changes: dict[str, Any], short: str, word: str) -> None:
    (said,) = cautions(Adjustment(converged=True, **{**GOOD, **changes}))
    assert shorten_caution(said) == short
    assert word in said


@pytest.mark.parametrize(
    "changes",
    [{"scatter": 1.055}, {"scatter": 1.04, "scatter_err": 0.001}, {"scatter": math.nan}],
    ids=["by chance", "of no matter", "not known"],
)
def test_a_scatter_near_one_is_not_said(changes: dict[str, Any]) -> None:
    assert cautions(Adjustment(converged=True, **{**GOOD, **changes})) == ()


def test_what_cautions_rest_on_is_kept_with_a_result() -> None:
    kept = {**GOOD, "scatter": 1.3, "template_noise": 0.9, "fit_bg": False, "spline": 5}
    fit = Adjustment(converged=True, **kept)
    back = Adjustment.from_meta(json.loads(json.dumps(fit.as_meta())))
    assert back is not None
    assert (back.spline, back.fit_bg, cautions(back)) == (5, False, cautions(fit))


def test_figures_of_another_program_may_be_few() -> None:
    assert cautions(Adjustment(converged=True, chi2=752.0, df=286)) == ()


def test_a_failed_fit_has_a_reason_instead() -> None:
    assert cautions(make_failure("too few good pixels")) == ()
