"""A child process that is none: answers in this process, at the next turn of the event loop."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from PyQt6.QtCore import QTimer


class ChildHere:
    """Stands in for `ChildProcess` where the process itself is not in question.

    A process takes seconds to begin, and waits behind everything else on a busy machine.
    """

    def __init__(self, module: str, on_message: Callable[[Any], None], *_: Any, **__: Any) -> None:
        self._on_message = on_message
        self._is_closed = False

    def send(self, message: Any) -> None:
        QTimer.singleShot(0, lambda: self._answer(message))

    def answers(self, message: Any) -> Iterable[Any]:
        """Return the answers to a message."""
        raise NotImplementedError

    def hold(self) -> None:
        pass

    def go_on(self) -> None:
        pass

    def close(self) -> None:
        self._is_closed = True

    def _answer(self, message: Any) -> None:
        if self._is_closed:
            return
        for answer in self.answers(message):
            self._on_message(answer)
