"""Numbers of a fit as cells."""

from __future__ import annotations

import dataclasses
import math

import pytest

from vetter.core.fit.adjustment import Adjustment, make_failure
from vetter.core.judgement.answer import Answer, Judgement
from vetter.core.judgement.number_cells import describe_broken, make_cells

FIT = Adjustment(
    True, dx=0.21, dy=-0.05, scale=1.03, chi2_0=40910, chi2=752, df=286, pval=0.5, snr=1.33
)
KEPT = Judgement(Answer.KEPT, "why", 12345.6, 6.2, 159)


def test_cells_hold_the_numbers_of_the_fit_and_of_the_answer() -> None:
    values = {cell.caption: cell.value for cell in make_cells(FIT, KEPT, unit="adu")}
    assert values == {
        "chi2/df": "143 to 2.63",
        "p": "0.5",
        "dx": "+0.210",
        "dy": "-0.050",
        "scale": "1.030",
        "S/N, shift and scale free": "1.3",
        "neighbours": "-",
        "flux limit": "12,300 adu",
        "own flux at S/N": "6.2",
        "stars": "159",
    }


@pytest.mark.parametrize(
    ("changes", "broken"),
    [
        ({}, ""),
        ({"at_bound": ("dy",)}, "dy (on its bound)"),
        ({"scale": 1.2}, "scale (outside 0.8 to 1.2)"),
        ({"scale": 0.81}, ""),
        ({"snr": -5.0}, "S/N, shift and scale free (5 or more)"),
        ({"snr": 4.9}, ""),
        ({"snr": math.nan, "scale": math.nan}, ""),
    ],
)
def test_numbers_beyond_a_limit_are_named(changes: dict[str, object], broken: str) -> None:
    cells = make_cells(dataclasses.replace(FIT, **changes), KEPT)
    assert describe_broken(cells) == (f"beyond its limit: {broken}" if broken else "")


def test_a_fit_without_numbers_has_no_cells() -> None:
    assert make_cells(make_failure("why"), Judgement(Answer.NOT_JUDGED, "why")) == ()
