"""Ticks, greyed entries and submenus of choices, set while a menu opens."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from PyQt6.QtCore import QObject
from PyQt6.QtGui import QAction, QActionGroup
from PyQt6.QtWidgets import QComboBox, QMenu

from vetter.gui.actions.command_states import CAN_RUN, IS_ON
from vetter.gui.actions.panel_commands import CAN_RUN_PANELS, IS_ON_PANELS
from vetter.gui.actions.queue_commands import CAN_RUN_QUEUE, IS_ON_QUEUE
from vetter.gui.actions.reviewer_commands import CAN_RUN_TOGETHER, IS_ON_TOGETHER
from vetter.gui.widgets.plain_text import menu_text

CHOICES = {
    "stretch": ("Stretch function", ("stretch.next", "stretch.previous")),
    "colours": ("Colours", ("stretch.colours",)),
    "limits": ("Kind of limits", ("stretch.interval",)),
    "planes": ("Planes to adjust", ("stretch.planes",)),
}
"""Title of the submenu of each combo box, by its name, and the commands that step through it."""

SWITCHED = " on or off"

_CAN_RUN = {**CAN_RUN, **CAN_RUN_PANELS, **CAN_RUN_QUEUE, **CAN_RUN_TOGETHER}
_IS_ON = {**IS_ON, **IS_ON_PANELS, **IS_ON_QUEUE, **IS_ON_TOGETHER}


class MenuStates(QObject):
    """Menus that show what is on, what is chosen and what can act.

    Entries are greyed only while their menu is open: a disabled action would swallow its keys,
    which tell why nothing happens.

    Parameters
    ----------
    window : MainWindow
    actions : mapping
        Actions by the id of their command.
    """

    def __init__(self, window: Any, actions: Mapping[str, QAction]) -> None:
        super().__init__(window)
        self._window, self._actions = window, actions
        for command in _IS_ON:
            action = actions[command]
            action.setCheckable(True)
            # The tick says whether it is on.
            action.setText(action.text().removesuffix(SWITCHED).removesuffix(","))
        self._choices = self._make_choices()
        for heading in window.menuBar().actions():
            menu = heading.menu()
            if menu is not None:
                menu.aboutToShow.connect(self.refresh)
                menu.aboutToHide.connect(self._enable_all)

    def refresh(self) -> None:
        """Set all ticks and grey what cannot act."""
        for command, is_on in _IS_ON.items():
            self._actions[command].setChecked(is_on(self._window))
        for command, can_run in _CAN_RUN.items():
            self._actions[command].setEnabled(can_run(self._window))

    def _enable_all(self) -> None:
        for command in _CAN_RUN:
            self._actions[command].setEnabled(True)

    def _make_choices(self) -> list[QMenu]:
        """Put a submenu with the entries of each combo box in place of its command."""
        boxes = {
            box.accessibleName(): box for box in self._window.stretch_bar.findChildren(QComboBox)
        }
        menus = []
        for name, (title, commands) in CHOICES.items():
            steps, box = [self._actions[command] for command in commands], boxes.get(name)
            holder = next((m for m in steps[0].associatedObjects() if isinstance(m, QMenu)), None)
            if box is None or holder is None:
                continue
            submenu = QMenu(title, holder)
            holder.insertMenu(steps[0], submenu)
            for step in steps:
                holder.removeAction(step)
                # Its keys need a widget of the window.
                self._window.addAction(step)
            submenu.aboutToShow.connect(partial(self._fill, submenu, box, steps))
            menus.append(submenu)
        return menus

    def _fill(self, submenu: QMenu, box: QComboBox, steps: list[QAction]) -> None:
        submenu.clear()
        group = QActionGroup(submenu)
        for index in range(box.count()):
            entry = submenu.addAction(menu_text(box.itemText(index)))
            assert entry is not None
            entry.setCheckable(True)
            entry.setChecked(index == box.currentIndex())
            group.addAction(entry)
            entry.triggered.connect(partial(_choose, box, index))
        submenu.addSeparator()
        submenu.addActions(steps)


def _choose(box: QComboBox, index: int, _checked: bool) -> None:
    """Choose an entry, with the signal of a click."""
    box.setCurrentIndex(index)
    box.activated.emit(index)
