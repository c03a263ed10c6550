"""Moments in the record of a session: a time, or the number of an event."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from vetter.core.decisions.decision import Decision


class Moment(NamedTuple):
    """A moment between two events.

    Attributes
    ----------
    seq : int or None
        Number of the last event before the moment; None for a moment given as a time.
    at : str
        UTC as `utc_now` writes it; '' for a moment given as a number.
    """

    seq: int | None
    at: str

    @classmethod
    def parse(cls, text: str) -> Moment:
        """Return the moment that a user has typed; raises ValueError for any other text.

        Digits are the number of an event. Otherwise the text is ISO 8601, a date or a date with a
        time; without an offset it is UTC.

        Examples
        --------
        >>> Moment.parse("2026-11-30T04:20+02:00")
        Moment(seq=None, at='2026-11-30T02:20:00.000Z')
        >>> Moment.parse("17")
        Moment(seq=17, at='')
        """
        if text.isascii() and text.isdigit() and len(text) < 19:
            return cls(int(text), "")
        try:
            time = datetime.fromisoformat(text)
            time = time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
        except (ValueError, OverflowError):
            raise ValueError(
                f"expected a time like 2026-11-30T04:20Z, or the number of an event, found {text!r}"
            ) from None
        # Not strftime(), which writes a year before 1000 with fewer than four digits.
        return cls(None, f"{time.replace(tzinfo=None).isoformat(timespec='milliseconds')}Z")

    def is_after(self, event: Decision) -> bool:
        """Return whether an event belongs to the record at this moment."""
        if self.seq is not None:
            return event.seq is not None and event.seq <= self.seq
        return event.at <= self.at
