from __future__ import annotations

import dataclasses
import math

import pytest

from vetter.core.fit.adjustment import Adjustment, make_failure
from vetter.core.judgement.answer import Answer, Judgement
from vetter.core.judgement.evidence import (
    cautions,
    describe_basis,
    describe_limits,
    details,
    headline,
    numbers,
    shorten_caution,
)

FIT = Adjustment(
    True,
    dx=0.2126,
    dy=-0.0511,
    scale=1.0344,
    bg=1.5,
    tbg=0.5,
    chi2_0=40910,
    chi2=752,
    df=286,
    pixels=290,
    pval=1.2e-40,
    correlation=0.12,
    flux=12.0,
    flux_err=9.0,
    snr=1.33,
    fwhm=4.1,
    box=17,
    template="convolved",
    notes=("FWHM from the header",),
)


def test_numbers_are_on_one_line() -> None:
    assert numbers(FIT).split("    ") == [
        "chi2/df 143 to 2.63 (df 286)",
        "p 1e-40",
        "dx +0.213",
        "dy -0.051 px",
        "scale 1.034",
        "S/N 1.3 with shift and scale free",
        "neighbours +0.12",
        "on convolved, 17 px, FWHM 4.10",
    ]


def test_what_stands_against_the_p_value_stands_beside_it() -> None:
    fit = dataclasses.replace(FIT, scatter=1.25, scatter_err=0.02)
    assert "p 1e-40, but err is too small by about 20%    dx" in numbers(fit)
    assert "residuals around the source scatter by 1.25 err" in details(fit)
    assert "20% and 1 more    dx" in numbers(dataclasses.replace(fit, fit_bg=False))


def test_nothing_excuses_the_p_value_of_a_hopeless_fit() -> None:
    fit = dataclasses.replace(FIT, scatter=1.25, scatter_err=0.02, chi2=286 * 11.6)
    assert "but" not in numbers(fit)
    assert "err is too small" in details(fit)


def test_the_quintic_spline_is_said() -> None:
    assert "quintic" not in details(FIT)
    assert "quintic spline" in details(dataclasses.replace(FIT, spline=5))


def test_a_parameter_at_its_bound_is_marked() -> None:
    assert "scale 1.034 (at its bound)" in numbers(dataclasses.replace(FIT, at_bound=("scale",)))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"snr": math.nan}, "S/N unknown"),
        ({"snr": math.nan, "fwhm": math.nan}, "S/N unknown: no FWHM"),
    ],
)
def test_an_unknown_surviving_source_is_said(changes: dict[str, float], words: str) -> None:
    assert words in numbers(dataclasses.replace(FIT, **changes))


def test_tool_tip_tells_the_two_snr_apart() -> None:
    known = dataclasses.replace(FIT, normal_shift_err=0.1, normal_scale_err=0.01)
    assert "at the field's own shift and scale" in details(known)
    # Without stars both are one number.
    assert "field's own" not in details(FIT)
    assert "field's own" not in details(dataclasses.replace(known, snr=math.nan))


def test_unknown_numbers_are_left_out() -> None:
    assert "nan" not in numbers(Adjustment(True, dx=0.1, dy=0.1)).lower()


def test_a_fit_without_a_result_has_no_numbers() -> None:
    assert numbers(make_failure("no good pixel")) == ""


@pytest.mark.parametrize("answer", list(Answer))
def test_headline_begins_with_answer(answer: Answer) -> None:
    assert headline(Judgement(answer, "why")) == f"{answer.value}: why"


def test_the_headline_tells_before_and_after() -> None:
    words = "explained, from 12.0 to 1.6 times the noise: why"
    assert headline(Judgement(Answer.EXPLAINED, "why"), FIT) == words


def test_the_headline_of_a_fit_without_a_result_tells_no_change() -> None:
    judgement = Judgement(Answer.NOT_JUDGED, "no fit: why")
    assert headline(judgement, make_failure("why")) == "not judged: no fit: why"


def test_what_is_unknown_is_not_rested_on() -> None:
    assert describe_basis(Adjustment(True, template="template")) == "on template"


def test_details_tell_what_it_rests_on() -> None:
    assert details(FIT).splitlines() == [
        "background: image 1.5, template 0.5",
        "flux with shift and scale free 12 ± 9",
        "neighbouring residuals correlate +0.12",
        "fitted plane: convolved",
        "FWHM 4.10 px",
        "fitted box 17 px, 290 pixels",
        "FWHM from the header",
    ]


@pytest.mark.parametrize(
    ("judgement", "unit", "text"),
    [
        (
            Judgement(Answer.EXPLAINED, "", 1913.0, 9.04, 41),
            "ADU",
            "a source of its flux would survive at S/N 9; limit 1,910 ADU; calibrated on 41 stars",
        ),
        (
            Judgement(Answer.ORDINARY, "", 0.0125, 0.587, 1),
            "",
            "a source of its flux would survive at S/N 0.59; limit 0.0125; calibrated on 1 star",
        ),
        (
            Judgement(Answer.KEPT, "", 310.0, math.nan, 0),
            "nJy",
            "limit 310 nJy",
        ),
        (Judgement(Answer.NOT_JUDGED, "no FWHM"), "ADU", ""),
        (Judgement(Answer.NOTHING, "noise"), "", ""),
    ],
)
def test_limits_in_short(judgement: Judgement, unit: str, text: str) -> None:
    assert describe_limits(judgement, unit) == text


SMALL = Adjustment(True, fwhm=4.0, df=100, pixels=100_000, pval=0.5, chi2=100.0, scatter_err=0.001)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, None),
        ({"correlation": 0.149}, None),
        ({"correlation": 0.151}, "neighbouring residuals are correlated (0.15): p-value and"),
        ({"correlation": -0.2}, "neighbouring residuals are correlated (-0.20)"),
        # Of few pixels, a correlation is larger by chance: 4 / sqrt(2 x 200) is 0.2.
        ({"correlation": 0.19, "pixels": 200}, None),
        ({"correlation": 0.21, "pixels": 200}, "neighbouring residuals are correlated (0.21)"),
        ({"correlation": 2.0, "pixels": 0}, None),
        ({"fit_bg": False}, "the background is held at its mode: p-values come out too small"),
        ({"fwhm": 2.9}, None),
        ({"fwhm": 2.8}, "FWHM 2.8 px is under 2.9: for a bright star the spline's error exceeds"),
        ({"scatter": 1.04}, None),
        ({"scatter": 0.5}, "err is too large by about 100% (residuals around the source scatter"),
        ({"scatter": 2.0}, "err is too small by about 50% (residuals around the source scatter"),
        ({"scatter": 2.0, "template_noise": 0.3}, "err is too small by about 50%"),
        (
            {"scatter": 2.0, "template_noise": 0.31},
            "the template's own noise is not in err (0.3 of it): the p-value comes out too small",
        ),
        ({"pval": 1 - 0.9e-5}, "err is too large (chi2/df 1.00): so is the p-value"),
        ({"pval": 1 - 1.1e-5}, None),
        ({"pval": 1.0, "df": 0}, None),
        ({"pval": 1.0, "df": 1}, "err is too large (chi2/df 100.00): so is the p-value"),
        ({"converged": False, "fit_bg": False}, None),
    ],
)
def test_number_that_misleads_has_a_caution(changes: dict[str, object], said: str | None) -> None:
    found = cautions(dataclasses.replace(SMALL, **changes))
    assert len(found) == (said is not None)
    assert said is None or found[0].startswith(said)


def test_cautions_come_in_order_and_short() -> None:
    fit = dataclasses.replace(SMALL, correlation=0.5, fit_bg=False, fwhm=2.0, scatter=2.0)
    assert [shorten_caution(line) for line in cautions(fit)] == [
        "neighbouring residuals are correlated",
        "err is too small by about 50%",
        "the background is held at its mode",
        "FWHM 2.0 px is under 2.9",
    ]
    assert ", but neighbouring residuals are correlated and 3 more" in numbers(fit)
    assert "but" not in numbers(dataclasses.replace(fit, chi2=301.0))
    assert ", but neigh" in numbers(dataclasses.replace(fit, chi2=300.0))


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"chi2_0": 9999.0, "chi2": 100.0, "df": 100}, "chi2/df 99.99 to 1.00 (df 100)"),
        ({"chi2_0": 10000.0, "chi2": 12345.0, "df": 1}, "chi2/df 1e+04 to 1.234e+04 (df 1)"),
        ({"chi2": 150.0, "df": 100}, "chi2/df ? to 1.50 (df 100)"),
        ({"chi2": 150.0, "df": 0}, ""),
        ({"df": 100}, ""),
        ({"dx": 0.5, "at_bound": ("dx",)}, "dx +0.500 (at its bound)"),
        ({"scale": 1.1, "at_bound": ("dx",)}, "scale 1.100"),
        ({"correlation": -0.1}, "neighbours -0.10"),
        ({"template": "convolved", "psf": "PSF from 31 stars"}, "on convolved, PSF from 31 stars"),
        ({"box": 17.0, "fwhm": 4.1}, "S/N unknown    on 17 px, FWHM 4.10"),
    ],
)
def test_number_is_told_where_it_is_known(changes: dict[str, object], text: str) -> None:
    found = numbers(Adjustment(True, **{"fwhm": math.nan, **changes}))
    assert [part for part in found.split("    ") if part != "S/N unknown: no FWHM"] == [
        part for part in text.split("    ") if part
    ]


def test_change_is_told_with_both_residuals_only() -> None:
    kept = Judgement(Answer.KEPT, "why")
    assert headline(kept, FIT) == "kept, from 12.0 to 1.6 times the noise: why"
    for changes in ({"df": 0}, {"chi2": math.nan}, {"chi2_0": math.nan}):
        assert headline(kept, dataclasses.replace(FIT, **changes)) == "kept: why"
    assert ", from 1.0 to 1.0 times" in headline(
        kept, dataclasses.replace(FIT, df=1, chi2=1.0, chi2_0=1.0)
    )


def test_details_are_a_line_each() -> None:
    fit = dataclasses.replace(
        FIT, absorbed=3.25, spline=5, caveats=("no match",), normal_shift_err=0.1
    )
    assert details(fit).splitlines() == [
        "background: image 1.5, template 0.5",
        "The S/N in the reason is measured at the field's own shift and scale. The one in the "
        "numbers is measured with shift and scale free: they can take up a source's light.",
        "flux with shift and scale free 12 ± 9",
        "flux absorbed by the scale 3.25",
        "neighbouring residuals correlate +0.12",
        "fitted plane: convolved",
        "FWHM 4.10 px",
        "fitted box 17 px, 290 pixels",
        "quintic spline: the star is too sharp and bright for the cubic one",
        "no match",
        "FWHM from the header",
    ]
