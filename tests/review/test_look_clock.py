"""Time looked at a candidate: without focus it stops, idle time counts up to a limit."""

from __future__ import annotations

import pytest

from vetter.review.look_clock import LookClock
from vetter.settings import ReviewSettings


class Time:
    """Monotonic time that the test sets."""

    seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def now() -> Time:
    return Time()


@pytest.fixture
def clock(now: Time) -> LookClock:
    return LookClock(idle=60.0, now=now)


def test_clock_is_at_zero_before_its_start(clock: LookClock, now: Time) -> None:
    now.seconds += 5
    clock.touch()
    assert clock.seconds == 0


def test_clock_counts_from_its_restart(clock: LookClock, now: Time) -> None:
    for _ in range(2):
        clock.restart()
        now.seconds += 5
        assert clock.seconds == 5


def test_clock_stops_without_focus(clock: LookClock, now: Time) -> None:
    clock.restart()
    now.seconds += 2
    clock.pause("focus")
    now.seconds += 30
    assert clock.seconds == 2
    clock.resume("focus")
    now.seconds += 3
    assert clock.seconds == 5


def test_clock_stops_until_the_last_reason_is_gone(clock: LookClock, now: Time) -> None:
    clock.restart()
    for reason in ("focus", "page", "focus"):
        clock.pause(reason)
    clock.resume("focus")
    now.seconds += 30
    clock.resume("page")
    now.seconds += 3
    assert clock.seconds == 3


def test_clock_restarted_without_focus_stays_at_zero(clock: LookClock, now: Time) -> None:
    clock.pause("focus")
    clock.restart()
    now.seconds += 30
    assert clock.seconds == 0


def test_idle_time_is_capped(clock: LookClock, now: Time) -> None:
    clock.restart()
    now.seconds += 3600
    assert clock.seconds == 60


def test_idle_time_is_capped_between_signs_of_user(clock: LookClock, now: Time) -> None:
    clock.restart()
    for pause in (50, 3600, 20):
        now.seconds += pause
        clock.touch()
    assert clock.seconds == 130


def test_idle_time_is_at_first_that_of_the_settings() -> None:
    assert LookClock().idle == ReviewSettings().idle_seconds
