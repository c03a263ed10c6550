"""Errors of session files, each as one line for the user."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import NamedTuple

from vetter.errors import InputError, VetterError


class Holder(NamedTuple):
    """The window that writes to a session; ``since`` is UTC."""

    pid: int
    host: str
    since: str

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host} since {self.since}"


class SessionLocked(VetterError):
    """Another window writes to the session: ``holder``, None if unknown."""

    def __init__(self, path: Path, holder: Holder | None) -> None:
        self.holder = holder
        by = "another window" if holder is None else str(holder)
        super().__init__(f"{path}: already open for writing by {by}; it can be read meanwhile")


def extended_code(error: Exception) -> int:
    """Return the extended code of SQLite's error; 0 for an error of Python's own."""
    return int(getattr(error, "sqlite_errorcode", 0))


def is_unwritable(error: Exception) -> bool:
    """Return whether a file that cannot be written to may still be readable."""
    code = extended_code(error) & 0xFF
    return code in (
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
    )


def session_error(path: Path, error: sqlite3.Error | UnicodeDecodeError) -> VetterError:
    """Return a database error as an error in words for the user."""
    code = extended_code(error) & 0xFF
    if isinstance(error, UnicodeDecodeError):
        # SQLite quotes a damaged schema in its message, and Python cannot decode the message.
        return InputError(f"{path}: a damaged session, or not a session; restore it from a copy")
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return InputError(
            f"{path}: a damaged session, or not a session ({error}); restore it from a copy"
        )
    if not path.exists():
        return VetterError(
            f"{path}: the session file is gone, nothing was written: put it back and open it again"
        )
    if code == sqlite3.SQLITE_FULL:
        return VetterError(f"{path}: the disk is full; nothing was written")
    if code == sqlite3.SQLITE_BUSY:
        return VetterError(f"{path}: locked by another program; nothing was written")
    if extended_code(error) == sqlite3.SQLITE_READONLY_DBMOVED:
        return VetterError(
            f"{path}: another file has taken the session's place, nothing was written: put the "
            "session back, or open the other"
        )
    if extended_code(error) == sqlite3.SQLITE_READONLY_ROLLBACK:
        return VetterError(
            f"{path}: half of a commit, left by a kill, has to be taken back first: make the file "
            f"and its folder writable, or copy it together with {path.name}-journal"
        )
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR):
        return VetterError(f"{path}: the disk returned an error ({error}); nothing was written")
    return InputError(f"{path}: not usable as a session ({error})")


def overwritten_error(path: Path) -> VetterError:
    """Return the error for a session file that another program has written to.

    After that, as after a copy put over the file, the window shows other decisions than the file
    holds; the next commit would mix the two.
    """
    return VetterError(
        f"{path}: another program has written to it (an older copy put over it?), nothing was "
        "written: open it again to continue with its present decisions"
    )
