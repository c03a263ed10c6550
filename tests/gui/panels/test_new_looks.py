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
    shown, now = window.plane_row._frame, window.cache.peek(window.session.current_row)
    return window.cache.looks == looks and shown is not None and shown is now


def test_looks_that_change_behind_a_paint_show_though_the_builder_is_busy(
    qtbot, window, monkeypatch
):
    reading, gate = threading.Event(), threading.Event()
    cutout = window.session.source.cutout

    def slow(row: int, radius: float) -> object:
        reading.set()
        gate.wait(60)
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
