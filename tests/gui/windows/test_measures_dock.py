"""The measures below the panels: whose they are, and when they are shown."""

from __future__ import annotations

from typing import Any

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest

from tests.helpers.measuring_here import MeasuringHere
from tests.helpers.windows import until_painted
from vetter.gui.candidate_list.list_dock import ListPlace
from vetter.gui.panels.measures.dock import MEASURING, MeasuresDock
from vetter.gui.windows.main_window import MainWindow
from vetter.review.cutouts import measurer


def until_measured(qtbot: Any, dock: MeasuresDock) -> None:
    qtbot.waitUntil(lambda: dock.measures is not None, timeout=30000)


@pytest.fixture(autouse=True)
def measures_are_made_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measurer, "ChildProcess", MeasuringHere)


@pytest.fixture
def dock(qtbot: Any, window: MainWindow) -> MeasuresDock:
    """The dock of the demo's window, shown by its key, with the first candidate's measures."""
    QTest.keyClick(window, Qt.Key.Key_O)
    until_measured(qtbot, window.measures)
    return window.measures


def test_dock_is_hidden_and_loads_nothing_at_first(window: MainWindow) -> None:
    assert not window.measures.isVisible()
    assert not window.measures.measurer.running


def test_key_shows_fluxes_of_image_and_diff_and_hides_them(
    window: MainWindow, dock: MeasuresDock
) -> None:
    lines = dock.text.splitlines()
    assert lines[0].startswith("aperture ")
    assert [line for line in lines if line.startswith("image: flux")]
    assert [line for line in lines if line.startswith("diff: flux")]
    assert [line for line in lines if line.startswith("S/N ")]
    QTest.keyClick(window, Qt.Key.Key_O)
    assert not dock.isVisible()
    assert dock.measures is None


def test_move_hides_plots_at_once_and_measures_follow(
    qtbot: Any, window: MainWindow, dock: MeasuresDock
) -> None:
    before = dock.text
    window.session.next()
    assert dock.text == ""
    assert dock._plots is not None and not dock._plots.isVisible()
    until_painted(qtbot, window)
    until_measured(qtbot, dock)
    assert dock.text not in ("", before)
    assert dock._plots.isVisible()


def test_rest_says_that_measures_come(
    qtbot: Any, window: MainWindow, dock: MeasuresDock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dock.measurer, "measure", lambda request: None)
    window.session.next()
    qtbot.waitUntil(lambda: dock.text == MEASURING, timeout=30000)


def test_late_measures_of_another_candidate_are_dropped(
    window: MainWindow, dock: MeasuresDock
) -> None:
    request, measures = dock._asked, dock.measures
    assert request is not None and measures is not None
    window.session.next()
    dock._on_measured(request, measures)
    assert dock.text == ""


def test_cut_turns_by_15_degrees(qtbot: Any, window: MainWindow, dock: MeasuresDock) -> None:
    QTest.keyClick(window, Qt.Key.Key_O, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: dock.measures is not None and dock.measures.angle == 15.0)
    assert "cut at 15\N{DEGREE SIGN} from the rows" in dock.text


def test_theme_redraws_the_plots(qtbot: Any, window: MainWindow, dock: MeasuresDock) -> None:
    assert dock._plots is not None
    plot = dock._plots.plots[0]
    before = plot.backgroundBrush().color().name()
    QTest.keyClick(window, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: plot.backgroundBrush().color().name() != before)


@pytest.mark.parametrize("place", ["below", "beside"])
def test_opening_leaves_a_small_window_as_it_is(qtbot: Any, window: MainWindow, place: str) -> None:
    window.place_list(place)
    window.resize(798, 536)
    qtbot.waitUntil(lambda: window.stretch_bar.width() < 798, timeout=10000)
    QTest.keyClick(window, Qt.Key.Key_O)
    until_measured(qtbot, window.measures)
    assert (window.width(), window.height()) == (798, 536)


def test_plots_have_most_of_the_room_beside_a_list_below(qtbot: Any, window: MainWindow) -> None:
    window.place_list("below")
    qtbot.waitUntil(lambda: window.list_dock.is_below, timeout=10000)
    QTest.keyClick(window, Qt.Key.Key_O)
    until_measured(qtbot, window.measures)
    assert window.measures.width() > 1.5 * window.list_dock.width()
    assert window.measures._plots is not None
    assert min(plot.width() for plot in window.measures._plots.plots) > 180


def test_list_that_goes_below_leaves_most_of_the_room_to_the_plots(
    qtbot: Any, window: MainWindow
) -> None:
    listed = window.list_dock
    listed.set_place(ListPlace.BESIDE)
    window.resize(800, 560)
    qtbot.waitUntil(lambda: listed.width() < 260, timeout=10000)
    QTest.keyClick(window, Qt.Key.Key_O)
    until_measured(qtbot, window.measures)
    listed.set_place(ListPlace.BELOW)
    qtbot.waitUntil(lambda: listed.height() < 250, timeout=10000)
    assert window.measures.width() > 1.8 * listed.width()
