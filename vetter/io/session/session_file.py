"""One session in one SQLite file: inputs, decisions, positions, results of fits, settings."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from vetter.core.cutout_source import Fingerprint
from vetter.core.decisions.agreement.stored_opinions import OpinionTable
from vetter.core.decisions.decision import Decision, last_reviewers, storable, utc_now
from vetter.core.decisions.planted import PlantedRow
from vetter.core.decisions.snapshot import LedgerSnapshot
from vetter.core.decisions.triage.waiting import Opening
from vetter.errors import InputError, VetterError
from vetter.io.session.checkpoint import StoredState, put_checkpoint, read_numbered
from vetter.io.session.content import SessionContent, input_rows, readable_settings
from vetter.io.session.copy import copy_session
from vetter.io.session.database import SessionDatabase
from vetter.io.session.errors import Holder
from vetter.io.session.format.rows import (
    INSERT,
    plain_meta,
    to_row,
)
from vetter.io.session.merging.plain_verdicts import PlainVerdicts, read_plain_verdicts
from vetter.io.session.recorded_inputs import (
    RecordedInput,
    changed_roles,
    current_since,
    relative_paths,
    time_after,
)
from vetter.io.session.stored_fits import newest_fits, next_fits, put_fits

_TIME_GLOB = "20[0-9][0-9]-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9]Z"
"""Pattern of the stored times (UTC) for SQLite; it also matches month 19 or day 39."""


class SessionFile:
    """An open session file.

    Every change is one transaction, on disk when the call returns (rollback journal,
    synchronous=FULL). Calls may come from any thread, one at a time. Decisions can be appended
    only; the file itself refuses anything else.

    Attributes
    ----------
    path : Path
    reviewer : str
        Name of the user; it selects the position, which is stored for each reviewer.
    read_only : bool
        Whether changes are refused.
    """

    def __init__(
        self, database: SessionDatabase, reviewer: str, content: SessionContent | None = None
    ) -> None:
        self.path = database.path
        self.reviewer = storable(reviewer)
        self.read_only = database.read_only
        self._database = database
        self._content = content or SessionContent()
        self._content.note(database.damage)
        self._latest = ""
        """Latest time stored with inputs and fits; empty until `_next_time` reads it."""
        self._since: str | None = None
        """Time since which the inputs are unchanged; None until `_current_since` computes it."""

    @classmethod
    def create(cls, path: str | os.PathLike[str], reviewer: str) -> SessionFile:
        """Start a session in a new or empty file.

        Raises
        ------
        InputError
            The file exists already, or its folder cannot be written to.
        """
        return cls(SessionDatabase.create(Path(path).absolute()), reviewer)

    @classmethod
    def open(
        cls, path: str | os.PathLike[str], reviewer: str, read_only: bool = False
    ) -> SessionFile:
        """Open a session; read-only also if the file or its disk cannot be written to.

        Raises
        ------
        SessionLocked
            Another window writes to it, and ``read_only`` is False.
        InputError
            The file is missing, not a session, written by a newer version of the program, or so
            damaged that nothing can be read.
        """
        content = SessionContent(storable(reviewer))
        database = SessionDatabase.open(Path(path).absolute(), read_only, content.examine)
        return cls(database, reviewer, content)

    @classmethod
    def start(cls, path: str | os.PathLike[str], reviewer: str) -> SessionFile:
        """Open or create a session; read-only if another window writes to it.

        ``notes`` then names the process of the other window.
        """
        content = SessionContent(storable(reviewer))
        return cls(SessionDatabase.start(Path(path).absolute(), content.examine), reviewer, content)

    def __enter__(self) -> SessionFile:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file and release its lock; harmless when repeated."""
        self._database.close()

    @property
    def damage(self) -> tuple[str, ...]:
        """Unreadable parts found so far, a phrase each."""
        return tuple(self._content.damage)

    @property
    def notes(self) -> tuple[str, ...]:
        """Lines for the user: damage, the reason for read-only, and a disk without file locks."""
        notes = self._database.notes
        if not self.damage:
            return notes
        damage = ", ".join(self.damage)
        if not self.read_only:
            return (*notes, f"a damaged session: {damage}")
        return (*notes, f"read only: {damage}; File > Save as a new session keeps the rest")

    @property
    def format(self) -> int:
        """Version of the file's format, see `vetter.io.session.format.tables`."""
        return self._database.format

    @property
    def holder(self) -> Holder | None:
        """The window that last opened the file for writing; None if not recorded."""
        return self._database.holder

    def append(self, decisions: Sequence[Decision], position: str | None = None) -> list[Decision]:
        """Commit decisions, all or none, and return them with their sequence numbers.

        Parameters
        ----------
        decisions : sequence of Decision
        position : str, optional
            Key of the candidate to resume at, stored in the same transaction.

        Raises
        ------
        VetterError
            Nothing was written: the disk is full, gone or read-only.
        """
        written = []
        self._content.forget()
        with self._database.transaction() as cursor:
            for decision in decisions:
                cursor.execute(INSERT, to_row(decision))
                written.append(decision._replace(seq=cursor.lastrowid))
            if position is not None:
                self._put_position(cursor, position)
        return written

    def decisions(self) -> list[Decision]:
        """Return all readable decisions of all reviewers, oldest first; `damage` counts the others.

        Raises
        ------
        InputError
            The session holds decisions, and none can be read.
        """
        return self._content.take_decisions(self._database)

    def decisions_at(self, numbers: Sequence[int]) -> dict[int, Decision]:
        """Return decisions by their sequence numbers; none if one is unreadable, as `damage` says.

        Sequence numbers without a decision are left out.
        """
        try:
            return read_numbered(self._database, numbers)
        except VetterError as error:
            self._content.note(f"earlier decisions are not readable ({error})")
            return {}

    def plain_verdicts(self, is_sound: bool = False) -> PlainVerdicts | None:
        """Return the verdicts of all events if they tell who holds what, see `PlainVerdicts`.

        None if the decisions are needed, as for an arbiter or a damaged session; ``is_sound``
        spares the look for damage in a session that was just written.
        """
        try:
            return read_plain_verdicts(self._database, is_sound)
        except VetterError:
            # Damaged: the decisions are read around it, which raises if nothing can be read.
            return None

    def take_state(self, mark: str) -> StoredState | None:
        """Return the state as of the reviewer's checkpoint, and the decisions since.

        None without a checkpoint that is of this list (`mark_of_list`) and matches the decisions,
        after a change of the file, and the second time.
        """
        return self._content.take_state(mark)

    def put_checkpoint(
        self,
        mark: str,
        snapshot: LedgerSnapshot,
        opinions: OpinionTable,
        left_out: Iterable[str] = (),
    ) -> bool:
        """Store the state after the last decision; see `vetter.io.session.checkpoint`."""
        return put_checkpoint(self._database, self.reviewer, mark, snapshot, opinions, left_out)

    def save_as(self, path: str | os.PathLike[str]) -> int:
        """Write all readable parts into a new session; return its number of decisions.

        Raises
        ------
        VetterError
            InputError if the file exists already, or if nothing can be read.
        """
        decisions, planted = self.decisions(), self.planted()
        copy_session(self._database, decisions, planted, Path(path).absolute())
        return len(decisions)

    def judged_places(self) -> list[tuple[str, str, str, str, float, float]]:
        """Return key, verdict, time, reviewer, ra and dec of the last decisions with a verdict."""
        # In SQLite, columns beside max(seq) are of the row with that maximum.
        rows, _ = self._database.read_rows(
            "SELECT key, verdict, at, reviewer, ra, dec FROM (SELECT key, verdict, at, reviewer,"
            " ra, dec, max(seq) FROM decisions GROUP BY reviewer, key)"
            " WHERE verdict IN ('accept', 'reject', 'maybe', 'later')"
            " AND ra IS NOT NULL AND dec IS NOT NULL"
        )
        kinds = (str, str, str, str, float, float)
        return [row for row in rows if all(map(isinstance, row, kinds))]

    def planted(self) -> list[PlantedRow]:
        """Return the planted rows, by key; none in a session of format 1.

        Raises
        ------
        InputError
            Some cannot be read, so that planted rows could be taken for candidates.
        """
        if self._database.format < 2:
            return []
        rows, whole = self._database.read_rows("SELECT key, kind, truth FROM planted ORDER BY key")
        planted = [PlantedRow(*row) for row in rows if all(isinstance(text, str) for text in row)]
        if not whole or len(planted) < len(rows):
            raise InputError(
                f"{self.path}: a damaged session: its planted rows are not readable; restore it "
                "from a copy"
            )
        return planted

    def add_planted(self, rows: Iterable[PlantedRow]) -> None:
        """Store planted rows, all or none; a key that is stored already stays as it is."""
        values = [(storable(row.key), row.kind, storable(row.truth)) for row in rows]
        with self._database.transaction() as cursor:
            cursor.executemany("INSERT OR IGNORE INTO planted VALUES (?, ?, ?)", values)

    def reviewers(self) -> list[str]:
        """Return the reviewers who have decided, in the order of their last decisions."""
        rows, whole = self._database.read_rows(
            "SELECT reviewer FROM decisions GROUP BY reviewer ORDER BY max(seq)"
        )
        if whole and all(isinstance(row[0], str) for row in rows):
            return [row[0] for row in rows]
        return last_reviewers(self.decisions())

    def decided_count(self) -> int:
        """Count the keys on which this reviewer has a verdict; the list itself is not read."""
        # In SQLite, `verdict` beside max(seq) is of the row with that maximum: the last decision.
        rows, _ = self._database.read_rows(
            "SELECT count(*) FROM (SELECT verdict, max(seq) FROM decisions WHERE reviewer = ?"
            " GROUP BY key) WHERE verdict != 'none'",
            (self.reviewer,),
        )
        return int(rows[0][0]) if rows else 0

    def all_reviewers(self) -> list[str]:
        """Return all reviewers: first those without a decision, then those of `reviewers`."""
        rows, _ = self._database.read_rows("SELECT reviewer FROM positions ORDER BY at")
        names, decided = [row[0] for row in rows], self.reviewers()
        return [name for name in names if isinstance(name, str) and name not in decided] + decided

    @property
    def position(self) -> str | None:
        """Key of the candidate that was last on this reviewer's screen; None if not stored."""
        query = "SELECT key FROM positions WHERE reviewer = ?"
        rows, _ = self._database.read_rows(query, (self.reviewer,))
        return rows[0][0] if rows and isinstance(rows[0][0], str) else None

    def set_position(self, key: str) -> None:
        """Store the key of the candidate on this reviewer's screen."""
        with self._database.transaction() as cursor:
            self._put_position(cursor, key)

    def _put_position(self, cursor: sqlite3.Cursor, key: str) -> None:
        cursor.execute(
            "INSERT OR REPLACE INTO positions VALUES (?, ?, ?)",
            (self.reviewer, storable(key), utc_now()),
        )

    def record_input(
        self, record: Mapping[str, Any], fingerprints: Sequence[Fingerprint], candidates: int
    ) -> tuple[str, ...]:
        """Store a record of the opened inputs if it differs from the last record.

        Parameters
        ----------
        record : mapping
            Paths and options that open the inputs again (`CutoutSource.record`): plain types,
            absolute paths.
        fingerprints : sequence of Fingerprint
            Contents of the files. Empty while the list is still being read: nothing is compared
            then, but the record is stored, so that the session can be opened after a kill.
        candidates : int
            Length of the list.

        Returns
        -------
        tuple of str
            The roles whose content has changed; empty for the first record.
        """
        inputs = self.inputs()
        earlier = [known for known in inputs if known.fingerprints]
        now = tuple(fingerprints)
        changed = changed_roles(earlier[-1].fingerprints, now) if earlier and now else ()
        plain = json.loads(json.dumps(dict(record)))
        if self.read_only or (inputs and _is_recorded(inputs[-1], plain, now)):
            return changed
        relative = relative_paths(plain, self.path.parent)
        values = [plain, relative, [asdict(f) for f in now]]
        with self._database.transaction() as cursor:
            cursor.execute(
                "INSERT INTO inputs (at, candidates, record, relative, fingerprints)"
                " VALUES (?, ?, ?, ?, ?)",
                (self._next_time(), candidates, *(json.dumps(value) for value in values)),
            )
        self._since = None
        return changed

    def inputs(self) -> list[RecordedInput]:
        """Return the recorded inputs, oldest first, with their present paths.

        A record without fingerprints, whose list was never read to its end, is left out unless it
        is the last.
        """
        rows, damage = input_rows(self._database)
        self._content.note(damage)
        rows = [row for row in rows if row.fingerprints or row is rows[-1]]
        return [row.relocate(self.path.parent) for row in rows]

    def openings(self) -> list[Opening]:
        """Return when the session was opened on inputs other than before, oldest first."""
        rows, _ = self._database.read_rows("SELECT at, candidates FROM inputs ORDER BY number")
        return [Opening(*row) for row in rows if [type(cell) for cell in row] == [str, int]]

    def put_adjustment(self, key: str, signature: str, meta: Mapping[str, Any]) -> None:
        """Store ``meta``, the result of a fit; ``signature`` identifies its options and pixels."""
        self.put_adjustments([(key, signature, plain_meta(dict(meta)))])

    def put_adjustments(self, results: Iterable[tuple[str, str, str]]) -> None:
        """Store many results, (key, signature, text) each, in one transaction.

        The text is the metadata as `rows.plain_meta` writes it.
        """
        put_fits(self._database, results, self._next_time())

    def _next_time(self) -> str:
        """Return a time for inputs and fits, later than all those stored."""
        if not self._latest:
            # GLOB leaves out forged times such as the year 9999, after which no time could come.
            tables = ("inputs", "adjustments")
            queries = (
                f"SELECT max(at) FROM {table} WHERE at GLOB '{_TIME_GLOB}'" for table in tables
            )
            rows = [self._database.read_rows(query)[0] for query in queries]
            self._latest = max((found[0][0] or "" for found in rows if found), default="")
        self._latest = time_after(self._latest)
        return self._latest

    def adjustments(self) -> dict[str, tuple[str, dict[str, Any]]]:
        """Return the newest fit of each candidate, by key, as (signature, meta).

        Results from before an input file changed are left out: their key may be another
        object's now.
        """
        return newest_fits(self._database, self._current_since())

    def adjustments_of(
        self, signature: str, after: str, limit: int
    ) -> list[tuple[str, dict[str, Any]]]:
        """Return the next results under a signature, see `stored_fits.next_fits`.

        As in `adjustments`, results from before an input file changed are left out.
        """
        return next_fits(self._database, self._current_since(), signature, after, limit)

    def _current_since(self) -> str:
        """Return the time since which the inputs are unchanged; cached, since it reads the disk."""
        if self._since is None:
            self._since = current_since(self.inputs())
        return self._since

    @property
    def settings(self) -> dict[str, Any]:
        """The stored settings, by name."""
        settings, damage = readable_settings(self._database)
        self._content.note(damage)
        return settings

    def set_settings(self, settings: Mapping[str, Any]) -> None:
        """Store settings, each of a type that JSON holds; others stay unchanged."""
        rows = [(name, json.dumps(value)) for name, value in settings.items()]
        with self._database.transaction() as cursor:
            cursor.executemany("INSERT OR REPLACE INTO settings VALUES (?, ?)", rows)


def _is_recorded(
    known: RecordedInput, record: dict[str, Any], fingerprints: tuple[Fingerprint, ...]
) -> bool:
    """Return whether ``known`` holds this record and, if they are given, these fingerprints."""
    if known.record != record:
        return False
    return not fingerprints or not changed_roles(known.fingerprints, fingerprints)
