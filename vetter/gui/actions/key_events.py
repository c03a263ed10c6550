"""Keys of commands that no shortcut answers: by their place, and while they are held."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, TypeVar

from PyQt6.QtGui import QKeyEvent, QKeySequence
from PyQt6.QtWidgets import QApplication, QWidget

from vetter.gui.actions.command import Command
from vetter.gui.actions.held_keys import HeldKeys
from vetter.gui.actions.keymap import Keymap
from vetter.gui.actions.physical_keys import key_by_place

WindowT = TypeVar("WindowT", bound=QWidget)


class CommandKeys(Generic[WindowT]):
    """What a window does with the key events that reach it.

    Parameters
    ----------
    window : QWidget
        What the commands are run on.
    commands : iterable of Command
    keymap : Keymap
        The keys in force.
    """

    def __init__(
        self, window: WindowT, commands: Iterable[Command[WindowT]], keymap: Keymap
    ) -> None:
        self._window, self._commands, self._keymap = window, tuple(commands), keymap
        # On X11 each repeat of a held key comes as a press and a release of its own.
        if QApplication.platformName() == "xcb":
            at_once = [command for command in self._commands if not command.repeats]
            once = {key for command in at_once for key in keymap[command.id]}
            HeldKeys(window, once).let_go.connect(self.let_go)

    def press(self, event: QKeyEvent) -> bool:
        """Try a key that no shortcut claimed by its place on the keyboard; False if it is none."""
        place = key_by_place(event)
        for command in self._commands:
            if place is not None and place in self._keymap[command.id]:
                if not event.isAutoRepeat() or command.repeats:
                    command.run(self._window)
                return True
        return False

    def release(self, event: QKeyEvent) -> None:
        """End what lasts while this key is held."""
        if not event.isAutoRepeat():
            self.let_go(event.key())

    def let_go(self, key: int | None) -> None:
        """End what lasts while a key is held; None ends all of it."""
        for command in self._commands:
            if command.released is None:
                continue
            if key is None or QKeySequence(key).toString() in self._keymap[command.id]:
                command.released(self._window)
