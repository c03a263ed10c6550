"""Waiting for what comes after: how a test knows that nothing has happened."""

from __future__ import annotations

from typing import Any

from PyQt6.QtCore import QTimer


def until_handled(qtbot: Any) -> None:
    """Wait until Qt has handled what was posted by now, and what came of that.

    A timer of no time is last in its turn of the event loop. Layouts and queued signals take a
    second turn, what they set off a third.
    """
    for _ in range(3):
        until_timer(qtbot, 0)


def until_timer(qtbot: Any, ms: float) -> None:
    """Wait until a timer of so many milliseconds that was started before has ended.

    The one that is waited for is longer: Qt moves the end of a timer by a twentieth.
    """
    later = QTimer()
    later.setSingleShot(True)
    with qtbot.waitSignal(later.timeout, timeout=30000):
        later.start(round(1.2 * ms))
