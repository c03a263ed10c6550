"""Lanes above the list of a window: shown as they fill, gone into by click and key."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest

from tests.helpers.windows import WITHOUT_FITS, activate, until_painted
from vetter.app import open_window
from vetter.core.decisions.decision import Verdict
from vetter.gui.candidate_list.lane_list import LaneLine
from vetter.gui.windows.main_window import MainWindow

KEY, SHIFT = Qt.Key, Qt.KeyboardModifier.ShiftModifier


def open_demo(qtbot: Any, path: Path) -> MainWindow:
    window = open_window("demo", session=path, reviewer="ann", settings=WITHOUT_FITS)
    activate(qtbot, window)
    until_painted(qtbot, window)
    return window


@pytest.fixture
def window(qtbot: Any, tmp_path: Path) -> Iterator[MainWindow]:
    window = open_demo(qtbot, tmp_path / "s.vetter")
    qtbot.waitUntil(lambda: bool(shown(window)), timeout=30000)
    yield window
    window.close()


def shown(window: MainWindow) -> dict[str, str]:
    """Return the numbers of the lanes on screen, by name."""
    lines = [line for line in window.lanes.lines if line.isVisible()]
    return {line.lane.name: line.numbers for line in lines}


def line_of(window: MainWindow, name: str) -> LaneLine:
    return next(line for line in window.lanes.lines if line.lane.name == name)


def until_shown(qtbot: Any, window: MainWindow, lanes: dict[str, str]) -> None:
    qtbot.waitUntil(lambda: shown(window) == lanes, timeout=30000)


def press_next_lane(window: MainWindow) -> None:
    QTest.keyClick(window, KEY.Key_U, SHIFT)


def test_empty_lanes_take_no_room(qtbot: Any, window: MainWindow) -> None:
    until_shown(qtbot, window, {"undecided": "150"})
    height = window.lanes.height()
    window.session.maybe()
    until_painted(qtbot, window)
    window.session.later()
    until_shown(qtbot, window, {"undecided": "148", "later": "1", "maybe": "1"})
    assert window.lanes.height() == 3 * height


def test_click_goes_into_the_lane_and_marks_it(qtbot: Any, window: MainWindow) -> None:
    window.session.go_to_row(40)
    until_painted(qtbot, window)
    window.session.maybe()
    until_shown(qtbot, window, {"undecided": "149", "maybe": "1"})
    line_of(window, "maybe").click()
    assert window.session.queue.order.tolist() == [40] and window.session.current_row == 40
    assert line_of(window, "maybe").is_current
    assert line_of(window, "maybe").accessibleName() == "lane maybe, in force"
    window.filter_bar.show_all()
    assert not line_of(window, "maybe").is_current


def test_named_filters_are_lanes_with_undecided_and_all(qtbot: Any, window: MainWindow) -> None:
    name = window.session.candidates.name
    window.filter_bar.saved.name_filter("pair", f"name={name(3)},{name(5)}")
    window.session.go_to_row(3)
    until_painted(qtbot, window)
    window.session.accept()
    until_shown(qtbot, window, {"undecided": "149", "pair": "1/2"})
    assert "1 undecided of 2" in line_of(window, "pair").toolTip()
    window.filter_bar.saved.forget("pair")
    assert "pair" not in shown(window)


def test_key_goes_to_next_lane_with_undecided(qtbot: Any, window: MainWindow) -> None:
    session = window.session
    name = session.candidates.name
    window.filter_bar.saved.name_filter("done", f"name={name(3)}")
    window.filter_bar.saved.name_filter("pair", f"name={name(7)},{name(9)}")
    session.decide_group([3], Verdict.REJECT)
    until_painted(qtbot, window)
    for expression in ("verdict=none", f"name={name(7)},{name(9)}", "verdict=none"):
        press_next_lane(window)
        qtbot.waitUntil(lambda text=expression: session.queue.expression == text, timeout=30000)
    assert window.status.currentMessage() == "lane: undecided"


def test_key_says_that_no_other_lane_has_undecided(qtbot: Any, window: MainWindow) -> None:
    window.lanes.set_wanted(False)
    press_next_lane(window)
    qtbot.waitUntil(lambda: window.session.queue.expression == "verdict=none", timeout=30000)
    press_next_lane(window)
    said = "no other lane has undecided candidates"
    qtbot.waitUntil(lambda: window.status.currentMessage() == said, timeout=30000)
    assert not window.lanes.isVisible()


def test_hidden_lanes_stay_hidden_at_the_next_opening(
    qtbot: Any, window: MainWindow, tmp_path: Path
) -> None:
    window.actions_by_id["view.lanes"].trigger()
    assert not window.lanes.isVisible()
    window.close()
    again = open_demo(qtbot, tmp_path / "s.vetter")
    try:
        assert not again.lanes.is_wanted
        again.actions_by_id["view.lanes"].trigger()
        until_shown(qtbot, again, {"undecided": "150"})
    finally:
        again.close()


def test_many_lanes_scroll(qtbot: Any, window: MainWindow) -> None:
    for number in range(12):
        window.filter_bar.saved.name_filter(f"mag {number}", f"mag<{number + 10}")
    assert len(shown(window)) == 13
    line = window.lanes.lines[0]
    qtbot.waitUntil(lambda: window.lanes.height() == 8 * line.height(), timeout=30000)


def test_stored_filters_that_fit_the_list_are_lanes_from_the_start(
    qtbot: Any, window: MainWindow, tmp_path: Path
) -> None:
    window.filter_bar.saved.name_filter("bright", "mag<17")
    window.filter_bar.saved.name_filter("of another list", "nowhere<17")
    window.close()
    again = open_demo(qtbot, tmp_path / "s.vetter")
    try:
        until_shown(qtbot, again, {"undecided": "150", "bright": "14/14"})
    finally:
        again.close()
