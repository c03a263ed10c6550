"""Results of fits on their way into the session file, and out of it from earlier starts."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from vetter.review.session import Session
from vetter.review.writer import Kept, Stored

STORE_EVERY_MS = 1500
"""Results are kept in batches: a verdict's commit must not queue behind hundreds of them."""


class FitStorage(QObject):
    """Writes results now and then, and reads those of earlier starts a few at a time.

    They are written once the list is complete: which files a list was is known, and results can
    be kept under a name, only then. The next few are read once the window has taken these: a
    hundred thousand at once would hold verdicts up for 4 s on the writer's thread, and the
    window for longer.

    Parameters
    ----------
    session : Session
        Whose writer writes and reads them on its thread.
    """

    arrived = pyqtSignal(object)  # Stored
    read_through = pyqtSignal()  # all those under a signature have arrived

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._writer = session, session.writer
        self._unsaved: list[Kept] = []
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(STORE_EVERY_MS)
        self._soon.timeout.connect(self.save)
        self._signatures: deque[str] = deque()
        self._writer.loaded.connect(self._on_loaded)

    def add(self, result: Kept) -> None:
        """Take a result; without a signature it waits for `sign`."""
        self._unsaved.append(result)
        if not self._soon.isActive():
            self._soon.start()

    def sign(self, signature_of: Callable[[str], str]) -> None:
        """Keep what was found so far under what each key's is called now; no name, not kept."""
        signed = [(key, signature_of(key), text) for key, _, text in self._unsaved]
        self._unsaved = [result for result in signed if result[1]]
        self.save()

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
        """Read no more, and have written what is left."""
        self._writer.loaded.disconnect(self._on_loaded)
        self._soon.stop()
        self.save()

    def save(self) -> None:
        """Have the results so far written, where the list is complete."""
        if self._unsaved and self._session.complete:
            self._writer.keep_adjustments(self._unsaved)
            self._unsaved = []

    def _on_loaded(self, stored: Stored) -> None:
        self.arrived.emit(stored)
        if not stored.last:
            self._writer.load_adjustments(stored.signature, stored.results[-1][0])
            return
        self._signatures.popleft()
        if self._signatures:
            self._writer.load_adjustments(self._signatures[0])
        self.read_through.emit()
