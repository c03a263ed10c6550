"""Where the vetter is, and when a candidate counts as seen."""

from __future__ import annotations

import numpy as np
import pytest
from PyQt6.QtCore import QTimer

from vetter.review.current import Awaited, CurrentCandidate
from vetter.review.look_clock import LookClock
from vetter.review.queue import Queue


@pytest.fixture
def queue(qapp) -> Queue:
    """Four candidates; filters match the even ones, or none."""
    even = np.array([1, 0, 1, 0], bool)
    return Queue(4, lambda name: np.zeros(4), lambda text: even & (text == "even"))


@pytest.fixture
def viewing(queue):
    viewing = CurrentCandidate(queue)
    viewing.show(0)
    yield viewing
    viewing.close()


def test_no_candidate_is_on_screen_at_first(queue):
    viewing = CurrentCandidate(queue)
    assert (viewing.row, viewing.is_blank, viewing.direction) == (-1, False, 1)
    viewing.record_paint(-1)
    assert not viewing.is_painted and viewing.seconds == 0


def test_a_candidate_is_seen_once_it_is_painted(viewing):
    assert not viewing.is_painted
    viewing.record_paint(0)
    assert viewing.is_painted


def test_the_paint_of_another_candidate_counts_for_nothing(viewing):
    viewing.show(1)
    viewing.record_paint(0)
    assert not viewing.is_painted
    assert viewing.seconds == 0


def test_steps_turn_the_direction(viewing):
    assert viewing.step(1) and viewing.direction == 1
    assert viewing.step(-1) and viewing.direction == -1
    assert not viewing.step(-1)
    assert viewing.row == 0


def test_a_place_is_settled_only_when_the_vetter_stays(viewing, qtbot):
    settled = []
    viewing.settled.connect(settled.append)
    for row in (1, 2, 3):
        viewing.show(row)
    qtbot.waitUntil(lambda: bool(settled), timeout=30000)
    assert settled == [3]


def test_time_looked_at_begins_with_the_first_paint(viewing):
    now = [100.0]
    viewing.clock = LookClock(now=lambda: now[0])
    assert viewing.seconds == 0
    viewing.record_paint(0)
    now[0] += 3.0
    viewing.record_paint(0)
    assert viewing.seconds == 3.0
    viewing.show(1)
    assert viewing.seconds == 0


@pytest.fixture
def told(viewing) -> list:
    """What the candidate on screen tells."""
    told: list = []
    viewing.changed.connect(told.append)
    viewing.blanked.connect(lambda blank: told.append("blank" if blank else "shown"))
    return told


def test_candidate_that_is_shown_again_is_not_told(viewing, told):
    viewing.record_paint(0)
    viewing.show(0)
    assert told == [] and viewing.is_painted


def test_screen_is_blank_while_the_filter_matches_none(viewing, told, queue):
    viewing.record_paint(0)
    queue.set_filter("none")
    viewing.follow_filter()
    viewing.follow_filter()
    assert told == ["blank"] and viewing.is_blank
    viewing.record_paint(0)
    assert not viewing.is_painted
    queue.set_filter("even")
    viewing.follow_filter()
    assert told == ["blank", "shown"] and not viewing.is_painted
    viewing.record_paint(0)
    assert viewing.is_painted


def test_blank_screen_shows_what_is_gone_to(viewing, told, queue):
    queue.set_filter("none")
    viewing.follow_filter()
    viewing.show(0)
    assert told == ["blank", "shown"]
    viewing.follow_filter()
    viewing.show(3)
    assert told[2:] == ["blank", "shown", 3]


def test_ends_of_the_list_are_those_of_the_filter(viewing, queue):
    queue.set_filter("even")
    for last, row in ((True, 2), (False, 0)):
        viewing.to_end(last)
        assert viewing.row == row
    queue.set_filter("none")
    viewing.to_end(True)
    assert viewing.row == 0


@pytest.mark.parametrize(("start", "row"), [(None, 1), (1, 3), (3, 1)])
def test_next_undecided_is_the_one_after_the_start(viewing, start, row):
    viewing.direction = -1
    assert viewing.to_undecided(np.array([1, 0, 1, 0], np.uint8), start)
    assert (viewing.row, viewing.direction) == (row, 1)


def test_without_an_undecided_one_nothing_moves(viewing):
    viewing.direction = -1
    assert not viewing.to_undecided(np.ones(4, np.uint8))
    assert (viewing.row, viewing.direction) == (0, -1)


CODES = np.array([1, 1, 0, 1], np.uint8)


@pytest.mark.parametrize(
    ("awaited", "row"),
    [(Awaited.NOTHING, 0), (Awaited.NEXT_LISTED, 1), (Awaited.NEXT_UNDECIDED, 2)],
)
def test_awaited_candidate_is_shown_once(viewing, awaited, row):
    viewing.wait(awaited)
    viewing.show_awaited(CODES)
    assert viewing.row == row
    viewing.show_awaited(CODES)
    assert viewing.row == row


@pytest.mark.parametrize(("codes", "row"), [(CODES, 2), (np.ones(4, np.uint8), 0)])
def test_first_candidate_is_the_first_undecided(viewing, codes, row):
    viewing.row = -1
    viewing.show_awaited(codes)
    assert viewing.row == row


def test_blank_screen_waits_for_a_match(viewing, queue):
    viewing.show(1)
    queue.set_filter("none")
    viewing.follow_filter()
    viewing.wait(Awaited.NEXT_LISTED)
    viewing.show_awaited(CODES)
    assert viewing.row == 1 and viewing.is_blank
    queue.set_filter("even")
    viewing.show_awaited(CODES)
    assert viewing.row == 2 and not viewing.is_blank


def test_place_is_not_told_after_the_end(viewing):
    viewing.show(1)
    viewing.close()
    assert [timer.isActive() for timer in viewing.findChildren(QTimer)] == [False]
