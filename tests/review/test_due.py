"""Candidates that are due count as undecided again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PyQt6.QtCore import QTimer

from tests.helpers.fake_session import candidate_list
from tests.helpers.plain_source import PlainSource
from vetter.core.candidates.epochs import Epochs
from vetter.core.columns.filter import match_filter
from vetter.core.columns.review_columns import ReviewColumns
from vetter.core.decisions.decision import Verdict
from vetter.core.decisions.ledger import Ledger
from vetter.core.decisions.new_decisions import decide
from vetter.core.decisions.triage.later import note_epochs
from vetter.core.decisions.triage.waiting import Opening
from vetter.review.due import DueWatch

TOMORROW = "2026-12-01T00:00:00.000Z"


class Source(PlainSource):
    """Candidates of which the first two are epochs of one object, as far as they are known."""

    labels = np.array([0, 1, 2, 3])

    @property
    def object_epochs(self) -> Epochs:
        return Epochs(self.labels, np.full(len(self.labels), 50000.0))


class Clock:
    now = "2026-11-30T00:00:00.000Z"

    def __call__(self) -> str:
        return self.now


@pytest.fixture
def ledger() -> Ledger:
    return Ledger(candidate_list(4), "ann")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def due(qapp: Any, ledger: Ledger, clock: Clock) -> Iterator[DueWatch]:
    watch = DueWatch(ledger, Source(candidates=ledger.candidates), clock)
    yield watch
    watch.stop()


def put_off(ledger: Ledger, row: int, until: str = "") -> None:
    made = decide(ledger, row, verdict=Verdict.LATER, until=until)
    assert made is not None
    ledger.apply(made if until else made._replace(seen=note_epochs("", 1)))


def test_due_candidate_is_undecided_again(
    ledger: Ledger, due: DueWatch, clock: Clock, qtbot: Any
) -> None:
    put_off(ledger, 2, TOMORROW)
    due.refresh()
    assert due.open_codes.tolist() == [0, 0, 4, 0] and due.since(2) == ""
    assert (due.counts.later, due.counts.undecided) == (1, 3)
    clock.now = TOMORROW
    with qtbot.waitSignal(due.changed) as told:
        due.refresh()
    assert told.args == [[2]] and due.since(2) == "2026-12-01 00:00"
    assert due.open_codes.tolist() == [0, 0, 0, 0] and due.codes.tolist() == [0, 0, 5, 0]
    assert (due.counts.later, due.counts.undecided) == (0, 4)


def test_new_epoch_makes_its_object_due(ledger: Ledger, due: DueWatch) -> None:
    put_off(ledger, 0)
    due.refresh()
    assert due.since(0) == ""
    Source.labels, before = np.array([0, 0, 2, 3]), Source.labels
    due.refresh()
    Source.labels = before
    assert due.since(0) == "a new epoch"


def test_decision_ends_due(ledger: Ledger, due: DueWatch, clock: Clock) -> None:
    put_off(ledger, 1, TOMORROW)
    clock.now = TOMORROW
    due.refresh()
    assert due.codes.tolist() == [0, 5, 0, 0]
    made = decide(ledger, 1, verdict=Verdict.REJECT)
    assert made is not None
    ledger.apply(made)
    assert due.since(1) == "" and due.codes.tolist() == [0, 2, 0, 0]
    due.update([1])
    for event in ledger.undo_step():
        ledger.apply(event)
    due.update([1])
    assert due.since(1) == "2026-12-01 00:00"


@pytest.mark.parametrize(
    ("expression", "rows"),
    [
        ("verdict=due", [1]),
        ("verdict=later", [1, 2]),
        ("verdict=none", [0, 1, 3]),
        ("verdict is null", [0, 1, 3]),
        ("verdict!=none", [2]),
    ],
)
def test_filter_finds_due(
    ledger: Ledger, due: DueWatch, clock: Clock, expression: str, rows: list[int]
) -> None:
    put_off(ledger, 1, TOMORROW)
    put_off(ledger, 2)
    clock.now = TOMORROW
    due.refresh()
    columns = ReviewColumns(ledger.candidates, due)
    assert np.flatnonzero(match_filter(expression, columns)).tolist() == rows


@pytest.mark.parametrize(
    ("until", "wait"),
    [
        ("2026-11-30T00:00:20.000Z", 20_001),
        ("2026-11-30T00:00:00.200Z", 1_000),
        ("2026-11-30T00:09:59.000Z", 599_001),
        ("2026-11-30T00:10:01.000Z", 600_000),
        ("2026-12-01", 600_000),
    ],
)
def test_clock_waits_for_next_time(
    ledger: Ledger, due: DueWatch, monkeypatch: pytest.MonkeyPatch, until: str, wait: int
) -> None:
    waits: list[int] = []
    (timer,) = due.findChildren(QTimer)
    monkeypatch.setattr(timer, "start", waits.append)
    put_off(ledger, 1, until)
    put_off(ledger, 2, TOMORROW)
    due.refresh()
    assert waits == [wait]


def test_clock_stops_when_nothing_is_put_off_any_more(ledger: Ledger, due: DueWatch) -> None:
    (timer,) = due.findChildren(QTimer)
    assert not timer.isActive()
    put_off(ledger, 1, TOMORROW)
    due.update([0])
    assert not timer.isActive()
    due.update([0, 1])
    assert timer.isActive() and timer.isSingleShot()
    made = decide(ledger, 1, verdict=Verdict.REJECT)
    assert made is not None
    ledger.apply(made)
    due.refresh()
    assert not timer.isActive()
    put_off(ledger, 1, TOMORROW)
    due.refresh()
    due.stop()
    assert not timer.isActive()


def wait(ledger: Ledger, source: Source, clock: Clock) -> list[float]:
    """Return the days that each candidate of a session opened before has waited."""
    openings = [Opening("2026-11-28T00:00:00.000Z", 2), Opening("2026-11-29T00:00:00.000Z", 3)]
    watch = DueWatch(ledger, source, clock, openings)
    days: list[float] = watch.waits().tolist()
    watch.stop()
    return days


def test_undecided_candidates_wait_since_they_came(ledger: Ledger, clock: Clock) -> None:
    put_off(ledger, 1, TOMORROW)
    found = wait(ledger, Source(candidates=ledger.candidates), clock)
    np.testing.assert_equal(found, [2.0, np.nan, 1.0, 0.0])


def test_due_candidates_wait_since_their_time(ledger: Ledger, clock: Clock) -> None:
    put_off(ledger, 1, TOMORROW)
    clock.now = "2026-12-02T12:00:00.000Z"
    found = wait(ledger, Source(candidates=ledger.candidates), clock)
    np.testing.assert_allclose(found[:3], [4.5, 1.5, 3.5])


def test_new_epoch_ends_the_wait_when_it_came(ledger: Ledger, clock: Clock) -> None:
    source = Source(candidates=ledger.candidates)
    put_off(ledger, 0)
    decision = ledger.decision(0)
    assert decision is not None
    ledger.apply(decision._replace(id="later", at="2026-11-28T06:00:00.000Z"))
    source.labels = np.array([0, 1, 0, 3])
    assert wait(ledger, source, clock)[0] == 1.0


def test_rows_that_have_just_been_read_wait_no_time(clock: Clock) -> None:
    ledger = Ledger(candidate_list(2), "ann", complete=False)
    watch = DueWatch(ledger, Source(candidates=ledger.candidates), clock)
    ledger.extend(candidate_list(4), True)
    clock.now = TOMORROW
    assert watch.waits().tolist() == [1.0, 1.0, 0.0, 0.0]
    watch.refresh()
    assert watch.waits().tolist() == [1.0, 1.0, 0.0, 0.0]
    watch.stop()


@pytest.mark.parametrize(
    ("verdict", "until", "noted"),
    [(Verdict.LATER, "", True), (Verdict.LATER, TOMORROW, False), (Verdict.MAYBE, "", False)],
)
def test_candidate_put_off_without_a_time_notes_the_epochs_of_its_object(
    ledger: Ledger,
    due: DueWatch,
    monkeypatch: pytest.MonkeyPatch,
    verdict: Verdict,
    until: str,
    noted: bool,
) -> None:
    monkeypatch.setattr(Source, "labels", np.array([0, 1, 1, 3]))
    made = decide(ledger, 2, verdict=verdict, until=until)
    assert made is not None
    assert due.note_epochs(made) == (made._replace(seen=note_epochs("", 2)) if noted else made)


@pytest.mark.parametrize(
    ("labels", "epochs"),
    [
        (None, [[0], [1], [2]]),
        ([0, 1, 1, 0], [[0], [1, 2], [1, 2]]),
        ([0, 0], [[0, 1], [0, 1], [2]]),
    ],
    ids=["none", "one not listed yet", "fewer than are listed"],
)
def test_epochs_are_those_that_are_listed(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, labels: list[int] | None, epochs: list[list[int]]
) -> None:
    ledger = Ledger(candidate_list(3), "ann", complete=False)
    monkeypatch.setattr(Source, "labels", np.array(labels))
    make = PlainSource if labels is None else Source
    watch = DueWatch(ledger, make(candidates=ledger.candidates), clock)
    assert [watch.epochs_of(row) for row in range(3)] == epochs
    watch.stop()
