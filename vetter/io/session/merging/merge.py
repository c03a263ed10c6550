"""Merging of sessions of several reviewers into one; nobody's verdict is overwritten."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

from vetter.core.decisions.agreement.clocks import TimedEvents, find_clock_problems
from vetter.core.decisions.decision import utc_now
from vetter.core.number_text import format_count
from vetter.errors import InputError
from vetter.io.files.atomic import atomic_path
from vetter.io.session.database import SessionDatabase
from vetter.io.session.format.rows import COLUMNS, INSERT
from vetter.io.session.merging.events import AT, choose_whole_chains, join_events
from vetter.io.session.merging.joined_inputs import join_inputs
from vetter.io.session.merging.parts import SessionParts, read_parts, select_list
from vetter.io.session.recorded_inputs import RecordedInput, relative_paths
from vetter.io.session.stored_fits import readable_fits

_READERS = 2
_CACHE_KILOBYTES = 300_000
"""300 MB of pages while a merged session is written: with SQLite's 2 MB a million events, whose
UUIDs come in random order, take a minute instead of five seconds."""

MAX_ATTACHED = 10
"""10 files that SQLite attaches to a connection at most."""

_INSERT = INSERT.replace("INSERT", "INSERT OR IGNORE", 1)

_PUT_FIT = """INSERT INTO adjustments VALUES (?, ?, ?, ?)
    ON CONFLICT (signature, key) DO UPDATE SET at = excluded.at, meta = excluded.meta
    WHERE (excluded.at, excluded.meta) > (at, meta)"""


class MergeReport(NamedTuple):
    """Outcome of a merge.

    Attributes
    ----------
    path : Path
        The merged session.
    events : int
        Number of its events.
    reviewers : tuple of str
    lines : tuple of str
        Events of each session, other lists, damage, and clocks that disagree.
    """

    path: Path
    events: int
    reviewers: tuple[str, ...]
    lines: tuple[str, ...]


def merge_sessions(
    paths: Sequence[str | os.PathLike[str]], out: str | os.PathLike[str]
) -> MergeReport:
    """Write the union of sessions into a new session, or add it to an existing one.

    The union is by the UUIDs of events: merging again changes nothing, and the order of the
    sessions does not matter. It is written to a temporary file that then replaces ``out``.

    Raises
    ------
    SessionLocked
        A window has ``out`` open.
    InputError
        A file is not a session, or ``out`` cannot be written.
    """
    target = Path(out).absolute()
    with ExitStack() as stack:
        databases: list[SessionDatabase] = []
        if target.exists() and target.stat().st_size:
            # Locked until the new file has its name: no window can write to the old one.
            held = stack.enter_context(SessionDatabase.open(target))
            if held.read_only:
                raise InputError(f"{target}: cannot be written to: {'; '.join(held.notes)}")
            databases.append(held)
        known = {os.path.realpath(database.path) for database in databases}
        for path in paths:
            if os.path.realpath(path) not in known:
                known.add(os.path.realpath(path))
                opened = SessionDatabase.open(Path(path).absolute(), read_only=True)
                databases.append(stack.enter_context(opened))
        # SQLite reads without the interpreter's lock.
        with ThreadPoolExecutor(_READERS) as readers:
            parts = list(readers.map(read_parts, databases))
        inputs, input_lines = join_inputs(parts)
        with atomic_path(target) as temporary:
            events, conflicts = _write(temporary, target, inputs, parts)
            if sys.platform == "win32":
                # An open file cannot be replaced there.
                stack.close()
    lines = [*_describe_parts(parts, target), *input_lines, *_describe_clocks(parts)]
    if conflicts:
        changed = format_count(conflicts, "decision differs", "decisions differ")
        lines.append(f"{changed} between sessions under one UUID: a session was edited")
    reviewers = sorted({name for part in parts for name in part.events})
    return MergeReport(target, events, tuple(reviewers), tuple(lines))


def _write(
    path: Path,
    target: Path,
    inputs: Sequence[RecordedInput],
    parts: Sequence[SessionParts],
) -> tuple[int, int]:
    """Write the union; return the numbers of its events and of conflicting events."""
    chosen = None
    if len(parts) <= MAX_ATTACHED and all(part.is_sound for part in parts):
        chosen = choose_whole_chains([part.events for part in parts])
    databases = [part.database for part in parts]
    conflicts = 0
    with (
        SessionDatabase.create(path) as new,
        new.attach([] if chosen is None else databases) as names,
        new.transaction() as cursor,
    ):
        cursor.execute(f"PRAGMA cache_size = -{_CACHE_KILOBYTES}")
        if chosen is None:
            joined = join_events([part.whole_events() for part in parts])
            # OR IGNORE: a forged session may hold a UUID of another reviewer's event.
            cursor.executemany(_INSERT, joined.rows)
            conflicts = joined.conflicts
        else:
            _copy_chains(cursor, chosen, dict(zip(names, databases, strict=True)))
        (events,) = cursor.execute("SELECT count(*) FROM decisions").fetchone()
        cursor.executemany(
            "INSERT INTO inputs (at, candidates, record, relative, fingerprints)"
            " VALUES (?, ?, ?, ?, ?)",
            [_input_values(one, target.parent) for one in inputs],
        )
        for row in sorted({row for part in parts for row in part.planted}):
            cursor.execute("INSERT OR IGNORE INTO planted VALUES (?, ?, ?)", row)
        # Sorted by time, so that the last position of each reviewer stays.
        positions = {row for part in parts for row in part.positions}
        cursor.executemany(
            "INSERT OR REPLACE INTO positions VALUES (?, ?, ?)",
            sorted(positions, key=itemgetter(2, 0, 1)),
        )
        settings = [
            (part.inputs[-1].at if part.inputs else "", name, json.dumps(value))
            for part in parts
            for name, value in part.settings.items()
        ]
        cursor.executemany(
            "INSERT OR REPLACE INTO settings VALUES (?, ?)",
            [(name, value) for _, name, value in sorted(settings)],
        )
        for database in databases:
            cursor.executemany(_PUT_FIT, readable_fits(database))
    return events, conflicts


def _copy_chains(
    cursor: sqlite3.Cursor, chosen: dict[str, int], attached: dict[str, SessionDatabase]
) -> None:
    """Copy each reviewer's events from the session that has them all, sorted by time.

    SQLite copies a million events in 6 s; through Python they take 15 s.
    """
    cursor.execute("CREATE TEMP TABLE chosen (number INTEGER, reviewer TEXT)")
    cursor.executemany(
        "INSERT INTO chosen VALUES (?, ?)", [(n, name) for name, n in chosen.items()]
    )
    sources = [
        f"SELECT {select_list(database)}, seq FROM {name}.decisions"
        f" WHERE reviewer IN (SELECT reviewer FROM chosen WHERE number = {number})"
        for number, (name, database) in enumerate(attached.items())
    ]
    # The verdicts were checked in their session; checking them again takes 3 s of a million.
    cursor.execute("PRAGMA ignore_check_constraints = ON")
    names = COLUMNS.partition(", ")[2]
    cursor.execute(
        f"INSERT OR IGNORE INTO main.decisions ({names}) SELECT {names} FROM"
        f" ({' UNION ALL '.join(sources)}) ORDER BY at, reviewer, seq"
    )
    cursor.execute("PRAGMA ignore_check_constraints = OFF")


def _input_values(recorded: RecordedInput, folder: Path) -> tuple[Any, ...]:
    return (
        recorded.at,
        recorded.candidates,
        json.dumps(recorded.record),
        json.dumps(relative_paths(recorded.record, folder)),
        json.dumps([asdict(one) for one in recorded.fingerprints]),
    )


def _describe_parts(parts: Sequence[SessionParts], target: Path) -> list[str]:
    lines = []
    for part in parts:
        by = ", ".join(f"{name} {len(events):,}" for name, events in sorted(part.events.items()))
        count = format_count(part.event_count, "decision")
        there = ", there already" if part.path == target else ""
        lines.append(f"{part.path}: {count}{f' ({by})' if by else ''}{there}")
        lines += [f"{part.path}: a damaged session: {damage}" for damage in part.damage]
    return lines


def _describe_clocks(parts: Sequence[SessionParts]) -> list[str]:
    events = {
        str(part.path): {
            reviewer: TimedEvents(
                [row[0] for row in rows], [row[1 if part.is_sound else AT] for row in rows]
            )
            for reviewer, rows in part.events.items()
        }
        for part in parts
    }
    problems = find_clock_problems(events, utc_now())
    return [f"{name}: {line}" for name, lines in sorted(problems.items()) for line in lines]
