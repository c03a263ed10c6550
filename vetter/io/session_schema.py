"""The tables of a session file, and the check that a file is one."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from vetter.errors import InputError
from vetter.io.plain_files import open_plain_file

APPLICATION_ID = 0x56455454  # 'VETT'
VERSION = 1
_MAGIC = b"SQLite format 3\x00"

# NULL stands for NaN in every number, since SQLite has no NaN.
TABLES = (
    """CREATE TABLE decisions (
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
        x REAL, y REAL, ra REAL, dec REAL)""",
    """CREATE TRIGGER decisions_never_change BEFORE UPDATE ON decisions
        BEGIN SELECT RAISE(ABORT, 'decisions are appended, never rewritten'); END""",
    """CREATE TRIGGER decisions_never_go BEFORE DELETE ON decisions
        BEGIN SELECT RAISE(ABORT, 'decisions are appended, never deleted'); END""",
    """CREATE TABLE inputs (
        number INTEGER PRIMARY KEY,
        at TEXT NOT NULL,
        candidates INTEGER NOT NULL,
        record TEXT NOT NULL,
        relative TEXT NOT NULL,
        fingerprints TEXT NOT NULL)""",
    # By signature first, by which they are read: else those of all others are looked through.
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


def create_tables(
    connection: sqlite3.Connection, fill: Callable[[sqlite3.Connection], None]
) -> None:
    """Lay out a new session in one transaction, so that a kill leaves it empty or whole.

    ``fill`` writes what is in it from the first moment on.
    """
    connection.execute("BEGIN EXCLUSIVE")
    for statement in TABLES:
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {VERSION}")
    fill(connection)
    connection.execute("COMMIT")


def check_header(path: Path) -> None:
    """Refuse a file that is no SQLite database; raises InputError."""
    try:
        with open_plain_file(path) as file:
            head = file.read(16)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    if not head:
        raise InputError(f"{path}: wants a vetter session, found an empty file")
    if head != _MAGIC:
        raise InputError(
            f"{path}: wants a vetter session (an SQLite database), found something else"
        )


def check_schema(path: Path, connection: sqlite3.Connection) -> None:
    """Refuse another program's database, a newer session and one that was cut short.

    Raises
    ------
    InputError
    sqlite3.Error
        The database is corrupt or cannot be read.
    """
    # A read of the tables first: it rolls back what a killed window left unfinished.
    names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master").fetchall()}
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID:
        raise InputError(f"{path}: an SQLite database of another program, not a vetter session")
    if version > VERSION:
        raise InputError(
            f"{path}: a session of format {version}, written by a newer vetter; "
            f"this one reads format {VERSION}: update it"
        )
    missing = {"decisions", "inputs", "adjustments", "positions", "settings", "holder"} - names
    if missing:
        raise InputError(f"{path}: a damaged session: it has no table {sorted(missing)[0]!r}")
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    found = path.stat().st_size
    if found < pages * size:
        raise InputError(f"{path}: cut short: {found} bytes of {pages * size}")
