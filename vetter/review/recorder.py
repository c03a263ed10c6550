"""The path of a decision: written first, in force afterwards."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PyQt6.QtCore import QObject, pyqtSignal

from vetter.core.cutout_source import Fingerprint
from vetter.core.decisions import Decision
from vetter.core.ledger import Ledger
from vetter.review.writer import Kept, Receipt, Writer

ACKNOWLEDGED_AT_ONCE = 0.012
"""Seconds that a verdict waits for its commit before the window goes on painting."""


class Recorder(QObject):
    """Commits decisions one step at a time; the ledger follows the file, never leads it.

    Parameters
    ----------
    ledger : Ledger
        Takes over each decision when it is on disk.
    writer : Writer or None
        Commits; None for a session that is read only.
    """

    recorded = pyqtSignal(object)  # list of Decision, now in force
    failed = pyqtSignal(str)
    unkept = pyqtSignal(str)  # what nobody waits for, as a fit, could not be written
    begun = pyqtSignal()  # a commit that the window waits for
    saving = pyqtSignal()
    adjustments_loaded = pyqtSignal(object)  # Stored
    compared = pyqtSignal(object)  # roles of the inputs that have changed since the last time

    def __init__(
        self, ledger: Ledger, writer: Writer | None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._ledger = ledger
        self._writer = writer
        self._pending: tuple[Receipt, Callable[[], None]] | None = None
        self._waiting: deque[Callable[[], None]] = deque()
        if writer is not None:
            writer.acknowledged.connect(self._on_acknowledged)
            writer.failed.connect(self.unkept)
            writer.loaded.connect(self.adjustments_loaded)
            writer.compared.connect(self.compared)

    @property
    def read_only(self) -> bool:
        """Whether nothing can be recorded."""
        return self._writer is None

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
        assert self._writer is not None and self._pending is None
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

    def keep_position(self, key: str) -> None:
        """Remember where the vetter is."""
        if self._writer is not None:
            self._writer.keep_position(key)

    def keep_setting(self, name: str, value: Any) -> None:
        """Remember how the vetter set the window up."""
        if self._writer is not None:
            self._writer.keep_setting(name, value)

    def keep_adjustments(self, results: Sequence[Kept]) -> None:
        """Remember results of fits."""
        if self._writer is not None:
            self._writer.keep_adjustments(results)

    def record_input(
        self, record: Mapping[str, Any], fingerprints: Sequence[Fingerprint], candidates: int
    ) -> None:
        """Note what the list was read from; :attr:`compared` tells what has changed."""
        if self._writer is not None:
            self._writer.record_input(record, fingerprints, candidates)

    def load_adjustments(self, signature: str, after: str = "") -> None:
        """Read results that are kept; a session that is read only has them made anew."""
        if self._writer is not None:
            self._writer.load_adjustments(signature, after)

    def finish(self) -> None:
        """Wait for what is under way, and do what waits for it; nothing tells of it any more."""
        self.blockSignals(True)
        while self._pending is not None:
            receipt = self._pending[0]
            receipt.wait(None)
            self._on_acknowledged(receipt)

    def close(self) -> None:
        """Write what is left, and end the writer."""
        if self._writer is not None:
            self._writer.close()

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
