"""Window as the user left it: size, list, columns and theme come back at the next start."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtTest import QTest

from tests.helpers.measuring_here import MeasuringHere
from tests.helpers.turns import until_handled
from tests.helpers.windows import WITHOUT_FITS, until_painted
from vetter.app import open_window
from vetter.gui.windows.main_window import MainWindow
from vetter.gui.windows.window_memory import apply_arrangement
from vetter.review.cutouts import measurer
from vetter.review.opening import window_settings
from vetter.review.opening.preferences import PreferenceFiles
from vetter.review.opening.window_settings import Arrangement
from vetter.settings import DisplaySettings, Settings

REMEMBERED = PreferenceFiles(keeps_window=True)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's folder of settings, empty."""
    monkeypatch.setattr(window_settings, "settings_folder", lambda: tmp_path / "user")
    return tmp_path / "user"


@pytest.fixture
def session_path(tmp_path: Path) -> Path:
    return tmp_path / "s.vetter"


@contextmanager
def opened(
    qtbot: Any, session: Path, inputs: str | Path = "demo", **options: Any
) -> Iterator[MainWindow]:
    """Open the demo, or other inputs, in a window that is remembered."""
    options = {"settings": WITHOUT_FITS, "preference_files": REMEMBERED} | options
    window = open_window(inputs, session=session, reviewer="ann", **options)
    try:
        until_painted(qtbot, window)
        yield window
    finally:
        window.close()


def test_window_comes_back_as_it_was_left(qtbot, session_path, tmp_path):
    with opened(qtbot, session_path) as window:
        window.resize(740, 610)
        window.toggle_theme()
        window.list_dock.set_wanted_size(300)
        names = ["verdict", "mag", "name"]
        window.candidate_list.set_columns(names)
        window.candidate_list.columns_changed.emit(names)
        window.candidate_list.setColumnWidth(1, 133)
        dark = window.is_dark
    with opened(qtbot, tmp_path / "other.vetter") as window:
        assert (window.width(), window.height()) == (740, 610)
        assert window.is_dark is dark
        assert window.list_dock.wanted_width == 300
        assert window.candidate_list.columns == names
        assert window.candidate_list.columnWidth(1) == 133


def test_hidden_list_stays_hidden(qtbot, session_path):
    with opened(qtbot, session_path) as window:
        window.toggle_list()
    with opened(qtbot, session_path) as window:
        assert not window.list_dock.isVisible()


def test_lost_key_is_named_at_the_first_opening_only(qtbot, session_path):
    with opened(qtbot, session_path, keymap={"view.field": "X"}) as window:
        first = window.status.currentMessage()
    with opened(qtbot, session_path, keymap={"view.field": "X"}) as window:
        again = window.status.currentMessage()
    with opened(qtbot, session_path, keymap={"view.field": "X", "go.grid": "Y"}) as window:
        another = window.status.currentMessage()
    assert "X runs 'Field view' and no longer 'Later" in first
    assert "no longer" not in again
    assert "Y runs 'Grid of many candidates'" in another and "X runs" not in another


def test_place_and_height_of_list_come_back(qtbot, session_path):
    with opened(qtbot, session_path) as window:
        window.place_list("below")
        window.list_dock.set_wanted_size(0, 260)
    with opened(qtbot, session_path) as window:
        assert window.list_dock.is_below and window.list_dock.place == "below"
        assert window.list_dock.wanted_height == 260
        qtbot.waitUntil(lambda: abs(window.list_dock.height() - 260) < 3)


def test_named_filters_come_back_in_another_session(qtbot, session_path, tmp_path):
    with opened(qtbot, session_path) as window:
        window.filter_bar.saved.name_filter("bright", "mag<17")
        window.filter_bar.saved.name_filter("faint", "mag>20")
        window.filter_bar.saved.forget("faint")
    for path in (tmp_path / "other.vetter", session_path):
        with opened(qtbot, path) as window:
            assert window.filter_bar.saved.named == {"bright": "mag<17"}


def test_named_filter_of_earlier_session_is_taken_over_once(qtbot, session_path, tmp_path):
    with opened(qtbot, session_path, preference_files=PreferenceFiles()) as window:
        window.filter_bar.saved.name_filter("bright", "mag<17")
    with opened(qtbot, session_path) as window:
        assert window.filter_bar.saved.named == {"bright": "mag<17"}
        window.filter_bar.saved.forget("bright")
    with opened(qtbot, session_path) as window:
        assert window.filter_bar.saved.named == {}


def test_theme_of_changed_setting_precedes_remembered_theme(qtbot, session_path):
    dark = Settings(display=DisplaySettings(theme="dark"), fit=WITHOUT_FITS.fit)
    light = Settings(display=DisplaySettings(theme="light"), fit=WITHOUT_FITS.fit)
    with opened(qtbot, session_path, settings=light) as window:
        window.toggle_theme()
    with opened(qtbot, session_path, settings=light) as window:
        assert window.is_dark
        window.toggle_theme()
        window.toggle_theme()
    with opened(qtbot, session_path, settings=dark) as window:
        window.toggle_theme()
    with opened(qtbot, session_path, settings=dark) as window:
        assert not window.is_dark


def test_window_of_script_is_not_remembered(qtbot, session_path, folder):
    with opened(qtbot, session_path, preference_files=PreferenceFiles()) as window:
        window.toggle_theme()
    assert not folder.exists()


def test_list_gets_its_width_back_after_narrow_window(qtbot, session_path):
    with opened(qtbot, session_path) as window:
        window.resize(1500, 800)
        qtbot.waitUntil(lambda: window.list_dock.width() == window.list_dock.wanted_width)
        width = window.list_dock.width()
        window.resize(820, 600)
        qtbot.waitUntil(lambda: window.list_dock.width() < width)
        window.resize(1500, 800)
        qtbot.waitUntil(lambda: window.list_dock.width() == width)
        # One that the user has dragged keeps that width.
        dock = window.list_dock
        edge = QPoint(dock.x() - 2, 400)
        left = Qt.MouseButton.LeftButton
        QTest.mousePress(window.windowHandle(), left, pos=edge)
        QTest.mouseMove(window.windowHandle(), edge - QPoint(60, 0))
        QTest.mouseMove(window.windowHandle(), edge - QPoint(90, 0))
        until_handled(qtbot)
        QTest.mouseRelease(window.windowHandle(), left, pos=edge - QPoint(90, 0))
        width = dock.width()
        assert width > 420
        window.resize(820, 600)
        qtbot.waitUntil(lambda: dock.width() < width)
        window.resize(1500, 800)
        qtbot.waitUntil(lambda: dock.width() == width)


def test_measures_come_back_with_their_content(qtbot, session_path, monkeypatch):
    monkeypatch.setattr(measurer, "ChildProcess", MeasuringHere)
    with opened(qtbot, session_path) as window:
        window.measures.toggle()
        qtbot.waitUntil(lambda: window.measures.measures is not None, timeout=30000)
        height = window.measures.height()
    with opened(qtbot, session_path) as window:
        dock = window.measures
        qtbot.waitUntil(lambda: dock.measures is not None, timeout=30000)
        assert dock.isVisible() and "image: flux" in dock.text
        assert abs(dock.height() - height) < 3
        # One key closes it.
        dock.toggle()
        assert not dock.isVisible()
    with opened(qtbot, session_path) as window:
        assert not window.measures.isVisible()


def test_measures_stay_where_a_stored_state_is_damaged(qtbot, session_path, monkeypatch):
    monkeypatch.setattr(measurer, "ChildProcess", MeasuringHere)
    with opened(qtbot, session_path) as window:
        window.measures.toggle()
        apply_arrangement(window, Arrangement(docks="AAAA"))
        assert window.measures.isVisible()


def test_docks_below_keep_their_order_and_height(qtbot, session_path, real_data, monkeypatch):
    monkeypatch.setattr(measurer, "ChildProcess", MeasuringHere)
    packets = real_data / "alerts" / "ztf"
    with opened(qtbot, session_path, inputs=packets) as window:
        window.resize(1280, 720)
        qtbot.waitUntil(window.light_curve.isVisible, timeout=30000)
        window.measures.toggle()
        qtbot.waitUntil(lambda: window.measures.measures is not None, timeout=30000)
        assert window.light_curve.x() < window.measures.x()
        height = window.light_curve.height()
    with opened(qtbot, session_path, inputs=packets) as window:
        qtbot.waitUntil(window.light_curve.isVisible, timeout=30000)
        qtbot.waitUntil(lambda: window.measures.measures is not None, timeout=30000)
        assert window.light_curve.x() < window.measures.x()
        assert abs(window.light_curve.height() - height) < 15
