from __future__ import annotations

import json

import numpy as np
import pytest

from tests.helpers.decisions import event, listing
from vetter.core.decisions.agreement.ratings import Ratings, collect_ratings
from vetter.core.decisions.agreement.report import AgreementReport, report_agreement
from vetter.core.decisions.agreement.retirement import RetirementRules
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


def test_planted_rows_count_in_records_alone() -> None:
    ratings = collect(ann="aarraa  ", bob="aarrrr  ")
    planted = np.arange(8) >= 4
    truth = np.array([np.nan] * 4 + [1, 0, np.nan, np.nan])
    overlap = np.array([True, False, True, False, True, True, True, True])
    report = report_agreement(ratings, truth, overlap, planted=planted)
    assert (report.candidates, report.shared, report.disagreements) == (4, 4, 0)
    assert report.pairs[0].table == [[2, 0, 0], [0, 2, 0], [0, 0, 0]]
    assert report.overlap is not None and report.overlap.candidates == 2
    ann, bob = report.reviewers
    assert (ann.rated, ann.accepted, ann.rejected, ann.maybe) == (4, 2, 2, 0)
    assert (ann.complete[:2], ann.false_accepts[:2]) == ((1, 1), (1, 1))
    assert (bob.complete[:2], bob.false_accepts[:2]) == ((0, 1), (0, 1))


def test_candidates_are_counted_by_the_rules_of_retirement() -> None:
    ratings = collect(ann="aaaa    ", bob="ar  a   ", cat="a    m  ")
    report = report_agreement(ratings)
    assert (report.agreed, report.disputed, report.open) == (1, 0, 7)
    strict = report_agreement(ratings, rules=RetirementRules(agreeing=4, most=3))
    assert (strict.agreed, strict.disputed, strict.open) == (0, 1, 7)


@pytest.mark.parametrize("settled", [Verdict.ACCEPT, Verdict.REJECT, Verdict.MAYBE])
def test_arbitrated_candidate_is_agreed_and_nobodys_next(settled: Verdict) -> None:
    events = [
        event(LIST, 0, Verdict.ACCEPT, reviewer="ann"),
        event(LIST, 0, settled, reviewer="cat", how=How.ARBITER),
    ]
    report = report_agreement(collect_ratings(LIST, events))
    assert (report.agreed, report.open, report.arbitrated) == (1, 7, 1)
    assert sum(one.next for one in report.reviewers) == 7


def test_json_has_every_number() -> None:
    truth = np.array([1, 1, 0, 0, np.nan, np.nan, np.nan, np.nan])
    report = report_agreement(collect(ann="amra    ", bob="aarr    "), truth, np.arange(8) < 2)
    facts = report.as_dict()
    assert list(facts) == [
        *("candidates", "shared", "fleiss", "pairs", "reviewers", "disagreements"),
        *("arbitrated", "agreed", "disputed", "open", "overlap"),
    ]
    assert (facts["candidates"], facts["shared"], facts["disagreements"]) == (8, 4, 2)
    assert facts["fleiss"]["candidates"] == 4 and facts["overlap"]["candidates"] == 2
    assert facts["fleiss"]["observed"] == 0.5
    ann = facts["reviewers"][0]
    assert [ann[name] for name in ("rated", "accept", "reject", "maybe")] == [4, 2, 1, 1]
    assert ann["completeness"]["hits"] == ann["completeness"]["trials"] == 2
    assert (ann["false_accepts"]["hits"], ann["false_accepts"]["trials"]) == (1, 2)
    assert facts["pairs"][0]["kappa"]["observed"] == 0.5
    assert "overlap" not in report_agreement(collect(ann="a       ")).as_dict()
    alone = report_agreement(collect(ann="a       ")).as_dict()["reviewers"][0]
    assert alone["kappa_with_others"]["kappa"] is None


def test_lines_are_a_table_of_reviewers_and_one_of_each_pair() -> None:
    truth = np.array([1, 1, 0, 0, np.nan, np.nan, np.nan, np.nan])
    ratings = collect(ann="amra    ", bob="aarr    ")
    lines = report_agreement(ratings, truth, np.arange(8) < 2).lines()
    assert lines[0] == "8 candidates, 4 with two verdicts or more"
    assert lines[1].startswith("agreement       kappa ") and lines[1].endswith(" (Fleiss)")
    assert "50.0% agree, 4 candidates" in lines[1]
    assert lines[2].startswith("in the overlap  kappa ")
    assert lines[3] == "disagreements   2 open, 0 arbitrated"
    assert lines[4].startswith("retirement      2 agreed, 0 disputed, 6 open")
    assert lines[5] == ""
    assert lines[6] == (
        "reviewer   rated  accept  reject   maybe  kappa  record   next"
        "  of known: real found, bogus accepted"
    )
    assert lines[7].startswith("ann            4       2       1       1   ")
    assert lines[7].endswith("  2/2, 1/2") and lines[8].endswith("  2/2, 0/2")
    assert lines[9] == "" and lines[10].startswith("ann and bob: kappa ")
    assert lines[11] == f"  {'':16}   accept   reject    maybe  bob"
    assert lines[12] == f"  {'ann accept':16}        1        1        0"
    assert lines[14] == f"  {'ann maybe':16}        1        0        0"


def test_reviewer_without_known_truth_has_a_dash() -> None:
    truth = np.array([1.0, *[np.nan] * 7])
    lines = report_agreement(collect(ann="a       ", bob=" r      "), truth).lines()
    assert lines[6].endswith("  1/1, -") and lines[7].endswith("  -, -")
    assert "    -    0." in lines[6]
    plain = report_agreement(collect(ann="a       ")).lines()
    assert plain[5].endswith("next")


def test_kappa_of_one_category_says_why() -> None:
    lines = report_agreement(collect(ann="aa      ", bob="aa      ")).lines()
    assert "kappa not defined: all in one category" in lines[1]


def test_reviewer_is_compared_with_all_others() -> None:
    report = report_agreement(collect(ann="aarrarr ", bob="aarrrrm "))
    assert [one.against_others.value for one in report.reviewers] == [
        pytest.approx(report.pairs[0].kappa.value)
    ] * 2
    assert all(one.complete[:2] == one.false_accepts[:2] == (0, 0) for one in report.reviewers)
    three = report_agreement(collect(ann="aarr", bob="aarr", cat="rrrr"))
    # Of eight comparisons of cat four agree; of ann six: four with bob and two with cat.
    assert [one.against_others.observed for one in three.reviewers] == [0.75, 0.75, 0.5]
    assert [one.against_others.candidates for one in three.reviewers] == [8, 8, 8]
