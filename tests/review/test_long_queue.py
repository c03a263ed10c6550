"""Sorts and filters of long lists, which a thread makes while the list stays as it is."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from tests.helpers.turns import until_handled
from vetter.core.columns.sorted_rows import SortKey
from vetter.errors import InputError
from vetter.review.queue import Queue

MAG = np.array([19.0, 17.5, 18.0, 18.2, 17.5])


class Held:
    """Columns and filters of a list, which can be held up; a filter names the rows it matches."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.seen: list[str] = []
        self.mag = MAG

    def values(self, name: str) -> np.ndarray:
        assert self.gate.wait(30)
        return {"mag": self.mag}[name]

    def matches(self, expression: str) -> np.ndarray:
        self.seen.append(expression)
        assert self.gate.wait(30)
        if expression == "nonsense":
            raise InputError("filter: nonsense")
        return np.isin(np.arange(len(self.mag)), [int(row) for row in expression.split()])


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Held:
    monkeypatch.setattr("vetter.review.queue.AT_ONCE_ROWS", 0)
    return Held()


@pytest.fixture
def queue(qapp: Any, held: Held) -> Iterator[Queue]:
    queue = Queue(5, held.values, held.matches)
    yield queue
    held.gate.set()
    queue.close()


def until_idle(qtbot: Any, queue: Queue) -> None:
    qtbot.waitUntil(lambda: not queue.is_busy, timeout=30000)


def test_list_stays_until_filter_is_made(qtbot: Any, queue: Queue, held: Held) -> None:
    held.gate.clear()
    answers: list[Any] = []
    queue.request_filter("1 3", answers.append)
    assert queue.is_busy and queue.expression == "" and len(queue) == 5
    held.gate.set()
    until_idle(qtbot, queue)
    assert queue.order.tolist() == [1, 3] and answers == [None]


def test_only_latest_filter_counts(qtbot: Any, queue: Queue, held: Held) -> None:
    held.gate.clear()
    answers: list[str] = []
    for expression in ("0", "1", "2 4"):
        queue.request_filter(expression, lambda _, text=expression: answers.append(text))
    held.gate.set()
    until_idle(qtbot, queue)
    assert queue.order.tolist() == [2, 4] and answers == ["2 4"]
    # The second was replaced before its turn came.
    assert "1" not in held.seen


def test_error_leaves_list(qtbot: Any, queue: Queue) -> None:
    answers: list[Any] = []
    queue.request_filter("nonsense", answers.append)
    until_idle(qtbot, queue)
    assert len(queue) == 5 and str(answers[0]) == "filter: nonsense"


def test_sort_and_filter_asked_together_both_hold(qtbot: Any, queue: Queue, held: Held) -> None:
    held.gate.clear()
    queue.sort_by("mag", True)
    answers: list[Any] = []
    queue.request_filter("0 1 2", answers.append)
    held.gate.set()
    until_idle(qtbot, queue)
    assert queue.order.tolist() == [0, 2, 1] and answers == [None]


def test_second_click_turns_sort_under_way(qtbot: Any, queue: Queue, held: Held) -> None:
    held.gate.clear()
    queue.sort_by("mag")
    queue.sort_also("mag", True)
    assert queue.wanted_keys == (SortKey("mag", True),)
    held.gate.set()
    until_idle(qtbot, queue)
    assert queue.order.tolist() == [0, 3, 2, 1, 4]


def test_filter_set_at_once_replaces_one_under_way(qtbot: Any, queue: Queue, held: Held) -> None:
    held.gate.clear()
    answers: list[Any] = []
    queue.request_filter("0", answers.append)
    qtbot.waitUntil(lambda: held.seen == ["0"], timeout=30000)
    held.gate.set()
    queue.set_filter("3")
    until_idle(qtbot, queue)
    until_handled(qtbot)
    assert queue.order.tolist() == [3] and answers == []


def test_rows_read_meanwhile_are_sorted_and_filtered(qtbot: Any, queue: Queue, held: Held) -> None:
    held.gate.clear()
    queue.sort_by("mag")
    queue.request_filter("0 1 2 6", lambda _: None)
    new = np.array([18.5, 16.0])
    rows = np.array([False, True])
    queue.extend(7, lambda _: new, lambda _: rows)
    held.gate.set()
    until_idle(qtbot, queue)
    assert queue.order.tolist() == [6, 1, 2, 0]
    assert [queue.position_of(row) for row in range(7)] == [3, 1, 2, -1, -1, -1, 0]


def test_closed_queue_answers_nothing(queue: Queue, held: Held) -> None:
    answers: list[Any] = []
    queue.request_filter("0", answers.append)
    queue.close()
    assert answers == [] and not queue.is_busy


def test_unknown_column_leaves_long_list_as_it_is(qtbot: Any, queue: Queue) -> None:
    with qtbot.captureExceptions() as raised:
        queue.sort_by("gone")
        qtbot.waitUntil(lambda: len(raised) == 1, timeout=30000)
    assert raised[0][0] is KeyError
    assert not queue.is_busy and not queue.is_reordered and queue.sort_column is None
