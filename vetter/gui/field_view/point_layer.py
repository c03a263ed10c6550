"""Pixmap of many points, painted a few milliseconds at a time between other events."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from PyQt6.QtCore import QObject, QTimer, pyqtSignal
from PyQt6.QtGui import QPainter, QPixmap

Piece = Callable[[QPainter], None]

SLICE = 0.003
"""Seconds of the GUI thread at a time: less than the paint of a key may wait."""
PAUSE_MS = 60
"""Milliseconds without painting after a key, or while the camera moves."""


class FieldLayer(QObject):
    """Last finished pixmap, and the one that is being painted.

    Parameters
    ----------
    blank : callable
        Returns the pixmap to paint on.
    pieces : callable
        Returns the pieces to paint, each of which is short; computation between two pieces
        counts as part of the next.

    Attributes
    ----------
    picture : QPixmap or None
        Last finished pixmap; None before the first.
    stale : bool
        Whether the pixmap is out of date.
    cost : float
        Seconds that the last pixmap took to paint.
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
        self._unfinished: QPixmap | None = None
        self._pieces_left: Iterator[Piece] | None = None
        self._spent = 0.0
        self.picture: QPixmap | None = None
        self.stale = True
        self.cost = 0.0
        self._next = QTimer(self)
        self._next.setSingleShot(True)
        self._next.timeout.connect(self._paint_slice)

    @property
    def under_way(self) -> bool:
        """Whether a pixmap is being painted."""
        return self._next.isActive()

    def mark_stale(self) -> None:
        """Discard the pixmap being painted, and mark the last one as stale."""
        self.stale = True
        self._unfinished = self._pieces_left = None
        self.wait()

    def forget(self) -> None:
        """Discard the last pixmap as well, and stop painting."""
        self.picture = None
        self.mark_stale()
        self.stop()

    def begin(self) -> None:
        """Start to paint piece by piece; `finished` is emitted at the end."""
        if self.stale and not self._next.isActive():
            self._next.start(0)

    def wait(self) -> None:
        """Pause for `PAUSE_MS`: something else comes first."""
        if self._next.isActive():
            self._next.start(PAUSE_MS)

    def stop(self) -> None:
        """Stop painting until the next `begin`, while the widget is hidden."""
        self._next.stop()

    def finish(self) -> None:
        """Paint all remaining pieces at once."""
        self._next.stop()
        while self.stale:
            self._paint(float("inf"))

    def _paint_slice(self) -> None:
        self._paint(SLICE)
        if self.stale:
            self._next.start(0)
        else:
            self.finished.emit()

    def _paint(self, seconds: float) -> None:
        """Paint for a number of seconds, at least one piece."""
        begun = time.perf_counter()
        if self._pieces_left is None:
            self._unfinished, self._pieces_left, self._spent = self._blank(), self._pieces(), 0.0
        assert self._unfinished is not None
        painter = QPainter(self._unfinished)
        whole = True
        for piece in self._pieces_left:
            piece(painter)
            if time.perf_counter() - begun > seconds:
                whole = False
                break
        painter.end()
        self._spent += time.perf_counter() - begun
        if whole:
            self.picture, self.cost, self.stale = self._unfinished, self._spent, False
            self._unfinished = self._pieces_left = None
