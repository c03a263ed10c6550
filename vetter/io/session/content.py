"""The content of a session file, checked as it is read; unreadable parts are left out and named."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any, NamedTuple

from vetter.core.cutout_source import Fingerprint
from vetter.core.decisions.decision import Decision
from vetter.core.fakes.plan import PlantPlan
from vetter.core.number_text import format_count
from vetter.io.input_options import check_recorded
from vetter.io.session.checkpoint import FORMAT, StoredState, read_state
from vetter.io.session.database import SessionDatabase
from vetter.io.session.format.rows import parse_json
from vetter.io.session.recorded_inputs import RecordedInput, relocate_record

_TEXTS = {field.name for field in fields(Fingerprint) if field.type in ("str", str)}


class SessionContent:
    """The decisions of a session from its opening to their first use, and what is damaged.

    Parameters
    ----------
    reviewer : str
        Name of the user, whose checkpoint is read in place of the decisions.

    Attributes
    ----------
    damage : list of str
        Unreadable parts found so far, a phrase each.
    """

    def __init__(self, reviewer: str = "") -> None:
        self.damage: list[str] = []
        self._reviewer = reviewer
        self._state: StoredState | None = None
        self._decisions: list[Decision] | None = None

    def note(self, damage: str) -> None:
        """Add an unreadable part; '' is ignored."""
        if damage and damage not in self.damage:
            self.damage.append(damage)

    def examine(self, database: SessionDatabase) -> bool:
        """Read all that a window needs, and return whether it may write to the file.

        An unreadable value of a setting does not count as damage: it is written again.

        Raises
        ------
        VetterError
            As `SessionDatabase.read_decisions`.
        """
        can_append = True
        self._state = read_state(database, self._reviewer)
        if self._state is None:
            can_append = self._examine_decisions(database)
        self.note(input_rows(database)[1])
        for table in ("positions", "settings", "holder"):
            self.note(_check_rows(database, table))
        if not self.damage:
            # A file that can be read may still refuse the next decision.
            self.note("" if can_append else "the index of its decisions is damaged")
            for table, damage in _TABLE_DAMAGE.items():
                if database.format >= _FIRST_FORMAT.get(table, 1):
                    self.note(_check_integrity(database, table, damage))
        return not self.damage

    def _examine_decisions(self, database: SessionDatabase) -> bool:
        """Read all decisions, and return whether their table can be written to."""
        # Beside the reading: the check takes as long, 5 s for 1,000,000 decisions.
        is_whole = database.begin_integrity_check("decisions")
        try:
            self._decisions, damage = database.read_decisions()
        finally:
            can_append = is_whole()
        self.note(damage)
        return can_append

    def forget(self) -> None:
        """Drop the examined decisions, since the file has changed."""
        self._decisions = self._state = None

    def take_state(self, mark: str) -> StoredState | None:
        """Return the state of the examined checkpoint the first time, if it is of this list."""
        state, self._state = self._state, None
        return state if state is not None and state.checkpoint.mark == mark else None

    def take_decisions(self, database: SessionDatabase) -> list[Decision]:
        """Return the examined decisions the first time, later those in the file."""
        decisions, self._decisions = self._decisions, None
        if decisions is None:
            decisions, damage = database.read_decisions()
            self.note(damage)
        return decisions


class InputRow(NamedTuple):
    """One recorded opening of the session."""

    at: str
    candidates: int
    record: dict[str, Any]
    relative: dict[str, str]
    fingerprints: tuple[Fingerprint, ...]

    def relocate(self, folder: Path) -> RecordedInput:
        """Return the opening with its present paths, given the session's folder."""
        record = relocate_record(self.record, self.relative, folder)
        return RecordedInput(self.at, self.candidates, record, self.fingerprints)


def input_rows(database: SessionDatabase) -> tuple[list[InputRow], str]:
    """Return the readable openings, oldest first, and a phrase for those missing, or ''."""
    rows, whole = database.read_rows(
        "SELECT at, candidates, record, relative, fingerprints FROM inputs"
    )
    readable = []
    for row in rows:
        try:
            readable.append(_input_row(*row))
        except (ValueError, TypeError, KeyError, AttributeError):
            whole = False
    if whole:
        return readable, ""
    unreadable = max(len(rows) - len(readable), 1)
    what = format_count(unreadable, "record of its inputs is", "records of its inputs are")
    return readable, f"{what} not readable"


def _input_row(at: Any, candidates: Any, *texts: Any) -> InputRow:
    record, relative, prints = map(parse_json, texts)
    names = record.get("inputs", [])
    if not isinstance(at, str) or not isinstance(candidates, int) or candidates < 0:
        raise ValueError
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ValueError
    check_recorded(record.get("options", {}))
    PlantPlan.from_record(record)
    if not all(isinstance(way, str) for way in relative.values()):
        raise ValueError
    for values in prints:
        if not all(isinstance(values[name], str) for name in _TEXTS & values.keys()):
            raise ValueError
    return InputRow(at, candidates, record, relative, tuple(Fingerprint(**v) for v in prints))


def readable_settings(database: SessionDatabase) -> tuple[dict[str, Any], str]:
    """Return the readable settings, by name, and a phrase for those missing, or ''."""
    rows, whole = database.read_rows("SELECT name, value FROM settings")
    settings: dict[str, Any] = {}
    for name, value in rows:
        try:
            settings["".join((name,))] = parse_json(value)
        except (ValueError, TypeError):
            whole = False
    return settings, "" if whole else "some of its settings are not readable"


def _check_rows(database: SessionDatabase, table: str) -> str:
    """Return a phrase if SQLite cannot read through a table; '' if it can."""
    _, whole = database.read_rows(
        f"SELECT count(*), max(length({_LONG_COLUMN[table]})) FROM {table}"
    )
    return "" if whole else f"its {table} are not readable"


def _check_integrity(database: SessionDatabase, table: str, damage: str) -> str:
    """Return ``damage`` if a table or its index cannot be written to; '' if they can."""
    rows, whole = database.read_rows(f"PRAGMA integrity_check({table})")
    return "" if whole and rows == [("ok",)] else damage


_TABLE_DAMAGE = {
    "inputs": "the pages of its inputs are damaged",
    "positions": "the pages of its positions are damaged",
    "settings": "the pages of its settings are damaged",
    "holder": "the pages of its holder are damaged",
    "planted": "the pages of its planted rows are damaged",
    "checkpoints": "the pages of its checkpoints are damaged",
}
_FIRST_FORMAT = {"planted": 2, "checkpoints": FORMAT}
"""First version of the format with a table, where it is not 1."""

_LONG_COLUMN: dict[str, str] = {"positions": "key", "settings": "value", "holder": "since"}
