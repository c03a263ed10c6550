"""A list that is read while the vetter is at work."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PyQt6.QtCore import QThread, QTimer

from tests.helpers.fake_session import candidate_list
from tests.helpers.growing_source import GrowingFake
from tests.helpers.turns import until_handled
from vetter.core.columns.filter import match_filter
from vetter.core.columns.review_columns import ReviewColumns
from vetter.core.decisions.decision import Decision, Verdict
from vetter.core.decisions.ledger import Ledger
from vetter.core.decisions.new_decisions import decide
from vetter.core.judgement.fit_table import FitTable
from vetter.errors import InputError
from vetter.io.session.session_file import SessionFile
from vetter.review.opening.list_reader import ListReader
from vetter.review.queue import Queue
from vetter.review.session import Session
from vetter.review.writer import Writer
from vetter.settings import Settings


class Opened:
    """A session on a source that grows, and its file."""

    def __init__(self, source: GrowingFake, folder: Path, earlier: list[Decision]) -> None:
        self.source = source
        self.store = SessionFile.create(folder / "night.vetter", "ada")
        self.store.record_input(source.record, (), len(source.candidates))
        made = self.store.append(earlier) if earlier else []
        ledger = Ledger(source.candidates, "ada", complete=False)
        ledger.replay(made)
        columns = ReviewColumns(source.candidates, ledger, FitTable(len(source.candidates)))
        queue = Queue(
            len(source.candidates), columns.values, lambda text: match_filter(text, columns)
        )
        writer = Writer(self.store)
        self.session = Session(source, ledger, writer, queue, columns, Settings(), "ada")
        self.said: list[str] = []
        self.session.message.connect(self.said.append)
        self.session.noticed.connect(self.said.append)
        self.session.start()
        self.session.record_paint(self.session.current_row)
        self.growth = ListReader(self.session, source)
        for timer in self.growth.findChildren(QTimer):
            # The program gathers rows for longer.
            timer.setInterval(10)
        self.growth.start()

    def read(self, qtbot: Any, count: int) -> None:
        """Read on until so many are listed."""
        while len(self.session.candidates) < count:
            with qtbot.waitSignal(self.session.grown, timeout=30000):
                self.source.allow()

    def finish(self, qtbot: Any) -> None:
        with qtbot.waitSignal(self.session.completed, timeout=30000):
            self.source.allow(100)

    def break_off(self, qtbot: Any, error: Exception) -> None:
        self.source.breaks = error
        with qtbot.waitSignal(self.session.broke_off, timeout=30000):
            self.source.allow(100)

    def close(self) -> None:
        self.growth.stop()
        self.session.close()
        self.source.close()
        self.growth.close()
        self.store.close()


@pytest.fixture
def opened(qapp: Any, tmp_path: Path) -> Iterator[Any]:
    made: list[Opened] = []

    def make(lots: tuple[int, ...], earlier: list[Decision] | None = None) -> Opened:
        made.append(Opened(GrowingFake(lots), tmp_path, earlier or []))
        return made[-1]

    yield make
    for one in made:
        one.close()


def accepted(count: int, rows: range) -> list[Decision]:
    """Decisions of an earlier evening."""
    ledger = Ledger(candidate_list(count), "ada")
    events = [decide(ledger, row, verdict=Verdict.ACCEPT) for row in rows]
    return [event for event in events if event is not None]


def test_new_rows_are_listed_after_those_known(qtbot: Any, opened: Any) -> None:
    one = opened((3, 6, 9))
    one.read(qtbot, 6)
    session = one.session
    assert session.queue.order.tolist() == list(range(6))
    assert len(session.codes) == 6 and len(session.columns.values("mag")) == 6
    assert session.columns.values("name").tolist() == [f"J{row:03d}" for row in range(6)]
    assert not session.complete and session.listed_count_text == "6 of about 9"


def test_the_vetter_stays_where_they_are(qtbot: Any, opened: Any) -> None:
    one = opened((4, 8))
    one.session.go_to_row(2)
    one.read(qtbot, 8)
    assert one.session.current_row == 2


def test_a_filter_lets_new_rows_through_and_keeps_what_was_decided(qtbot: Any, opened: Any) -> None:
    one = opened((4, 8))
    one.session.queue.set_filter("verdict=none filter=r")
    one.session.go_to_row(0)
    one.session.record_paint(0)
    one.session.accept()
    one.read(qtbot, 8)
    assert one.session.queue.order.tolist() == [0, 2, 4, 6]


def test_a_sort_takes_new_rows_in(qtbot: Any, opened: Any) -> None:
    one = opened((4, 8))
    one.session.queue.sort_by("mag", descending=True)
    one.read(qtbot, 8)
    assert one.session.queue.order.tolist() == [7, 6, 5, 4, 3, 2, 1, 0]
    assert one.session.queue.position_of(0) == 7


def test_verdicts_of_an_earlier_evening_arrive_with_their_rows(qtbot: Any, opened: Any) -> None:
    one = opened((2, 6), accepted(6, range(4)))
    assert one.session.counts.accepted == 2
    one.read(qtbot, 6)
    assert one.session.counts.accepted == 4


def test_the_first_undecided_is_shown_when_it_is_read(qtbot: Any, opened: Any) -> None:
    one = opened((2, 3, 6), accepted(6, range(4)))
    assert one.session.current_row == 0
    one.read(qtbot, 3)
    assert one.session.current_row == 0
    one.read(qtbot, 6)
    assert one.session.current_row == 4


def test_who_has_gone_elsewhere_is_not_taken_to_the_first_undecided(
    qtbot: Any, opened: Any
) -> None:
    one = opened((3, 6), accepted(6, range(4)))
    one.session.next()
    one.read(qtbot, 6)
    assert one.session.current_row == 1


def test_a_verdict_on_the_last_row_goes_on_when_the_next_is_read(qtbot: Any, opened: Any) -> None:
    one = opened((1, 3))
    one.session.accept()
    qtbot.waitUntil(lambda: not one.session.busy)
    assert one.session.current_row == 0
    assert any("the next is shown when it is read" in words for words in one.said)
    one.read(qtbot, 3)
    assert one.session.current_row == 1


def test_undo_of_a_step_that_is_not_listed_says_so(qtbot: Any, opened: Any) -> None:
    one = opened((2, 6), accepted(6, range(4)))
    one.session.undo()
    assert one.said == ["cannot undo accept of J003: the list is still being read"]
    one.finish(qtbot)
    one.session.undo()
    qtbot.waitUntil(lambda: one.session.counts.accepted == 3)


def test_the_input_is_recorded_in_full_when_the_list_is_complete(qtbot: Any, opened: Any) -> None:
    one = opened((2, 6))
    assert [(i.candidates, i.fingerprints) for i in one.store.inputs()] == [(2, ())]
    one.finish(qtbot)
    one.session.writer.close()
    (recorded,) = one.store.inputs()
    assert recorded.candidates == 6 and recorded.fingerprints == one.source.fingerprints


def test_a_window_that_closes_while_the_list_is_read_waits_for_nothing(opened: Any) -> None:
    one = opened((2, 6))
    one.close()
    assert not one.session.complete


def test_fingerprints_are_read_by_the_thread_that_reads_the_list(qtbot: Any, opened: Any) -> None:
    one = opened((2, 6))
    one.read(qtbot, 6)
    # Nothing but the end of the list is to come.
    one.finish(qtbot)
    assert one.source.fingerprinted_by == {"list reader"}


def test_a_list_whose_rest_cannot_be_read_stays_incomplete_and_says_why(
    qtbot: Any, opened: Any
) -> None:
    one = opened((2, 6, 9), accepted(9, range(4, 9)))
    one.read(qtbot, 6)
    one.source._left.clear()
    one.break_off(qtbot, InputError("night.tar: cut short"))
    session = one.session
    assert not session.complete and len(session.candidates) == 6
    assert (
        session.incomplete_reason == "the rest of the list could not be read: night.tar: cut short"
    )
    assert (
        session.counts.accepted == 2 and not session.unplaced_note and not session.ledger.offers()
    )


def test_nothing_is_recorded_of_a_list_whose_rest_cannot_be_read(qtbot: Any, opened: Any) -> None:
    one = opened((2, 6))
    one.read(qtbot, 6)
    one.break_off(qtbot, InputError("night.tar: cut short"))
    one.session.writer.close()
    assert [(i.candidates, i.fingerprints) for i in one.store.inputs()] == [(2, ())]
    assert not one.source.fingerprinted_by


def test_what_nobody_expected_of_a_list_is_said_with_its_kind(qtbot: Any, opened: Any) -> None:
    one = opened((2, 6))
    with qtbot.waitSignal(one.session.failed, timeout=30000) as told:
        one.break_off(qtbot, MemoryError())
    assert told.args[0].startswith("The rest of the list could not be read: there is not enough")


def test_the_rows_that_are_listed_are_vetted_to_their_end(qtbot: Any, opened: Any) -> None:
    one = opened((1,))
    one.break_off(qtbot, InputError("night.tar: cut short"))
    one.session.accept()
    qtbot.waitUntil(lambda: one.session.counts.accepted == 1, timeout=30000)
    why = "the rest of the list could not be read: night.tar: cut short"
    assert f"the last of 1 of about 1; {why}" in one.said


def test_first_match_that_is_read_is_shown(qtbot: Any, opened: Any) -> None:
    night = opened((4, 8))
    night.session.queue.set_filter("name=J005 or name=J007")
    assert night.session.is_blank
    night.read(qtbot, 8)
    assert night.session.current_key == "J005" and not night.session.is_blank


def test_rows_without_match_leave_screen_empty(qtbot: Any, opened: Any) -> None:
    night = opened((4, 8))
    night.session.queue.set_filter("mag>99")
    night.read(qtbot, 8)
    assert night.session.is_blank and night.session.current_key == "J000"


def test_rows_listed_during_commit_are_shown_after_it(
    qtbot: Any, opened: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vetter.review.recorder.ACKNOWLEDGED_AT_ONCE", 0)
    night, gate = opened((1, 8)), threading.Event()
    append = night.store.append

    def append_late(*events: Any, **options: Any) -> Any:
        assert gate.wait(60), "the gate stayed shut"
        return append(*events, **options)

    monkeypatch.setattr(night.store, "append", append_late)
    night.session.accept()
    night.read(qtbot, 8)
    assert night.session.busy
    gate.set()
    qtbot.waitUntil(lambda: night.session.current_key == "J001", timeout=30000)


def test_reader_that_is_stopped_extends_nothing(qtbot: Any, opened: Any) -> None:
    one = opened((2, 6, 9))
    (timer,) = one.growth.findChildren(QTimer)
    one.growth.stop()
    one.source.allow(100)
    one.growth.close()
    until_handled(qtbot)
    assert not timer.isActive() and len(one.session.candidates) == 2


def test_rows_that_keep_coming_do_not_put_the_next_off(qtbot: Any, opened: Any) -> None:
    one = opened((2, 6, 9))
    (timer,), (reader,) = one.growth.findChildren(QTimer), one.growth.findChildren(QThread)
    timer.setInterval(30_000)
    reader.read.emit()
    qtbot.waitUntil(lambda: 0 < timer.remainingTime() < timer.interval())
    reader.read.emit()
    assert timer.remainingTime() < timer.interval()


def test_list_whose_source_is_closed_stays_incomplete(qtbot: Any, opened: Any) -> None:
    one = opened((2, 6))
    (reader,) = one.growth.findChildren(QThread)
    one.source.close()
    assert reader.wait(30000)
    until_handled(qtbot)
    assert not one.session.complete and len(one.session.candidates) == 2
