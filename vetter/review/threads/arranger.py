"""Thread for sorts and filters of long lists, of which only the latest counts."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from PyQt6.QtCore import QObject, pyqtSignal

from vetter.errors import InputError

AT_ONCE_ROWS = 20_000
"""Length of a list up to which sorts and filters take less than a frame, without a thread."""


class Arranger(QObject):
    """One job at a time; a job that another has replaced is not started, or its result dropped.

    The thread is made for the first job. ``close`` ends it.
    """

    _finished = pyqtSignal(int, object, object)  # number of the job, result, error

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread: ThreadPoolExecutor | None = None
        self._latest = 0
        self._then: Callable[[Any, InputError | KeyError | None], None] | None = None
        self._finished.connect(self._on_finished)

    @property
    def is_busy(self) -> bool:
        """Whether a job is under way whose result is wanted."""
        return self._then is not None

    def run(
        self,
        job: Callable[[], Any],
        then: Callable[[Any, InputError | KeyError | None], None],
    ) -> None:
        """Do a job in the thread, then call ``then`` in this one with its result or error."""
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, "arranger")
        self._latest += 1
        self._then = then
        self._thread.submit(self._work, self._latest, job)

    def drop(self) -> None:
        """Drop the job under way; its ``then`` is not called."""
        self._latest += 1
        self._then = None

    def close(self) -> None:
        """Drop the job under way and end the thread."""
        self.drop()
        if self._thread is not None:
            self._thread.shutdown(wait=True, cancel_futures=True)
            self._thread = None

    def _work(self, number: int, job: Callable[[], Any]) -> None:
        if number != self._latest:
            return
        result: Any = None
        problem: Exception | None = None
        try:
            result = job()
        except Exception as error:  # Raised again in the thread of the window.
            problem = error
        self._finished.emit(number, result, problem)

    def _on_finished(self, number: int, result: Any, problem: Exception | None) -> None:
        then = self._then
        if number != self._latest or then is None:
            return
        self._then = None
        if problem is not None and not isinstance(problem, (InputError, KeyError)):
            raise problem
        then(result, problem)
