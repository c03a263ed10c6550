"""Keys of commands beyond Qt's shortcuts: keys by place on the keyboard, and held keys.

Digits need Shift on a French keyboard, brackets AltGr on a German one, and a Russian one has
letters where comma and dot are. A key whose character belongs to no command is looked up by its
place on the keyboard.

A held key must not run a command again. Qt recognises X11's auto-repeat by the next press being
queued when a release arrives; in an idle window that press is mostly not queued yet, and each
repeat looks like a new press (measured: 21 of 22). The timestamps differ: a repeat's press has
exactly the time of the release before.
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

# Milliseconds after a release within which the press of a repeat arrives.
_REPEAT_WINDOW_MS = 25

# evdev codes plus 8, as X11 and Wayland report them; Windows gives set-1 scan codes.
_X11 = {**{9 + digit: str(digit) for digit in range(1, 10)}, 19: "0", 34: "[", 35: "]"}
_X11 |= {59: ",", 60: "."}
_WINDOWS = {**{1 + digit: str(digit) for digit in range(1, 10)}, 11: "0", 26: "[", 27: "]"}
_WINDOWS |= {51: ",", 52: "."}


class CommandKeys(Generic[WindowT]):
    """Key events of a window that run its commands.

    Parameters
    ----------
    window : QWidget
        Window that the commands run on.
    commands : iterable of Command
    keymap : Keymap
        The keys in force.
    """

    def __init__(
        self, window: WindowT, commands: Iterable[Command[WindowT]], keymap: Keymap
    ) -> None:
        self._window, self._commands, self._keymap = window, tuple(commands), keymap
        self._once: set[str] = set()
        self.update_keys()
        # On X11 each repeat of a held key comes as a press and a release of its own.
        if QApplication.platformName() == "xcb":
            HeldKeys(window, self._once).release_keys.connect(self.release_keys)

    def update_keys(self) -> None:
        """Take over changes of the keymap."""
        self._once.clear()
        for command in self._commands:
            if not command.repeats:
                self._once.update(self._keymap[command.id])

    def press(self, event: QKeyEvent) -> bool:
        """Run the command of the key's place on the keyboard; return whether there was one."""
        place = key_by_place(event)
        for command in self._commands:
            if place is not None and place in self._keymap[command.id]:
                if not event.isAutoRepeat() or command.repeats:
                    command.run(self._window)
                return True
        return False

    def release(self, event: QKeyEvent) -> None:
        """End the command that lasts while this key is held."""
        if not event.isAutoRepeat():
            self.release_keys(event.key())

    def release_keys(self, key: int | None) -> None:
        """End the commands that last while a key is held; None ends those of all keys."""
        for command in self._commands:
            if command.released is None:
                continue
            if key is None or QKeySequence(key).toString() in self._keymap[command.id]:
                command.released(self._window)


class HeldKeys(QObject):
    """Event filter that swallows repeats of some keys before shortcuts and the window see them.

    Releases of these keys do not reach the window either, since each repeat sends one;
    `release_keys` is emitted for the final release.

    Parameters
    ----------
    window : QWidget
        Window whose keys are filtered; keys typed into a text field never get here.
    once : container of str
        Keys, in Qt's portable notation, whose press counts once.
    """

    release_keys = pyqtSignal(int)

    def __init__(self, window: QWidget, once: Container[str]) -> None:
        super().__init__(window)
        self._once = once
        self._key, self._released_at = 0, -1
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(_REPEAT_WINDOW_MS)
        self._wait.timeout.connect(self._emit_release)
        window.installEventFilter(self)

    def eventFilter(self, _watched: QObject | None, event: QEvent | None) -> bool:
        if not isinstance(event, QKeyEvent):
            return False
        kind = event.type()
        if kind == QEvent.Type.KeyRelease:
            return self._release(event)
        if kind in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress) and self._is_repeat(event):
            self._wait.stop()
            # An accepted override arrives as a plain press instead of triggering the shortcut.
            event.accept()
            return True
        return False

    def _release(self, event: QKeyEvent) -> bool:
        if not self._counts_once(event):
            return False
        if not event.isAutoRepeat():
            self._emit_pending()
            self._key, self._released_at = event.key(), event.timestamp()
            self._wait.start()
        return True

    def _is_repeat(self, event: QKeyEvent) -> bool:
        if not self._counts_once(event):
            return False
        # Synthetic events have the timestamp 0: two of them are two presses.
        same = event.key() == self._key and event.timestamp() == self._released_at > 0
        return same or event.isAutoRepeat()

    def _counts_once(self, event: QKeyEvent) -> bool:
        return QKeySequence(event.keyCombination()).toString() in self._once

    def _emit_pending(self) -> None:
        """Emit a pending release at once, so that another key's release does not replace it."""
        if self._wait.isActive():
            self._wait.stop()
            self._emit_release()

    def _emit_release(self) -> None:
        self.release_keys.emit(self._key)


def key_by_place(event: QKeyEvent) -> str | None:
    """Return a US keyboard's key in this place: a digit, a bracket, a comma or a dot, else None.

    macOS reports no scan codes, so the result is None there.
    """
    if sys.platform.startswith("win"):
        return _WINDOWS.get(event.nativeScanCode())
    if sys.platform == "darwin":
        return None
    return _X11.get(event.nativeScanCode())
