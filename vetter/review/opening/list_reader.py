"""A list that is still being read: on a thread of its own, told to the window's now and then."""

from __future__ import annotations

import atexit
import threading

from PyQt6.QtCore import QObject, QThread, QTimer, pyqtSignal

from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.cutout_source import CutoutSource, Fingerprint
from vetter.errors import in_words
from vetter.review.session import Session

TOLD_EVERY_MS = 200
"""Each telling copies arrays as long as the list: a few in a second are enough."""
QUIET_SECONDS = 0.05
"""After a key the reading waits until its pixels are painted: both want the interpreter."""
LONGEST_WAIT = 0.4
"""But it goes on at least so often, even under a held arrow key."""


class ListReader(QObject):
    """Reads a session's list to its end, and extends the session in the window's thread.

    Parameters
    ----------
    session : Session
        Whose source is still being read.
    source : CutoutSource
        The same source.
    """

    def __init__(
        self, session: Session, source: CutoutSource, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(TOLD_EVERY_MS)
        self._soon.timeout.connect(self._take)
        self._closed = False
        self._reader = _Reader(source, self)
        self._reader.read.connect(self._on_read)
        self._reader.over.connect(self._on_over)
        self._reader.broken.connect(self._on_broken)
        session.current_changed.connect(self._reader.be_quiet)
        session.opinions_changed.connect(self._reader.be_quiet)

    def start(self) -> None:
        """Begin to read on."""
        atexit.register(self.close)
        self._reader.start()

    def stop(self) -> None:
        """Read no more than what is under way, and tell nothing any more."""
        self._closed = True
        self._soon.stop()
        self._reader.stop()

    def close(self) -> None:
        """Stop, and wait for the thread; the source has been closed before, to free it."""
        self.stop()
        self._reader.wait()
        atexit.unregister(self.close)

    def _on_read(self) -> None:
        if not self._closed and not self._soon.isActive():
            self._soon.start()

    def _on_over(self) -> None:
        self._soon.stop()
        self._take()

    def _on_broken(self, why: str) -> None:
        self._soon.stop()
        self._take()
        if not self._closed:
            self._session.break_off(why)

    def _take(self) -> None:
        reader = self._reader
        # In this order: they are known of a list that is the last.
        fingerprints, candidates = reader.fingerprints, reader.candidates
        if not self._closed and not self._session.complete:
            self._session.extend(candidates, fingerprints)


class _Reader(QThread):
    """The thread that reads; owned by the growth, which waits for it."""

    read = pyqtSignal()
    over = pyqtSignal()
    broken = pyqtSignal(str)

    def __init__(self, source: CutoutSource, growth: ListReader) -> None:
        super().__init__(growth)
        self.setObjectName("list reader")
        self.candidates = source.candidates
        self.fingerprints: tuple[Fingerprint, ...] | None = None
        """Of the whole list; None as long as it is not known to be that."""
        self._source = source
        self._stopped = threading.Event()
        self._key = threading.Event()

    def stop(self) -> None:
        """Leave at the next lot."""
        self._stopped.set()
        self._key.set()

    def be_quiet(self, _what: object = None) -> None:
        """The vetter has done something: paint first, read later."""
        self._key.set()

    def run(self) -> None:
        try:
            whole = self._read_on()
            # Asked here, since it may have to look at files.
            fingerprints = self._source.fingerprints if whole else ()
        except Exception as error:  # An exception that leaves a thread ends the program.
            self.broken.emit(in_words(error))
            return
        if whole and not self._stopped.is_set():
            self.fingerprints = fingerprints
            self.over.emit()

    def _read_on(self) -> bool:
        """Read to the end; False where the source was closed before."""
        while not self._stopped.is_set():
            longer = self._source.grow()
            # A cutout that waited for its row may have read a lot, even the last one.
            self._take(self._source.candidates if longer is None else longer)
            if longer is None:
                break
            self.read.emit()
            self._wait_for_the_vetter()
        return self._source.complete

    def _take(self, longer: CandidateList) -> None:
        if len(longer) > len(self.candidates):
            # Here and not in the window's thread: an index for each new key.
            longer.continue_from(self.candidates)
            self.candidates = longer

    def _wait_for_the_vetter(self) -> None:
        """Let the pixels of a key come first: until none was pressed for a moment."""
        for _ in range(round(LONGEST_WAIT / QUIET_SECONDS)):
            if not self._key.is_set() or self._stopped.is_set():
                return
            self._key.clear()
            self._stopped.wait(QUIET_SECONDS)
