"""Time that passes when a test says so, on the clock of what the user looks at."""

from __future__ import annotations

import time

from vetter.review.session import Session


class HandClock:
    """The clock of a session, moved by hand."""

    def __init__(self, session: Session) -> None:
        self._seconds = time.monotonic()
        session._viewing.clock._now = lambda: self._seconds

    def advance(self, seconds: float) -> None:
        """Let so much time pass."""
        self._seconds += seconds
