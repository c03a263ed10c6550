"""The current candidate, since when the user sees it, and the pace of the decisions."""

from __future__ import annotations

import time
from collections import deque
from enum import Enum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from vetter.review.queue import Queue

SETTLED_MS = 400
"""A place is worth remembering when the vetter stays; held arrow keys pass many."""

PAUSE_SECONDS = 60.0
"""A longer gap between two decisions is a pause, and does not count."""

REMEMBERED = 40
"""The pace is that of the last so many decisions: it follows the vetter, not the evening."""


class Awaited(Enum):
    """Candidate that is shown of its own accord when more of the list has been read."""

    NOTHING = 0
    NEXT_LISTED = 1
    NEXT_UNDECIDED = 2


class CurrentCandidate(QObject):
    """The candidate on screen, the way there, and whether its pixels have been painted.

    Parameters
    ----------
    queue : Queue
        The order in which the candidates come by.
    """

    changed = pyqtSignal(int)  # row
    blanked = pyqtSignal(bool)  # nothing is on screen any more, or a candidate is again
    settled = pyqtSignal(int)  # row, once the vetter stays

    def __init__(self, queue: Queue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._queue = queue
        self.row = -1
        self.is_blank = False
        """Whether no candidate is on screen, since the filter matches none."""
        self.direction = 1
        self._waits_for = Awaited.NOTHING
        self._painted_row = -1
        self._painted_at = 0.0
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.setInterval(SETTLED_MS)
        self._settling.timeout.connect(self._on_settled)

    @property
    def is_painted(self) -> bool:
        """Whether the pixels of the candidate on screen have been painted."""
        return self.row >= 0 and self._painted_row == self.row

    @property
    def seconds(self) -> float:
        """How long it has been on screen, painted."""
        return time.monotonic() - self._painted_at if self.is_painted else 0.0

    def show(self, row: int) -> None:
        """Show a candidate; it counts as seen only once it is painted."""
        self._waits_for = Awaited.NOTHING
        if row == self.row:
            self._set_blank(False)
            return
        self.row = row
        self._painted_row = -1
        self._set_blank(False)
        self.changed.emit(row)
        self._settling.start()

    def follow_filter(self) -> None:
        """Leave the screen empty where the filter matches nothing; fill it where it does again.

        Where it leaves out the candidate on screen alone, that stays.
        """
        self._set_blank(self._queue.is_barren)

    def painted(self, row: int) -> None:
        """The window has painted a candidate; an old one's paint counts for nothing."""
        if row == self.row and row != self._painted_row and not self.is_blank:
            self._painted_row, self._painted_at = row, time.monotonic()

    def step(self, steps: int) -> bool:
        """Go on, or back; False at the end of the list."""
        self.direction = 1 if steps > 0 else -1
        row = self._queue.step(self.row, steps)
        if row is not None:
            self.show(row)
        return row is not None

    def to_undecided(self, codes: npt.NDArray[np.uint8], start: int | None = None) -> bool:
        """Go to the next undecided, around the end; False where there is none."""
        row = self._queue.next_undecided(self.row if start is None else start, codes)
        if row is not None:
            self.direction = 1
            self.show(row)
        return row is not None

    def to_end(self, last: bool) -> None:
        """Go to the last of the list, or the first."""
        if len(self._queue):
            self.show(int(self._queue.order[-1 if last else 0]))

    def wait(self, for_what: Awaited) -> None:
        """Stay until more of the list has been read; going anywhere ends the wait."""
        self._waits_for = for_what

    def arrived(self, codes: npt.NDArray[np.uint8]) -> None:
        """More has been read: show what was waited for, if it is there."""
        if self.row < 0:
            if not self.to_undecided(codes):
                self.to_end(last=False)
        elif self.is_blank:
            match = self._queue.first_match(self.row)
            if match is not None:
                self.show(match)
        elif self._waits_for is Awaited.NEXT_LISTED:
            self.step(1)
        elif self._waits_for is Awaited.NEXT_UNDECIDED:
            self.to_undecided(codes)

    def _set_blank(self, blank: bool) -> None:
        if blank != self.is_blank:
            self.is_blank = blank
            self._painted_row = -1
            self.blanked.emit(blank)

    def close(self) -> None:
        """Settle no more."""
        self._settling.stop()

    def _on_settled(self) -> None:
        self.settled.emit(self.row)


class Pace(NamedTuple):
    """Candidates per minute and seconds left; None before there is enough to tell."""

    per_minute: float | None
    seconds_left: float | None


class PaceMeter:
    """Measures the pace from the times of single verdicts."""

    def __init__(self) -> None:
        self._last: float | None = None
        self._gaps: deque[float] = deque(maxlen=REMEMBERED)

    def decided(self, now: float) -> None:
        """A verdict was given at monotonic time ``now``, in seconds."""
        if self._last is not None and 0 <= now - self._last <= PAUSE_SECONDS:
            self._gaps.append(now - self._last)
        self._last = now

    def pace(self, undecided: int) -> Pace:
        """The present pace, and the time left for so many candidates."""
        total = sum(self._gaps)
        if len(self._gaps) < 3 or total <= 0:
            return Pace(None, None)
        per_second = len(self._gaps) / total
        return Pace(60 * per_second, undecided / per_second)
