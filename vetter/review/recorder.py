"""Recorder of decisions, which take effect only after they are on disk."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

from PyQt6.QtCore import QObject, pyqtSignal

from vetter.core.decisions.decision import Decision
from vetter.core.decisions.ledger import Ledger
from vetter.review.writer import NoWriter, Receipt, Writer

ACKNOWLEDGED_AT_ONCE = 0.012
"""0.012 s at most that the GUI thread waits for a commit before it goes on painting."""


class Recorder(QObject):
    """Recorder of decisions, one step at a time; the ledger follows the file, never leads it.

    Parameters
    ----------
    ledger : Ledger
        Applies each decision once it is on disk.
    writer : Writer or NoWriter
        Commits the decisions; a NoWriter if the session is read only.
    """

    recorded = pyqtSignal(object)  # list of Decision, now in force
    failed = pyqtSignal(str)
    begun = pyqtSignal()  # a commit that the window waits for
    saving = pyqtSignal()  # the commit takes longer than ACKNOWLEDGED_AT_ONCE

    def __init__(
        self, ledger: Ledger, writer: Writer | NoWriter, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._ledger = ledger
        self._writer = writer
        self._pending: tuple[Receipt, Callable[[], None]] | None = None
        self._waiting_actions: deque[Callable[[], None]] = deque()
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

        On a local disk the call happens before `record` returns; on a slow disk, later. If the
        commit fails, ``then`` is not called and no decision takes effect.
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
        """Run an action now, or as soon as the commit under way has ended."""
        if self.busy:
            self._waiting_actions.append(action)
        else:
            action()

    def finish(self) -> None:
        """Wait for the commit under way and run the waiting actions; emit no more signals."""
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
        while self._waiting_actions and not self.busy:
            self._waiting_actions.popleft()()
