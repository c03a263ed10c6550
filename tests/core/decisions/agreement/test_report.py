from __future__ import annotations

import json

import numpy as np
import pytest

from tests.helpers.decisions import event, listing
from vetter.core.decisions.agreement.ratings import Ratings, collect_ratings
from vetter.core.decisions.agreement.report import AgreementReport, report_agreement
from vetter.core.decisions.decision import How, Verdict

LIST = listing(8)
VERDICTS = {"a": Verdict.ACCEPT, "r": Verdict.REJECT, "m": Verdict.MAYBE}


def collect(**rows: str) -> Ratings:
    """Return ratings from a letter a candidate and reviewer; a blank is no verdict."""
    events = [
        event(LIST, row, VERDICTS[letter], reviewer=name)
        for name, letters in rows.items()
        for row, letter in enumerate(letters)
        if letter != " "
    ]
    return collect_ratings(LIST, events)


@pytest.fixture
def report() -> AgreementReport:
    return report_agreement(collect(ann="aarrarr ", bob="aarrrrm ", cat="aa     r"))


def test_report_counts_disagreements(report: AgreementReport) -> None:
    assert (report.candidates, report.shared, report.disagreements) == (8, 7, 2)


def test_report_has_each_pair_with_candidates_in_common(report: AgreementReport) -> None:
    assert [(pair.first, pair.second) for pair in report.pairs] == [
        ("ann", "bob"),
        ("ann", "cat"),
        ("bob", "cat"),
    ]
    assert report.pairs[0].table == [[2, 1, 0], [0, 3, 1], [0, 0, 0]]


def test_pairs_without_candidates_in_common_are_left_out() -> None:
    assert report_agreement(collect(ann="aa      ", bob="  rr    ")).pairs == ()


def test_report_says_who_looks_next(report: AgreementReport) -> None:
    # Of the two disagreements cat has rated neither; of row 7 two others have to.
    numbers = {one.reviewer: one.next for one in report.reviewers}
    assert numbers["cat"] == 2
    assert sum(numbers.values()) == 3


def test_arbitrated_candidates_are_no_disagreement() -> None:
    events = [
        event(LIST, 0, Verdict.ACCEPT, reviewer="ann"),
        event(LIST, 0, Verdict.REJECT, reviewer="bob"),
        event(LIST, 0, Verdict.REJECT, reviewer="cat", how=How.ARBITER),
    ]
    report = report_agreement(collect_ratings(LIST, events))
    assert (report.disagreements, report.arbitrated) == (0, 1)


def test_known_truth_gives_completeness() -> None:
    truth = np.array([1, 1, 0, 0, 0, np.nan, np.nan, np.nan])
    report = report_agreement(collect(ann="amraa   "), truth)
    (ann,) = report.reviewers
    assert ann.complete[:2] == (2, 2)
    assert ann.false_accepts[:2] == (2, 3)


def test_overlap_has_a_kappa_of_its_own() -> None:
    ratings = collect(ann="aarrarrr", bob="aarrrara")
    overlap = np.arange(8) < 4
    report = report_agreement(ratings, overlap=overlap)
    assert report.overlap is not None
    assert report.overlap.value == 1
    assert report.fleiss.value < 1


def test_report_is_strict_json(report: AgreementReport) -> None:
    facts = json.loads(json.dumps(report.as_dict(), allow_nan=False))
    assert facts["pairs"][0]["confusion"] == [[2, 1, 0], [0, 3, 1], [0, 0, 0]]
    assert facts["reviewers"][2]["reviewer"] == "cat"


def test_lines_name_reviewers_and_kappa(report: AgreementReport) -> None:
    text = "\n".join(report.lines())
    assert "ann and bob: kappa 0." in text
    assert "2 open, 0 arbitrated" in text
    assert all(len(line) <= 100 for line in report.lines())


def test_report_of_nobody_has_no_kappa() -> None:
    lines = report_agreement(collect()).lines()
    assert "kappa not defined: no candidate in common" in lines[1]
