"""The grid in the real window: its commands, its stored choice, and the builder's thread."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest

from tests.helpers.turns import until_handled, until_timer
from tests.helpers.windows import WITHOUT_FITS
from vetter.app import open_window
from vetter.gui.panels import thumbnails
from vetter.gui.windows.presenter import PAINT_AHEAD_DELAY_MS

GENEROUS_MS = 60_000


def _open(qtbot, path: Path):
    window = open_window("demo", session=path, settings=WITHOUT_FITS, reviewer="ann")
    qtbot.addWidget(window)
    qtbot.waitUntil(lambda: window.session.is_painted, timeout=GENEROUS_MS)
    return window


@pytest.fixture
def window(qtbot, tmp_path):
    window = _open(qtbot, tmp_path / "night.vetter")
    yield window
    window.close()


def test_pictures_are_made_on_the_builders_thread(qtbot, window, monkeypatch) -> None:
    made: list[tuple[int, bool]] = []
    make = thumbnails.make_picture

    def noted(frame, form):
        made.append((frame.row, threading.current_thread() is threading.main_thread()))
        return make(frame, form)

    window.pages.toggle_grid()
    monkeypatch.setattr(thumbnails, "make_picture", noted)
    # The panels' next frames are there already; those at the end of the list are not.
    QTest.keyClick(window.pages.grid, Qt.Key.Key_End)
    qtbot.waitUntil(lambda: 149 in window.pages.grid.area.seen, timeout=GENEROUS_MS)
    assert (149, False) in made and (149, True) not in made


def test_next_page_is_built_before_it_is_asked_for(qtbot, window) -> None:
    window.pages.toggle_grid()
    grid = window.pages.grid
    page = grid.area.columns * (grid.area.lines + 1)
    qtbot.waitUntil(lambda: window.cache.peek(2 * page - 1) is not None, timeout=GENEROUS_MS)
    qtbot.waitUntil(lambda: len(grid.area.seen) >= page - grid.area.columns, timeout=GENEROUS_MS)
    assert not any(row > 2 * page for row in grid.area.seen)


def test_panels_are_not_painted_ahead_behind_the_grid(qtbot, window) -> None:
    window.pages.toggle_grid()
    shown = window.plane_row.prepared
    QTest.keyClick(window.pages.grid, Qt.Key.Key_Right)
    QTest.keyClick(window.pages.grid, Qt.Key.Key_Right)
    until_timer(qtbot, PAINT_AHEAD_DELAY_MS)
    until_handled(qtbot)
    assert window.plane_row.prepared is shown


def test_choice_returns_with_the_session(qtbot, window, tmp_path) -> None:
    window.pages.toggle_grid()
    grid = window.pages.grid
    grid.bar.planes.setCurrentText("diff")
    grid.resize_tiles(1)
    chosen = grid.choice
    window.close()
    again = _open(qtbot, tmp_path / "night.vetter")
    again.pages.toggle_grid()
    assert again.pages.grid.choice == chosen and chosen["planes"] == "diff"
    again.close()


def test_commands_of_the_grid_need_the_grid(qtbot, window) -> None:
    for was_there in (False, True):
        if was_there:
            window.pages.toggle_grid()
            window.pages.toggle_grid()
        for run in (window.pages.compare, window.pages.toggle_only_undecided):
            with qtbot.waitSignal(window.session.message) as said:
                run()
            assert said.args[0].startswith("open the grid first"), was_there


def test_group_verdict_is_one_step_of_undo(qtbot, window) -> None:
    window.pages.toggle_grid()
    grid = window.pages.grid
    grid.toggle_only_undecided()
    for _ in range(2):
        QTest.keyClick(grid, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    window.actions_by_id["review.reject"].trigger()
    QTest.keyClick(grid, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.session.counts.rejected == 3, timeout=GENEROUS_MS)
    qtbot.waitUntil(lambda: window.session.current_row == 3, timeout=GENEROUS_MS)
    window.session.undo()
    qtbot.waitUntil(lambda: window.session.counts.rejected == 0, timeout=GENEROUS_MS)
    assert len(grid.shown) == 150
