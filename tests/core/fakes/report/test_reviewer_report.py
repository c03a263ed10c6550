from __future__ import annotations

import json
import math
from typing import Any

import pytest

from vetter.core.decisions.decision import Decision, How, Verdict
from vetter.core.decisions.planted import PlantedRow
from vetter.core.fakes.planted_row import make_row
from vetter.core.fakes.report.page import report_page
from vetter.core.fakes.report.reviewer_report import measure_reviewer
from vetter.core.fakes.report.text import format_report, summary_of

ACCEPT, REJECT, MAYBE, NONE = Verdict.ACCEPT, Verdict.REJECT, Verdict.MAYBE, Verdict.NONE


def decided(key: str, verdict: Verdict, seconds: float = 2.0, **more: Any) -> Decision:
    values = {"reviewer": "me", "how": How.SINGLE, **more}
    return Decision(
        f"{key}-{verdict}-{seconds}",
        None,
        key,
        verdict,
        (),
        "",
        values.pop("reviewer"),
        "2026-11-30T00:00:00.000Z",
        seconds,
        **values,
    )


def fake(number: int, snr: float = 10.0, **truth: Any) -> PlantedRow:
    return make_row(f"f{number}", "fake", {"snr": snr, "mag": 20.0 - number / 10, **truth})


def test_completeness_counts_accepted_sources() -> None:
    planted = [fake(k, snr=5.0 if k < 4 else 20.0) for k in range(8)]
    events = [decided(f"f{k}", ACCEPT if k >= 3 else REJECT) for k in range(7)]
    report = measure_reviewer(events, planted, "me")
    assert report.found[:2] == (4, 7)
    assert report.undecided == 1
    counted = {(b.low, b.high): b.share[:2] for b in report.by_snr if b.share.trials}
    assert counted == {(4.0, 5.5): (1, 4), (15.0, 25.0): (3, 3)}


def test_last_verdict_counts() -> None:
    events = [
        decided("f0", ACCEPT),
        decided("f0", NONE, how=How.UNDO),
        decided("f0", REJECT),
        decided("f1", ACCEPT),
        decided("f1", NONE, how=How.UNDO),
    ]
    report = measure_reviewer(events, [fake(0), fake(1)], "me")
    assert report.found[:2] == (0, 1)
    assert report.undecided == 1


def test_other_reviewer_does_not_count() -> None:
    events = [decided("f0", ACCEPT, reviewer="you"), decided("f0", REJECT)]
    assert measure_reviewer(events, [fake(0)], "me").found[:2] == (0, 1)


def test_maybe_is_told_apart() -> None:
    report = measure_reviewer([decided("f0", MAYBE)], [fake(0)], "me")
    assert report.found[:2] == (0, 1)
    assert report.found_or_maybe[:2] == (1, 1)


def test_accepted_artefact_is_a_false_accept() -> None:
    planted = [make_row(f"a{k}", "artefact", {"artefact": "hit"}) for k in range(4)]
    events = [decided(f"a{k}", ACCEPT if k == 0 else REJECT) for k in range(4)]
    assert measure_reviewer(events, planted, "me").false_accepts[:2] == (1, 4)


def test_accepted_explained_candidates_leave_out_test_rows() -> None:
    answers = {"f0": "explained", "r0": "explained", "r1": "explained", "r2": "kept"}
    events = [decided(key, ACCEPT) for key in ("f0", "r0", "r2")] + [decided("r1", REJECT)]
    report = measure_reviewer(events, [fake(0)], "me", answers)
    assert report.explained_accepts[:2] == (1, 2)


def test_repeats_compare_with_their_originals() -> None:
    planted = [make_row(f"p{k}", "repeat", {"of": f"r{k}"}) for k in range(3)]
    events = [decided(f"r{k}", ACCEPT) for k in range(3)]
    events += [decided("p0", ACCEPT), decided("p1", REJECT)]
    assert measure_reviewer(events, planted, "me").same[:2] == (1, 2)


def test_seconds_are_those_of_single_verdicts() -> None:
    events = [decided(f"r{k}", REJECT, float(k + 1)) for k in range(5)]
    events += [decided("g", REJECT, 500.0, how=How.GROUP), decided("u", NONE, 90.0, how=How.UNDO)]
    speed = measure_reviewer(events, [], "me").speed
    assert (speed.count, speed.median, speed.lower, speed.upper) == (5, 3.0, 2.0, 4.0)
    assert speed.per_hour == pytest.approx(1200.0)


def test_drift_is_last_third_less_first() -> None:
    planted = [fake(k) for k in range(60)]
    events = [decided(f"f{k}", ACCEPT if k < 30 else REJECT, 2.0 + k / 10) for k in range(60)]
    drift = measure_reviewer(events, planted, "me").drift
    assert drift.found.value == pytest.approx(-1.0)
    assert drift.found.is_significant
    assert drift.seconds.value == pytest.approx(4.0)


def test_prevalence_expects_more_misses_of_rarer_targets() -> None:
    planted = [fake(k) for k in range(40)]
    events = [decided(f"f{k}", ACCEPT if k % 5 else REJECT) for k in range(40)]
    events += [decided(f"r{k}", ACCEPT if k == 0 else REJECT) for k in range(100)]
    prevalence = measure_reviewer(events, planted, "me").prevalence
    assert prevalence.without_tests == pytest.approx(0.01)
    assert prevalence.with_tests == pytest.approx(41 / 140)
    # 20% are missed at 29%, where Wolfe's curve has 10.1%; at 1% it has 30%.
    assert prevalence.expected == pytest.approx(1 - 0.2 * 0.30 / 0.1014, abs=0.01)


def test_report_without_decisions_has_no_numbers() -> None:
    report = measure_reviewer([], [fake(0)], "me")
    assert math.isnan(report.found.value)
    assert report.undecided == 1
    assert "1 test row, 1 not decided yet" in format_report(report)


def test_report_is_plain_json() -> None:
    planted = [fake(k, snr=4.0 + k, place="sky") for k in range(20)]
    events = [decided(f"f{k}", ACCEPT if k > 5 else REJECT) for k in range(20)]
    for report in (measure_reviewer(events, planted, "me"), measure_reviewer([], [], "")):
        text = json.dumps(report.as_plain(), allow_nan=False)
        assert json.loads(text)["test_rows"] == report.planted


def test_page_draws_the_completeness() -> None:
    planted = [fake(k, snr=4.0 + k) for k in range(20)]
    verdicts = [ACCEPT if k > 5 else REJECT for k in range(20)]
    events = [decided(f"f{k}", v, reviewer="<me>") for k, v in enumerate(verdicts)]
    page = report_page(measure_reviewer(events, planted, "<me>"), "a & b.vetter")
    assert page.count("<svg") == 2
    assert "Report of a &amp; b.vetter" in page
    assert "&lt;me&gt;" in page
    assert "nan" not in page


def test_forged_truth_is_no_number() -> None:
    rows = [PlantedRow(f"f{k}", "fake", '{"snr": "x", "mag": true}') for k in range(10)]
    rows.append(PlantedRow("f11", "fake", '{"snr": -3}'))
    events = [decided(row.key, ACCEPT) for row in rows]
    report = measure_reviewer(events, rows, "me")
    assert report.found[:2] == (11, 11)
    assert math.isnan(report.half_snr)


def test_verdicts_after_test_rows_are_known_do_not_count() -> None:
    early = decided("f0", ACCEPT)
    late = [decided(key, ACCEPT)._replace(at="2026-12-01T00:00:00.000Z") for key in ("f1", "real")]
    planted = [fake(0), fake(1), fake(2)]
    report = measure_reviewer([early, *late], planted, "me", shown_at="2026-11-30T12:00:00.000Z")
    assert report.found[:2] == (1, 1)
    assert (report.late, report.undecided) == (1, 2)
    assert report.speed.count == 2
    words = "3 test rows, 1 not decided yet, 1 not counted: decided once they could be known"
    assert words in summary_of(report)
    assert report.as_plain()["test_rows_not_counted"] == 1
