"""Clock of the time for which the user looks at a candidate."""

from __future__ import annotations

import time
from collections.abc import Callable

DEFAULT_IDLE_SECONDS = 60.0


class LookClock:
    """Stopwatch that stops while the user cannot look, and counts idle time up to a limit.

    The time between two signs of the user (a key, a move of the pointer) counts as at most
    ``idle`` seconds, since the user may have left.

    Parameters
    ----------
    idle : float
        Seconds.
    now : callable
        Returns a monotonic time in seconds.
    """

    def __init__(
        self, idle: float = DEFAULT_IDLE_SECONDS, now: Callable[[], float] = time.monotonic
    ) -> None:
        self.idle = idle
        self._now = now
        self._total = 0.0
        self._since = 0.0
        self._runs = False
        self._pauses: set[str] = set()

    @property
    def seconds(self) -> float:
        """Time counted since the last `restart`."""
        return self._total + self._elapsed()

    def restart(self) -> None:
        """Count from zero."""
        self._total, self._since, self._runs = 0.0, self._now(), True

    def touch(self) -> None:
        """Record a sign of the user."""
        self._total += self._elapsed()
        self._since = self._now()

    def pause(self, reason: str) -> None:
        """Stop counting until `resume` is called with the same reason."""
        self.touch()
        self._pauses.add(reason)

    def resume(self, reason: str) -> None:
        """Drop a reason to stop; the clock counts again without any."""
        self.touch()
        self._pauses.discard(reason)

    def _elapsed(self) -> float:
        if not self._runs or self._pauses:
            return 0.0
        return min(self._now() - self._since, self.idle)
