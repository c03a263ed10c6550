"""The speed that the status bar tells."""

from __future__ import annotations

import pytest

from vetter.review.fits import fits
from vetter.review.fits.fits import RATE_MESSAGES, FitSpeed


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(fits.time, "monotonic", lambda: now[0])
    return now


def test_no_speed_is_told_before_there_is_one(clock):
    speed = FitSpeed()
    assert speed.rate == 0.0
    speed.count(16)
    assert speed.rate == 0.0
    speed.count(32)
    assert speed.rate == 0.0


def test_the_speed_is_that_of_the_last_messages(clock):
    speed = FitSpeed()
    for step in range(2 * RATE_MESSAGES):
        speed.count(16 * step)
        clock[0] += 1.0 if step < RATE_MESSAGES else 0.1
    assert speed.rate == pytest.approx(160.0)


@pytest.mark.parametrize(("gap", "rate"), [(5.0, 32 / 5.1), (5.5, 160.0), (600.0, 160.0)])
def test_a_pause_is_not_counted(clock, gap, rate):
    speed = FitSpeed()
    speed.count(16)
    clock[0] += gap
    speed.count(32)
    clock[0] += 0.1
    speed.count(48)
    assert speed.rate == pytest.approx(rate)
