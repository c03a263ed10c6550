"""Content of one session to merge, read as rows."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from vetter.core.decisions.decision import How, Verdict
from vetter.core.decisions.planted import PlantedRow
from vetter.errors import VetterError
from vetter.io.session.content import input_rows, readable_settings
from vetter.io.session.database import SessionDatabase
from vetter.io.session.format.rows import COLUMNS, parse_json, to_row
from vetter.io.session.merging.events import REVIEWER, Row
from vetter.io.session.recorded_inputs import RecordedInput

_NAMES = COLUMNS.split(", ")[1:]
_NUMBERS = ("seconds", "x", "y", "ra", "dec")
_STEPS = ("step", "undoes")
_TEXTS = [name for name in _NAMES if name not in (*_NUMBERS, *_STEPS)]
_NEW = ("seen", "program", "until")
"""Columns that version 1 of the format lacks."""


class SessionParts(NamedTuple):
    """Readable parts of a session.

    Attributes
    ----------
    database : SessionDatabase
    events : dict of str to list of tuple
        By reviewer, in order: rows as `to_row` returns them if the session is damaged, else the
        `ID` and `AT` alone.
    is_sound : bool
        Whether all events are such as the program writes, so that SQLite may copy them.
    inputs : list of RecordedInput
        Oldest first.
    settings : dict
    positions : list of tuple
        Reviewer, key, time.
    planted : list of PlantedRow
    damage : tuple of str
        Unreadable parts, a phrase each.
    """

    database: SessionDatabase
    events: dict[str, list[Row]]
    is_sound: bool
    inputs: list[RecordedInput]
    settings: dict[str, Any]
    positions: list[tuple[str, str, str]]
    planted: list[PlantedRow]
    damage: tuple[str, ...]

    @property
    def path(self) -> Path:
        """The session file."""
        return self.database.path

    @property
    def event_count(self) -> int:
        """Number of events."""
        return sum(map(len, self.events.values()))

    def whole_events(self) -> dict[str, list[Row]]:
        """Return the rows of all events by reviewer, with all their values."""
        if not self.is_sound:
            return self.events
        query = f"SELECT {select_list(self.database)} FROM decisions ORDER BY seq"
        return _group(self.database.read(query), REVIEWER)


def select_list(database: SessionDatabase) -> str:
    """Return the columns of a row to select, in the order of `to_row`, named as in COLUMNS."""
    if database.format >= 2:
        return ", ".join(_NAMES)
    return ", ".join(f"'' AS {name}" if name in _NEW else name for name in _NAMES)


def read_parts(database: SessionDatabase) -> SessionParts:
    """Read a session; raises InputError if it holds decisions and none can be read."""
    events, is_sound, damage = _read_events(database)
    inputs, input_damage = input_rows(database)
    settings, setting_damage = readable_settings(database)
    positions, _ = database.read_rows("SELECT reviewer, key, at FROM positions")
    planted: list[Any] = []
    if database.format >= 2:
        planted, _ = database.read_rows("SELECT key, kind, truth FROM planted")
    folder = database.path.parent
    return SessionParts(
        database,
        events,
        is_sound,
        [row.relocate(folder) for row in inputs if row.fingerprints or row is inputs[-1]],
        settings,
        [row for row in positions if all(isinstance(value, str) for value in row)],
        [PlantedRow(*row) for row in planted if all(isinstance(value, str) for value in row)],
        tuple(filter(None, (damage, input_damage, setting_damage))),
    )


def _read_events(database: SessionDatabase) -> tuple[dict[str, list[Row]], bool, str]:
    """Return the events by reviewer, whether all are sound, and a phrase for those missing.

    A million events with all their values take 5 s to read, and 1.5 s without.
    """
    try:
        if are_sound(database):
            rows = database.read("SELECT id, at, reviewer FROM decisions ORDER BY seq")
            return _group(rows, 2), True, ""
    except VetterError:
        # Damaged: read around the damage below, which raises if nothing can be read.
        pass
    decisions, damage = database.read_decisions()
    return _group(map(to_row, decisions), REVIEWER), False, damage


def are_sound(database: SessionDatabase) -> bool:
    """Return whether all values of the events are such as the program writes.

    Raises VetterError; a million events take 1.5 s.
    """
    texts = _TEXTS if database.format >= 2 else [name for name in _TEXTS if name not in _NEW]
    wrong = [f"typeof({name}) != 'text'" for name in texts]
    wrong += [f"typeof({name}) NOT IN ('real', 'null')" for name in _NUMBERS]
    wrong += [f"typeof({name}) NOT IN ('text', 'null')" for name in _STEPS]
    if database.read(f"SELECT 1 FROM decisions WHERE {' OR '.join(wrong)} LIMIT 1"):
        return False
    kinds = database.read("SELECT DISTINCT verdict, how FROM decisions")
    if {verdict for verdict, _ in kinds} - {verdict.value for verdict in Verdict}:
        return False
    if {how for _, how in kinds} - {how.value for how in How}:
        return False
    try:
        tags = database.read("SELECT DISTINCT tags FROM decisions")
        return all(isinstance(parse_json(text), list) for (text,) in tags)
    except ValueError:
        return False


def _group(rows: Iterable[Row], place: int) -> dict[str, list[Row]]:
    """Return the rows of each reviewer, in their order; ``place`` is the reviewer's in a row."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row[place], []).append(row)
    return groups
