"""Results of fits on their way into the session file."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QObject, QTimer

from vetter.review.session import Session
from vetter.review.writer import Kept

STORE_EVERY_MS = 1500
"""Results are kept in batches: a verdict's commit must not queue behind hundreds of them."""


class KeptResults(QObject):
    """Collects results, and has them written now and then, once the list is complete.

    Which files a list was is known, and results can be kept under a name, only then.

    Parameters
    ----------
    session : Session
        Whose writer writes them.
    """

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._unsaved: list[Kept] = []
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(STORE_EVERY_MS)
        self._soon.timeout.connect(self._save)

    def add(self, result: Kept) -> None:
        """Take a result; without a signature it waits for `sign`."""
        self._unsaved.append(result)
        if not self._soon.isActive():
            self._soon.start()

    def sign(self, signature_of: Callable[[str], str]) -> None:
        """Keep what was found so far under what each key's is called now; no name, not kept."""
        signed = [(key, signature_of(key), text) for key, _, text in self._unsaved]
        self._unsaved = [result for result in signed if result[1]]
        self._save()

    def close(self) -> None:
        """Have written what is left."""
        self._soon.stop()
        self._save()

    def _save(self) -> None:
        if self._unsaved and self._session.complete:
            self._session.writer.keep_adjustments(self._unsaved)
            self._unsaved = []
