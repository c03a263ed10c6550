"""Looks that change reach the panels, whatever else the window does meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest

from tests.helpers.windows import WITHOUT_FITS
from vetter.app import open_window
from vetter.core.display.style import DisplayStyle
from vetter.gui.panels.panel_choice import PanelPicker
from vetter.gui.windows.main_window import MainWindow

GENEROUS_MS = 30_000


@pytest.fixture
def window(qtbot, tmp_path: Path) -> Iterator[MainWindow]:
    window = open_window("demo", session=tmp_path / "s.vetter", settings=WITHOUT_FITS)
    window.resize(1280, 720)
    qtbot.waitUntil(lambda: window.session.is_painted, timeout=GENEROUS_MS)
    yield window
    window.close()


def shows(window: MainWindow, looks: DisplayStyle) -> bool:
    """Whether the panels show the current candidate as it is with these looks."""
    shown, now = window.plane_row.frame, window.cache.peek(window.session.current_row)
    return window.cache.looks == looks and shown is not None and shown is now


def test_looks_that_change_behind_a_paint_show_though_the_builder_is_busy(
    qtbot, window, monkeypatch
):
    reading, gate = threading.Event(), threading.Event()
    cutout = window.session.source.cutout

    def slow(row: int, radius: float) -> object:
        reading.set()
        assert gate.wait(60), "the gate stayed shut"
        return cutout(row, radius)

    monkeypatch.setattr(window.session.source, "cutout", slow)
    try:
        window.cache.want([window.session.current_row, 100])
        qtbot.waitUntil(reading.is_set, timeout=GENEROUS_MS)
        window.presenter.show()
        window.stretch_bar.next_stretch()
        # What follows a paint comes before the builder has got to the new looks.
        qtbot.waitUntil(lambda: not window.presenter._after_paint.isActive(), timeout=GENEROUS_MS)
    finally:
        gate.set()
    looks = window.stretch_bar.looks
    qtbot.waitUntil(lambda: shows(window, looks), timeout=GENEROUS_MS)


def test_looks_that_change_in_the_grid_show_in_the_panels(qtbot, window):
    window.session.go_to_row(5)
    qtbot.waitUntil(lambda: window.session.is_painted, timeout=GENEROUS_MS)
    window.pages.toggle_grid()
    grid = window.pages.currentWidget()
    qtbot.waitUntil(lambda: len(grid.area.seen) > 1, timeout=GENEROUS_MS)
    QTest.keyClick(grid, Qt.Key.Key_I)
    looks = window.stretch_bar.looks
    assert looks.sky.invert
    qtbot.waitUntil(lambda: window.cache.peek(5) is not None, timeout=GENEROUS_MS)
    window.pages.toggle_grid()
    qtbot.waitUntil(lambda: shows(window, looks), timeout=GENEROUS_MS)


def test_looks_for_one_candidate_leave_the_others_alone(qtbot, window):
    common, row = window.stretch_bar.looks, window.session.current_row
    window.stretch_bar.toggle_per_candidate()
    window.stretch_bar.next_stretch()
    changed = window.stretch_bar.looks
    qtbot.waitUntil(lambda: window.plane_row.frame.looks == changed, timeout=GENEROUS_MS)
    window.session.next()
    qtbot.waitUntil(lambda: window.stretch_bar.looks == common, timeout=GENEROUS_MS)
    window.session.go_to_row(row)
    qtbot.waitUntil(lambda: window.stretch_bar.looks == changed, timeout=GENEROUS_MS)
    assert window.cache.looks == common != changed


def test_looks_for_all_end_those_of_one_candidate(qtbot, window):
    row = window.session.current_row
    window.stretch_bar.toggle_per_candidate()
    window.stretch_bar.next_stretch()
    window.stretch_bar.toggle_per_candidate()
    window.stretch_bar.toggle_invert()
    assert window.cache.looks_of(row) == window.cache.looks_of(row + 1) == window.stretch_bar.looks


def test_plane_picked_as_a_difference_is_symmetric(qtbot, window):
    qtbot.waitUntil(lambda: window.plane_row.frame is not None, timeout=GENEROUS_MS)
    window.panels.pick()
    picker = window.findChild(PanelPicker)
    box = picker.kinds["template"]
    assert box.currentData() == "sky"
    box.setCurrentIndex(box.findData("difference"))
    picker.accept()
    row = window.session.current_row
    low, high = window.cache.build(row).limits["template"]
    assert low == -high
    assert window.cache.looks.group_of("template") == "difference"


def test_presets_are_restored_with_the_session(qtbot, window, tmp_path: Path):
    window.stretch_bar.toggle_invert()
    window.stretch_bar._presets.save_as("upside down")
    window.close()
    again = open_window("demo", session=tmp_path / "s.vetter", settings=WITHOUT_FITS)
    assert again.stretch_bar._presets.presets["upside down"].sky.invert
    again.close()


def test_no_box_of_the_bar_has_the_focus_at_first(qtbot, window):
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=GENEROUS_MS)
    assert not window.stretch_bar.isAncestorOf(window.focusWidget())
