"""How SQLite opens a session file, and what a killed commit has left is taken back."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from vetter.io.session_schema import check_schema


def connect(path: Path, mode: str, locks: bool) -> sqlite3.Connection:
    """A connection as a session wants it; ``mode`` is 'rw' or 'ro'. Raises sqlite3.Error."""
    uri = f"{path.as_uri()}?mode={mode}{'' if locks else '&nolock=1'}"
    connection = sqlite3.connect(
        uri, uri=True, timeout=5.0, isolation_level=None, check_same_thread=False
    )
    try:
        # A session may come from anyone: nothing in its schema may call functions.
        connection.execute("PRAGMA trusted_schema = OFF")
        if mode == "rw":
            # The journal stays while the session is open, its header wiped at each commit:
            # to make and delete it each time takes three times as long (2.7 against 0.8 ms).
            connection.execute("PRAGMA journal_mode = PERSIST").fetchone()
            connection.execute("PRAGMA synchronous = FULL")
    except BaseException:
        connection.close()
        raise
    return connection


def view(path: Path) -> sqlite3.Connection:
    """A session to read only; raises sqlite3.Error, and InputError for what is no session."""
    connection = connect(path, "ro", locks=True)
    try:
        check_schema(path, connection)
    except BaseException:
        connection.close()
        raise
    return connection


def end_killed_commit(path: Path) -> None:
    """Take back the half of a commit that a kill has left, which who only reads may not do.

    What was acknowledged is not touched: SQLite takes the rest back from the journal.
    """
    connection = connect(path, "rw", locks=True)
    try:
        check_schema(path, connection)
        remove_journal(connection)
    finally:
        connection.close()


def remove_journal(connection: sqlite3.Connection) -> None:
    """Leave one file behind; a journal that a kill leaves is empty, and does no harm."""
    try:
        connection.execute("PRAGMA journal_mode = DELETE").fetchone()
    except (sqlite3.Error, UnicodeDecodeError):
        # Closed already, or the disk is gone.
        return


def roll_back(connection: sqlite3.Connection) -> None:
    """Take back what has not been committed."""
    try:
        if connection.in_transaction:
            connection.rollback()
    except sqlite3.Error:
        # Closed, or the disk is gone: the journal is rolled back by whoever opens it next.
        return
