"""Work on a thread of its own, of which only the latest matters."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from PyQt6.QtCore import QObject, QThread, pyqtSignal

from vetter.errors import describe_error

Task = Callable[[threading.Event], Any]
"""Function that returns a result; it may return early once the event is set."""


class Background(QObject):
    """Runner of one task at a time; a new task replaces those that have not ended."""

    done = pyqtSignal(object)
    """Result of the latest task."""

    failed = pyqtSignal(str)
    """Reason in words why the latest task has no result."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread: _TaskThread | None = None
        self._next: Task | None = None

    @property
    def running(self) -> bool:
        """Whether a task is under way."""
        return self._thread is not None

    def start(self, task: Task) -> None:
        """Run a task, once the present one has ended, whose result is dropped."""
        if self._thread is not None:
            self._next = task
            self._thread.stop.set()
            return
        self._thread = _TaskThread(task, self)
        self._thread.finished.connect(self._on_finished)
        # Qt aborts the program if a thread is destroyed, with its parent, before its end.
        self.destroyed.connect(self._thread.end)
        self._thread.start()

    def close(self) -> None:
        """Drop all tasks and wait for the end of the present one."""
        self._next = None
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.end()

    def _on_finished(self) -> None:
        thread = self._thread
        # A task that `close` has waited for finishes too, and is not reported.
        if thread is None or not thread.isFinished():
            return
        thread.deleteLater()
        self._thread = None
        task, self._next = self._next, None
        if task is not None:
            self.start(task)
        elif thread.problem:
            self.failed.emit(thread.problem)
        else:
            self.done.emit(thread.result)


class _TaskThread(QThread):
    """Thread of one task."""

    def __init__(self, task: Task, parent: QObject) -> None:
        super().__init__(parent)
        self.setObjectName("background task")
        self.stop = threading.Event()
        self._task = task
        self.result: Any = None
        self.problem = ""

    def end(self) -> None:
        """Stop the task and wait for its end."""
        self.stop.set()
        self.wait()

    def run(self) -> None:
        try:
            self.result = self._task(self.stop)
        except Exception as error:  # An exception that leaves a thread ends the program.
            self.problem = describe_error(error)
