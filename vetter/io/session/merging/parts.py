"""Content of one session to merge, read as rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from vetter.core.decisions.decision import How, Verdict
from vetter.core.decisions.planted import PlantedRow
from vetter.errors import VetterError
from vetter.io.session.content import input_rows, readable_settings
from vetter.io.session.database import SessionDatabase
from vetter.io.session.format.rows import COLUMNS, COLUMNS_1, parse_json, to_row
from vetter.io.session.merging.events import Row, group_by_reviewer
from vetter.io.session.recorded_inputs import RecordedInput

_NAMES = COLUMNS.split(", ")[1:]
_TEXTS = [name for name in _NAMES if name not in ("seconds", "step", "undoes", *"xy", "ra", "dec")]
_VERDICT, _TAGS, _HOW = (_NAMES.index(name) for name in ("verdict", "tags", "how"))


class SessionParts(NamedTuple):
    """Readable parts of a session.

    Attributes
    ----------
    path : Path
    events : dict of str to list of tuple
        Rows of decisions by reviewer, in order.
    inputs : list of RecordedInput
        Oldest first.
    settings : dict
    positions : list of tuple
        Reviewer, key, time.
    planted : list of PlantedRow
    damage : tuple of str
        Unreadable parts, a phrase each.
    """

    path: Path
    events: dict[str, list[Row]]
    inputs: list[RecordedInput]
    settings: dict[str, Any]
    positions: list[tuple[str, str, str]]
    planted: list[PlantedRow]
    damage: tuple[str, ...]

    @property
    def count(self) -> int:
        """Number of events."""
        return sum(map(len, self.events.values()))


def read_parts(database: SessionDatabase) -> SessionParts:
    """Read a session; raises InputError if it holds decisions and none can be read."""
    rows, damage = _read_events(database)
    inputs, input_damage = input_rows(database)
    settings, setting_damage = readable_settings(database)
    positions, _ = database.read_rows("SELECT reviewer, key, at FROM positions")
    planted: list[Any] = []
    if database.format >= 2:
        planted, _ = database.read_rows("SELECT key, kind, truth FROM planted")
    folder = database.path.parent
    return SessionParts(
        database.path,
        group_by_reviewer(rows),
        [row.relocate(folder) for row in inputs if row.fingerprints or row is inputs[-1]],
        settings,
        [row for row in positions if all(isinstance(value, str) for value in row)],
        [PlantedRow(*row) for row in planted if all(isinstance(value, str) for value in row)],
        tuple(filter(None, (damage, input_damage, setting_damage))),
    )


def _read_events(database: SessionDatabase) -> tuple[list[Row], str]:
    """Return the rows of all readable events, and a phrase for those missing, or ''.

    Rows of a sound file are taken as they are: making a `Decision` of each takes three times as
    long, 5 s for a million.
    """
    columns = COLUMNS if database.format >= 2 else f"{COLUMNS_1}, '', '', ''"
    try:
        rows = database.read(f"SELECT {columns.partition(', ')[2]} FROM decisions ORDER BY seq")
        texts = _TEXTS if database.format >= 2 else _TEXTS[:-3]
        is_damaged = " OR ".join(f"typeof({name}) != 'text'" for name in texts)
        numbers = " OR ".join(f"typeof({name}) NOT IN ('real', 'null')" for name in _NUMBERS)
        steps = " OR ".join(f"typeof({name}) NOT IN ('text', 'null')" for name in _STEPS)
        query = f"SELECT count(*) FROM decisions WHERE {is_damaged} OR {numbers} OR {steps}"
        if database.read(query) == [(0,)] and _are_known(rows):
            return rows, ""
    except VetterError:
        # Damaged: read around the damage below, which raises if nothing can be read.
        pass
    decisions, damage = database.read_decisions()
    return [to_row(decision) for decision in decisions], damage


_NUMBERS = ("seconds", "x", "y", "ra", "dec")
_STEPS = ("step", "undoes")


def _are_known(rows: list[Row]) -> bool:
    """Return whether all verdicts, tags and ways of decisions are such as the program writes."""
    verdicts, hows = {row[_VERDICT] for row in rows}, {row[_HOW] for row in rows}
    if verdicts - {verdict.value for verdict in Verdict} or hows - {how.value for how in How}:
        return False
    try:
        return all(isinstance(parse_json(tags), list) for tags in {row[_TAGS] for row in rows})
    except ValueError:
        return False
