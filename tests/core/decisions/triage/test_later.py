"""Candidates that were put off, and when they are due."""

from __future__ import annotations

import numpy as np
import pytest

from tests.helpers.decisions import event
from tests.helpers.memory_source import MemorySource
from vetter.core.decisions.decision import Decision, Verdict
from vetter.core.decisions.triage.later import due_since, note_epochs, time_after

NOW = "2026-11-30T04:00:00.000Z"
MJD_NOW = 61374.1667


@pytest.fixture
def put_off() -> Decision:
    made = event(MemorySource().candidates, 0, verdict=Verdict.LATER)
    return made._replace(at="2026-11-29T00:00:00.000Z")


@pytest.mark.parametrize(
    ("until", "since"),
    [
        ("2026-11-30T03:59:59.000Z", "2026-11-30 03:59"),
        (NOW, "2026-11-30 04:00"),
        ("2026-11-30T04:00:01.000Z", ""),
    ],
)
def test_time_makes_due(put_off: Decision, until: str, since: str) -> None:
    assert due_since(put_off._replace(until=until), NOW, 9, MJD_NOW) == since


@pytest.mark.parametrize(("epochs", "since"), [(2, ""), (1, ""), (3, "a new epoch")])
def test_further_epoch_makes_due(put_off: Decision, epochs: int, since: str) -> None:
    noted = put_off._replace(seen=note_epochs('{"stretch":"asinh"}', 2))
    # However old its image is.
    assert due_since(noted, NOW, epochs, 50000.0) == since


@pytest.mark.parametrize(
    ("latest", "since"),
    [(61372.9, ""), (61373.0, ""), (61373.1, "a new epoch"), (np.nan, "")],
)
def test_epoch_observed_since_makes_due(put_off: Decision, latest: float, since: str) -> None:
    assert due_since(put_off, NOW, 5, latest) == since


@pytest.mark.parametrize("seen", ["", "{", "[]", '{"epochs": true}', '{"epochs": "2"}'])
def test_other_notes_of_screen_do_no_harm(put_off: Decision, seen: str) -> None:
    assert due_since(put_off._replace(seen=seen), NOW, 5, np.nan) == ""


def test_epochs_are_noted_beside_the_rest() -> None:
    assert note_epochs('{"stretch":"asinh"}', 3) == '{"stretch":"asinh","epochs":3}'
    assert note_epochs("", 1) == '{"epochs":1}'
    assert note_epochs('{"tag":"\u00e9"}', 2) == '{"tag":"\u00e9","epochs":2}'


def test_time_after_crosses_months() -> None:
    assert time_after(1.5, NOW) == "2026-12-01T16:00:00.000Z"


def test_decision_of_a_damaged_date_waits(put_off: Decision) -> None:
    put_off = put_off._replace(at="no time")
    assert due_since(put_off, NOW, 5, 99999.0) == ""
    assert due_since(put_off._replace(seen='{"epochs":4}'), NOW, 5, np.nan) == "a new epoch"


@pytest.mark.parametrize(
    ("days", "time"), [(0, "2026-11-30T04:00:00.000Z"), (1 / 24, "2026-11-30T05:00:00.000Z")]
)
def test_time_after_is_exact(days: float, time: str) -> None:
    assert time_after(days, NOW) == time
    assert time_after(days) > "2026"
