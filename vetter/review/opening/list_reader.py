"""Reader of the rest of a list, on a worker thread; the session is extended at intervals."""

from __future__ import annotations

import atexit
import threading

from PyQt6.QtCore import QObject, QThread, QTimer, pyqtSignal

from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.cutout_source import CutoutSource, Fingerprint
from vetter.errors import describe_error
from vetter.review.session import Session

EXTEND_INTERVAL_MS = 200
"""200 ms between two extensions of the session, since each copies arrays as long as the list."""
KEY_PAUSE_SECONDS = 0.05
"""0.05 s without a key before reading goes on: reading would take the interpreter from a paint."""
MAX_KEY_DELAY_SECONDS = 0.4
"""0.4 s at most that keys delay the reading, even under a held arrow key."""


class ListReader(QObject):
    """Reader of a session's list to its end; extends the session in the GUI thread.

    Parameters
    ----------
    session : Session
        The session whose source is still being read.
    source : CutoutSource
        The source of the session.
    """

    def __init__(
        self, session: Session, source: CutoutSource, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(EXTEND_INTERVAL_MS)
        self._timer.timeout.connect(self._take)
        self._closed = False
        self._reader = _Reader(source, self)
        self._reader.read.connect(self._on_read)
        self._reader.over.connect(self._take)
        self._reader.broken.connect(self._on_broken)
        session.current_changed.connect(self._reader.yield_to_paint)
        session.opinions_changed.connect(self._reader.yield_to_paint)

    def start(self) -> None:
        """Start to read the rest of the list."""
        atexit.register(self.close)
        self._reader.start()

    def stop(self) -> None:
        """Stop after the rows under way, and extend the session no more."""
        self._closed = True
        self._timer.stop()
        self._reader.stop()

    def close(self) -> None:
        """Stop and wait for the thread; the caller has closed the source, which ends a read."""
        self.stop()
        self._reader.wait()
        atexit.unregister(self.close)

    def _on_read(self) -> None:
        if not self._closed and not self._timer.isActive():
            self._timer.start()

    def _on_broken(self, why: str) -> None:
        self._take()
        if not self._closed:
            self._session.break_off(why)

    def _take(self) -> None:
        reader = self._reader
        # Fingerprints first: if they are set, the list that is read next is the whole one.
        fingerprints, candidates = reader.fingerprints, reader.candidates
        if not self._closed and not self._session.complete:
            self._session.extend(candidates, fingerprints)


class _Reader(QThread):
    """Thread that reads; the `ListReader` owns it and waits for its end."""

    read = pyqtSignal()
    over = pyqtSignal()
    broken = pyqtSignal(str)

    def __init__(self, source: CutoutSource, owner: ListReader) -> None:
        super().__init__(owner)
        self.setObjectName("list reader")
        self.candidates = source.candidates
        self.fingerprints: tuple[Fingerprint, ...] | None = None
        """Fingerprints of the whole list; None until the list is complete."""
        self._source = source
        self._stopped = threading.Event()
        self._key = threading.Event()

    def stop(self) -> None:
        """Stop before the next rows."""
        self._stopped.set()
        self._key.set()

    def yield_to_paint(self, _what: object = None) -> None:
        """Pause after an action of the user, so that the paint comes first."""
        self._key.set()

    def run(self) -> None:
        try:
            whole = self._read_on()
            # Computed in this thread, since fingerprints may read files.
            fingerprints = self._source.fingerprints if whole else ()
        except Exception as error:  # An exception that leaves a thread ends the program.
            self.broken.emit(describe_error(error))
            return
        if whole and not self._stopped.is_set():
            self.fingerprints = fingerprints
            self.over.emit()

    def _read_on(self) -> bool:
        """Read to the end of the list; return False if the source was closed before."""
        while not self._stopped.is_set():
            longer = self._source.grow()
            # A cutout that needed its row may have read further, even to the end.
            self._take(self._source.candidates if longer is None else longer)
            if longer is None:
                break
            self.read.emit()
            self._wait_for_paint()
        return self._source.is_complete

    def _take(self, longer: CandidateList) -> None:
        if len(longer) > len(self.candidates):
            # In this thread, not the GUI thread: continue_from() indexes each new key.
            longer.continue_from(self.candidates)
            self.candidates = longer

    def _wait_for_paint(self) -> None:
        """Wait until no key was pressed for `KEY_PAUSE_SECONDS`, so that its pixels come first."""
        for _ in range(round(MAX_KEY_DELAY_SECONDS / KEY_PAUSE_SECONDS)):
            if not self._key.is_set() or self._stopped.is_set():
                return
            self._key.clear()
            self._stopped.wait(KEY_PAUSE_SECONDS)
