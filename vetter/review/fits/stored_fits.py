"""Results of fits from earlier starts, on their way out of the session file."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from PyQt6.QtCore import QObject, pyqtSignal

from vetter.review.writer import NoWriter, Stored, Writer


class StoredFits(QObject):
    """Reads results a few at a time, the next few once the window has taken these.

    A hundred thousand at once would hold verdicts up for 4 s on the writer's thread, and the
    window for longer.

    Parameters
    ----------
    writer : Writer or NoWriter
        Reads them on its thread.
    """

    arrived = pyqtSignal(object)  # Stored
    read_through = pyqtSignal()  # all those under a signature have arrived

    def __init__(self, writer: Writer | NoWriter, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._writer = writer
        self._signatures: deque[str] = deque()
        writer.loaded.connect(self._on_loaded)

    @property
    def reading(self) -> Iterable[str]:
        """The signatures under which more may come."""
        return self._signatures

    def read(self, signature: str) -> None:
        """Have the results that are kept under a signature come, after those asked for before.

        A session that is read only has them made anew.
        """
        if self._writer.read_only:
            return
        self._signatures.append(signature)
        if len(self._signatures) == 1:
            self._writer.load_adjustments(signature)

    def close(self) -> None:
        """Read no more."""
        self._writer.loaded.disconnect(self._on_loaded)

    def _on_loaded(self, stored: Stored) -> None:
        self.arrived.emit(stored)
        if not stored.last:
            self._writer.load_adjustments(stored.signature, stored.results[-1][0])
            return
        self._signatures.popleft()
        if self._signatures:
            self._writer.load_adjustments(self._signatures[0])
        self.read_through.emit()
