"""The command table made into Qt actions and menus."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import TypeVar

from PyQt6.QtGui import QAction, QKeySequence
from PyQt6.QtWidgets import QMainWindow, QMenu

from vetter.core.number_text import all_of
from vetter.gui.actions.command import MENUS, Command
from vetter.gui.actions.keymap import Keymap
from vetter.gui.widgets.plain_text import menu_text

WindowT = TypeVar("WindowT", bound=QMainWindow)


def make_actions(
    window: WindowT, commands: Iterable[Command[WindowT]], keymap: Keymap
) -> dict[str, QAction]:
    """One action a command, in its menu, with its keys; by command id.

    Window shortcuts come before the focus widget's own keys, so letters and Space reach
    the commands from everywhere but a text field, which claims them first.
    """
    menus: dict[str, QMenu] = {}
    bar = window.menuBar()
    assert bar is not None
    commands = list(commands)
    for name in (name for name in MENUS if any(command.menu == name for command in commands)):
        menu = bar.addMenu(f"&{name}")
        assert menu is not None
        menus[name] = menu
    actions: dict[str, QAction] = {}
    for command in commands:
        action = QAction(menu_text(command.title), window)
        action.setShortcuts([QKeySequence.fromString(key) for key in keymap[command.id]])
        # QAction repeats by default: a held A would accept a hundred.
        action.setAutoRepeat(command.repeats)
        action.triggered.connect(partial(_run, window, command))
        if command.separated:
            menus[command.menu].addSeparator()
        menus[command.menu].addAction(action)
        actions[command.id] = action
    return actions


def name_epochs(actions: Mapping[str, QAction], count: int) -> None:
    """Let the commands for all epochs of an object say how many there are."""
    every = f"{all_of(count, 'epoch')} of this object..."
    words = every if count > 1 else "its only epoch..."
    for verdict, verb in (("accept", "Accept"), ("reject", "Reject"), ("maybe", "Maybe for")):
        actions[f"review.{verdict}_epochs"].setText(f"{verb} {words}")


def _run(window: WindowT, command: Command[WindowT], _checked: bool = False) -> None:
    command.run(window)
