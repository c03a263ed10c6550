from __future__ import annotations

import pytest

from vetter.core.decisions.agreement.clocks import TimedEvents, find_clock_problems, spell_seconds

NOW = "2026-02-01T00:00:00.000Z"


def at(*clock: str, first: int = 0) -> TimedEvents:
    """Return events on one night, at these times of day."""
    ids = [str(first + index) for index in range(len(clock))]
    return TimedEvents(ids, [f"2026-01-31T{time}.000Z" for time in clock])


def problems(**files: TimedEvents) -> dict[str, list[str]]:
    return find_clock_problems({name: {"ann": events} for name, events in files.items()}, NOW)


def test_rising_times_have_no_problem() -> None:
    assert problems(a=at("03:00:00", "03:00:05"), b=at("04:00:00", first=9)) == {}


def test_clock_that_went_back_is_named() -> None:
    found = problems(a=at("03:00:00", "02:00:00", "02:30:00", "01:00:00"))
    assert found == {"a": ["ann's clock went back 2 times, by up to 1 h 30 min"]}


def test_step_back_of_less_than_a_second_is_none() -> None:
    events = TimedEvents(["1", "2"], ["2026-01-31T03:00:00.900Z", "2026-01-31T03:00:00.100Z"])
    assert problems(a=events) == {}


def test_times_in_the_future_are_named() -> None:
    events = TimedEvents(["1", "2"], ["2026-01-31T03:00:00.000Z", "2026-02-03T12:00:00.000Z"])
    assert problems(a=events) == {"a": ["1 decision by ann in the future, the last by 2 days"]}


def test_reviewer_in_two_files_at_once_is_named() -> None:
    found = problems(a=at("03:00:00", "05:00:00"), b=at("04:00:00", "06:00:00", first=9))
    span = "2026-01-31T04:00 to 2026-01-31T05:00"
    assert found == {"a": [f"ann decided here and in b at once, {span}"]}


def test_copy_that_was_continued_is_no_overlap() -> None:
    assert problems(a=at("03:00:00", "04:00:00"), b=at("03:00:00", "04:00:00", "05:00:00")) == {}


def test_two_reviewers_at_once_are_none() -> None:
    events = {"a": {"ann": at("03:00:00")}, "b": {"bob": at("03:00:00", first=5)}}
    assert find_clock_problems(events, NOW) == {}


def test_times_that_are_none_have_no_problem() -> None:
    assert problems(a=TimedEvents(["1", "2", "3"], ["zz", "b", "2026-01-31"])) == {}


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(2, "2 s"), (300, "5 min"), (7500, "2 h 5 min"), (3600 * 50, "2 days")],
)
def test_seconds_in_words(seconds: float, text: str) -> None:
    assert spell_seconds(seconds) == text
