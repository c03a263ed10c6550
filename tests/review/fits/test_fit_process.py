"""The fitting process on the demo field: answers, order, damage and end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest
from pytestqt.qtbot import QtBot

from tests.helpers.alert_files import write_packets
from tests.helpers.processes import process_of, stands_back
from vetter.core.fit.adjustment import Adjustment
from vetter.io import child_process
from vetter.io.inputs.open_input import open_input
from vetter.io.session.format.rows import meta_from
from vetter.review.fits.fit_messages import (
    FieldRequest,
    FitRequest,
    Fitted,
    NewRows,
    Ready,
    WorkerFailed,
    WorkerStart,
)
from vetter.review.fits.fit_process import FitProcess
from vetter.review.fits.fit_worker import NICENESS
from vetter.settings import FitSettings

pytestmark = pytest.mark.process

SETTINGS = FitSettings(psf="gaussian")


class Measured(NamedTuple):
    """What a process is begun with where no session keeps the field, and what it tells of it."""

    start: WorkerStart
    ready: Ready


@pytest.fixture(scope="module")
def measured(request, qapp) -> Measured:
    source = open_input("demo")
    start = WorkerStart(source.record, SETTINGS, 20.0)
    source.close()
    process = FitProcess(start)
    with QtBot(request).waitSignal(process.ready, timeout=90000) as told:
        process.request_field(0)
    process.close()
    return Measured(start, told.args[0])


@pytest.fixture(scope="module")
def start(measured) -> WorkerStart:
    """The demo with its field measured, as a session keeps it."""
    return replace(measured.start, kept={0: measured.ready.record})


@pytest.fixture
def ahead(qapp, start) -> Iterator[FitProcess]:
    """A process of the test's own, which it may hold, kill and fill."""
    ahead = FitProcess(start)
    yield ahead
    ahead.close()


class Asked(NamedTuple):
    """A process that several tests ask, and what it has told of the field."""

    process: FitProcess
    ready: Ready
    begun: object
    """Its child before anything was wished for."""


@pytest.fixture(scope="module")
def asked(request, qapp, start) -> Iterator[Asked]:
    process = FitProcess(start)
    process.begin()
    begun = process_of(process)
    assert not process.running
    with QtBot(request).waitSignal(process.ready, timeout=90000) as told:
        process.request_field(0)
    yield Asked(process, told.args[0], begun)
    process.close()


@pytest.fixture
def shared(asked) -> FitProcess:
    """A process that has nothing to do: a test leaves none of its wishes unanswered."""
    return asked.process


def test_wishes_are_answered_first_with_residuals_and_the_rest_without(qtbot, shared):
    answers = []
    shared.fitted.connect(answers.append)
    shared.request([7, 3], [1, 2, 4])
    qtbot.waitUntil(lambda: sum(len(a.rows) for a in answers) == 5, timeout=90000)
    assert [row for answer in answers for row in answer.rows] == [7, 3, 1, 2, 4]
    residuals = [fit.residual is not None for a in answers for fit in a.adjustments]
    assert residuals == [True, True, False, False, False]
    shared.fitted.disconnect(answers.append)


def test_a_later_wish_comes_before_what_waits(qtbot, ahead):
    answers = []
    ahead.fitted.connect(answers.append)
    with qtbot.waitSignal(ahead.ready, timeout=90000):
        ahead.request([], range(150))
    ahead.request([149])
    qtbot.waitUntil(lambda: any(a.rows == (149,) for a in answers), timeout=90000)
    place = next(i for i, answer in enumerate(answers) if answer.rows == (149,))
    assert sum(len(answer.rows) for answer in answers[:place]) < 149


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="needs a process that can be stopped")
def test_a_process_that_does_not_read_holds_nobody_up(ahead):
    ahead.request([0])
    os.kill(process_of(ahead).pid, signal.SIGSTOP)
    # More than a pipe holds; a window that waited would wait here for ever.
    ahead.request([], range(200_000))
    ahead.close()


def test_stars_of_a_field_are_told_without_a_candidate(measured):
    """A field that no session keeps is measured, and told with a record to keep."""
    assert measured.ready.fit.calibration.count > 100
    assert measured.ready.record is not None


def test_field_that_the_session_keeps_is_not_measured_again(asked):
    assert asked.ready.record is None
    assert asked.ready.fit.calibration.is_usable


def test_the_answer_names_what_it_rests_on(asked):
    assert "FWHM" in asked.ready.fit.description
    assert asked.ready.signature


@pytest.mark.skipif(not hasattr(os, "getpriority"), reason="needs processes that stand back")
def test_window_comes_before_the_fits(asked):
    assert stands_back(process_of(asked.process), NICENESS)


def test_an_input_that_cannot_be_opened_is_told_in_words(qtbot, tmp_path):
    ahead = FitProcess(WorkerStart({"inputs": [str(tmp_path / "gone.csv")]}, FitSettings(), 20.0))
    try:
        with qtbot.waitSignal(ahead.broken, timeout=90000) as told:
            ahead.request([0])
        assert "gone.csv" in told.args[0]
    finally:
        ahead.close()


def test_a_process_that_is_killed_is_told(qtbot, ahead):
    ahead.request([0])
    with qtbot.waitSignal(ahead.broken, timeout=90000) as told:
        process_of(ahead).kill()
    assert "ended unexpectedly" in told.args[0]


def test_closing_ends_the_process_and_wishes_start_none(qtbot, ahead):
    with qtbot.waitSignal(ahead.ready, timeout=90000):
        ahead.request([0])
    process = process_of(ahead)
    ahead.close()
    ahead.request([1])
    assert process.poll() is not None
    assert not ahead.running


def test_the_process_ends_when_the_window_was_killed(start):
    process = child_process.start_child("vetter.review.fits.fit_worker")
    child_process.send(process.stdin, replace(start, settings=FitSettings(psf="stars")))
    child_process.send(process.stdin, FitRequest((0,), tuple(range(1, 150)), 0))
    process.stdin.close()
    answers = list(child_process.receive(process.stdout))
    process.stdout.close()
    assert process.wait(60) == 0
    assert sum(len(a.rows) for a in answers if isinstance(a, Fitted)) < 150


def test_it_is_begun_before_anything_is_wished_for(asked):
    assert process_of(asked.process) is asked.begun and asked.process.running


def test_results_come_as_the_texts_that_are_kept(qtbot, shared):
    with qtbot.waitSignal(shared.fitted, timeout=90000) as told:
        shared.request([4])
    fitted = told.args[0]
    kept = Adjustment.from_meta(meta_from(fitted.texts[0]))
    assert kept is not None
    assert kept.chi2 == fitted.adjustments[0].chi2
    assert kept.residual is None and fitted.adjustments[0].residual is not None


def _state(pid: int) -> str:
    """Of a process: R, S, D, T (stopped), Z, or nothing where it has gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""


on_linux = pytest.mark.skipif(sys.platform != "linux", reason="states of processes are read there")


@on_linux
def test_it_stands_still_while_it_is_held(qtbot, shared):
    pid = process_of(shared).pid
    shared.hold()
    qtbot.waitUntil(lambda: _state(pid) == "T", timeout=90000)
    shared.request([1])
    shared.go_on()
    with qtbot.waitSignal(shared.fitted, timeout=90000) as told:
        pass
    assert told.args[0].rows == (1,)


@on_linux
def test_it_is_ended_while_it_is_held(qtbot, ahead):
    with qtbot.waitSignal(ahead.ready, timeout=90000):
        ahead.request([0])
    process = process_of(ahead)
    ahead.hold()
    qtbot.waitUntil(lambda: _state(process.pid) == "T", timeout=90000)
    ahead.close()
    assert process.poll() is not None


KILLED = """
import os, signal, sys, time
from vetter.review.fits.fit_process import FitProcess
from vetter.review.fits.fit_messages import WorkerStart
from vetter.settings import FitSettings
ahead = FitProcess(WorkerStart({"inputs": ["demo"]}, FitSettings(), 20.0))
ahead.begin()
print(ahead._child.process.pid, flush=True)
until = time.monotonic() + float(sys.argv[1])
while time.monotonic() < until:
    ahead.hold()
    time.sleep(0.001)
os.kill(os.getpid(), signal.SIGKILL)
"""


@on_linux
@pytest.mark.parametrize("seconds", [0.005, 0.05, 0.2, 1])
def test_process_of_killed_window_ends(qtbot, seconds):
    told = subprocess.run(
        [sys.executable, "-P", "-c", KILLED, str(seconds)],
        env={**os.environ, "PYTHONPATH": str(Path(child_process.__file__).parents[2])},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert told.returncode == -signal.SIGKILL
    pid = int(told.stdout)
    qtbot.waitUntil(lambda: _state(pid) in ("", "Z"), timeout=20000)


def test_process_not_tied_yet_is_not_held(ahead, monkeypatch):
    ahead.begin()
    sent = []
    with monkeypatch.context() as patch:
        patch.setattr(process_of(ahead), "send_signal", sent.append)
        patch.setattr(ahead._child, "_is_tied", False)
        ahead.hold()
        ahead.go_on()
    assert sent == []


@on_linux
def test_process_begun_by_another_is_not_tied():
    # Process 1 did not begin it: so it is where the window has ended before.
    code = f"from {child_process.__name__} import tie_to_parent; tie_to_parent(1)"
    told = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, check=True)
    assert told.stdout == b""


def test_what_is_on_its_way_is_not_fitted_twice(qtbot, start):
    process = child_process.start_child("vetter.review.fits.fit_worker")
    child_process.send(process.stdin, start)
    child_process.send(process.stdin, FitRequest((3, 4), None, 0))
    answers = child_process.receive(process.stdout)
    first = next(answer for answer in answers if isinstance(answer, Fitted))
    # Wished for before the answer was heard, and after.
    child_process.send(process.stdin, FitRequest((4, 5), None, 0))
    second = next(answers)
    child_process.send(process.stdin, FitRequest((4, 6), None, 2))
    third = next(answers)
    process.stdin.close()
    process.wait(60)
    process.stdout.close()
    assert [answer.rows for answer in (first, second, third)] == [(3, 4), (5,), (4, 6)]


def test_wishes_tell_how_many_answers_were_heard(qtbot, shared):
    with qtbot.waitSignal(shared.fitted, timeout=90000):
        shared.request([2])
    # Heard of: it is wanted again.
    with qtbot.waitSignal(shared.fitted, timeout=90000) as told:
        shared.request([2])
    assert told.args[0].rows == (2,)


class Child:
    """A child process that is none, and notes what it is told."""

    made: list[Child] = []

    def __init__(self, module, on_message, on_end, tied) -> None:
        self.on_message, self.on_end, self.told = on_message, on_end, []
        self.is_held = False
        assert module == "vetter.review.fits.fit_worker" and tied
        self.made.append(self)

    def send(self, message) -> None:
        self.told.append(message)

    def hold(self) -> None:
        self.told.append("hold")
        self.is_held = True

    def go_on(self) -> None:
        self.told.append("go on")
        self.is_held = False

    def close(self) -> None:
        self.told.append("close")


@pytest.fixture
def unstarted(qapp, monkeypatch) -> FitProcess:
    """A process that has not been begun, and whose child is none."""
    monkeypatch.setattr("vetter.review.fits.fit_process.ChildProcess", Child)
    monkeypatch.setattr(Child, "made", [])
    return FitProcess(WorkerStart({}, FitSettings(), 20.0))


def test_process_is_begun_once_and_told_nothing_before(unstarted):
    unstarted.request_new_rows(range(3))
    unstarted.hold()
    unstarted.go_on()
    assert Child.made == []
    unstarted.begin()
    unstarted.request_new_rows(range(3))
    assert not unstarted.running
    unstarted.request([1], [2])
    unstarted.request_new_rows(range(3, 5))
    unstarted.request_field(2)
    unstarted.hold()
    unstarted.go_on()
    (child,) = Child.made
    start, *told = child.told
    assert start == WorkerStart({}, FitSettings(), 20.0) and unstarted.running
    requests = [FitRequest((1,), (2,), 0), NewRows(range(3, 5)), FieldRequest(2)]
    assert told == [*requests, "hold", "go on"]


def test_of_requests_while_it_is_held_the_newest_is_sent(unstarted):
    unstarted.begin()
    unstarted.hold()
    for row in range(1000):
        unstarted.request([row], [7, 8] if row == 500 else None)
    assert unstarted.running
    (child,) = Child.made
    assert child.told[1:] == ["hold"]
    unstarted.go_on()
    # The background rows of the last request that named any.
    assert child.told[2:] == ["go on", FitRequest((999,), (7, 8), 0)]
    unstarted.go_on()
    unstarted.request([3])
    assert child.told[4:] == ["go on", FitRequest((3,), None, 0)]


def test_rows_listed_while_it_is_held_follow_those_requested_before(unstarted):
    unstarted.request([1])
    unstarted.hold()
    unstarted.request([2], [3])
    unstarted.request_new_rows(range(4, 6))
    unstarted.go_on()
    (child,) = Child.made
    sent = [message for message in child.told if isinstance(message, FitRequest | NewRows)]
    expected = [FitRequest((1,), None, 0), FitRequest((2,), (3,), 0), NewRows(range(4, 6))]
    assert sent == expected


def test_answers_are_told_by_their_kind(unstarted):
    unstarted.request([1])
    (child,) = Child.made
    told = []
    unstarted.fitted.connect(told.append)
    unstarted.ready.connect(told.append)
    unstarted.broken.connect(told.append)
    fitted, ready = Fitted((1,), (), ()), Ready(None, "")
    for message in (ready, fitted, WorkerFailed("gone"), fitted, "other"):
        child.on_message(message)
    assert told == [ready, fitted, "gone", fitted]
    unstarted.request([2])
    assert child.told[-1] == FitRequest((2,), None, 2)


@pytest.mark.parametrize(
    ("status", "said"), [(0, []), (-9, ["the worker process ended unexpectedly (status -9)"])]
)
def test_end_is_told_where_it_was_not_meant(unstarted, status, said):
    unstarted.begin()
    told = []
    unstarted.broken.connect(told.append)
    Child.made[0].on_end(status)
    assert told == said


def test_closed_process_is_not_begun_again(unstarted):
    unstarted.request([1])
    for _ in range(2):
        unstarted.close()
        unstarted.begin()
        unstarted.request([2])
        unstarted.request_new_rows(range(3))
        unstarted.hold()
    (child,) = Child.made
    assert child.told[-1] == "close" and child.told.count("close") == 1 and not unstarted.running


def test_list_is_read_as_far_as_a_request_goes(qtbot, qapp, tmp_path):
    """Its files, and so the name of its results, are not known before its end."""
    write_packets(tmp_path, 33)
    ahead = FitProcess(WorkerStart({"inputs": [str(tmp_path)]}, SETTINGS, 20.0))
    try:
        with qtbot.waitSignals([ahead.ready, ahead.fitted], timeout=90000) as told:
            ahead.request([0])
        ready, first = (item.args[0] for item in told.all_signals_and_args)
        assert (ready.signature, first.rows) == ("", (0,))
        # The last one, and then others that the list does not have.
        for rows in ([32], [33, 32, 99]):
            with qtbot.waitSignal(ahead.fitted, timeout=90000) as told:
                ahead.request(rows)
            assert told.args[0].rows == (32,)
    finally:
        ahead.close()
