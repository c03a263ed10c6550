"""Manifest of subjects."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest

from tests.helpers.decisions import REVIEWER, event
from tests.helpers.report_lists import magnitudes
from vetter.core.decisions.decision import Verdict
from vetter.core.decisions.ledger import Ledger
from vetter.io.export.reports.observations import Observations
from vetter.io.export.reports.zooniverse import zooniverse_report


def test_manifest_names_pictures_and_hides_the_rest() -> None:
    source = magnitudes()
    ledger = Ledger(source.candidates, REVIEWER)
    ledger.apply(event(source.candidates, 1, Verdict.REJECT, comment='a "ghost", red'))
    report = zooniverse_report(source, ledger, Observations(source), [1, 0])
    first, second = csv.DictReader(io.StringIO(report.text))
    assert [name for name in first if not name.startswith("#")] == ["subject", "image"]
    assert first == {
        "subject": "1",
        "image": "subject_0001.png",
        "#name": "J2",
        "#key": "K1",
        "#ra": "0.5000000",
        "#dec": "20.2500000",
        "#time_utc": "2023-02-26T06:00:00.000Z",
        "#filter": "g",
        "#mag": "19.500",
        "#verdict": "reject",
        "#tags": "",
        "#comment": 'a "ghost", red',
        "#reviewer": REVIEWER,
    }
    assert report.pictures == {"subject_0001.png": 1, "subject_0002.png": 0}
    assert second["#verdict"] == "none"
    assert (report.kind, report.count, report.notes) == ("zooniverse", 2, ())


def test_facts_that_nobody_has_are_empty() -> None:
    nan = np.array([np.nan, 1.0])
    source = magnitudes(ra=nan, dec=nan, mag=nan, mjd=nan, filter=["", "g"])
    ledger = Ledger(source.candidates, REVIEWER)
    ledger.apply(event(source.candidates, 0, Verdict.MAYBE, tags=("a", "b")))
    report = zooniverse_report(source, ledger, Observations(source), [0])
    (line,) = csv.DictReader(io.StringIO(report.text))
    assert line["#name"] == "J1" and line["#tags"] == "a;b"
    assert {line[name] for name in ("#ra", "#dec", "#time_utc", "#filter", "#mag")} == {""}


@pytest.mark.parametrize(
    ("count", "last", "notes"),
    [
        (10_000, "subject_10000.png", ()),
        (10_001, "subject_10001.png", ("10,001 subjects: above 10,000 Zooniverse asks first",)),
    ],
)
def test_many_subjects_are_allowed_by_the_team(
    count: int, last: str, notes: tuple[str, ...]
) -> None:
    source = magnitudes()
    ledger = Ledger(source.candidates, REVIEWER)
    report = zooniverse_report(source, ledger, Observations(source), [0] * count)
    assert list(report.pictures)[-1] == last and len(report.pictures) == count
    assert report.notes == notes
    first = list(report.pictures)[0]
    assert len(first) == len(last) and first.endswith("01.png")
