"""Jobs on a pool of one thread: answers come back to the owner's thread, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PyQt6.QtCore import QObject, QRunnable, QThreadPool, pyqtSignal


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a job: its ticket, and a result or the exception it raised."""

    ticket: Any
    result: Any = None
    error: Exception | None = None


class Jobs(QObject):
    """Runs jobs one after another on a thread of its own.

    `done` carries an `Answer` for each job, in this object's thread; not after `close`.
    """

    done = pyqtSignal(object)
    _ended = pyqtSignal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._closed = False
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._ended.connect(self._deliver)

    def submit(self, ticket: Any, work: Callable[[], Any]) -> None:
        """Queue a job; `work` holds all that it needs and touches nothing that is live."""
        if not self._closed:
            self._pool.start(_Job(ticket, work, self._ended.emit))

    def drop_waiting(self) -> None:
        """Forget the jobs that have not begun."""
        self._pool.clear()

    def close(self) -> None:
        """Forget the jobs that wait, and wait for the one that runs; its answer is dropped."""
        self._closed = True
        self._pool.clear()
        self._pool.waitForDone()

    def _deliver(self, answer: Answer) -> None:
        if not self._closed:
            self.done.emit(answer)


class _Job(QRunnable):
    def __init__(
        self, ticket: Any, work: Callable[[], Any], tell: Callable[[Answer], None]
    ) -> None:
        super().__init__()
        self._ticket, self._work, self._tell = ticket, work, tell

    def run(self) -> None:
        try:
            answer = Answer(self._ticket, self._work())
        except Exception as error:  # An exception that leaves a thread of Qt's aborts the process.
            answer = Answer(self._ticket, error=error)
        self._tell(answer)
