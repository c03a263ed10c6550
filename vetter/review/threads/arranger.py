"""Thread for sorts and filters of long lists, of which only the latest counts."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from PyQt6.QtCore import QObject, pyqtSignal

from vetter.errors import InputError

AT_ONCE_ROWS = 20_000
"""Length of a list up to which sorts and filters take less than a frame, without a thread."""

Then = Callable[[Any, InputError | KeyError | None], None]


class Arranger(QObject):
    """One job at a time; a job that another has replaced is not started, or its result dropped.

    The thread is made for the first job. ``close`` ends it.
    """

    _finished = pyqtSignal(object, object, object)  # Job, result, error

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread: ThreadPoolExecutor | None = None
        self._wanted: _Job | None = None
        self._finished.connect(self._on_finished)

    @property
    def is_busy(self) -> bool:
        """Whether a job is under way whose result is wanted."""
        return self._wanted is not None

    def run(self, work: Callable[[], Any], then: Then) -> None:
        """Do a job in the thread, then call ``then`` in this one with its result or error."""
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, "arranger")
        job = self._wanted = _Job(work, then)
        self._thread.submit(self._work, job)

    def drop(self) -> None:
        """Drop the job under way; its ``then`` is not called."""
        self._wanted = None

    def close(self) -> None:
        """Drop the job under way and end the thread."""
        self.drop()
        if self._thread is not None:
            self._thread.shutdown()
            self._thread = None

    def _work(self, job: _Job) -> None:
        if job is not self._wanted:
            return
        result: Any = None
        problem: Exception | None = None
        try:
            result = job.work()
        except Exception as error:  # Raised again in the thread of the window.
            problem = error
        self._finished.emit(job, result, problem)

    def _on_finished(self, job: _Job, result: Any, problem: Exception | None) -> None:
        if job is not self._wanted:
            return
        self._wanted = None
        if problem is not None and not isinstance(problem, (InputError, KeyError)):
            raise problem
        job.then(result, problem)


class _Job(NamedTuple):
    """Work for the thread, and what takes its result or error afterwards."""

    work: Callable[[], Any]
    then: Then
