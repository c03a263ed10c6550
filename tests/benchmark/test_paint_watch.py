"""Times from an act to the end of the paint that shows it, and to nothing that follows."""

from __future__ import annotations

from typing import Any

import pytest
from PyQt6.QtCore import QTimer
from PyQt6.QtGui import QPaintEvent
from PyQt6.QtWidgets import QScrollArea

from vetter.benchmark import paint_watch
from vetter.benchmark.paint_watch import PATIENCE, PaintWatch, wait

PAINT, LATER = 3.0, 10.0
"""Seconds on the test's clock that an area's paint takes, and the work of a later turn."""


class Clock:
    """Clock that only work moves on, and a look by a little, so that patience has an end."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        self.now += 1e-3
        return self.now

    def work(self, seconds: float) -> None:
        self.now += seconds


class Area(QScrollArea):
    """Area whose paint is followed by work and another paint in a later turn."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._is_painted = False

    def paintEvent(self, event: QPaintEvent | None) -> None:
        self._clock.work(PAINT)
        if not self._is_painted:
            self._is_painted = True
            QTimer.singleShot(0, self._work_later)

    def _work_later(self) -> None:
        self._clock.work(LATER)
        view = self.viewport()
        assert view is not None
        view.repaint()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(paint_watch, "perf_counter", clock)
    return clock


@pytest.fixture
def area(qtbot: Any, clock: Clock) -> Area:
    area = Area(clock)
    qtbot.addWidget(area)
    area.show()
    qtbot.waitExposed(area)
    wait(0.1)
    area._is_painted = False
    return area


@pytest.mark.parametrize("act", ["update", "repaint"])
def test_the_paint_counts_and_what_follows_does_not(area: Area, act: str) -> None:
    seconds = PaintWatch(area).time(getattr(area.viewport(), act), AssertionError)
    assert seconds == pytest.approx(PAINT, abs=0.5)


def test_a_paint_before_the_act_does_not_count(area: Area, clock: Clock) -> None:
    watch = PaintWatch(area)
    view = area.viewport()
    assert view is not None
    area._is_painted = True
    view.repaint()
    start = clock.now
    with pytest.raises(LookupError, match="lost"):
        watch.time(lambda: None, lambda: LookupError("lost"))
    assert clock.now - start >= PATIENCE


def test_waiting_lets_the_program_run(qapp: Any) -> None:
    turns: list[int] = []
    QTimer.singleShot(0, lambda: turns.append(1))
    wait(0.02)
    assert turns == [1]
