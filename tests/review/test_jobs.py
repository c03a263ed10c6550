"""Jobs: one thread, answers in the owner's thread, none after closing."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from vetter.review.jobs import Answer, Jobs


@pytest.fixture
def jobs(qtbot: QtBot) -> Iterator[Jobs]:
    jobs = Jobs()
    yield jobs
    jobs.close()


def test_an_answer_carries_its_ticket_and_comes_in_this_thread(jobs: Jobs, qtbot: QtBot) -> None:
    seen: list[tuple[Answer, threading.Thread]] = []
    jobs.done.connect(lambda answer: seen.append((answer, threading.current_thread())))
    jobs.submit("a", lambda: threading.current_thread())
    qtbot.waitUntil(lambda: bool(seen), timeout=5000)
    answer, thread = seen[0]
    assert answer.ticket == "a" and answer.error is None
    assert thread is threading.main_thread() and answer.result is not thread


def test_an_exception_is_an_answer(jobs: Jobs, qtbot: QtBot) -> None:
    with qtbot.waitSignal(jobs.done, timeout=5000) as caught:
        jobs.submit("b", lambda: 1 / 0)
    assert isinstance(caught.args[0].error, ZeroDivisionError)


def test_jobs_run_one_after_another(jobs: Jobs, qtbot: QtBot) -> None:
    order: list[str] = []
    tickets: list[str] = []
    jobs.done.connect(lambda answer: tickets.append(answer.ticket))
    for name in "abc":
        jobs.submit(name, lambda name=name: order.extend([name, name]))
    qtbot.waitUntil(lambda: len(tickets) == 3, timeout=5000)
    assert order == list("aabbcc") and tickets == list("abc")


def test_waiting_jobs_can_be_dropped(jobs: Jobs, qtbot: QtBot) -> None:
    gate, begun, ran = threading.Event(), threading.Event(), []
    jobs.submit("first", lambda: (begun.set(), gate.wait(5)))
    assert begun.wait(5)
    jobs.submit("second", lambda: ran.append(2))
    jobs.drop_waiting()
    with qtbot.waitSignal(jobs.done, timeout=5000):
        gate.set()
    assert ran == []


def test_closing_while_a_job_runs_waits_for_it_and_tells_nothing(qtbot: QtBot) -> None:
    jobs = Jobs()
    begun, ended, told = threading.Event(), threading.Event(), []
    gate = threading.Timer(0.05, lambda: None)
    jobs.done.connect(told.append)

    def work() -> None:
        begun.set()
        gate.start()
        gate.join()
        ended.set()

    jobs.submit("slow", work)
    assert begun.wait(5)
    jobs.close()
    assert ended.is_set()
    jobs.submit("late", lambda: told.append("ran"))
    qtbot.wait(20)
    assert told == []
