"""Keeps a held key from running a command again, where Qt takes its repeats for typing.

Qt tells X11's auto-repeat from typing by looking whether the next press is already queued when a
release arrives; in an idle window it mostly is not, and each repeat looks like a new press
(measured: 21 of 22). The times tell: a repeat's press carries the very time of the release before.
"""

from __future__ import annotations

from collections.abc import Container

from PyQt6.QtCore import QEvent, QObject, QTimer, pyqtSignal
from PyQt6.QtGui import QKeyEvent, QKeySequence
from PyQt6.QtWidgets import QWidget

# Milliseconds after a release in which the press of a repeat would have come.
_WAIT = 25


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
