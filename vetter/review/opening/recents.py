"""Recent sessions, read and written on a worker thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from queue import SimpleQueue

from PyQt6.QtCore import QObject, pyqtSignal

from vetter.errors import VetterError
from vetter.io.session.recent_sessions import RecentSession, is_missing, recount
from vetter.review.opening.recent_settings import forget_all, recent_sessions, remember

WAIT_SECONDS = 3.0
"""3 s at most that the end of the program waits for a slow disk."""

Job = Callable[[], Sequence[RecentSession]]


class Recents(QObject):
    """List of recent sessions; a home on a slow disk never delays the window.

    Attributes
    ----------
    entries : tuple of RecentSession
        The latest first; empty before they are read.
    missing : frozenset of str
        Session files that do not exist any more.
    """

    changed = pyqtSignal()
    _read = pyqtSignal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.entries: tuple[RecentSession, ...] = ()
        self.missing: frozenset[str] = frozenset()
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._read.connect(self._on_read)

    def reload(self) -> None:
        """Read the list."""
        self._submit(recent_sessions)

    def remember(self, entry: RecentSession) -> None:
        """Put a session first."""
        self._submit(lambda: remember(entry))

    def clear(self) -> None:
        """Empty the list."""
        self._submit(forget_all)

    def close(self) -> None:
        """Wait until all is written; the object may be used again afterwards."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._jobs.put(None)
            thread.join(WAIT_SECONDS)

    def _submit(self, job: Job) -> None:
        self._jobs.put(job)
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="recent sessions", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                entries = tuple(job())
            except (VetterError, OSError):
                # The list is a convenience: after a failure it stays as it was.
                continue
            if not self._publish(entries):
                return
            # Decisions made before a kill are counted only in the session files.
            counted = tuple(map(recount, entries))
            if counted != entries and not self._publish(counted):
                return

    def _publish(self, entries: tuple[RecentSession, ...]) -> bool:
        """Send entries to the GUI thread; return whether the window still exists."""
        missing = frozenset(entry.session for entry in entries if is_missing(entry))
        try:
            self._read.emit(entries, missing)
        except RuntimeError:  # the window's objects are gone
            return False
        return True

    def _on_read(self, entries: tuple[RecentSession, ...], missing: frozenset[str]) -> None:
        self.entries, self.missing = entries, missing
        self.changed.emit()
