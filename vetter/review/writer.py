"""The one thread that writes to the session file, and the receipts of its commits."""

from __future__ import annotations

import itertools
import queue
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import IntEnum
from functools import partial
from typing import Any, NamedTuple, Protocol

from PyQt6.QtCore import QObject, pyqtSignal

from vetter.core.cutout_source import Fingerprint
from vetter.core.decisions.decision import Decision
from vetter.errors import describe_error

FitRow = tuple[str, str, str]
"""The result of a fit as stored: key, signature, metadata as text."""


class Urgency(IntEnum):
    """Order of the jobs: those that the user waits for come first."""

    DECISION = 0
    SETTING = 1
    RESULT = 2
    END = 3


FITS_PER_WRITE = 20
"""20 results of fits in one transaction: about 2 ms, the most that a verdict has to wait."""

FITS_PER_READ = 25
"""25 results of fits in one read: about 1 ms in this thread, and as long in the GUI thread."""

PAINT_DELAY_SECONDS = 0.025
"""0.025 s after a key before background jobs run: the window paints the key's change first."""


class StoredFits(NamedTuple):
    """Results stored under a signature, (key, metadata) each; ``last`` if no others follow."""

    signature: str
    results: list[tuple[str, dict[str, Any]]]
    last: bool


class DecisionStore(Protocol):
    """Methods of the session file that the writer calls."""

    def append(self, decisions: Sequence[Decision], position: str | None = None) -> list[Decision]:
        """Commit the decisions, and return them with their sequence numbers."""

    def set_position(self, key: str) -> None:
        """Store the key of the candidate on screen."""

    def put_adjustments(self, results: Iterable[FitRow]) -> None:
        """Store results of fits, each as key, signature and metadata as text."""

    def adjustments_of(
        self, signature: str, after: str, limit: int
    ) -> list[tuple[str, dict[str, Any]]]:
        """Return the next results stored under a signature, each as key and metadata."""

    def set_settings(self, settings: dict[str, Any]) -> None:
        """Store settings, by name."""

    def record_input(
        self, record: Mapping[str, Any], fingerprints: Sequence[Fingerprint], candidates: int
    ) -> tuple[str, ...]:
        """Record the inputs of the session; return the roles whose content has changed."""


class Receipt:
    """Receipt of a commit, settled once the decisions are on disk or the commit has failed."""

    def __init__(self) -> None:
        self._done = threading.Event()
        self.decisions: list[Decision] = []
        self.error: str | None = None

    def wait(self, seconds: float | None) -> bool:
        """Wait for the end of the commit; return False after ``seconds`` (None: no limit)."""
        return self._done.wait(seconds)

    def settle(self, decisions: list[Decision], error: str | None) -> None:
        """Set the outcome; called in the writer's thread."""
        self.decisions, self.error = decisions, error
        self._done.set()


class NoWriter(QObject):
    """Stand-in for the `Writer` of a read-only session; neither writes nor reads anything."""

    read_only = True

    failed = pyqtSignal(str)
    loaded = pyqtSignal(object)  # Stored
    compared = pyqtSignal(object)  # roles of the inputs that have changed

    def keep_position(self, _key: str) -> None:
        """Leave the position in the file unchanged."""

    def keep_setting(self, _name: str, _value: Any) -> None:
        """Leave the settings in the file unchanged."""

    def keep_adjustments(self, _results: Sequence[FitRow]) -> None:
        """Leave the results in the file unchanged."""

    def load_adjustments(self, _signature: str, _after: str = "") -> None:
        """Read nothing: the fits are made again."""

    def record_input(
        self, _record: Mapping[str, Any], _fingerprints: Sequence[Fingerprint], _candidates: int
    ) -> None:
        """Leave the record of the inputs in the file unchanged."""

    def close(self) -> None:
        """Do nothing, since there is no thread to end."""


class Writer(QObject):
    """Writer on a thread of its own: decisions in the given order, before all other jobs.

    The GUI thread waits a few milliseconds for the receipt, enough on a local disk. On a slow
    disk it goes on painting, and :attr:`acknowledged` is emitted later.

    Parameters
    ----------
    store : DecisionStore
        The open session file; from now on used on the writer's thread only.
    at_end : callable, optional
        Called on that thread after all jobs, when the writer is closed.
    """

    read_only = False

    acknowledged = pyqtSignal(object)  # Receipt
    failed = pyqtSignal(str)  # error of a job other than a decision, as storing a fit
    loaded = pyqtSignal(object)  # Stored
    compared = pyqtSignal(object)  # roles of the inputs that have changed

    def __init__(
        self,
        store: DecisionStore,
        at_end: Callable[[], object] | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store = store
        self._at_end = at_end
        self._jobs: queue.PriorityQueue[tuple[Urgency, int, Callable[[], None] | None]] = (
            queue.PriorityQueue()
        )
        self._count = itertools.count()
        self._hurry = threading.Event()
        self._ending = False
        self._paint_deadline = 0.0
        self._latest_position: object = None
        self._thread = threading.Thread(target=self._run, name="session writer", daemon=True)
        self._thread.start()

    def submit(self, decisions: Sequence[Decision], position: str | None) -> Receipt:
        """Commit decisions, with the position to resume at; never blocks."""
        receipt = Receipt()
        if position is not None:
            self._latest_position = None

        def write() -> None:
            try:
                receipt.settle(self._store.append(decisions, position=position), None)
            except Exception as error:  # Without this thread later verdicts would wait for ever.
                receipt.settle([], describe_error(error))
            self.acknowledged.emit(receipt)

        self._paint_deadline = time.monotonic() + PAINT_DELAY_SECONDS
        self._put(Urgency.DECISION, write)
        self._hurry.set()
        return receipt

    def keep_position(self, key: str) -> None:
        """Store the user's position; a failure is reported, and has no other effect.

        A decision or another position that arrives before the write replaces this one.
        """
        position = self._latest_position = object()

        def write() -> None:
            if self._latest_position is position:
                self._store.set_position(key)

        self._put_background(Urgency.SETTING, write)

    def keep_adjustments(self, results: Sequence[FitRow]) -> None:
        """Store results of fits, few at a time, so that no verdict waits for hundreds."""
        for start in range(0, len(results), FITS_PER_WRITE):
            few = results[start : start + FITS_PER_WRITE]
            self._put_background(Urgency.RESULT, partial(self._store.put_adjustments, few))

    def load_adjustments(self, signature: str, after: str = "") -> None:
        """Read the next results under a signature after a key; :attr:`loaded` carries them."""

        def read() -> None:
            results: list[tuple[str, dict[str, Any]]] = []
            try:
                results = self._store.adjustments_of(signature, after, FITS_PER_READ)
            finally:
                # Also after an error, so that the results of other images are read next.
                self.loaded.emit(StoredFits(signature, results, len(results) < FITS_PER_READ))

        self._put_background(Urgency.RESULT, read)

    def keep_setting(self, name: str, value: Any) -> None:
        """Store a setting of the window; ``value`` is of a type that JSON holds."""
        self._put_background(Urgency.SETTING, lambda: self._store.set_settings({name: value}))

    def record_input(
        self, record: Mapping[str, Any], fingerprints: Sequence[Fingerprint], candidates: int
    ) -> None:
        """Record the files of the complete list; :attr:`compared` is emitted afterwards."""
        record = dict(record)
        self._put_background(
            Urgency.SETTING,
            lambda: self.compared.emit(self._store.record_input(record, fingerprints, candidates)),
        )

    def close(self) -> None:
        """Finish the submitted jobs, and end the thread."""
        self._ending = True
        self._hurry.set()
        if self._at_end is not None:
            self._put_background(Urgency.RESULT, self._at_end)
        self._put(Urgency.END, None)
        self._thread.join()

    def _put(self, urgency: Urgency, job: Callable[[], None] | None) -> None:
        # The count keeps jobs of one urgency in the order of submission.
        self._jobs.put((urgency, next(self._count), job))

    def _put_background(self, urgency: Urgency, write: Callable[[], object]) -> None:
        def job() -> None:
            try:
                write()
            except Exception as error:  # As above; the error is reported, and the next job runs.
                self.failed.emit(describe_error(error))

        if urgency is Urgency.SETTING:
            self._paint_deadline = time.monotonic() + PAINT_DELAY_SECONDS
        self._put(urgency, job)

    def _run(self) -> None:
        while (job := self._next_job()) is not None:
            job()

    def _next_job(self) -> Callable[[], None] | None:
        """Return the most urgent job once it may run; None to end the thread."""
        first = self._jobs.get()
        wait = max(self._paint_deadline - time.monotonic(), 0.0)
        if first[0] in (Urgency.SETTING, Urgency.RESULT) and self._hurry.wait(wait):
            self._jobs.put(first)
            first = self._jobs.get()
        if first[0] is Urgency.DECISION and not self._ending:
            self._hurry.clear()
        return first[2]
