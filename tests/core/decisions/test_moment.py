"""Moments in the record: times with and without an offset, and numbers of events."""

from __future__ import annotations

import pytest

from tests.helpers.decisions import event, listing
from vetter.core.decisions.moment import Moment


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-11-30T04:20:00.500Z", "2026-11-30T04:20:00.500Z"),
        ("2026-11-30T04:20", "2026-11-30T04:20:00.000Z"),
        ("2026-11-30 04:20:00-05:00", "2026-11-30T09:20:00.000Z"),
        ("2026-11-30", "2026-11-30T00:00:00.000Z"),
        ("0050-01-01", "0050-01-01T00:00:00.000Z"),
    ],
)
def test_time_is_utc_unless_it_has_an_offset(text: str, at: str) -> None:
    assert Moment.parse(text) == Moment(None, at)


@pytest.mark.parametrize(
    "text", ["", "yesterday", "-1", "²", "9" * 19, "2026-13-01", "0001-01-01T00:00+01:00"]
)
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="or the number of an event, found"):
        Moment.parse(text)


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("2026-01-31T03:14:15.926Z", True),
        ("2026-01-31T03:14:15.925Z", False),
        ("7", True),
        ("6", False),
    ],
)
def test_moment_is_after_events_up_to_it(text: str, after: bool) -> None:
    assert Moment.parse(text).is_after(event(listing(), 0, seq=7)) is after
