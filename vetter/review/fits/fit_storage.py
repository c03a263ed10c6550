"""Fit results written to the session file in batches, and read from it after a restart."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from vetter.review.session import Session
from vetter.review.writer import FitRow, StoredFits

STORE_EVERY_MS = 1500
"""1500 ms of results are one batch: a verdict's commit must not queue behind hundreds of them."""


class FitStorage(QObject):
    """Writer of results in batches, and reader of stored results a few at a time.

    Results are written once the list is complete: only then are its files, and so the
    signatures, known. The next few stored results are read once the window has taken the last
    ones: a hundred thousand at once would delay verdicts by 4 s on the writer's thread, and the
    window for longer.

    Parameters
    ----------
    session : Session
        Its writer writes and reads the results on its thread.
    """

    arrived = pyqtSignal(object)  # Stored
    read_through = pyqtSignal()  # all results under a signature have arrived

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._writer = session, session.writer
        self._unwritten: list[FitRow] = []
        self._save_timer = QTimer(self)
        self._save_timer.setSingleShot(True)
        self._save_timer.setInterval(STORE_EVERY_MS)
        self._save_timer.timeout.connect(self.save)
        self._signatures: deque[str] = deque()
        self._writer.loaded.connect(self._on_loaded)

    def add(self, result: FitRow) -> None:
        """Add a result to the next batch; without a signature it waits for `sign`."""
        self._unwritten.append(result)
        if not self._save_timer.isActive():
            self._save_timer.start()

    def sign(self, signature_of: Callable[[str], str]) -> None:
        """Add signatures by key to the results so far and write them; drop those without one."""
        signed = [(key, signature_of(key), text) for key, _, text in self._unwritten]
        self._unwritten = [result for result in signed if result[1]]
        self.save()

    @property
    def reading(self) -> Iterable[str]:
        """The signatures whose results are still being read."""
        return self._signatures

    def read(self, signature: str) -> None:
        """Request the results stored under a signature, after those requested before.

        In a read-only session nothing is read, and the fits are made again.
        """
        if self._writer.read_only:
            return
        self._signatures.append(signature)
        if len(self._signatures) == 1:
            self._writer.load_adjustments(signature)

    def close(self) -> None:
        """Stop reading, and write the results so far."""
        self._writer.loaded.disconnect(self._on_loaded)
        self._save_timer.stop()
        self.save()

    def save(self) -> None:
        """Write the results so far, if the list is complete."""
        if self._unwritten and self._session.complete:
            self._writer.keep_adjustments(self._unwritten)
            self._unwritten = []

    def _on_loaded(self, stored: StoredFits) -> None:
        self.arrived.emit(stored)
        if not stored.last:
            self._writer.load_adjustments(stored.signature, stored.results[-1][0])
            return
        self._signatures.popleft()
        if self._signatures:
            self._writer.load_adjustments(self._signatures[0])
        self.read_through.emit()
