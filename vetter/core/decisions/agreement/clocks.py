"""Checks of the times of decisions before sessions are merged: clocks that disagree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import combinations
from typing import NamedTuple

from vetter.core.number_text import format_count

MAX_BACK_SECONDS = 1.0
"""1 s: a time that is earlier than its predecessor's by less is a clock being set, no error."""

MAX_AHEAD_SECONDS = 60.0
"""60 s: clocks on a network agree better than that."""


class TimedEvents(NamedTuple):
    """Events of one reviewer in one file, in the file's order.

    Attributes
    ----------
    ids : sequence of str
        UUIDs.
    times : sequence of str
        UTC, ISO 8601.
    """

    ids: Sequence[str]
    times: Sequence[str]


def find_clock_problems(
    events: Mapping[str, Mapping[str, TimedEvents]], now: str
) -> dict[str, list[str]]:
    """Return a phrase for each disagreement of clocks, by file.

    A clock that went back within a file, times in the future, and a reviewer who decided in two
    files at the same time, which one clock of two must have wrong.

    Parameters
    ----------
    events : mapping
        File name to reviewer to events.
    now : str
        The present time, UTC in ISO 8601.

    Examples
    --------
    >>> times = ["2026-01-31T03:00:00.000Z", "2026-01-31T01:00:00.000Z"]
    >>> events = {"a.vetter": {"ann": TimedEvents(["1", "2"], times)}}
    >>> find_clock_problems(events, "2026-02-01T00:00:00.000Z")
    {'a.vetter': ["ann's clock went back once, by 2 h 0 min"]}
    """
    problems: dict[str, list[str]] = {name: [] for name in events}
    for name, by_reviewer in events.items():
        for reviewer in sorted(by_reviewer):
            times = by_reviewer[reviewer].times
            back = _find_steps_back(times)
            if back:
                often = "once" if len(back) == 1 else f"{len(back):,} times"
                by = f"{'by' if len(back) == 1 else 'by up to'} {spell_seconds(max(back))}"
                problems[name].append(f"{reviewer}'s clock went back {often}, {by}")
            # Times of one form sort as text, so that only those after `now` are parsed.
            ahead = [time for time in times if time > now]
            ahead = [time for time in ahead if _seconds_between(now, time) > MAX_AHEAD_SECONDS]
            if ahead:
                count = format_count(len(ahead), "decision")
                problems[name].append(
                    f"{count} by {reviewer} in the future, the last by "
                    f"{spell_seconds(_seconds_between(now, max(ahead)))}"
                )
    for one, other in combinations(sorted(events), 2):
        for reviewer in sorted(events[one].keys() & events[other].keys()):
            shared = _find_overlap(events[one][reviewer], events[other][reviewer])
            if shared:
                problems[one].append(f"{reviewer} decided here and in {other} at once, {shared}")
    return {name: lines for name, lines in problems.items() if lines}


def spell_seconds(seconds: float) -> str:
    """Return a duration in words: '12 s', '5 min', '2 h 5 min', '3 days'.

    Examples
    --------
    >>> spell_seconds(7500)
    '2 h 5 min'
    """
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = int(seconds // 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours < 48 else format_count(hours // 24, "day")


def _find_steps_back(times: Sequence[str]) -> list[float]:
    """Return the seconds of each step back that is longer than MAX_BACK_SECONDS."""
    steps = []
    for before, after in zip(times, times[1:], strict=False):
        if after < before:
            seconds = _seconds_between(after, before)
            if seconds > MAX_BACK_SECONDS:
                steps.append(seconds)
    return steps


def _find_overlap(one: TimedEvents, other: TimedEvents) -> str:
    """Return the time span in which both files have events that the other lacks; '' for none."""
    known, others = set(one.ids), set(other.ids)
    own = [time for ident, time in zip(one.ids, one.times, strict=True) if ident not in others]
    theirs = [
        time for ident, time in zip(other.ids, other.times, strict=True) if ident not in known
    ]
    if not own or not theirs:
        return ""
    first, last = max(min(own), min(theirs)), min(max(own), max(theirs))
    return f"{first[:16]} to {last[:16]}" if first <= last else ""


def _seconds_between(before: str, after: str) -> float:
    """Return the seconds between two times; 0 if either is none."""
    try:
        return (datetime.fromisoformat(after) - datetime.fromisoformat(before)).total_seconds()
    except (ValueError, TypeError):
        # Text that is no time, or a time without a zone beside one with a zone.
        return 0.0
