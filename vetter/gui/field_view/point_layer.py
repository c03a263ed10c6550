"""A picture of many points, painted a few milliseconds at a time while the window goes on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from PyQt6.QtCore import QObject, QTimer, pyqtSignal
from PyQt6.QtGui import QPainter, QPixmap

Piece = Callable[[QPainter], None]

SLICE = 0.003
"""Seconds of the window's thread at a time: less than a key's paint may wait."""
PAUSE_MS = 60
"""After a key, or while the camera moves, what is under way stands still for so long."""


class FieldLayer(QObject):
    """The last picture that was finished, and the one that is being painted.

    Parameters
    ----------
    blank : callable
        Makes the pixmap to paint on.
    pieces : callable
        Gives the parts to paint, none of which takes long; what it computes between them
        counts as the next one's.

    Attributes
    ----------
    picture : QPixmap or None
        The last that was finished; None: there is none.
    stale : bool
        Whether it shows what was, not what is.
    cost : float
        How long the last one took to paint, seconds.
    """

    finished = pyqtSignal()

    def __init__(
        self,
        blank: Callable[[], QPixmap],
        pieces: Callable[[], Iterator[Piece]],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._blank, self._pieces = blank, pieces
        self._made: QPixmap | None = None
        self._left: Iterator[Piece] | None = None
        self._spent = 0.0
        self.picture: QPixmap | None = None
        self.stale = True
        self.cost = 0.0
        self._next = QTimer(self)
        self._next.setSingleShot(True)
        self._next.timeout.connect(self._go_on)

    @property
    def under_way(self) -> bool:
        """Whether a picture is being painted."""
        return self._next.isActive()

    def outdated(self) -> None:
        """What is under way is not what shall be seen any more."""
        self.stale = True
        self._made = self._left = None
        self.wait()

    def forget(self) -> None:
        """Nothing of the last picture may be seen any more."""
        self.picture = None
        self.outdated()
        self.stop()

    def begin(self) -> None:
        """Paint it from now on, bit by bit; `finished` tells when it is there."""
        if self.stale and not self._next.isActive():
            self._next.start(0)

    def wait(self) -> None:
        """Something else comes first: stand still for a moment."""
        if self._next.isActive():
            self._next.start(PAUSE_MS)

    def stop(self) -> None:
        """Nobody sees it now; it goes on at the next `begin`."""
        self._next.stop()

    def finish(self) -> None:
        """Paint what is left of it at once."""
        self._next.stop()
        while self.stale:
            self._paint(float("inf"))

    def _go_on(self) -> None:
        self._paint(SLICE)
        if self.stale:
            self._next.start(0)
        else:
            self.finished.emit()

    def _paint(self, seconds: float) -> None:
        """Paint for so long; at least one part."""
        begun = time.perf_counter()
        if self._left is None:
            self._made, self._left, self._spent = self._blank(), self._pieces(), 0.0
        assert self._made is not None
        painter = QPainter(self._made)
        whole = True
        for piece in self._left:
            piece(painter)
            if time.perf_counter() - begun > seconds:
                whole = False
                break
        painter.end()
        self._spent += time.perf_counter() - begun
        if whole:
            self.picture, self.cost, self.stale = self._made, self._spent, False
            self._made = self._left = None
