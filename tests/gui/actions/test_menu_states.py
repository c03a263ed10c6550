"""Menus show what is on, what is chosen, and what can act."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QMenu

from tests.helpers.windows import WITHOUT_FITS, until_painted
from vetter.app import open_window
from vetter.gui.actions.command import Command
from vetter.gui.actions.command_states import CAN_RUN, IS_ON
from vetter.gui.commands import COMMANDS
from vetter.gui.windows.main_window import MainWindow

# The offscreen platform neither raises windows nor grabs the keyboard for a menu.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def window(qtbot: Any, tmp_path: Path) -> Iterator[MainWindow]:
    window = open_window("demo", session=tmp_path / "s.vetter", settings=WITHOUT_FITS)
    window.activateWindow()
    until_painted(qtbot, window)
    yield window
    window.close()


def is_ticked(window: MainWindow, command: str) -> bool:
    window.menu_states.refresh()
    return window.actions_by_id[command].isChecked()


def can_act(window: MainWindow, command: str) -> bool:
    window.menu_states.refresh()
    return window.actions_by_id[command].isEnabled()


def test_states_name_commands_and_switches_have_plain_names(window: MainWindow) -> None:
    assert set(IS_ON) | set(CAN_RUN) <= set(window.actions_by_id)
    assert not [c for c in IS_ON if window.actions_by_id[c].text().endswith("on or off")]


def is_switch(command: Command[Any]) -> bool:
    """Tell whether a command switches something, by its title or by the verb that it calls."""
    run = command.run.func if isinstance(command.run, partial) else command.run
    verbs = run.__code__.co_names
    return command.title.endswith("on or off") or any(v.startswith("toggle") for v in verbs)


def test_every_switch_has_a_tick(window: MainWindow) -> None:
    # Dark and light are two themes, of which none is off.
    switches = {c.id for c in COMMANDS if is_switch(c)} - {"view.theme"}
    assert len(switches) > 30
    without = {c for c in switches if not window.actions_by_id[c].isCheckable()}
    assert not without
    texts = [window.actions_by_id[c].text() for c in sorted(switches)]
    # An unnamed tag says so in its title.
    assert not [text for text in texts if text.endswith(("on or off", ","))]


@pytest.mark.parametrize(
    "command",
    [
        "view.reticle",
        "view.compass",
        "view.list",
        "view.hatch",
        "view.auto_blink",
        "view.swipe",
        "view.large",
        "view.surround",
        "view.measures",
        "view.second_window",
        "view.verdict_bar",
        "view.lanes",
        "stretch.invert",
        "stretch.shared",
        "stretch.histogram",
        "stretch.per_candidate",
        "fit.pause",
        "go.grid",
    ],
)
def test_tick_follows_switch(qtbot: Any, window: MainWindow, command: str) -> None:
    qtbot.waitUntil(lambda: window.plane_row.frame is not None, timeout=30000)
    before = is_ticked(window, command)
    window.actions_by_id[command].trigger()
    assert is_ticked(window, command) is not before
    window.actions_by_id[command].trigger()
    assert is_ticked(window, command) is before


def test_blink_and_flicker_have_a_tick_each(qtbot: Any, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: window.plane_row.frame is not None, timeout=30000)
    assert not can_act(window, "view.flicker") and can_act(window, "view.auto_blink")
    window.plane_row.toggle_auto_blink()
    assert is_ticked(window, "view.auto_blink") and not is_ticked(window, "view.flicker")
    window.plane_row.toggle_flicker()
    assert is_ticked(window, "view.flicker") and not is_ticked(window, "view.auto_blink")


def test_switches_of_the_grid_act_and_are_ticked_in_the_grid_alone(window: MainWindow) -> None:
    switches = ("go.grid_undecided", "go.compare")
    assert not any(can_act(window, c) or is_ticked(window, c) for c in switches)
    window.pages.toggle_grid()
    grid = window.pages.grid
    assert grid is not None and not can_act(window, "go.compare")
    grid.selection.select(np.arange(2))
    for command in switches:
        assert can_act(window, command)
        window.actions_by_id[command].trigger()
        assert is_ticked(window, command)


def test_tags_of_the_candidate_are_ticked(qtbot: Any, window: MainWindow) -> None:
    window.session.toggle_tag(1)
    qtbot.waitUntil(lambda: is_ticked(window, "review.tag_1"), timeout=30000)
    assert not is_ticked(window, "review.tag_2")


def test_switch_by_key_moves_tick(window: MainWindow) -> None:
    assert is_ticked(window, "view.reticle")
    QTest.keyClick(window, Qt.Key.Key_T)
    assert not is_ticked(window, "view.reticle")


def test_grid_in_front_is_ticked(window: MainWindow) -> None:
    window.pages.toggle_grid()
    assert is_ticked(window, "go.grid")


def test_undo_is_greyed_without_a_step_and_epochs_on_single_image(
    qtbot: Any, window: MainWindow
) -> None:
    assert not can_act(window, "review.reject_epochs") and not can_act(window, "view.epochs")
    assert not can_act(window, "review.undo")
    window.session.accept()
    qtbot.waitUntil(lambda: window.session.counts.accepted == 1, timeout=30000)
    assert can_act(window, "review.undo") and not can_act(window, "review.redo")


def test_verdicts_are_greyed_without_candidate(window: MainWindow) -> None:
    window.filter_bar.apply("mag<0")
    assert not can_act(window, "review.accept") and can_act(window, "go.clear_filter")


def test_key_of_greyed_entry_still_explains(window: MainWindow) -> None:
    menu = next(m for m in window.findChildren(QMenu) if m.title() == "&Review")
    menu.aboutToShow.emit()
    menu.aboutToHide.emit()
    QTest.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert window.status.currentMessage() == "nothing to undo"


def test_choice_in_submenu_is_marked_and_taken_and_its_stepping_key_works(
    window: MainWindow,
) -> None:
    menu = next(m for m in window.findChildren(QMenu) if m.title() == "Stretch function")
    menu.aboutToShow.emit()
    entries = {action.text(): action for action in menu.actions()}
    ticked = [text for text, action in entries.items() if action.isChecked()]
    assert ticked == [window.stretch_bar.looks.sky.stretch]
    entries["log"].trigger()
    assert window.stretch_bar.looks.sky.stretch == "log"
    QTest.keyClick(window, Qt.Key.Key_S)
    assert window.stretch_bar.looks.sky.stretch != "log"


def test_only_the_menu_of_the_list_is_about_columns() -> None:
    titles = {c.title: c.menu for c in COMMANDS if "olumn" in c.title}
    assert titles == {"Columns shown...": "List", "Roles of the columns...": "List"}


def test_menu_go_only_moves() -> None:
    moves = ("Next", "Previous", "First", "Last")
    assert all(c.title.startswith(moves) for c in COMMANDS if c.menu == "Go")
