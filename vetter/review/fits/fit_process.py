"""Fits ahead of the vetter: the process that makes them, seen from the window's side."""

from __future__ import annotations

import signal
import subprocess
import threading
from collections.abc import Iterable
from queue import SimpleQueue
from typing import IO

from PyQt6.QtCore import QObject, pyqtSignal

from vetter.io import child_process
from vetter.io.child_process import Tied, close_pipe, receive, send
from vetter.review.fits.fit_messages import (
    Broken,
    Fitted,
    More,
    Ready,
    StarFits,
    Start,
    StarWish,
    Wishes,
)


class FitProcess(QObject):
    """Starts the fitting process, tells it what is wished for, and hands its results on.

    Nothing here waits for it: results come as signals, in the window's thread.

    Parameters
    ----------
    start : Start
        What to open and how to fit.
    """

    ready = pyqtSignal(object)  # Ready
    fitted = pyqtSignal(object)  # Fitted
    broken = pyqtSignal(str)
    surveyed = pyqtSignal(object)  # StarFits

    def __init__(self, start: Start, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._start = start
        self._process: subprocess.Popen[bytes] | None = None
        self._reader: threading.Thread | None = None
        self._sender: threading.Thread | None = None
        self._unsent: SimpleQueue[object] = SimpleQueue()
        self._heard = 0
        self._wished = self._closing = self._held = False
        self._tied = False

        # Before all who hear of an answer and then wish.
        self.fitted.connect(self._count)

    @property
    def running(self) -> bool:
        """Whether something has been wished for, and the process has not been ended."""
        return self._wished and self._process is not None

    def begin(self) -> None:
        """Start the process now, so that it is ready when something is wished for."""
        if self._process is not None or self._closing:
            return
        self._process = child_process.begin("vetter.review.fits.fit_worker", tied=True)
        self._reader = threading.Thread(target=self._read, name="fits", daemon=True)
        self._reader.start()
        self._sender = threading.Thread(
            target=self._send, args=(self._process.stdin,), name="wishes for fits", daemon=True
        )
        self._sender.start()
        self._tell(self._start)

    def wish(self, first: Iterable[int], then: Iterable[int] | None = None) -> None:
        """What to fit: ``first`` at once, ``then`` in the background; None keeps the latter."""
        self._wish(Wishes(tuple(first), None if then is None else tuple(then), self._heard))

    def wish_more(self, rows: range) -> None:
        """Rows that have just been listed, to be fitted after all others."""
        if self.running and not self._closing:
            self._tell(More(rows))

    def wish_stars(self, field: int = 0, known: str = "") -> None:
        """Have the stars of an image fitted, when nothing that is wanted at once waits."""
        self._wish(StarWish(field, known))

    def hold(self) -> None:
        """Stop fitting this instant, where the system can; `go_on` must follow soon.

        A process that the system would not kill with this one is never stopped: it would stand
        still for ever if this one were killed.

        Nothing else frees the core at once: priorities are weighed at the next tick of the
        system's clock, 4 ms later on a server's kernel.
        """
        if self._process is not None and self._tied and not self._held:
            self._process.send_signal(signal.SIGSTOP)
            self._held = True

    def go_on(self) -> None:
        """Fit again."""
        if self._process is not None and self._held:
            self._process.send_signal(signal.SIGCONT)
        self._held = False

    def close(self) -> None:
        """End the process at once: its results are on disk or can be made again."""
        self._closing = True
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
        if self._sender is not None:
            # A message under way breaks off with the pipe; only then may the pipe be closed.
            self._unsent.put(None)
            self._sender.join()
        if process is not None:
            close_pipe(process.stdin)
            close_pipe(process.stdout)
        if self._reader is not None:
            self._reader.join()

    def _count(self, _fitted: Fitted) -> None:
        self._heard += 1

    def _wish(self, message: Wishes | StarWish) -> None:
        if not self._closing:
            self.begin()
            self._wished = True
            self._tell(message)

    def _tell(self, message: object) -> None:
        # A pipe holds 64 KB and the process reads none before it has opened its input: to
        # write the wishes for 100,000 candidates from here would hold the window up for as long.
        self._unsent.put(message)

    def _send(self, stream: IO[bytes]) -> None:
        for message in iter(self._unsent.get, None):
            try:
                send(stream, message)
            except OSError:
                # It has ended; the reader says so.
                return

    def _read(self) -> None:
        process = self._process
        if process is None or process.stdout is None:
            return
        try:
            for message in receive(process.stdout):
                self._hand_on(message)
        except (OSError, ValueError):
            # The pipe was closed under the reader: close() has been called.
            return
        if not self._closing:
            status = process.wait()
            if status != 0:
                self.broken.emit(f"the fitting process ended unexpectedly (status {status})")

    def _hand_on(self, message: object) -> None:
        if isinstance(message, Tied):
            self._tied = True
        elif isinstance(message, Fitted):
            self.fitted.emit(message)
        elif isinstance(message, StarFits):
            self.surveyed.emit(message)
        elif isinstance(message, Ready):
            self.ready.emit(message)
        elif isinstance(message, Broken):
            self.broken.emit(message.reason)
