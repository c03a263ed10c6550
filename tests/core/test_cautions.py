"""What is said against a fit's figures."""

from __future__ import annotations

from typing import Any

import pytest

from vetter.core.adjustment import Adjustment, failed
from vetter.core.cautions import cautions

GOOD: dict[str, Any] = {
    "chi2": 160.0, "df": 165, "pixels": 169, "pval": 0.6, "fwhm": 4.0, "correlation": 0.02,
}  # fmt: skip


def test_nothing_against_a_good_fit() -> None:
    assert cautions(Adjustment(converged=True, **GOOD)) == ()


@pytest.mark.parametrize(
    ("changes", "fit_bg", "word"),
    [
        ({"correlation": 0.5}, True, "correlated (0.50)"),
        ({"fwhm": 2.0}, True, "under 3"),
        ({"pval": 1.0, "chi2": 40.0}, True, "too good"),
        ({}, False, "held at its mode"),
    ],
    ids=["correlated", "undersampled", "too good", "background"],
)
def test_each_is_said(changes: dict[str, Any], fit_bg: bool, word: str) -> None:
    (said,) = cautions(Adjustment(converged=True, **{**GOOD, **changes}), fit_bg)
    assert word in said


def test_a_failed_fit_has_a_reason_instead() -> None:
    assert cautions(failed("too few good pixels"), False) == ()
