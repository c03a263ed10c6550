"""Opinions of reviewers on candidates, and the events (decisions) that change them."""

from __future__ import annotations

import os
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import NamedTuple


class How(StrEnum):
    """Way in which a decision came about, as the session file names it."""

    SINGLE = "single"
    GROUP = "group"
    UNDO = "undo"
    REDO = "redo"
    CARRIED = "carried"
    ARBITER = "arbiter"


class Verdict(StrEnum):
    """Verdict on a candidate: accept, reject, maybe, later (put off), or none (undecided)."""

    code: int

    def __new__(cls, value: str, code: int) -> Verdict:
        member = str.__new__(cls, value)
        member._value_ = value
        member.code = code
        return member

    NONE = ("none", 0)
    ACCEPT = ("accept", 1)
    REJECT = ("reject", 2)
    MAYBE = ("maybe", 3)
    LATER = ("later", 4)

    @classmethod
    def from_word(cls, word: str) -> Verdict:
        """Return the verdict of a typed word, 'undecided' for none; raise KeyError for others."""
        return _BY_WORD[word.lower()]


_BY_WORD = {verdict.value: verdict for verdict in Verdict} | {"undecided": Verdict.NONE}


class Opinion(NamedTuple):
    """Current verdict, tags and comment of one reviewer on one candidate.

    ``decided_at`` is UTC in ISO 8601, or '' before any decision; ``seconds`` is the time that
    the candidate had been looked at when the last decision was made. ``until`` is the time at
    which a candidate that was put off is due, see `Decision`; ``program`` is the version of the
    program at the decision.
    """

    verdict: Verdict = Verdict.NONE
    tags: tuple[str, ...] = ()
    comment: str = ""
    reviewer: str = ""
    decided_at: str = ""
    seconds: float = 0.0
    until: str = ""
    program: str = ""

    @property
    def has_content(self) -> bool:
        """Whether there is a verdict, a tag or a comment."""
        return self.verdict is not Verdict.NONE or bool(self.tags) or bool(self.comment)


UNDECIDED = Opinion()
"""Opinion on a candidate without a decision."""


class Decision(NamedTuple):
    """One event: the whole new opinion of a candidate, and the candidate's position then.

    A named tuple and not a dataclass, since a hundred thousand are built when a session opens.

    Attributes
    ----------
    id : str
        UUID of the event.
    seq : int or None
        Number of the event in the session file; None until the event has been written.
    key : str
        The candidate's key.
    verdict, tags, comment
        The opinion after the event.
    reviewer : str
    at : str
        UTC, ISO 8601.
    seconds : float
        Time that the candidate had been looked at.
    how : How
        Single, in a group, by undo or redo, carried over from an earlier list, or an arbiter's.
    group : str or None
        Events with the same group are one step of undo.
    undoes : str or None
        Step (group, or id of a single event) that an undo takes back or a redo brings back.
    x, y : float
        0-based pixel position at the time; NaN where unknown.
    ra, dec : float
        Degrees; NaN where unknown.
    seen : str
        What was on screen, as compact JSON (stretch, answer, hidden columns...); '' where unknown.
    program : str
        Version of the program; '' where unknown.
    until : str
        Of a verdict 'later': UTC in ISO 8601 at which it is due; '' if a new epoch of the object
        makes it due.
    """

    id: str
    seq: int | None
    key: str
    verdict: Verdict
    tags: tuple[str, ...]
    comment: str
    reviewer: str
    at: str
    seconds: float
    how: How = How.SINGLE
    group: str | None = None
    undoes: str | None = None
    x: float = float("nan")
    y: float = float("nan")
    ra: float = float("nan")
    dec: float = float("nan")
    seen: str = ""
    program: str = ""
    until: str = ""

    @property
    def step(self) -> str:
        """Name of the step of undo that the event belongs to."""
        return self.group or self.id

    def has_same_opinion(self, other: Decision) -> bool:
        """Return whether both decisions leave the same verdict, time, tags and comment."""
        return (self.verdict, self.until, self.tags, self.comment) == (
            other.verdict,
            other.until,
            other.tags,
            other.comment,
        )

    @property
    def opinion(self) -> Opinion:
        """Opinion after the event; `UNDECIDED` if verdict, tags and comment are all empty."""
        if self.verdict is Verdict.NONE and not self.tags and not self.comment:
            return UNDECIDED
        return Opinion(
            self.verdict,
            self.tags,
            self.comment,
            self.reviewer,
            self.at,
            self.seconds,
            self.until,
            self.program,
        )


_VARIANT = {digit: "89ab"[int(digit, 16) % 4] for digit in "0123456789abcdef"}


def new_id() -> str:
    """Return a UUID for an event or a group."""
    return str(uuid.uuid4())


def new_ids(count: int) -> list[str]:
    """Return `count` UUIDs of random bits (version 4), five times faster than one by one."""
    digits = os.urandom(16 * count).hex()
    ids = (digits[first : first + 32] for first in range(0, 32 * count, 32))
    return [f"{h[:8]}-{h[8:12]}-4{h[13:16]}-{_VARIANT[h[16]]}{h[17:20]}-{h[20:]}" for h in ids]


def last_reviewers(decisions: Sequence[Decision]) -> list[str]:
    """Return the reviewers of decisions, in the order of their last decisions."""
    # Reversed, since dict.fromkeys() keeps the place of the first occurrence.
    return list(dict.fromkeys(event.reviewer for event in reversed(decisions)))[::-1]


def storable(text: str) -> str:
    """Escape lone surrogates, which occur in names of files and accounts that are not UTF-8."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode("utf-8")
    return text


def utc_now() -> str:
    """Return the current UTC in ISO 8601 to the millisecond, as '2026-01-31T03:14:15.926Z'."""
    now = datetime.now(UTC)
    return f"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03d}Z"
