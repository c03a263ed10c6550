"""A child process that is none: answers in this process, at the next turn of the event loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PyQt6.QtCore import QTimer


class ChildHere:
    """Stands in for `ChildProcess` where the process itself is not in question.

    A process takes seconds to begin, and waits behind everything else on a busy machine.
    """

    answer: Callable[[Any], Any]
    """Returns the answer to a message; subclasses hold it."""

    def __init__(self, module: str, on_message: Callable[[Any], None], *_: Any, **__: Any) -> None:
        self._on_message = on_message
        self._is_closed = False

    def send(self, message: Any) -> None:
        QTimer.singleShot(0, lambda: self._answer(message))

    def hold(self) -> None:
        pass

    def go_on(self) -> None:
        pass

    def close(self) -> None:
        self._is_closed = True

    def _answer(self, message: Any) -> None:
        if not self._is_closed:
            self._on_message(type(self).answer(message))
