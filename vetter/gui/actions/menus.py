"""Qt actions and menus made from the command table; undo and redo name their step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import TypeVar

from PyQt6.QtCore import QObject, QTimer
from PyQt6.QtGui import QAction, QKeySequence
from PyQt6.QtWidgets import QMainWindow, QMenu

from vetter.core.number_text import format_all
from vetter.gui.actions.command import MENUS, Command
from vetter.gui.actions.keymap import Keymap
from vetter.gui.widgets.plain_text import menu_text
from vetter.review.session import Session

WindowT = TypeVar("WindowT", bound=QMainWindow)


def make_actions(
    window: WindowT, commands: Iterable[Command[WindowT]], keymap: Keymap
) -> dict[str, QAction]:
    """Make an action for each command, in its menu and with its keys; return them by command id.

    Window shortcuts precede the focus widget's own keys, so letters and Space reach the commands
    from every widget except text fields, which claim them first.
    """
    menus: dict[str, QMenu] = {}
    submenus: dict[str, QMenu] = {}
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
        # QAction repeats by default, so a held A would accept a hundred.
        action.setAutoRepeat(command.repeats)
        action.triggered.connect(partial(_run, window, command))
        menu = menus[command.menu]
        if command.separated:
            menu.addSeparator()
        if command.submenu:
            menu = submenus.get(command.submenu) or menu.addMenu(command.submenu)
            assert menu is not None
            submenus[command.submenu] = menu
            action.setText(menu_text(_title_in_submenu(command)))
        menu.addAction(action)
        actions[command.id] = action
    return actions


def _title_in_submenu(command: Command[WindowT]) -> str:
    """Return the title without the submenu's, as Exactly for 'North up: exactly'."""
    own = command.title.removeprefix(f"{command.submenu}: ")
    return own[:1].upper() + own[1:]


def name_epochs(actions: Mapping[str, QAction], count: int) -> None:
    """Put the number of epochs into the titles of the commands for all epochs."""
    every = f"{format_all(count, 'epoch')} of this object..."
    target = every if count > 1 else "its only epoch"
    for verdict, verb in (("accept", "Accept"), ("reject", "Reject"), ("maybe", "Maybe for")):
        actions[f"review.{verdict}_epochs"].setText(f"{verb} {target}")


def _run(window: WindowT, command: Command[WindowT], _checked: bool) -> None:
    command.run(window)


class UndoNames(QObject):
    """Titles of undo and redo, updated in the event loop's turn after each decision.

    The delay keeps this work out of the way between a key and its pixels.

    Parameters
    ----------
    session : Session
    actions : mapping
        Actions by the id of their command.
    """

    def __init__(self, session: Session, actions: Mapping[str, QAction], parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._actions = session, actions
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._update_titles)
        self._stopped = False
        session.opinions_changed.connect(self._on_opinions_changed)
        self._update_titles()

    def stop(self) -> None:
        """Stop the updates when the window closes."""
        self._stopped = True
        self._soon.stop()

    def _on_opinions_changed(self, _rows: list[int]) -> None:
        if not self._stopped:
            self._soon.start()

    def _update_titles(self) -> None:
        for command_id, word, label in (
            ("review.undo", "Undo", self._session.undo_label),
            ("review.redo", "Redo", self._session.redo_label),
        ):
            self._actions[command_id].setText(f"{word} {menu_text(label)}" if label else word)
