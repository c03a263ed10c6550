"""Menus made of the commands: order, groups, submenus, keys, and titles that follow the list."""

from __future__ import annotations

from typing import Any

import pytest
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QMainWindow, QMenu

from vetter.gui.actions.command import Command
from vetter.gui.actions.keymap import make_keymap
from vetter.gui.actions.menus import make_actions, name_epochs


class Window(QMainWindow):
    """Window that remembers what was run."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[str] = []


def command(name: str, title: str, menu: str, **more: Any) -> Command[Any]:
    return Command(name, title, more.pop("keys", ()), menu, lambda w: w.calls.append(name), **more)


COMMANDS = (
    command("view.grid", "Grid & list", "View", keys=("G", "Ctrl+G")),
    command("view.exact", "North up: exactly", "View", submenu="North up"),
    command("view.zoom", "Zoom in", "View", keys=("+",), repeats=True, separated=True),
    command("view.off", "North up: no", "View", submenu="North up"),
    command("file.open", "Open", "File"),
)


@pytest.fixture
def window(qtbot: Any) -> Window:
    window = Window()
    qtbot.addWidget(window)
    return window


@pytest.fixture
def actions(window: Window) -> dict[str, QAction]:
    return make_actions(window, COMMANDS, make_keymap(COMMANDS))


def entries(menu: QMenu) -> list[str]:
    return ["-" if action.isSeparator() else action.text() for action in menu.actions()]


def test_menus_stand_in_their_order_with_their_commands(
    window: Window, actions: dict[str, QAction]
) -> None:
    bar = window.menuBar()
    assert bar is not None
    menus = {heading.text(): heading.menu() for heading in bar.actions()}
    # No menu without a command.
    assert list(menus) == ["&File", "&View"]
    assert entries(menus["&File"]) == ["Open"]
    assert entries(menus["&View"]) == ["Grid && list", "North up", "-", "Zoom in"]
    (north,) = (menu for menu in window.findChildren(QMenu) if menu.title() == "North up")
    assert entries(north) == ["Exactly", "No"]


def test_entries_have_their_keys_and_repeat_as_their_command(
    actions: dict[str, QAction],
) -> None:
    keys = {
        name: [key.toString() for key in action.shortcuts()] for name, action in actions.items()
    }
    assert keys["view.grid"] == ["G", "Ctrl+G"] and keys["view.off"] == []
    assert {name for name, action in actions.items() if action.autoRepeat()} == {"view.zoom"}


def test_entry_runs_its_command_once(window: Window, actions: dict[str, QAction]) -> None:
    for name in ("view.zoom", "view.exact"):
        actions[name].trigger()
    assert window.calls == ["view.zoom", "view.exact"]


@pytest.mark.parametrize(
    ("count", "target"),
    [
        (1, "its only epoch"),
        (2, "both epochs of this object..."),
        (7, "all 7 epochs of this object..."),
    ],
)
def test_commands_of_all_epochs_say_how_many(qapp: Any, count: int, target: str) -> None:
    actions = {f"review.{verb}_epochs": QAction() for verb in ("accept", "reject", "maybe")}
    name_epochs(actions, count)
    verbs = ("Accept", "Reject", "Maybe for")
    assert [action.text() for action in actions.values()] == [f"{v} {target}" for v in verbs]
