"""How fast the vetter goes, and how long the rest will take."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

PAUSE_SECONDS = 60.0
"""A longer gap between two decisions is a pause, and does not count."""

REMEMBERED = 40
"""The pace is that of the last so many decisions: it follows the vetter, not the evening."""


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
