"""The one thread that writes to the session file, and what it acknowledges."""

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
from vetter.errors import in_words

Kept = tuple[str, str, str]
"""The result of a fit as it is kept: key, signature, metadata as text."""


class Urgency(IntEnum):
    """Order in which jobs are done: what the vetter waits for comes first."""

    DECISION = 0
    SETTING = 1
    RESULT = 2
    END = 3


FEW = 20
"""Results of fits in one transaction: about 2 ms, all that a verdict may have to wait."""

AT_ONCE = 25
"""Results of fits that are read together: about 1 ms here, as long where the window takes them."""

PAINTED_BY = 0.025
"""Seconds after a key that what nobody waits for is put off: the window paints what it changed."""


class Stored(NamedTuple):
    """Results kept under a signature, key and metadata each; the last ones or not."""

    signature: str
    results: list[tuple[str, dict[str, Any]]]
    last: bool


class DecisionStore(Protocol):
    """The part of the session file that the writer uses."""

    def append(self, decisions: Sequence[Decision], position: str | None = None) -> list[Decision]:
        """Commit the decisions; returns them with their sequence numbers."""

    def set_position(self, key: str) -> None:
        """Remember which candidate is on screen."""

    def put_adjustments(self, results: Iterable[Kept]) -> None:
        """Keep results of fits: key, signature and metadata as text each."""

    def adjustments_of(
        self, signature: str, after: str, limit: int
    ) -> list[tuple[str, dict[str, Any]]]:
        """The next of the results kept under a signature, key and metadata each."""

    def set_settings(self, settings: dict[str, Any]) -> None:
        """Keep settings, by name."""

    def record_input(
        self, record: Mapping[str, Any], fingerprints: Sequence[Fingerprint], candidates: int
    ) -> tuple[str, ...]:
        """Note what the session is opened on; the roles whose content has changed."""


class Receipt:
    """One commit under way: done when the data are on disk, or an error is known."""

    def __init__(self) -> None:
        self._done = threading.Event()
        self.decisions: list[Decision] = []
        self.error: str | None = None

    def wait(self, seconds: float | None) -> bool:
        """Whether it was done within the given time; None: wait until it is."""
        return self._done.wait(seconds)

    def settle(self, decisions: list[Decision], error: str | None) -> None:
        """Say how it ended (the writer's thread)."""
        self.decisions, self.error = decisions, error
        self._done.set()


class NoWriter(QObject):
    """Stand-in for the `Writer` of a read-only session: it neither writes nor reads anything."""

    read_only = True

    failed = pyqtSignal(str)
    loaded = pyqtSignal(object)  # Stored
    compared = pyqtSignal(object)  # roles of the inputs that have changed

    def keep_position(self, _key: str) -> None:
        """Leave the position as it is in the file."""

    def keep_setting(self, _name: str, _value: Any) -> None:
        """Leave the settings as they are in the file."""

    def keep_adjustments(self, _results: Sequence[Kept]) -> None:
        """Leave the results as they are in the file."""

    def load_adjustments(self, _signature: str, _after: str = "") -> None:
        """Read nothing: the fits are made again."""

    def record_input(
        self, _record: Mapping[str, Any], _fingerprints: Sequence[Fingerprint], _candidates: int
    ) -> None:
        """Leave the record of the inputs as it is in the file."""

    def close(self) -> None:
        """Do nothing: there is no thread to end."""


class Writer(QObject):
    """Writes on a thread of its own: decisions in the order given, before all else.

    The window waits a few milliseconds for the receipt, which on a local disk is
    enough; on a slow disk it goes on painting, and :attr:`acknowledged` tells it later.

    Parameters
    ----------
    store : DecisionStore
        The open session file; used on the writer's thread only, after this.
    """

    read_only = False

    acknowledged = pyqtSignal(object)  # Receipt
    failed = pyqtSignal(str)  # something else than a decision, as a fit, could not be written
    loaded = pyqtSignal(object)  # Stored
    compared = pyqtSignal(object)  # roles of the inputs that have changed

    def __init__(self, store: DecisionStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._jobs: queue.PriorityQueue[tuple[Urgency, int, Callable[[], None] | None]] = (
            queue.PriorityQueue()
        )
        self._count = itertools.count()
        self._hurry = threading.Event()
        self._ending = False
        self._painted_at = 0.0
        self._place: object = None
        self._thread = threading.Thread(target=self._run, name="session writer", daemon=True)
        self._thread.start()

    def submit(self, decisions: Sequence[Decision], position: str | None) -> Receipt:
        """Commit decisions, with the position to resume at; never blocks."""
        receipt = Receipt()
        if position is not None:
            self._place = None

        def write() -> None:
            try:
                receipt.settle(self._store.append(decisions, position=position), None)
            except Exception as error:  # Without this thread every later verdict waits for ever.
                receipt.settle([], in_words(error))
            self.acknowledged.emit(receipt)

        self._painted_at = time.monotonic() + PAINTED_BY
        self._put(Urgency.DECISION, write)
        self._hurry.set()
        return receipt

    def keep_position(self, key: str) -> None:
        """Remember where the vetter is; of no consequence if it fails but a word.

        A decision or another place that comes meanwhile says better where that is.
        """
        place = self._place = object()

        def write() -> None:
            if self._place is place:
                self._store.set_position(key)

        self._later(Urgency.SETTING, write)

    def keep_adjustments(self, results: Sequence[Kept]) -> None:
        """Remember results of fits, few at a time: a verdict does not wait for hundreds."""
        for start in range(0, len(results), FEW):
            few = results[start : start + FEW]
            self._later(Urgency.RESULT, partial(self._store.put_adjustments, few))

    def load_adjustments(self, signature: str, after: str = "") -> None:
        """Read results kept under a signature, from a key on; :attr:`loaded` brings them."""

        def read() -> None:
            results: list[tuple[str, dict[str, Any]]] = []
            try:
                results = self._store.adjustments_of(signature, after, AT_ONCE)
            finally:
                # What cannot be read ends here: the results of other images are still to come.
                self.loaded.emit(Stored(signature, results, len(results) < AT_ONCE))

        self._later(Urgency.RESULT, read)

    def keep_setting(self, name: str, value: Any) -> None:
        """Remember how the vetter set the window up; ``value`` of a type that JSON holds."""
        self._later(Urgency.SETTING, lambda: self._store.set_settings({name: value}))

    def record_input(
        self, record: Mapping[str, Any], fingerprints: Sequence[Fingerprint], candidates: int
    ) -> None:
        """Note what the list was read from, now that it is complete; :attr:`compared` follows."""
        record = dict(record)
        self._later(
            Urgency.SETTING,
            lambda: self.compared.emit(self._store.record_input(record, fingerprints, candidates)),
        )

    def close(self) -> None:
        """Finish what was submitted, and end the thread."""
        self._ending = True
        self._hurry.set()
        self._put(Urgency.END, None)
        self._thread.join()

    def _put(self, urgency: Urgency, job: Callable[[], None] | None) -> None:
        # The count keeps jobs of one urgency in the order in which they came.
        self._jobs.put((urgency, next(self._count), job))

    def _later(self, urgency: Urgency, write: Callable[[], None]) -> None:
        def job() -> None:
            try:
                write()
            except Exception as error:  # As above: what is not kept is said, and the next written.
                self.failed.emit(in_words(error))

        if urgency is Urgency.SETTING:
            self._painted_at = time.monotonic() + PAINTED_BY
        self._put(urgency, job)

    def _run(self) -> None:
        while (job := self._next()) is not None:
            job()

    def _next(self) -> Callable[[], None] | None:
        """The most urgent job, once it may be done."""
        first = self._jobs.get()
        wait = max(self._painted_at - time.monotonic(), 0.0)
        if first[0] in (Urgency.SETTING, Urgency.RESULT) and self._hurry.wait(wait):
            self._jobs.put(first)
            first = self._jobs.get()
        if first[0] is Urgency.DECISION and not self._ending:
            self._hurry.clear()
        return first[2]
