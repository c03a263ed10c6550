"""Candidates per minute and time left."""

from __future__ import annotations

import pytest

from vetter.review.current import PAUSE_SECONDS, PaceMeter


def decided_at(*times: float) -> PaceMeter:
    meter = PaceMeter()
    for now in times:
        meter.add_verdict(now)
    return meter


def test_nothing_is_claimed_from_too_few_verdicts():
    assert decided_at(0, 2, 4).pace(100).per_minute is None


def test_a_verdict_every_two_seconds_is_thirty_a_minute():
    pace = decided_at(0, 2, 4, 6).pace(60)
    assert pace.per_minute == pytest.approx(30)
    assert pace.seconds_left == pytest.approx(120)


@pytest.mark.parametrize(
    ("times", "per_minute"),
    [
        ((0, 60, 120, 180), 1.0),
        ((0, 60, 120.5, 180.5), None),
        ((0, 2, 4, 4), 45.0),
        ((10, 5, 7, 9), None),
        ((10, 5, 7, 9, 11), 30.0),
        ((3, 3, 3, 3), None),
    ],
)
def test_gaps_from_none_to_a_minute_count(times, per_minute):
    assert decided_at(*times).pace(60).per_minute == pytest.approx(per_minute)


def test_a_pause_does_not_slow_the_pace():
    coffee = 6 + 10 * PAUSE_SECONDS
    pace = decided_at(0, 2, 4, 6, coffee, coffee + 2).pace(60)
    assert pace.per_minute == pytest.approx(30)


def test_the_pace_follows_the_last_verdicts():
    slow = [10.0 * i for i in range(40)]
    fast = [slow[-1] + 1.0 * i for i in range(1, 41)]
    assert decided_at(*slow, *fast).pace(60).per_minute == pytest.approx(60)
