"""Command ``vetter log``: the events of a session, oldest first."""

from __future__ import annotations

import argparse
import json
import math
import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from vetter.core.decisions.decision import Decision, storable
from vetter.core.decisions.moment import Moment
from vetter.errors import escape_to_line
from vetter.headless.sessions import report_damage
from vetter.io.export.tables.escapes import escape_control
from vetter.io.session.session_file import SessionFile

_INVISIBLE = re.compile("[\x80-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""C1 controls, ends of lines and paragraphs, and marks that reverse the text behind them."""

HEADING = "seq\tat\treviewer\thow\tkey\tverdict\ttags\tcomment\tseconds\tuntil\tprogram\tseen"


class Choice(NamedTuple):
    """Choice of events; None and '' choose all.

    Attributes
    ----------
    at : Moment or None
        Events up to this moment.
    since, until : Moment or None
        Events after ``since`` (from it on, if it is a time), and up to ``until``.
    reviewer, key : str or None
    """

    at: Moment | None = None
    since: Moment | None = None
    until: Moment | None = None
    reviewer: str | None = None
    key: str | None = None

    def holds(self, event: Decision) -> bool:
        """Return whether an event is chosen."""
        return (
            (self.at is None or self.at.is_after(event))
            and (self.until is None or self.until.is_after(event))
            and (self.since is None or not self._is_before_since(event))
            and self.reviewer in (None, event.reviewer)
            and self.key in (None, event.key)
        )

    def _is_before_since(self, event: Decision) -> bool:
        assert self.since is not None
        if self.since.seq is not None:
            return event.seq is not None and event.seq < self.since.seq
        return event.at < self.since.at


def run_log(arguments: argparse.Namespace) -> int:
    """Print the chosen events."""
    choice = Choice(
        arguments.at,
        arguments.since,
        arguments.until,
        None if arguments.reviewer is None else storable(arguments.reviewer),
        None if arguments.key is None else storable(arguments.key),
    )
    lines = iter_log(Path(arguments.session).expanduser(), choice, arguments.json)
    sys.stdout.writelines(f"{line}\n" for line in lines)
    return 0


def log(path: str | os.PathLike[str], choice: Choice | None = None, as_json: bool = False) -> str:
    """Return the chosen events, oldest first, see `iter_log`."""
    return "\n".join(iter_log(path, choice or Choice(), as_json))


def iter_log(path: str | os.PathLike[str], choice: Choice, as_json: bool) -> Iterator[str]:
    """Yield the chosen events as lines: tab-separated below a heading, or a JSON object each.

    The objects hold all fields of `Decision`: NaN is null, ``group`` and ``undoes`` name steps of
    undo, ``seen`` is an object (see `vetter.review.display_record`), or null where unknown.

    Raises
    ------
    InputError
        The file is not a session, or nothing can be read.
    """
    with SessionFile.open(path, "", read_only=True) as session:
        decisions = session.decisions()
        report_damage(session)
    if not as_json:
        yield HEADING
    line: Callable[[Decision], str] = _json_line if as_json else _line
    for decision in decisions:
        if choice.holds(decision):
            yield line(decision)


def _line(decision: Decision) -> str:
    values = (
        decision.seq,
        decision.at,
        decision.reviewer,
        decision.how,
        decision.key,
        decision.verdict.value,
        ", ".join(decision.tags),
        decision.comment,
        f"{decision.seconds:.1f}",
        decision.until,
        decision.program,
        decision.seen,
    )
    return "\t".join(_cell(str(value)) for value in values)


def _cell(text: str) -> str:
    """Return a text without tabs, line ends and characters that control a terminal."""
    text = escape_control(text.replace("\t", " ").replace("\n", " ").replace("\r", " "))
    return _INVISIBLE.sub(lambda match: escape_to_line(match.group()), text)


def _json_line(decision: Decision) -> str:
    fields: dict[str, Any] = decision._asdict()
    for name, value in fields.items():
        if isinstance(value, float) and not math.isfinite(value):
            fields[name] = None
    # ASCII, so that no character of a comment controls a terminal or ends the line.
    return json.dumps({**fields, "seen": _parse_seen(decision.seen)})


def _parse_seen(text: str) -> dict[str, Any] | None:
    """Return what was on screen; None where it is unknown or damaged."""
    try:
        seen = json.loads(text) if text else None
    except (ValueError, RecursionError):
        return None
    return seen if isinstance(seen, dict) else None
