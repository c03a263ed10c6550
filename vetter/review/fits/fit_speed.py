"""How many fits a second arrive."""

from __future__ import annotations

import time
from collections import deque

OVER = 50
"""Messages from the fitting process over which its speed is told."""

PAUSE_SECONDS = 5.0
"""After so long without one nothing was being fitted: what came before says nothing of now."""


class FitSpeed:
    """The rate over the last messages, since the last pause."""

    def __init__(self) -> None:
        self._arrivals: deque[tuple[float, int]] = deque(maxlen=OVER)

    def count(self, done: int) -> None:
        """So many are done now."""
        now = time.monotonic()
        if self._arrivals and now - self._arrivals[-1][0] > PAUSE_SECONDS:
            self._arrivals.clear()
        self._arrivals.append((now, done))

    @property
    def rate(self) -> float:
        """Fits a second; 0 before that is known."""
        if len(self._arrivals) < 2:
            return 0.0
        (start, first), (end, last) = self._arrivals[0], self._arrivals[-1]
        return (last - first) / (end - start) if end > start else 0.0
