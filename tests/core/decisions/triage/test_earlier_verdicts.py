"""Earlier verdicts at the places of a list's candidates."""

from __future__ import annotations

import numpy as np
import pytest

from vetter.core.decisions.decision import Verdict
from vetter.core.decisions.triage.earlier_verdicts import (
    EarlierVerdict,
    describe,
    join_earlier,
    last_verdict,
    match_earlier,
)

ARCSEC = 1 / 3600
MAY = EarlierVerdict(10.0, 60.0, Verdict.REJECT, "2026-05-02T01:00:00.000Z", "ann", "may")
JUNE = EarlierVerdict(10.0, 60.0, Verdict.REJECT, "2026-06-09T01:00:00.000Z", "ann", "june")
BOB = EarlierVerdict(10.0, 60.0, Verdict.ACCEPT, "2026-05-20T01:00:00.000Z", "bob", "may")
LISTED = EarlierVerdict(10.0, 60.0, Verdict.NONE, origin="vsx.csv", name="AB Cyg")


def sightings(*verdicts: EarlierVerdict) -> list:
    return match_earlier(verdicts, np.array([10.0]), np.array([60.0])).of(0)


@pytest.mark.parametrize(
    ("ra", "dec", "seen"),
    [
        (10.0, 60.0 + 1.4 * ARCSEC, True),
        (10.0, 60.0 + 1.6 * ARCSEC, False),
        # At 60 degrees a second of arc takes two of right ascension.
        (10.0 + 2.8 * ARCSEC, 60.0, True),
        (10.0 + 3.2 * ARCSEC, 60.0, False),
        (np.nan, 60.0, False),
    ],
)
def test_radius_is_an_angle_on_sky(ra: float, dec: float, seen: bool) -> None:
    matched = match_earlier([MAY], np.array([ra]), np.array([dec]))
    assert bool(matched.of(0)) is seen


def test_match_goes_across_zero_of_right_ascension() -> None:
    verdict = MAY._replace(ra=359.9999, dec=0.0)
    matched = match_earlier([verdict], np.array([5.0, 0.0001]), np.zeros(2), radius=0.5)
    assert matched.seen_rows().tolist() == []
    matched = match_earlier([verdict], np.array([5.0, 0.0001]), np.zeros(2), radius=1.0)
    assert matched.seen_rows().tolist() == [1]


def test_verdicts_without_place_are_left_out() -> None:
    assert not match_earlier([MAY._replace(ra=np.nan)], np.array([10.0]), np.array([60.0])).of(0)


def test_all_epochs_of_an_object_are_seen() -> None:
    ra = np.array([10.0, 20.0, 10.0])
    matched = match_earlier([MAY], ra, np.full(3, 60.0))
    assert matched.seen_rows().tolist() == [0, 2]


def test_latest_verdict_comes_first() -> None:
    found = sightings(MAY, BOB, JUNE)
    assert [s.verdict for s in found] == [JUNE, BOB, MAY]
    assert last_verdict(found) is Verdict.REJECT


@pytest.mark.parametrize(
    ("verdicts", "words"),
    [
        ((MAY,), "rejected once, on 2026-05-02"),
        ((MAY, JUNE), "rejected 2 times since 2026-05-02"),
        ((MAY, BOB), "accepted once, on 2026-05-20; rejected once, on 2026-05-02 (by bob)"),
        ((LISTED,), "known: AB Cyg (vsx.csv)"),
        ((MAY, LISTED), "rejected once, on 2026-05-02; known: AB Cyg (vsx.csv)"),
        ((LISTED._replace(name=""),), "known: vsx.csv"),
        ((LISTED._replace(origin=""),), "known: AB Cyg"),
        ((LISTED._replace(verdict=Verdict.MAYBE),), "maybe (vsx.csv)"),
        ((), ""),
    ],
)
def test_sentence_counts_verdicts(verdicts: tuple, words: str) -> None:
    assert describe(sightings(*verdicts), "ann") == words


def test_listed_object_has_no_verdict_to_adopt() -> None:
    assert last_verdict(sightings(LISTED)) is Verdict.NONE
    assert last_verdict(sightings(LISTED, BOB)) is Verdict.ACCEPT


def test_candidates_side_by_side_have_their_own_verdicts() -> None:
    ra, dec = np.array([10.0, 11.0, 12.0]), np.full(3, 60.0)
    near = [verdict._replace(ra=place) for verdict, place in ((MAY, 10.0), (BOB, 11.0))]
    matched = match_earlier(near, ra, dec)
    assert [[s.verdict for s in matched.of(row)] for row in range(3)] == [near[:1], near[1:], []]
    joined = join_earlier(
        match_earlier(near[:1], ra[:1], dec[:1]), match_earlier(near[1:], ra[1:], dec[1:], 1.5, 1)
    )
    assert [[s.verdict for s in joined.of(row)] for row in range(3)] == [near[:1], near[1:], []]


def test_growing_list_is_matched_in_parts() -> None:
    ra, dec = np.array([10.0, 20.0, 10.0]), np.full(3, 60.0)
    one = match_earlier([MAY, BOB], ra[:1], dec[:1])
    two = match_earlier([MAY, BOB], ra[1:], dec[1:], first_row=1)
    joined, whole = join_earlier(one, two), match_earlier([MAY, BOB], ra, dec)
    assert [joined.of(row) for row in range(3)] == [whole.of(row) for row in range(3)]


@pytest.mark.parametrize(("offset", "arcsec"), [(0.0, 0.0), (0.5, 0.5), (1.25, 1.25)])
def test_distance_is_in_arcseconds(offset: float, arcsec: float) -> None:
    matched = match_earlier([MAY], np.array([10.0]), np.array([60.0 + offset * ARCSEC]))
    assert matched.of(0)[0].distance == pytest.approx(arcsec, abs=1e-5)
    nearer = match_earlier([MAY], np.array([10.0]), np.array([60.0 - offset * ARCSEC]), arcsec)
    assert nearer.seen_rows().tolist() == [0]


@pytest.mark.parametrize("verdicts", [[], [MAY._replace(dec=np.nan)]])
def test_without_verdicts_nothing_is_seen(verdicts: list[EarlierVerdict]) -> None:
    matched = match_earlier(verdicts, np.array([10.0]), np.array([60.0]))
    assert not len(matched.seen_rows()) and matched.of(0) == []
    joined = join_earlier(matched, match_earlier([MAY], np.array([10.0]), np.array([60.0])))
    assert [sighting.verdict for sighting in joined.of(0)] == [MAY]
