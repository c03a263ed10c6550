"""Verbs of the menus on the panels, in the window, and what the session keeps of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest

from tests.helpers.windows import WITHOUT_FITS, until_painted
from vetter.app import open_window
from vetter.gui.panels.layout.turning import North
from vetter.gui.panels.tools.blink_picker import BlinkPicker
from vetter.gui.windows.main_window import MainWindow


@pytest.fixture
def window(qtbot: Any, tmp_path: Path) -> Iterator[MainWindow]:
    window = open_window("demo", session=tmp_path / "s.vetter", settings=WITHOUT_FITS)
    until_painted(qtbot, window)
    yield window
    window.close()


def test_chosen_planes_of_the_blink_stay_with_the_session(
    qtbot: Any, window: MainWindow, tmp_path: Path
) -> None:
    window.actions_by_id["view.blink_planes"].trigger()
    picker = window.findChild(BlinkPicker)
    assert picker is not None
    picker.ticks["diff"].setChecked(True)
    picker.ticks["convolved"].setChecked(False)
    picker.accept()
    chosen = ("image", "template", "diff", "refit template")
    assert window.cache.looks.blinks == chosen
    window.close()
    again = open_window("demo", session=tmp_path / "s.vetter", settings=WITHOUT_FITS)
    assert again.stretch_bar.looks.blinks == chosen
    again.close()


def test_north_is_up_by_key_in_three_ways(window: MainWindow) -> None:
    seen = []
    for _ in range(3):
        QTest.keyClick(window, Qt.Key.Key_N, Qt.KeyboardModifier.ShiftModifier)
        seen.append(window.plane_row.north)
    assert seen == [North.QUARTERS, North.EXACT, North.AS_READ]


def test_exact_north_stays_with_the_session(qtbot: Any, window: MainWindow, tmp_path: Path) -> None:
    window.actions_by_id["view.north_exact"].trigger()
    window.menu_states.refresh()
    ticked = [name for name, a in window.actions_by_id.items() if "north" in name and a.isChecked()]
    assert ticked == ["view.north_exact"]
    placement = window.plane_row.panel("image").placement()
    # North of the demo's images is 4 degrees from up.
    assert placement is not None and 3 < abs(placement.tilt) < 5
    window.close()
    again = open_window("demo", session=tmp_path / "s.vetter", settings=WITHOUT_FITS)
    assert again.plane_row.north is North.EXACT
    again.close()
