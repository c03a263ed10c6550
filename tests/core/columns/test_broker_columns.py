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
