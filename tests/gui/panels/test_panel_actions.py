"""Verbs of the menus on the panels, in the window, and what the session keeps of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QAction
from PyQt6.QtTest import QTest

from tests.helpers.field_files import write_list
from tests.helpers.matched_planes import SIDE, night, residuals, write_planes
from tests.helpers.windows import WITHOUT_FITS, present, until_painted
from vetter.app import open_window
from vetter.core.cutout.cutout import Cutout
from vetter.gui.panels.layout.turning import North
from vetter.gui.panels.tools.blink_picker import BlinkPicker
from vetter.gui.windows.main_window import MainWindow
from vetter.io.cutouts.cutout_file import write_cutout

GENEROUS_MS = 30000


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


@pytest.fixture
def opened(qtbot: Any, tmp_path: Path) -> Iterator[Callable[[], MainWindow]]:
    """Return an opener of a list whose image has a difference called haze."""
    planes = night() | {"haze": residuals() + np.random.default_rng(5).normal(0, 10, (SIDE, SIDE))}
    paths = write_planes(tmp_path, planes)
    write_list(tmp_path / "list.csv", id=["a", "b"], x=[70.0, 30.0], y=[81.0, 40.0])
    named = {name: paths[name] for name in ("image", "template", "diff")}

    def opening() -> MainWindow:
        window = open_window(
            tmp_path / "list.csv",
            session=tmp_path / "s.vetter",
            settings=WITHOUT_FITS,
            plane={"haze": paths["haze"]},
            **named,
        )
        until_painted(qtbot, window)
        return window

    yield opening
    present().close()


def haze_menu(window: MainWindow) -> QAction:
    """Open the menu on the panel of haze; return its entry."""
    row = window.plane_row
    inside = row.panel("haze").sceneBoundingRect().center().toPoint()
    QTest.mouseClick(row.viewport(), Qt.MouseButton.RightButton, pos=inside)
    assert window.menus.menu is not None
    entries = window.menus.menu.actions()
    window.menus.menu.close()
    return next(entry for entry in entries if entry.text() == "Show haze as a difference")


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_difference_without_a_name_is_recognised_and_can_be_denied(
    qtbot: Any, opened: Callable[[], MainWindow]
) -> None:
    window = opened()
    qtbot.waitUntil(
        lambda: window.cache.looks.group_of("haze") == "difference", timeout=GENEROUS_MS
    )
    low, high = window.cache.build(0).limits["haze"]
    assert low == -high
    assert window.status.currentMessage().startswith("haze: looks like a difference")
    entry = haze_menu(window)
    assert entry.isChecked()
    entry.trigger()
    assert window.cache.looks.group_of("haze") == "sky"
    window.close()
    again = opened()
    qtbot.waitUntil(lambda: not again.cautions.checker.running, timeout=GENEROUS_MS)
    again.cautions.lets_decide()
    assert again.cache.looks.group_of("haze") == "sky"


def test_difference_among_stamps_is_recognised(qtbot: Any, tmp_path: Path) -> None:
    for number in range(6):
        rng = np.random.default_rng(number)
        image, template = rng.normal(100, 5, (2, 31, 31))
        planes = {"image": image, "template": template, "haze": 3 * (template - image)}
        write_cutout(Cutout(planes, {"name": f"c{number}"}), tmp_path / f"c{number}.fits")
    window = open_window(tmp_path, session=tmp_path / "s.vetter", settings=WITHOUT_FITS)
    try:
        qtbot.waitUntil(
            lambda: window.cache.looks.group_of("haze") == "difference", timeout=GENEROUS_MS
        )
        assert window.cautions.label.text().startswith("⚠ haze is template - image in 6 of 6")
    finally:
        window.close()
