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


def test_a_pause_does_not_slow_the_pace():
    coffee = 6 + 10 * PAUSE_SECONDS
    pace = decided_at(0, 2, 4, 6, coffee, coffee + 2).pace(60)
    assert pace.per_minute == pytest.approx(30)


def test_the_pace_follows_the_last_verdicts():
    slow = [10.0 * i for i in range(40)]
    fast = [slow[-1] + 1.0 * i for i in range(1, 41)]
    assert decided_at(*slow, *fast).pace(60).per_minute == pytest.approx(60)
