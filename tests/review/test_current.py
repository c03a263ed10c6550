"""Where the vetter is, and when a candidate counts as seen."""

from __future__ import annotations

import numpy as np
import pytest

from vetter.review.current import CurrentCandidate
from vetter.review.queue import Queue


@pytest.fixture
def viewing(qapp):
    queue = Queue(4, lambda name: np.zeros(4), lambda text: np.array([1, 0, 1, 0], bool))
    viewing = CurrentCandidate(queue)
    viewing.show(0)
    yield viewing
    viewing.close()


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
