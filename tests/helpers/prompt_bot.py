"""Waits of a test that end soon after what they wait for."""

from __future__ import annotations

from collections.abc import Callable

from pytestqt.qtbot import QtBot

_FIRST_LOOKS = 10


class PromptBot(QtBot):
    """A bot that looks after each of the first milliseconds, where pytest-qt's looks after ten.

    Most of a window is there within two or three, and thousands of tests wait for one.
    """

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = 5000) -> None:
        """Wait until the callback returns True, or None without a failing ``assert``."""
        __tracebackhide__ = True
        for _ in range(min(_FIRST_LOOKS, timeout)):
            if _is_met(callback):
                return
            self.wait(1)
        super().waitUntil(callback, timeout=timeout)


def _is_met(callback: Callable[[], bool | None]) -> bool:
    """Whether a wait is over; what is neither True nor None is left to pytest-qt to refuse."""
    try:
        return callback() in (True, None)
    except AssertionError:
        return False
