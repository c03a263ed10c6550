"""Measurer: the request made last is measured, and no bad candidate ends it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from tests.helpers.fake_field import FieldInMemory
from tests.helpers.processes import process_of, stands_back
from vetter.core.cutout.cutout import Cutout
from vetter.core.cutout_source import PsfFwhm
from vetter.core.psf.measures.cutout_measures import UNKNOWN_APERTURE, CutoutMeasures
from vetter.review.cutouts.measure_worker import NICENESS
from vetter.review.cutouts.measurer import Measurer, MeasureRequest

pytestmark = pytest.mark.process

CUTOUT = Cutout({"image": np.random.default_rng(1).normal(0, 1, (41, 41))})
SMALL = Cutout({"image": np.zeros((5, 5))})


@pytest.fixture
def measurer(qapp: Any) -> Iterator[Measurer]:
    """A measurer of the test's own, which it may close and whose process it may kill."""
    measurer = Measurer(FieldInMemory())
    yield measurer
    measurer.close()


@pytest.fixture(scope="module")
def shared(request: pytest.FixtureRequest, qapp: Any) -> Iterator[Measurer]:
    """One for all tests that only ask it: its process takes a second to start."""
    measurer = Measurer(FieldInMemory())
    # Now, so that no test is taken for the one that has left it running.
    measured(QtBot(request), measurer, MeasureRequest(0, CUTOUT, 3.0, 0.0))
    yield measurer
    measurer.close()


def measured(
    qtbot: Any, measurer: Measurer, *requests: MeasureRequest
) -> list[tuple[MeasureRequest, CutoutMeasures]]:
    """Make requests, and wait for the measures of the last."""
    found: list[tuple[MeasureRequest, CutoutMeasures]] = []
    connection = measurer.measured.connect(lambda *told: found.append(told))
    for request in requests:
        measurer.measure(request)
    qtbot.waitUntil(lambda: bool(found) and found[-1][0] is requests[-1], timeout=90000)
    measurer.measured.disconnect(connection)
    return found


def test_request_has_its_fwhm_and_direction(qtbot: Any, shared: Measurer) -> None:
    ((_, measures),) = measured(qtbot, shared, MeasureRequest(0, CUTOUT, 3.0, 30.0))
    assert (measures.aperture, measures.angle) == (3.0, 30.0)


def test_fwhm_that_nothing_tells_is_unknown(qtbot: Any, shared: Measurer) -> None:
    ((_, measures),) = measured(qtbot, shared, MeasureRequest(0, CUTOUT, None, 0.0))
    assert measures.aperture == UNKNOWN_APERTURE


@pytest.mark.skipif(not hasattr(os, "getpriority"), reason="needs processes that stand back")
def test_window_comes_before_the_measures(shared: Measurer) -> None:
    assert stands_back(process_of(shared), NICENESS)


def test_requests_overtaken_are_not_measured(qtbot: Any, shared: Measurer) -> None:
    requests = [MeasureRequest(row, CUTOUT, 3.0, 0.0) for row in range(30)]
    assert [request.row for request, _ in measured(qtbot, shared, *requests)] == [0, 29]


def test_broken_cutout_is_told_and_the_next_measured(qtbot: Any, shared: Measurer) -> None:
    broken = Cutout({"image": np.full((41, 41), "x")})
    ((_, measures),) = measured(qtbot, shared, MeasureRequest(0, broken, 3.0, 0.0))
    assert measures.lines[0].startswith("not measured: a fault of this program")
    found = measured(qtbot, shared, MeasureRequest(1, CUTOUT, 3.0, 0.0))
    assert found[-1][1].planes


def test_closed_measurer_takes_no_request(measurer: Measurer) -> None:
    measurer.close()
    measurer.measure(MeasureRequest(0, CUTOUT, 3.0, 0.0))
    assert not measurer.running


def test_process_that_dies_is_told_and_replaced(qtbot: Any, measurer: Measurer) -> None:
    # Too small to be measured: the process that is killed has not loaded what measures.
    measured(qtbot, measurer, MeasureRequest(0, SMALL, 3.0, 0.0))
    process_of(measurer).kill()
    found = measured(qtbot, measurer, MeasureRequest(1, CUTOUT, 3.0, 0.0))
    assert found[-1][1].lines[0].startswith("not measured: the measuring process ended")
    found = measured(qtbot, measurer, MeasureRequest(2, CUTOUT, 3.0, 0.0))
    assert found[-1][1].planes


class Child:
    """A child process that is none, and notes what it is told."""

    made: list[Child] = []

    def __init__(self, module: str, on_message: Any, on_end: Any, tied: bool) -> None:
        assert module == "vetter.review.cutouts.measure_worker" and tied
        self.on_message, self.on_end, self.is_closed = on_message, on_end, False
        self.tasks: list[Any] = []
        self.made.append(self)

    def send(self, task: Any) -> None:
        self.tasks.append(task)

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def source() -> FieldInMemory:
    return FieldInMemory()


@pytest.fixture
def unstarted(
    qapp: Any, source: FieldInMemory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Measurer]:
    """A measurer whose process is none."""
    monkeypatch.setattr("vetter.review.cutouts.measurer.ChildProcess", Child)
    monkeypatch.setattr(Child, "made", [])
    measurer = Measurer(source)
    yield measurer
    measurer.close()


def requests_of(count: int) -> list[MeasureRequest]:
    return [MeasureRequest(row, CUTOUT, 3.0 + row, 10.0 * row) for row in range(count)]


def test_one_is_measured_at_a_time_and_then_the_last(unstarted: Measurer) -> None:
    told: list[tuple[Any, Any]] = []
    unstarted.measured.connect(lambda *answer: told.append(answer))
    assert not unstarted.running and Child.made == []
    first, _, last = requests = requests_of(3)
    for request in requests:
        unstarted.measure(request)
    (child,) = Child.made
    assert unstarted.running and [task.fwhm for task in child.tasks] == [3.0]
    child.on_message("measures")
    assert told == [(first, "measures")]
    assert [(task.fwhm, task.angle) for task in child.tasks] == [(3.0, 0.0), (5.0, 20.0)]
    unstarted.measure(requests[1])
    unstarted.forget()
    child.on_message("others")
    assert told[1:] == [(last, "others")] and len(child.tasks) == 2


def test_planes_that_are_measured_are_sent_with_the_place(unstarted: Measurer) -> None:
    names = ("image", "other", "diff", "err", "mask")
    cutout = Cutout({name: np.zeros((5, 5)) for name in names})
    unstarted.measure(MeasureRequest(0, cutout, 3.0, 0.0))
    (task,) = Child.made[0].tasks
    assert sorted(task.planes) == ["diff", "err", "image", "mask"]
    assert task.position == cutout.position


@pytest.mark.parametrize(
    ("own", "of_field", "fwhm"),
    [(PsfFwhm(2.5, ""), PsfFwhm(4.0, ""), 2.5), (None, PsfFwhm(4.0, ""), 4.0), (None, None, None)],
)
def test_fwhm_is_that_of_the_candidate_or_its_image(
    unstarted: Measurer,
    source: FieldInMemory,
    monkeypatch: pytest.MonkeyPatch,
    own: PsfFwhm | None,
    of_field: PsfFwhm | None,
    fwhm: float | None,
) -> None:
    asked: list[bool] = []
    monkeypatch.setattr(FieldInMemory, "own_fwhm", lambda *_: own)
    monkeypatch.setattr(
        FieldInMemory, "fwhm", lambda _, measure=True: asked.append(measure) or of_field
    )
    for row in range(2):
        unstarted.measure(MeasureRequest(row, CUTOUT, None, 0.0))
        Child.made[0].on_message("measures")
    assert [task.fwhm for task in Child.made[0].tasks] == [fwhm] * 2
    # Of an image it is asked once, and never measured here.
    assert asked == ([] if own else [False])


def test_next_request_after_an_end_begins_another_process(unstarted: Measurer) -> None:
    told: list[Any] = []
    unstarted.measured.connect(lambda _, answer: told.append(answer.reason))
    first, second = requests_of(2)
    unstarted.measure(first)
    Child.made[0].on_end(3)
    assert told == ["not measured: the measuring process ended (status 3)"]
    assert Child.made[0].is_closed and not unstarted.running
    unstarted.measure(second)
    assert len(Child.made) == 2 and not Child.made[1].is_closed


def test_answer_after_the_end_is_not_told(unstarted: Measurer) -> None:
    told: list[Any] = []
    unstarted.measured.connect(lambda *answer: told.append(answer))
    unstarted.measure(requests_of(1)[0])
    (child,) = Child.made
    unstarted.close()
    child.on_message("measures")
    unstarted.measure(requests_of(1)[0])
    assert told == [] and child.is_closed and len(Child.made) == 1
