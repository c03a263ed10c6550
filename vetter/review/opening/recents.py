"""The sessions opened lately, read and written behind the window."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from queue import SimpleQueue

from PyQt6.QtCore import QObject, pyqtSignal

from vetter.errors import VetterError
from vetter.io.session.recent_sessions import (
    RecentSession,
    forget_all,
    is_missing,
    recent_sessions,
    recounted,
    remember,
)

WAIT_SECONDS = 3.0

Job = Callable[[], Sequence[RecentSession]]


class Recents(QObject):
    """Keeps the list; a home on a slow disk never holds the window up.

    Attributes
    ----------
    entries : tuple of RecentSession
        The last one first, as far as it was read.
    missing : frozenset of str
        Session files that are not there any more.
    """

    changed = pyqtSignal()
    _told = pyqtSignal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.entries: tuple[RecentSession, ...] = ()
        self.missing: frozenset[str] = frozenset()
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._told.connect(self._on_told)

    def reload(self) -> None:
        """Read the list."""
        self._do(recent_sessions)

    def remember(self, entry: RecentSession) -> None:
        """Put a session first."""
        self._do(lambda: remember(entry))

    def clear(self) -> None:
        """Empty the list."""
        self._do(forget_all)

    def close(self) -> None:
        """Wait until all is written; it may be used again afterwards."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._jobs.put(None)
            thread.join(WAIT_SECONDS)

    def _do(self, job: Job) -> None:
        self._jobs.put(job)
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="recent sessions", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                entries = tuple(job())
            except (VetterError, OSError):
                # Nothing that anybody waits for: the list stays as it was.
                continue
            if not self._tell(entries):
                return
            # What was decided before a kill is in the sessions alone.
            counted = tuple(map(recounted, entries))
            if counted != entries and not self._tell(counted):
                return

    def _tell(self, entries: tuple[RecentSession, ...]) -> bool:
        """Bring entries to the window; returns whether it is there."""
        missing = frozenset(one.session for one in entries if is_missing(one))
        try:
            self._told.emit(entries, missing)
        except RuntimeError:  # the window's objects are gone
            return False
        return True

    def _on_told(self, entries: tuple[RecentSession, ...], missing: frozenset[str]) -> None:
        self.entries, self.missing = entries, missing
        self.changed.emit()
