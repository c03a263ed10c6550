"""Lanes: their counts and the age of the oldest, made behind the window."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PyQt6.QtCore import QTimer

from tests.helpers.fake_session import FakeSession, candidate_list
from vetter.core.columns.review_columns import ReviewColumns
from vetter.core.decisions.decision import Verdict
from vetter.review.threads.lanes import Lane, LaneCount, LaneCounter, make_lanes, wait_text

DAYS = np.array([5.0, 4.0, 3.0, 2.0, 1.0, 0.5])


@pytest.fixture
def session(qapp: Any) -> FakeSession:
    session = FakeSession(candidate_list(6))
    session.columns = ReviewColumns(
        session.candidates,
        session,
        waits=lambda: np.where(session.codes == 0, np.resize(DAYS, len(session.codes)), np.nan),
    )
    return session


@pytest.fixture
def counter(session: FakeSession) -> Iterator[LaneCounter]:
    counter = LaneCounter(session.columns, lambda: session.codes)
    counter.set_lanes(make_lanes(2.5, {"bright": "mag<18.2", "bad": "mag<<", "seen": "tags~x"}))
    yield counter
    counter.close()


def counts(qtbot: Any, counter: LaneCounter) -> dict[str, LaneCount]:
    with qtbot.waitSignal(counter.counted, timeout=30000):
        counter.count()
    return {lane.name: count for lane, count in counter.counts.items()}


def test_lanes_count_candidates_and_their_oldest(
    qtbot: Any, session: FakeSession, counter: LaneCounter
) -> None:
    session.say(0, verdict=Verdict.ACCEPT)
    session.say(2, verdict=Verdict.MAYBE)
    session.say(3, verdict=Verdict.LATER)
    found = counts(qtbot, counter)
    assert found["undecided"] == LaneCount(3, 3, 4.0)
    assert found["waits over 2.5 d"] == LaneCount(1, 1, 4.0)
    assert found["bright"] == LaneCount(2, 1, 4.0)
    assert found["later"][:2] == found["maybe"][:2] == (1, 0)
    assert np.isnan(found["maybe"].days)
    assert found["due again"].total == 0


def test_lane_of_an_invalid_filter_says_why(qtbot: Any, counter: LaneCounter) -> None:
    found = counts(qtbot, counter)
    assert found["bad"][:2] == (0, 0) and "is not expected" not in found["undecided"].problem
    assert found["bad"].problem


def test_counts_follow_verdicts_and_remarks(
    qtbot: Any, session: FakeSession, counter: LaneCounter
) -> None:
    assert counts(qtbot, counter)["bright"].undecided == 2
    session.say(0, verdict=Verdict.REJECT)
    session.say(4, tags=("x",))
    found = counts(qtbot, counter)
    assert found["bright"] == LaneCount(2, 1, 4.0)
    assert found["seen"] == LaneCount(1, 1, 1.0)
    assert counter.has_changing
    counter.set_lanes(make_lanes(2.5, {"bright": "mag<18.2"}))
    assert not counter.has_changing


def test_count_during_a_count_is_made_after_it(
    qtbot: Any, session: FakeSession, counter: LaneCounter
) -> None:
    with qtbot.waitSignals([counter.counted, counter.counted], timeout=30000):
        counter.count()
        session.say(0, verdict=Verdict.REJECT)
        counter.count()
    (lane,) = (lane for lane in counter.lanes if lane.name == "undecided")
    assert counter.counts[lane].total == 5


def test_list_that_has_grown_is_counted_whole(
    qtbot: Any, session: FakeSession, counter: LaneCounter
) -> None:
    counter.set_lanes([Lane("faint", "mag>18.2", True)])
    assert counts(qtbot, counter)["faint"].total == 4
    session.columns.extend(candidate_list(9))
    session.codes = np.zeros(9, np.uint8)
    found = counts(qtbot, counter)
    assert found["faint"].total == 7


@pytest.mark.parametrize(
    ("days", "text"),
    [
        (np.nan, ""),
        (0.0, ""),
        (0.5 / 24, ""),
        (2.0 / 24, "2 h"),
        (23.5 / 24, "23 h"),
        (1.0, "1 d"),
        (2.0, "2 d"),
        (1234.0, "1,234 d"),
    ],
)
def test_wait_is_written_in_its_largest_unit(days: float, text: str) -> None:
    assert wait_text(days) == text


def test_first_counts_are_those_by_verdict(session: FakeSession, counter: LaneCounter) -> None:
    session.say(3, verdict=Verdict.LATER)
    counter.begin_with(session.counts)
    found = {lane.name: count[:2] for lane, count in counter.counts.items()}
    assert found == {"undecided": (5, 5), "later": (1, 0), "maybe": (0, 0)}


def test_count_now_is_the_one_that_was_to_come_soon(qtbot: Any, counter: LaneCounter) -> None:
    (timer,) = counter.findChildren(QTimer)
    counter.count_soon()
    begun = timer.remainingTime()
    counter.count_soon()
    # Verdicts that keep coming do not put the count off.
    assert timer.isActive() and timer.isSingleShot() and timer.remainingTime() <= begun
    counts(qtbot, counter)
    assert not timer.isActive()
    counter.count_soon()
    counter.close()
    assert not timer.isActive()
