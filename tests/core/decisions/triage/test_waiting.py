"""Times at which the rows of a list came into its session."""

from __future__ import annotations

import math

import numpy as np

from vetter.core.decisions.triage.waiting import DAY_SECONDS, Opening, entry_times, to_seconds

FIRST = Opening("2026-11-01T00:00:00.000Z", 2)
SECOND = Opening("2026-11-03T00:00:00.000Z", 3)
NOW = "2026-11-05T00:00:00.000Z"


def days(*openings: Opening, count: int) -> list[float]:
    """Return the days since which each row is in the session."""
    return ((to_seconds(NOW) - entry_times(openings, count, NOW)) / 86400).tolist()


def test_rows_came_with_the_first_opening_that_has_them() -> None:
    assert days(FIRST, SECOND, count=5) == [4.0, 4.0, 2.0, 0.0, 0.0]


def test_list_that_shrank_keeps_its_first_times() -> None:
    assert days(SECOND, FIRST._replace(at=NOW), count=2) == [2.0, 2.0]


def test_unreadable_opening_is_passed_over() -> None:
    assert days(FIRST._replace(at="month 13"), SECOND, count=3) == [2.0, 2.0, 2.0]
    assert math.isnan(to_seconds("month 13"))


def test_day_has_its_seconds() -> None:
    assert to_seconds(NOW) - to_seconds(SECOND.at) == 2 * DAY_SECONDS


def test_empty_list_has_no_times() -> None:
    assert not np.size(entry_times([FIRST], 0, NOW))
