"""Copy of a session into a new file, on a worker thread."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtCore import QObject, QThread, pyqtSignal

from vetter.errors import describe_error
from vetter.io.session.session_file import SessionFile


class SessionCopier(QObject):
    """Writer of one new session at a time, with all readable parts of another."""

    done = pyqtSignal(object)  # Path of the new session
    failed = pyqtSignal(str)  # in words; nothing was written

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread: _CopyThread | None = None

    def copy(self, old: Path, new: Path) -> None:
        """Start a copy; wait first for the one under way."""
        self.close()
        self._thread = _CopyThread(self, old, new)
        self._thread.start()

    def close(self) -> None:
        """Wait for the copy under way."""
        if self._thread is not None:
            self._thread.wait()
            self._thread = None


class _CopyThread(QThread):
    """Thread of one copy; the copier owns it and waits for its end."""

    def __init__(self, copier: SessionCopier, old: Path, new: Path) -> None:
        super().__init__(copier)
        self.setObjectName("session copy")
        self._copier = copier
        self._old, self._new = old, new

    def run(self) -> None:
        try:
            with SessionFile.open(self._old, "", read_only=True) as session:
                session.save_as(self._new)
        except Exception as error:  # An exception that leaves a thread ends the program.
            self._copier.failed.emit(describe_error(error))
        else:
            self._copier.done.emit(self._new)
