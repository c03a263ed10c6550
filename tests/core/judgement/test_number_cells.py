"""Numbers of a fit as cells."""

from __future__ import annotations

import dataclasses
import math

import pytest

from vetter.core.fit.adjustment import Adjustment, make_failure
from vetter.core.judgement.answer import Answer, Judgement
from vetter.core.judgement.fit_answer import DEFAULT_LIMITS
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


@pytest.mark.parametrize(
    ("fit", "judgement", "caption", "value"),
    [
        ({"chi2": 9999.0, "df": 100}, {}, "chi2/df", "409.1 to 99.99"),
        ({"chi2": 10000.0, "df": 1}, {}, "chi2/df", "4.091e+04 to 1e+04"),
        ({"chi2": 286 * 100.0}, {}, "chi2/df", "143 to 100"),
        ({"chi2": 286 * 100.4}, {}, "chi2/df", "143 to 100.4"),
        ({"chi2_0": math.nan}, {}, "chi2/df", "? to 2.63"),
        ({"chi2": math.nan}, {}, "chi2/df", "-"),
        ({"df": 0}, {}, "chi2/df", "-"),
        ({"pval": math.nan}, {}, "p", "-"),
        ({"pval": 0.0}, {}, "p", "<1e-300"),
        ({"dx": 0.5, "at_bound": ("dx",)}, {}, "dx", "+0.500 bound"),
        ({"dx": math.nan}, {}, "dx", "-"),
        ({"scale": math.inf}, {}, "scale", "-"),
        ({"correlation": -0.25}, {}, "neighbours", "-0.25"),
        ({}, {"flux_limit": 1234567.0}, "flux limit", "1.23e+06 adu"),
        ({}, {"flux_limit": 0.012345}, "flux limit", "0.0123 adu"),
        ({}, {"flux_limit": math.nan}, "flux limit", "-"),
        ({}, {"power": math.nan}, "own flux at S/N", "-"),
        ({}, {"stars": 1200}, "stars", "1,200"),
        ({}, {"stars": 0}, "stars", "none"),
        ({}, {"stars": 0, "answer": Answer.NOT_JUDGED}, "stars", "-"),
    ],
)
def test_number_is_written_for_its_cell(
    fit: dict[str, object], judgement: dict[str, object], caption: str, value: str
) -> None:
    cells = make_cells(dataclasses.replace(FIT, **fit), KEPT._replace(**judgement), unit="adu")
    assert {cell.caption: cell.value for cell in cells}[caption] == value


@pytest.mark.parametrize(
    ("changes", "broken"),
    [
        ({"scale": 0.8}, "scale (outside 0.8 to 1.2)"),
        ({"scale": 1.19}, ""),
        ({"scale": 1.3, "at_bound": ("scale",)}, "scale (on its bound)"),
        ({"snr": 5.0}, "S/N, shift and scale free (5 or more)"),
        ({"at_bound": ("dx", "dy")}, "dx (on its bound), dy (on its bound)"),
    ],
)
def test_limits_are_excluded(changes: dict[str, object], broken: str) -> None:
    cells = make_cells(dataclasses.replace(FIT, **changes), KEPT)
    assert describe_broken(cells) == (f"beyond its limit: {broken}" if broken else "")


def test_limits_of_the_user_are_those_compared_with() -> None:
    limits = DEFAULT_LIMITS._replace(max_snr=1.0, scale_range=(0.5, 1.01))
    assert describe_broken(make_cells(FIT, KEPT, limits)) == (
        "beyond its limit: scale (outside 0.5 to 1.01), S/N, shift and scale free (1 or more)"
    )
