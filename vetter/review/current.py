"""The current candidate, how long the user has seen it, and the pace of the decisions."""

from __future__ import annotations

from collections import deque
from enum import Enum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from vetter.review.look_clock import LookClock
from vetter.review.queue import Queue

SETTLED_MS = 400
"""400 ms on a candidate before its position is stored, since held arrow keys pass many."""

PAUSE_SECONDS = 60.0
"""60 s: a longer gap between two decisions is a pause, and does not count in the pace."""

MAX_PACE_GAPS = 40
"""The last 40 gaps give the pace, so that the pace follows the user, not the evening."""


class Awaited(Enum):
    """Candidate that is shown without a key once more of the list has been read."""

    NOTHING = 0
    NEXT_LISTED = 1
    NEXT_UNDECIDED = 2


class CurrentCandidate(QObject):
    """The candidate on screen, the direction of travel, and whether its pixels are painted.

    Parameters
    ----------
    queue : Queue
        The order in which the candidates are shown.
    """

    changed = pyqtSignal(int)  # row
    blanked = pyqtSignal(bool)  # True: no candidate is on screen; False: a candidate is again
    settled = pyqtSignal(int)  # row on which the user has stayed for SETTLED_MS

    def __init__(self, queue: Queue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._queue = queue
        self.row = -1
        self.is_blank = False
        """Whether no candidate is on screen because the filter matches none."""
        self.direction = 1
        self._awaited = Awaited.NOTHING
        self._painted_row = -1
        self.clock = LookClock()
        self._settle_timer = QTimer(self)
        self._settle_timer.setSingleShot(True)
        self._settle_timer.setInterval(SETTLED_MS)
        self._settle_timer.timeout.connect(self._on_settled)

    @property
    def is_painted(self) -> bool:
        """Whether the pixels of the candidate on screen have been painted."""
        return self.row >= 0 and self._painted_row == self.row

    @property
    def seconds(self) -> float:
        """Seconds that the user has looked at the candidate on screen; 0 before its paint."""
        return self.clock.seconds if self.is_painted else 0.0

    def show(self, row: int) -> None:
        """Show a candidate; it counts as seen only once it is painted."""
        self._awaited = Awaited.NOTHING
        if row == self.row:
            self._set_blank(False)
            return
        self.row = row
        self._painted_row = -1
        self._set_blank(False)
        self.changed.emit(row)
        self._settle_timer.start()

    def follow_filter(self) -> None:
        """Blank the screen if the filter matches no candidate; show the candidate if it does again.

        If the filter matches others but not the candidate on screen, the candidate stays.
        """
        self._set_blank(self._queue.is_barren)

    def record_paint(self, row: int) -> None:
        """Record that the window has painted a candidate; ignored if the row is not current."""
        if row == self.row and row != self._painted_row and not self.is_blank:
            self._painted_row = row
            self.clock.restart()

    def step(self, steps: int) -> bool:
        """Go forward or back; return False beyond the ends of the list."""
        self.direction = 1 if steps > 0 else -1
        row = self._queue.step(self.row, steps)
        if row is not None:
            self.show(row)
        return row is not None

    def to_undecided(self, codes: npt.NDArray[np.uint8], start: int | None = None) -> bool:
        """Go to the next undecided candidate, around the end; return False without one."""
        row = self._queue.next_undecided(self.row if start is None else start, codes)
        if row is not None:
            self.direction = 1
            self.show(row)
        return row is not None

    def to_end(self, last: bool) -> None:
        """Go to the last candidate of the list, or to the first."""
        if len(self._queue):
            self.show(int(self._queue.order[-1 if last else 0]))

    def wait(self, for_what: Awaited) -> None:
        """Stay until more of the list has been read; any move ends the wait."""
        self._awaited = for_what

    def show_awaited(self, codes: npt.NDArray[np.uint8]) -> None:
        """Show the awaited candidate if it is among the rows read so far."""
        if self.row < 0:
            if not self.to_undecided(codes):
                self.to_end(last=False)
        elif self.is_blank:
            match = self._queue.first_match(self.row)
            if match is not None:
                self.show(match)
        elif self._awaited is Awaited.NEXT_LISTED:
            self.step(1)
        elif self._awaited is Awaited.NEXT_UNDECIDED:
            self.to_undecided(codes)

    def _set_blank(self, blank: bool) -> None:
        if blank != self.is_blank:
            self.is_blank = blank
            self._painted_row = -1
            self.blanked.emit(blank)

    def close(self) -> None:
        """Stop the timer, so that `settled` is not emitted any more."""
        self._settle_timer.stop()

    def _on_settled(self) -> None:
        self.settled.emit(self.row)


class Pace(NamedTuple):
    """Candidates per minute and seconds left; None with fewer than three gaps."""

    per_minute: float | None
    seconds_left: float | None


class PaceMeter:
    """Meter of the pace, from the times of single verdicts."""

    def __init__(self) -> None:
        self._last: float | None = None
        self._gaps: deque[float] = deque(maxlen=MAX_PACE_GAPS)

    def add_verdict(self, now: float) -> None:
        """Count a verdict at monotonic time ``now``, in seconds."""
        if self._last is not None and 0 <= now - self._last <= PAUSE_SECONDS:
            self._gaps.append(now - self._last)
        self._last = now

    def pace(self, undecided: int) -> Pace:
        """Return the present pace, and the time left for ``undecided`` candidates."""
        total = sum(self._gaps)
        if len(self._gaps) < 3 or total <= 0:
            return Pace(None, None)
        per_second = len(self._gaps) / total
        return Pace(60 * per_second, undecided / per_second)
