"""Dock of measures: which way the cut goes, and that each candidate is measured once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from types import SimpleNamespace as Some
from typing import Any

import numpy as np
import pytest
from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QMainWindow, QWidget

from tests.helpers.child_here import ChildHere
from tests.helpers.fake_field import FieldInMemory
from vetter.core.cutout.cutout import Cutout
from vetter.core.psf.measures.cutout_measures import CutoutMeasures
from vetter.gui.panels.measures.dock import MeasuresDock
from vetter.review.cutouts import measurer
from vetter.review.cutouts.measure_worker import MeasureTask, measure

DEGREE = "\N{DEGREE SIGN}"


class MeasuringHere(ChildHere):
    """Measures in this process, and counts."""

    tasks: list[MeasureTask] = []

    def answers(self, message: MeasureTask) -> list[CutoutMeasures]:
        self.tasks.append(message)
        return [measure(message)]


@pytest.fixture
def dock(qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[MeasuresDock]:
    monkeypatch.setattr(measurer, "ChildProcess", MeasuringHere)
    monkeypatch.setattr(MeasuringHere, "tasks", [])
    window = QMainWindow()
    window.setCentralWidget(QWidget())
    qtbot.addWidget(window)
    window.resize(800, 500)
    window.show()
    dock = MeasuresDock(FieldInMemory(), window)
    yield dock
    dock.close_measurer()


def frame(row: int = 0, shift: tuple[float, float] | None = None) -> Any:
    """As much of a rendered cutout as is measured."""
    image = np.random.default_rng(row).normal(0, 1, (41, 41))
    moved = None if shift is None else Some(dx=shift[0], dy=shift[1])
    return Some(row=row, cutout=Cutout({"image": image}), shift=moved)


def until_measured(qtbot: Any, dock: MeasuresDock) -> CutoutMeasures:
    qtbot.waitUntil(lambda: dock.measures is not None, timeout=30000)
    assert dock.measures is not None
    return dock.measures


@pytest.mark.parametrize(
    ("shift", "angle", "words"),
    [
        (None, 0.0, "cut along the rows"),
        ((1.0, 0.0), 0.0, "cut along the rows"),
        ((1.0, 1.0), 45.0, "cut along the fit's shift"),
        # A line has two ends.
        ((-1.0, -1.0), 45.0, "cut along the fit's shift"),
        ((0.0, -2.0), 90.0, "cut along the fit's shift"),
        ((np.nan, 1.0), 0.0, "cut along the rows"),
        ((1.0, np.nan), 0.0, "cut along the rows"),
    ],
)
def test_cut_goes_along_the_shift(
    qtbot: Any, dock: MeasuresDock, shift: tuple[float, float] | None, angle: float, words: str
) -> None:
    dock.show_frame(frame(shift=shift), 3.0)
    dock.toggle()
    assert until_measured(qtbot, dock).angle == pytest.approx(angle)
    assert dock.text.splitlines()[-1] == words


def is_turned_to(dock: MeasuresDock, angle: int) -> bool:
    return dock.measures is not None and round(dock.measures.angle) == angle


@pytest.mark.parametrize(
    ("shift", "angles"),
    [
        (None, [15, 30]),
        # From a direction between two steps to the next one.
        ((1.0, 1.05), [60, 75]),
        # 164 degrees: a half turn ends where it began.
        ((-1.0, 0.2867), [165, 0, 15]),
    ],
)
def test_cut_is_turned_in_steps(
    qtbot: Any, dock: MeasuresDock, shift: tuple[float, float] | None, angles: list[int]
) -> None:
    dock.show_frame(frame(shift=shift), 3.0)
    for angle in angles:
        words = f"cut at {angle}{DEGREE} from the rows" if angle else "cut along the rows"
        assert dock.turn_cut() == words
        assert dock.isVisible()
        qtbot.waitUntil(partial(is_turned_to, dock, angle), timeout=30000)
        assert dock.text.splitlines()[-1] == words


def test_other_looks_of_a_candidate_are_not_measured_again(qtbot: Any, dock: MeasuresDock) -> None:
    shown = frame()
    dock.show_frame(shown, 3.0)
    dock.toggle()
    until_measured(qtbot, dock)
    assert len(MeasuringHere.tasks) == 1 and MeasuringHere.tasks[0].fwhm == 3.0
    assert not is_waiting(dock)
    dock.show_frame(Some(row=0, cutout=shown.cutout, shift=None), 3.0)
    assert not is_waiting(dock)
    # Its fit has come: the cut goes along the shift now.
    dock.show_frame(Some(row=0, cutout=shown.cutout, shift=Some(dx=0.0, dy=1.0)), 3.0)
    assert is_waiting(dock)
    qtbot.waitUntil(lambda: "fit's shift" in dock.text, timeout=30000)
    dock.show_frame(frame(1), 3.0)
    assert is_waiting(dock)


def is_waiting(dock: MeasuresDock) -> bool:
    """Whether the dock waits until the user rests on the candidate."""
    return any(timer.isActive() for timer in dock.findChildren(QTimer))


def test_blank_dock_shows_nothing_and_keeps_its_place(qtbot: Any, dock: MeasuresDock) -> None:
    dock.show_frame(frame(), 3.0)
    assert not is_waiting(dock)
    dock.toggle()
    until_measured(qtbot, dock)
    size = dock.size()
    dock.blank()
    assert (dock.text, dock.measures) == ("", None) and not is_waiting(dock)
    assert dock.isVisible() and dock.size() == size
    dock.toggle()
    assert not dock.isVisible()
    # Hidden it measures nothing, and shown again it measures what is on screen then.
    dock.show_frame(frame(2), 3.0)
    assert not is_waiting(dock)
    dock.toggle()
    until_measured(qtbot, dock)
    assert dock.height() == pytest.approx(200, abs=20)
