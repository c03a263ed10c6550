"""A session whose list is still being read: what it says of the rest, and what comes with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.helpers.fake_session import candidate_list
from tests.helpers.plain_source import PlainSource
from vetter.core.columns.filter import match_filter
from vetter.core.columns.review_columns import ReviewColumns
from vetter.core.decisions.decision import Verdict
from vetter.core.decisions.ledger import Ledger
from vetter.review.current import PaceMeter
from vetter.review.queue import Queue
from vetter.review.session import Session
from vetter.review.writer import NoWriter
from vetter.settings import ReviewSettings, Settings

Make = Callable[..., Session]


class Kept(NoWriter):
    """A writer that only counts what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.inputs: list[int] = []

    def record_input(self, _record: Any, _prints: Any, count: int) -> None:
        self.inputs.append(count)


class Growing(PlainSource):
    """A source of an unknown rest."""

    expected: int | None = None

    @property
    def expected_count(self) -> int | None:
        return self.expected


@pytest.fixture
def make(qapp: Any) -> Iterator[Make]:
    made: list[Session] = []

    def make(count: int = 4, complete: bool = False, expected: int | None = None) -> Session:
        listed = candidate_list(count)
        source = Growing(candidates=listed, expected=expected)
        ledger = Ledger(listed, "ann", complete)
        columns = ReviewColumns(listed, ledger)
        queue = Queue(count, columns.values, lambda text: match_filter(text, columns))
        session = Session(source, ledger, Kept(), queue, columns, Settings(), "ann")
        made.append(session)
        return session

    yield make
    for session in made:
        session.close()


@pytest.mark.parametrize(
    ("complete", "expected", "counted", "reason"),
    [
        (True, None, "", ""),
        (True, 1200, "", ""),
        (False, None, "4 so far", "the list is still being read (4 so far)"),
        (False, 1200, "4 of about 1,200", "the list is still being read (4 of about 1,200)"),
        (False, 0, "4 so far", "the list is still being read (4 so far)"),
    ],
)
def test_list_says_how_much_of_it_is_read(
    make: Make, complete: bool, expected: int | None, counted: str, reason: str
) -> None:
    session = make(complete=complete, expected=expected)
    assert session.listed_count_text == counted and session.incomplete_reason == reason
    assert session.expected == (None if complete else expected)
    assert session.complete == complete


def test_list_that_broke_off_says_why(qtbot: Any, make: Make) -> None:
    session = make(expected=10)
    with qtbot.waitSignal(session.broke_off, timeout=30000):
        session.break_off("12 bytes are missing")
    assert session.read_error == "12 bytes are missing"
    assert session.incomplete_reason == (
        "the rest of the list could not be read: 12 bytes are missing"
    )
    assert not session.complete


def test_longer_list_is_told_once_and_its_end_too(make: Make) -> None:
    session, told = make(4), []
    session.grown.connect(told.append)
    session.completed.connect(lambda: told.append("complete"))
    session.extend(candidate_list(6))
    assert told == [4] and not session.complete
    session.extend(candidate_list(6))
    assert told == [4]
    session.extend(candidate_list(7), ())
    assert told == [4, 6, "complete"] and session.complete
    assert session.writer.inputs == [7] and session.queue.order.tolist() == list(range(7))


def test_whole_list_says_that_earlier_verdicts_have_no_place(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, noticed = make(4), []
    session.noticed.connect(noticed.append)
    monkeypatch.setattr(Session, "unplaced_note", "3 earlier verdicts belong to no candidate")
    session.extend(candidate_list(5))
    assert noticed == []
    session.extend(candidate_list(5), ())
    assert noticed == ["3 earlier verdicts belong to no candidate"]


@pytest.mark.parametrize(
    ("expected", "error", "left"), [(None, "", 4), (10, "", 10), (3, "", 4), (10, "broken", 4)]
)
def test_time_left_is_for_what_is_not_read_yet_too(
    make: Make, monkeypatch: pytest.MonkeyPatch, expected: int | None, error: str, left: int
) -> None:
    monkeypatch.setattr(PaceMeter, "pace", lambda _meter, undecided: undecided)
    session = make(4, expected=expected)
    session.read_error = error
    assert session.pace == left


def test_other_settings_are_told_once(make: Make) -> None:
    session, told = make(), []
    session.settings_changed.connect(lambda: told.append(session.settings.review.tags))
    session.set_settings(Settings())
    assert told == []
    session.set_settings(replace(Settings(), review=ReviewSettings(tags=("a",))))
    assert told == [("a",)]


def test_keys_of_the_list_are_looked_up(make: Make) -> None:
    session = make(complete=True)
    assert session.current_key is None and session.current_row == -1
    session.go_to_row(1)
    session.next()
    assert (session.current_key, session.direction) == ("J002", 1)
    session.previous()
    assert (session.current_key, session.direction) == ("J001", -1)
    assert session.verdict("J001") is Verdict.NONE and session.remarked_rows() == []
    with pytest.raises(KeyError):
        session.verdict("none")
