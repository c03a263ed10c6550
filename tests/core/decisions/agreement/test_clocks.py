from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from vetter.core.decisions.agreement.clocks import (
    MAX_AHEAD_SECONDS,
    TimedEvents,
    find_clock_problems,
    spell_seconds,
)

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


@pytest.mark.parametrize(("before", "found"), [("00.900", 0), ("01.000", 0), ("01.200", 1)])
def test_step_back_of_a_second_is_none(before: str, found: int) -> None:
    times = [f"2026-01-31T03:00:{before}Z", "2026-01-31T03:00:00.000Z"]
    assert len(problems(a=TimedEvents(["1", "2"], times))) == found


def test_each_event_has_its_time() -> None:
    lacking = at("03:00:00", "04:00:00")._replace(ids=["1"])
    for one, other in ((lacking, at("03:30:00")), (at("03:30:00"), lacking)):
        with pytest.raises(ValueError, match="zip"):
            problems(a=one, b=other)


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


def events(reviewer: str, *times: str, first: int = 0) -> dict[str, TimedEvents]:
    full = [f"2026-01-31T{time}.000Z" for time in times]
    return {reviewer: TimedEvents([str(first + n) for n in range(len(times))], full)}


@pytest.mark.parametrize(
    ("times", "words"),
    [
        (["03:00:00", "03:00:00"], []),
        (["03:00:02", "03:00:00"], ["ann's clock went back once, by 2 s"]),
        (
            ["03:00:00", "02:00:00", "03:00:00", "02:30:00"],
            ["ann's clock went back 2 times, by up to 1 h 0 min"],
        ),
    ],
)
def test_steps_back_are_counted(times: list[str], words: list[str]) -> None:
    found = find_clock_problems({"a": events("ann", *times)}, NOW)
    assert found == ({"a": words} if words else {})


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (MAX_AHEAD_SECONDS, None),
        (MAX_AHEAD_SECONDS + 1, "1 decision by ann in the future, the last by "),
    ],
)
def test_time_ahead_may_be_as_long_as_clocks_differ(ahead: float, words: str | None) -> None:
    now = datetime(2026, 1, 31, tzinfo=UTC)
    later = (now + timedelta(seconds=ahead)).isoformat(timespec="milliseconds")
    one = {"ann": TimedEvents(["1"], [later.replace("+00:00", "Z")])}
    found = find_clock_problems({"a": one}, "2026-01-31T00:00:00.000Z")
    assert (not found) is (words is None)
    assert words is None or found["a"][0] == words + spell_seconds(ahead)


@pytest.mark.parametrize(
    ("second", "words"),
    [
        (events("ann", "03:30:00", "05:00:00", first=10), "2026-01-31T03:30 to 2026-01-31T04:00"),
        (events("ann", "04:00:00", "05:00:00", first=10), "2026-01-31T04:00 to 2026-01-31T04:00"),
        (events("ann", "04:00:01", "05:00:00", first=10), ""),
        # The second event of the first file is in both.
        (events("ann", "03:30:00", first=1), ""),
        (events("bob", "03:30:00", first=10), ""),
    ],
)
def test_files_of_one_time_are_named(second: dict[str, TimedEvents], words: str) -> None:
    first = events("ann", "03:00:00", "04:00:00")
    found = find_clock_problems({"b": second, "a": first}, NOW)
    assert found == ({"a": [f"ann decided here and in b at once, {words}"]} if words else {})


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (59.4, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h 0 min"),
        (47 * 3600 + 59 * 60, "47 h 59 min"),
        (48 * 3600, "2 days"),
    ],
)
def test_duration_is_in_the_largest_unit(seconds: float, text: str) -> None:
    assert spell_seconds(seconds) == text
