"""Jobs in a thread, of which only the latest counts."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event, Timer, enumerate
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from vetter.errors import InputError
from vetter.review.threads.arranger import Arranger

PATIENCE = 30


@pytest.fixture
def arranger(qtbot: QtBot) -> Iterator[Arranger]:
    made = Arranger()
    yield made
    made.close()


class Held:
    """A job that waits until it is let go, and what came of it and of others."""

    def __init__(self) -> None:
        self.begun, self.gate = Event(), Event()
        self.results: list[Any] = []

    def work(self) -> str:
        self.begun.set()
        assert self.gate.wait(PATIENCE)
        return "held"

    def take(self, result: Any, problem: Exception | None) -> None:
        self.results.append(problem or result)


def test_result_comes_when_the_job_is_done(qtbot: QtBot, arranger: Arranger) -> None:
    held = Held()
    arranger.run(held.work, held.take)
    assert arranger.is_busy and held.results == []
    held.gate.set()
    qtbot.waitUntil(lambda: held.results == ["held"])
    assert not arranger.is_busy


def test_only_the_latest_job_has_a_result(qtbot: QtBot, arranger: Arranger) -> None:
    held, ran = Held(), []
    arranger.run(held.work, held.take)
    assert held.begun.wait(PATIENCE)
    arranger.run(lambda: ran.append("replaced"), held.take)
    arranger.run(lambda: "last", held.take)
    held.gate.set()
    qtbot.waitUntil(lambda: not arranger.is_busy)
    assert held.results == ["last"] and ran == []


def test_dropped_job_tells_nothing(qtbot: QtBot, arranger: Arranger) -> None:
    held = Held()
    arranger.run(held.work, held.take)
    assert held.begun.wait(PATIENCE)
    arranger.drop()
    assert not arranger.is_busy
    held.gate.set()
    arranger.run(lambda: "next", lambda result, _: held.results.append(f"{result} alone"))
    qtbot.waitUntil(lambda: held.results == ["next alone"])


def test_error_of_an_input_is_handed_over(qtbot: QtBot, arranger: Arranger) -> None:
    held, error = Held(), InputError("no such column")

    def fail() -> None:
        raise error

    arranger.run(fail, held.take)
    qtbot.waitUntil(lambda: held.results == [error])


def test_fault_of_the_program_is_raised(qtbot: QtBot, arranger: Arranger) -> None:
    held = Held()
    with qtbot.captureExceptions() as raised:
        arranger.run(lambda: 1 / 0, held.take)
        qtbot.waitUntil(lambda: len(raised) == 1)
    assert raised[0][0] is ZeroDivisionError and held.results == []
    assert not arranger.is_busy


def test_closed_one_works_again(qtbot: QtBot, arranger: Arranger) -> None:
    held = Held()
    arranger.run(lambda: "first", held.take)
    arranger.close()
    assert not arranger.is_busy
    arranger.run(lambda: "again", held.take)
    qtbot.waitUntil(lambda: held.results == ["again"])


def test_closing_waits_for_the_job_under_way_and_starts_no_other(arranger: Arranger) -> None:
    held, ran = Held(), []
    arranger.run(held.work, held.take)
    assert held.begun.wait(PATIENCE)
    arranger.run(lambda: ran.append("waiting"), held.take)
    Timer(0.02, held.gate.set).start()
    arranger.close()
    assert [thread.name for thread in enumerate() if thread.name.startswith("arranger")] == []
    assert held.results == [] and ran == []
