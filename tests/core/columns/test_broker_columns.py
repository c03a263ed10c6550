"""Which columns of an alert tell most, and in what words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.helpers.fake_session import FakeSession, candidate_list
from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.columns.broker_columns import (
    all_known_facts,
    score_column,
    score_list_columns,
    tile_facts,
)
from vetter.core.fit.adjustment import Adjustment
from vetter.core.judgement.answer import Answer, Judgement
from vetter.core.judgement.fit_table import FitTable


def said(candidates: CandidateList, row: int = 0) -> dict[str, str]:
    session = FakeSession(candidates)
    return {
        fact.caption: fact.text(row) for fact in all_known_facts(session.columns, candidates, False)
    }


def test_the_newer_score_is_shown_where_most_have_it() -> None:
    rb, drb = np.array([0.5, 0.6, 0.7]), np.array([0.9, np.nan, 0.8])
    assert score_column(candidate_list(3, rb=rb, drb=drb)) == "drb"
    assert score_column(candidate_list(3, rb=rb, drb=np.array([np.nan, np.nan, 0.8]))) == "rb"


NAMES = ("drb", "rb", "reliability", "scimlscore", "real_bogus", "i:drb")


@pytest.mark.parametrize("name", NAMES)
def test_scores_are_known_by_many_names(name: str) -> None:
    assert score_column(candidate_list(2, **{name: np.array([0.5, 0.25])})) == name


def test_a_score_without_values_is_none() -> None:
    assert score_column(candidate_list(2, drb=np.array([np.nan, -999.0]))) is None


def test_a_scored_list_shows_score_filter_and_detections() -> None:
    listed = candidate_list(2, ndethist=np.array([4, 7]), drb=np.array([0.5, 0.25]))
    assert score_list_columns(listed) == ["drb", "filter", "ndethist"]


def test_a_list_without_a_score_shows_what_it_did() -> None:
    assert score_list_columns(candidate_list(2, ndethist=np.array([4, 7]))) == []
    assert list(said(candidate_list(2, ndethist=np.array([4, 7])))) == [
        "RA Dec",
        "deg",
        "x y (from 0)",
        "mag",
        "time",
        "filter",
    ]


def test_the_card_tells_what_an_alert_is() -> None:
    listed = candidate_list(
        2,
        drb=np.array([0.5, 0.25]),
        ndethist=np.array([4, 7]),
        isdiffpos=np.array([True, False]),
        jdstarthist=np.array([58839.5, np.nan]),
        distpsnr1=np.array([1.25, -999.0]),
        sgscore1=np.array([0.98, -999.0]),
        ssdistnr=np.array([-999.0, 3.5]),
        ssnamenr=np.array(["null", "433"]),
    )
    told = said(listed)
    assert "x y (from 0)" not in told
    assert [told[k] for k in ("drb", "detections", "difference", "age", "nearest")] == [
        "0.50",
        "4",
        "positive",
        "10.0 d",
        '1.2", star 0.98',
    ]
    assert told["minor planet"] == "none"
    second = said(listed, 1)
    assert [second[k] for k in ("difference", "age", "nearest", "minor planet")] == [
        "negative",
        "-",
        "none",
        '3.5" 433',
    ]


def test_a_flux_that_faded_is_told_however_negative() -> None:
    listed = candidate_list(3, reliability=np.ones(3), psfFlux=np.array([-2497.5, 1637.5, np.nan]))
    listed = replace(listed, roles=listed.roles._replace(mag=None, mag_err=None))
    session = FakeSession(listed)
    facts = {f.caption: f for f in all_known_facts(session.columns, listed, False)}
    assert [facts["flux"].text(row) for row in range(3)] == ["-2497.5", "1637.5", "-"]


def test_no_minor_planet_is_spoken_of_where_the_list_knows_of_none() -> None:
    listed = candidate_list(2, drb=np.ones(2), ssdistnr=np.full(2, -999.0))
    assert "minor planet" not in said(listed)


def test_pixels_are_told_of_candidates_on_an_image() -> None:
    listed = candidate_list(2, score=np.ones(2))
    told = [fact.caption for fact in all_known_facts(FakeSession(listed).columns, listed)]
    assert "x y (from 0)" in told and "score" in told


def test_tile_has_the_fits_signal_where_the_list_has_none() -> None:
    listed = candidate_list(2)
    session = FakeSession(replace(listed, roles=listed.roles._replace(mag_err=None)))
    fits = session.columns.fits = FitTable(2)
    fits.set(1, Adjustment(True, psf_snr=12.34), Judgement(Answer.KEPT, ""))
    facts = {fact.caption: fact for fact in tile_facts(session.columns, session.candidates)}
    assert [facts["S/N"].text(row) for row in (0, 1)] == ["-", "12.34"]


@pytest.mark.parametrize(
    ("values", "score"),
    [
        ({"rb": [0.5, -999.0, np.nan], "drb": [np.nan, np.nan, 0.8]}, "drb"),
        ({"rb": [0.5, 0.6, np.nan], "score": [1.0, 1.0, 1.0]}, "rb"),
        ({"rb": [0.5, np.nan, np.nan], "score": [1.0, 1.0, np.nan]}, "score"),
        ({"drb": ["a", "b", "c"], "score": [-90.0, -90.5, -89.5]}, "score"),
        ({"drb": ["a", "b", "c"], "score": [-90.0, -90.5, -90.0]}, None),
    ],
)
def test_score_is_the_first_of_most_candidates(
    values: dict[str, list[object]], score: str | None
) -> None:
    assert score_column(candidate_list(3, **{k: np.array(v) for k, v in values.items()})) == score


@pytest.mark.parametrize(("known", "score"), [(2, "rb"), (3, "drb")])
def test_newer_score_of_half_the_candidates_is_shown(known: int, score: str) -> None:
    drb = np.where(np.arange(5) < known, 0.5, np.nan)
    assert score_column(candidate_list(5, rb=np.ones(5), drb=drb)) == score
    half = candidate_list(4, rb=np.ones(4), drb=drb[1:])
    assert score_column(half) == "rb"


def facts_of_tile(roles: dict[str, None], **columns: np.ndarray) -> dict[str, list[str]]:
    listed = candidate_list(3, **columns)
    listed = replace(listed, roles=listed.roles._replace(**roles))
    facts = tile_facts(FakeSession(listed).columns, listed)
    return {fact.caption: [fact.text(row) for row in range(3)] for fact in facts}


def test_tile_has_flux_without_magnitude_and_signal_before_error() -> None:
    flux, snr = np.array([-2497.5, 1637.5, np.nan]), np.array([5.25, -999.0, np.nan])
    assert facts_of_tile({}, snr=snr, drb=np.array([0.5, 0.25, np.nan])) == {
        "mag": ["18.000", "18.125", "18.250"],
        "S/N": ["5.25", "-", "-"],
        "drb": ["0.50", "0.25", "-"],
    }
    assert facts_of_tile({"mag": None, "mag_err": None}, flux=flux) == {
        "flux": ["-2497.5", "1637.5", "-"]
    }


def test_tile_has_the_signal_of_the_magnitudes_error() -> None:
    errors = np.array([0.05, 0.0, np.nan])
    assert facts_of_tile({}, mag_err=errors)["S/N"] == ["21.7", "-", "-"]  # 2.5 / ln 10 / 0.05


@pytest.mark.parametrize(
    ("age", "text"),
    [(0.0, "0.0 d"), (-0.9, "-0.9 d"), (-1.0, "-"), (99999.0, "99999.0 d"), (1e5, "-")],
)
def test_age_is_told_within_its_limits(age: float, text: str) -> None:
    start = 58849.5 - age + np.zeros(2)
    assert said(candidate_list(2, drb=np.ones(2), jdstarthist=start))["age"] == text


def test_sign_of_rubin_is_the_other_way_round() -> None:
    listed = candidate_list(2, score=np.ones(2), isNegative=np.array([True, False]))
    assert [said(listed, row)["difference"] for row in range(2)] == ["negative", "positive"]
    listed = candidate_list(2, score=np.ones(2), isdiffpos=np.array(["t", "f"]))
    assert "difference" not in said(listed)


def test_nearest_source_and_planet_are_told_with_what_is_known() -> None:
    listed = candidate_list(
        3,
        drb=np.ones(3),
        distpsnr1=np.array([0.0, 1.25, -999.0]),
        sgscore1=np.array([-999.0, 0.0, 1.0]),
        ssdistnr=np.array([0.0, -0.5, 7.0]),
    )
    told = [said(listed, row) for row in range(3)]
    assert [one["nearest"] for one in told] == ['0.0"', '1.2", star 0.00', "none"]
    assert [one["minor planet"] for one in told] == ['0.0"', "none", '7.0"']


def test_columns_of_facts_are_named_in_their_tips() -> None:
    listed = candidate_list(
        1,
        drb=np.ones(1),
        snr=np.ones(1),
        isdiffpos=np.array([True]),
        jdstarthist=np.array([58849.0]),
        distpsnr1=np.ones(1),
        sgscore1=np.ones(1),
        ssdistnr=np.ones(1),
        ssnamenr=np.array(["433"]),
    )
    facts = all_known_facts(FakeSession(listed).columns, listed, False)
    tips = {fact.caption: (fact.tip, fact.columns, fact.copied) for fact in facts}
    assert tips["S/N"] == ("column snr", ("snr",), False)
    assert tips["difference"] == ("column isdiffpos", ("isdiffpos",), False)
    assert tips["age"] == ("since the first detection: jdstarthist", ("jdstarthist",), False)
    star = "column distpsnr1, arcsec; sgscore1: 1 is a star, 0 a galaxy"
    assert tips["nearest"] == (star, ("distpsnr1", "sgscore1"), False)
    planet = ("column ssdistnr, arcsec, and ssnamenr", ("ssdistnr", "ssnamenr"), False)
    assert tips["minor planet"] == planet
