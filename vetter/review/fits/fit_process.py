"""Fits ahead of the vetter: the process that makes them, seen from the window's side."""

from __future__ import annotations

from collections.abc import Iterable

from PyQt6.QtCore import QObject, pyqtSignal

from vetter.io.child_process import ChildProcess
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
        self._child: ChildProcess | None = None
        self._heard = 0
        self._wished = self._closing = False
        # Before all who hear of an answer and then wish.
        self.fitted.connect(self._count)

    @property
    def running(self) -> bool:
        """Whether something has been wished for, and the process has not been ended."""
        return self._wished and self._child is not None

    def begin(self) -> None:
        """Start the process now, so that it is ready when something is wished for."""
        if self._child is None and not self._closing:
            worker = "vetter.review.fits.fit_worker"
            self._child = ChildProcess(worker, self._hand_on, self._end, tied=True)
            self._child.tell(self._start)

    def wish(self, first: Iterable[int], then: Iterable[int] | None = None) -> None:
        """What to fit: ``first`` at once, ``then`` in the background; None keeps the latter."""
        self._wish(Wishes(tuple(first), None if then is None else tuple(then), self._heard))

    def wish_more(self, rows: range) -> None:
        """Rows that have just been listed, to be fitted after all others."""
        if self._wished and self._child is not None:
            self._child.tell(More(rows))

    def wish_stars(self, field: int = 0, known: str = "") -> None:
        """Have the stars of an image fitted, when nothing that is wanted at once waits."""
        self._wish(StarWish(field, known))

    def hold(self) -> None:
        """Stop fitting this instant, where the system can; `go_on` must follow soon."""
        if self._child is not None:
            self._child.hold()

    def go_on(self) -> None:
        """Fit again."""
        if self._child is not None:
            self._child.go_on()

    def close(self) -> None:
        """End the process at once: its results are on disk or can be made again."""
        self._closing = True
        child, self._child = self._child, None
        if child is not None:
            child.close()

    def _count(self, _fitted: Fitted) -> None:
        self._heard += 1

    def _wish(self, message: Wishes | StarWish) -> None:
        self.begin()
        if self._child is not None:
            self._wished = True
            self._child.tell(message)

    def _hand_on(self, message: object) -> None:
        if isinstance(message, Fitted):
            self.fitted.emit(message)
        elif isinstance(message, StarFits):
            self.surveyed.emit(message)
        elif isinstance(message, Ready):
            self.ready.emit(message)
        elif isinstance(message, Broken):
            self.broken.emit(message.reason)

    def _end(self, status: int) -> None:
        if status != 0:
            self.broken.emit(f"the fitting process ended unexpectedly (status {status})")
