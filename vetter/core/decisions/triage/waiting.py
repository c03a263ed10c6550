"""Waiting of candidates for a verdict: since when they are in the session."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

DAY_SECONDS = 86400.0


class Opening(NamedTuple):
    """One opening of a session: its UTC in ISO 8601, and the length of the list then."""

    at: str
    candidates: int


def to_seconds(at: str) -> float:
    """Return a UTC in ISO 8601 as seconds since 1970; NaN for another text."""
    try:
        return datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return float("nan")


def entry_times(openings: Sequence[Opening], count: int, now: str) -> npt.NDArray[np.float64]:
    """Return when each row of a list came into its session, in seconds since 1970.

    Lists grow at their end: a row came with the first opening whose list was that long. Rows
    beyond all of them came now.

    Parameters
    ----------
    openings : sequence of Opening
        Oldest first.
    count : int
        Length of the list.
    now : str
        UTC in ISO 8601.

    Returns
    -------
    ndarray of float64, shape (count,)

    Examples
    --------
    >>> first = Opening("2026-11-01T00:00:00.000Z", 2)
    >>> np.diff(entry_times([first], 3, "2026-11-02T00:00:00.000Z")).tolist()
    [0.0, 86400.0]
    """
    times = np.full(count, to_seconds(now))
    for opening in reversed(openings):
        at = to_seconds(opening.at)
        if not np.isnan(at):
            times[: opening.candidates] = at
    return times
