"""Manifest of subjects."""

from __future__ import annotations

import csv
import io

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
