"""Tables of a session file, in each version of the format.

The file's ``user_version`` holds the version of its format:

1. Decisions, inputs, adjustments, positions, settings and holder.
2. Each decision also holds what was on screen (``seen``), the program's version (``program``)
   and the time until which a later one is put off (``until``); its verdict may be 'later'. Table
   ``planted`` holds the fakes, repeats and known objects that were mixed into the list.
3. Table ``checkpoints`` holds the state of each reviewer's ledger after some event, and the
   others' opinions then, both of which may be dropped at any time (`vetter.io.session.checkpoint`).

A session of an earlier version is read as it is, and migrated when a window opens it for writing
(`vetter.io.session.format.migration`). A new version adds its tables here, a step there, and a
kept file of the version before to tests/kept.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

APPLICATION_ID = 0x56455454  # 'VETT'
VERSION = 3

# NULL stands for NaN in every number, since SQLite has no NaN.
_DECISIONS = """CREATE TABLE decisions (
        seq INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        key TEXT NOT NULL,
        verdict TEXT NOT NULL CHECK (verdict IN ('none', 'accept', 'reject', 'maybe', 'later')),
        tags TEXT NOT NULL,
        comment TEXT NOT NULL,
        reviewer TEXT NOT NULL,
        at TEXT NOT NULL,
        seconds REAL,
        how TEXT NOT NULL,
        step TEXT,
        undoes TEXT,
        x REAL, y REAL, ra REAL, dec REAL,
        seen TEXT NOT NULL DEFAULT '',
        program TEXT NOT NULL DEFAULT '',
        until TEXT NOT NULL DEFAULT '')"""

_DECISIONS_1 = """CREATE TABLE decisions (
        seq INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        key TEXT NOT NULL,
        verdict TEXT NOT NULL CHECK (verdict IN ('none', 'accept', 'reject', 'maybe')),
        tags TEXT NOT NULL,
        comment TEXT NOT NULL,
        reviewer TEXT NOT NULL,
        at TEXT NOT NULL,
        seconds REAL,
        how TEXT NOT NULL,
        step TEXT,
        undoes TEXT,
        x REAL, y REAL, ra REAL, dec REAL)"""

DECISION_TRIGGERS = (
    """CREATE TRIGGER decisions_never_change BEFORE UPDATE ON decisions
        BEGIN SELECT RAISE(ABORT, 'decisions are appended, never rewritten'); END""",
    """CREATE TRIGGER decisions_never_go BEFORE DELETE ON decisions
        BEGIN SELECT RAISE(ABORT, 'decisions are appended, never deleted'); END""",
)

_OTHERS = (
    """CREATE TABLE inputs (
        number INTEGER PRIMARY KEY,
        at TEXT NOT NULL,
        candidates INTEGER NOT NULL,
        record TEXT NOT NULL,
        relative TEXT NOT NULL,
        fingerprints TEXT NOT NULL)""",
    # Signature first, since results are read by signature: else SQLite scans all others too.
    """CREATE TABLE adjustments (
        key TEXT NOT NULL,
        signature TEXT NOT NULL,
        at TEXT NOT NULL,
        meta TEXT NOT NULL,
        PRIMARY KEY (signature, key)) WITHOUT ROWID""",
    """CREATE TABLE positions (
        reviewer TEXT PRIMARY KEY,
        key TEXT NOT NULL,
        at TEXT NOT NULL) WITHOUT ROWID""",
    "CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    """CREATE TABLE holder (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        pid INTEGER NOT NULL,
        host TEXT NOT NULL,
        since TEXT NOT NULL)""",
)

PLANTED = (
    """CREATE TABLE planted (
        key TEXT PRIMARY KEY,
        kind TEXT NOT NULL,
        truth TEXT NOT NULL) WITHOUT ROWID""",
    """CREATE TRIGGER planted_never_change BEFORE UPDATE ON planted
        BEGIN SELECT RAISE(ABORT, 'planted rows are appended, never rewritten'); END""",
    """CREATE TRIGGER planted_never_go BEFORE DELETE ON planted
        BEGIN SELECT RAISE(ABORT, 'planted rows are appended, never deleted'); END""",
)

CHECKPOINTS = """CREATE TABLE checkpoints (
        reviewer TEXT PRIMARY KEY,
        revision INTEGER NOT NULL,
        list TEXT NOT NULL,
        last INTEGER NOT NULL,
        last_id TEXT NOT NULL,
        events INTEGER NOT NULL,
        checksum TEXT NOT NULL,
        state BLOB NOT NULL,
        opinions BLOB NOT NULL)"""

TABLES_BY_VERSION = {
    1: (_DECISIONS_1, *DECISION_TRIGGERS, *_OTHERS),
    2: (_DECISIONS, *DECISION_TRIGGERS, *_OTHERS, *PLANTED),
    3: (_DECISIONS, *DECISION_TRIGGERS, *_OTHERS, *PLANTED, CHECKPOINTS),
}
"""Definitions of the tables and triggers of each version."""

TABLES = TABLES_BY_VERSION[VERSION]


def create_tables(
    connection: sqlite3.Connection, fill: Callable[[sqlite3.Connection], None]
) -> None:
    """Create the tables in one transaction, so that a kill leaves the session empty or whole.

    ``fill`` writes the first rows in the same transaction.
    """
    connection.execute("BEGIN EXCLUSIVE")
    for statement in TABLES:
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {VERSION}")
    fill(connection)
    connection.execute("COMMIT")


def format_version(connection: sqlite3.Connection) -> int:
    """Return the version of a session's format; raises sqlite3.Error."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def has_column(connection: sqlite3.Connection, table: str, column: str) -> bool:
    """Return whether a table has a column; False without the table. Raises sqlite3.Error."""
    query = "SELECT count(*) FROM pragma_table_info(?) WHERE name = ?"
    return bool(connection.execute(query, (table, column)).fetchone()[0])
