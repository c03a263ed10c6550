"""Tasks on a thread of their own."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from PyQt6 import sip
from PyQt6.QtCore import QThread

from tests.helpers.turns import until_handled
from vetter.errors import InputError
from vetter.review.threads.background import Background


@pytest.fixture
def background(qapp) -> Iterator[Background]:
    background = Background()
    yield background
    background.close()


def test_result_arrives_from_another_thread(qtbot, background) -> None:
    with qtbot.waitSignal(background.done) as done:
        background.start(lambda _stop: threading.current_thread() is threading.main_thread())
    assert done.args == [False] and not background.running
    # Nothing of it stays for as long as the window does.
    qtbot.waitUntil(lambda: background.findChildren(QThread) == [])


def test_reason_of_a_failure_arrives(qtbot, background) -> None:
    def task(_stop: threading.Event) -> None:
        raise InputError("no such column")

    with qtbot.waitSignal(background.failed) as failed:
        background.start(task)
    assert failed.args == ["no such column"]


def test_later_task_replaces_the_earlier_ones(qtbot, background) -> None:
    results = []
    background.done.connect(results.append)
    # The first ends because it is stopped, the second never begins.
    background.start(lambda stop: stop.wait(60))
    background.start(lambda _stop: "second")
    background.start(lambda _stop: "third")
    qtbot.waitUntil(lambda: results != [])
    assert results == ["third"]


def test_closing_stops_the_task_without_a_result(qtbot, background) -> None:
    results = []
    background.done.connect(results.append)
    background.start(lambda stop: stop.wait(60))
    background.close()
    until_handled(qtbot)
    assert results == [] and not background.running


def test_destroyed_with_a_task_waits_for_its_end(qapp) -> None:
    background = Background()
    ended = threading.Event()

    def task(stop: threading.Event) -> None:
        stop.wait(60)
        ended.set()

    background.start(task)
    sip.delete(background)
    assert ended.is_set()


def test_closing_tells_the_task_to_stop(background) -> None:
    begun, told = threading.Event(), []

    def task(stop: threading.Event) -> None:
        begun.set()
        told.append(stop.wait(60))

    background.start(task)
    assert begun.wait(60)
    background.close()
    assert told == [True] and not background.running
