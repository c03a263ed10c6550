"""The path of a decision: written first, in force afterwards."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

from PyQt6.QtCore import QObject, pyqtSignal

from vetter.core.decisions.decision import Decision
from vetter.core.decisions.ledger import Ledger
from vetter.review.writer import NoWriter, Receipt, Writer

ACKNOWLEDGED_AT_ONCE = 0.012
"""Seconds that a verdict waits for its commit before the window goes on painting."""


class Recorder(QObject):
    """Commits decisions one step at a time; the ledger follows the file, never leads it.

    Parameters
    ----------
    ledger : Ledger
        Takes over each decision when it is on disk.
    writer : Writer or NoWriter
        Commits; a NoWriter for a session that is read only.
    """

    recorded = pyqtSignal(object)  # list of Decision, now in force
    failed = pyqtSignal(str)
    begun = pyqtSignal()  # a commit that the window waits for
    saving = pyqtSignal()

    def __init__(
        self, ledger: Ledger, writer: Writer | NoWriter, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._ledger = ledger
        self._writer = writer
        self._pending: tuple[Receipt, Callable[[], None]] | None = None
        self._waiting: deque[Callable[[], None]] = deque()
        if isinstance(writer, Writer):
            writer.acknowledged.connect(self._on_acknowledged)

    @property
    def busy(self) -> bool:
        """Whether a commit is under way; until it ends, nothing else is decided or shown."""
        return self._pending is not None

    def record(
        self, decisions: Sequence[Decision], position: str | None, then: Callable[[], None]
    ) -> None:
        """Commit decisions as one step; ``then`` is called once they are in force.

        On a local disk that is before this returns; on a slow one, later. Where the commit
        fails, ``then`` is not called and nothing is in force.
        """
        assert isinstance(self._writer, Writer) and self._pending is None
        self.begun.emit()
        receipt = self._writer.submit(decisions, position)
        self._pending = receipt, then
        if receipt.wait(ACKNOWLEDGED_AT_ONCE):
            self._on_acknowledged(receipt)
        else:
            self.saving.emit()

    def when_free(self, action: Callable[[], None]) -> None:
        """Do something now, or as soon as the commit under way has ended."""
        if self.busy:
            self._waiting.append(action)
        else:
            action()

    def finish(self) -> None:
        """Wait for what is under way, and do what waits for it; nothing tells of it any more."""
        self.blockSignals(True)
        while self._pending is not None:
            receipt = self._pending[0]
            receipt.wait(None)
            self._on_acknowledged(receipt)

    def _on_acknowledged(self, receipt: Receipt) -> None:
        if self._pending is None or self._pending[0] is not receipt:
            return
        then = self._pending[1]
        self._pending = None
        if receipt.error is not None:
            self.failed.emit(f"not saved, so nothing was decided: {receipt.error}")
        else:
            for decision in receipt.decisions:
                self._ledger.apply(decision)
            then()
            self.recorded.emit(receipt.decisions)
        while self._waiting and not self.busy:
            self._waiting.popleft()()
