"""Keys of commands that no shortcut answers: by their place, and while they are held.

Digits need Shift on a French keyboard, brackets AltGr on a German one, and a Russian one has
letters where comma and dot are. A key that no command claims by what it types is tried again by
its place on the keyboard.

A held key must not run a command again. Qt tells X11's auto-repeat from typing by looking whether
the next press is already queued when a release arrives; in an idle window it mostly is not, and
each repeat looks like a new press (measured: 21 of 22). The times differ: a repeat's press carries
the very time of the release before.
"""

from __future__ import annotations

import sys
from collections.abc import Container, Iterable
from typing import Generic, TypeVar

from PyQt6.QtCore import QEvent, QObject, QTimer, pyqtSignal
from PyQt6.QtGui import QKeyEvent, QKeySequence
from PyQt6.QtWidgets import QApplication, QWidget

from vetter.gui.actions.command import Command
from vetter.gui.actions.keymap import Keymap

WindowT = TypeVar("WindowT", bound=QWidget)

# Milliseconds after a release in which the press of a repeat would have come.
_WAIT = 25

# evdev codes plus 8, as X11 and Wayland report them; Windows gives set-1 scan codes.
_X11 = {**{9 + digit: str(digit) for digit in range(1, 10)}, 19: "0", 34: "[", 35: "]"}
_X11 |= {59: ",", 60: "."}
_WINDOWS = {**{1 + digit: str(digit) for digit in range(1, 10)}, 11: "0", 26: "[", 27: "]"}
_WINDOWS |= {51: ",", 52: "."}


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


class HeldKeys(QObject):
    """Swallows repeats of some keys before shortcuts and the window see them.

    Releases of those keys do not reach the window either, since a repeat sends one each time:
    `let_go` tells of the one that was meant.

    Parameters
    ----------
    window : QWidget
        Whose keys; what a text field takes never gets here.
    once : container of str
        Keys, in Qt's portable notation, of which a press counts once.
    """

    let_go = pyqtSignal(int)

    def __init__(self, window: QWidget, once: Container[str]) -> None:
        super().__init__(window)
        self._once = once
        self._key, self._released_at = 0, -1
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(_WAIT)
        self._wait.timeout.connect(self._tell)
        window.installEventFilter(self)

    def eventFilter(self, _watched: QObject | None, event: QEvent | None) -> bool:
        if not isinstance(event, QKeyEvent):
            return False
        kind = event.type()
        if kind == QEvent.Type.KeyRelease:
            return self._release(event)
        if kind in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress) and self._is_repeat(event):
            self._wait.stop()
            # Accepted, an override comes as a plain press instead of triggering the shortcut.
            event.accept()
            return True
        return False

    def _release(self, event: QKeyEvent) -> bool:
        if not self._counts_once(event):
            return False
        if not event.isAutoRepeat():
            self._tell_waiting()
            self._key, self._released_at = event.key(), event.timestamp()
            self._wait.start()
        return True

    def _is_repeat(self, event: QKeyEvent) -> bool:
        if not self._counts_once(event):
            return False
        # Events that no keyboard made have no time: two of them are two presses.
        same = event.key() == self._key and event.timestamp() == self._released_at > 0
        return same or event.isAutoRepeat()

    def _counts_once(self, event: QKeyEvent) -> bool:
        return QKeySequence(event.keyCombination()).toString() in self._once

    def _tell_waiting(self) -> None:
        """Another key's release must not hide that one was let go."""
        if self._wait.isActive():
            self._wait.stop()
            self._tell()

    def _tell(self) -> None:
        self.let_go.emit(self._key)


def key_by_place(event: QKeyEvent) -> str | None:
    """The key that a US keyboard has in this place, if it is a digit, a bracket, a comma or a dot.

    None for other places, and on macOS, which reports no scan codes.
    """
    if sys.platform.startswith("win"):
        return _WINDOWS.get(event.nativeScanCode())
    if sys.platform == "darwin":
        return None
    return _X11.get(event.nativeScanCode())
