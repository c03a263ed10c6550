"""Errors of the database in words for the user."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from vetter.errors import InputError
from vetter.io.session.errors import (
    Holder,
    SessionLocked,
    is_unwritable,
    overwritten_error,
    session_error,
)
from vetter.io.session.reading import is_damage


def failed(code: int | None) -> sqlite3.Error:
    error = sqlite3.OperationalError("said")
    if code is not None:
        error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("code", "words", "is_input"),
    [
        (sqlite3.SQLITE_CORRUPT, "a damaged session, or not a session (said); restore", True),
        (sqlite3.SQLITE_CORRUPT_INDEX, "a damaged session, or not a session (said)", True),
        (sqlite3.SQLITE_NOTADB, "a damaged session, or not a session (said)", True),
        (sqlite3.SQLITE_FULL, "the disk is full; nothing was written", False),
        (sqlite3.SQLITE_BUSY, "locked by another program; nothing was written", False),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, "locked by another program", False),
        (sqlite3.SQLITE_READONLY_DBMOVED, "another file has taken the session's place", False),
        (sqlite3.SQLITE_READONLY_ROLLBACK, "together with a.vetter-journal", False),
        (sqlite3.SQLITE_READONLY, "the disk returned an error (said); nothing was", False),
        (sqlite3.SQLITE_CANTOPEN, "the disk returned an error (said); nothing was", False),
        (sqlite3.SQLITE_IOERR_READ, "the disk returned an error (said); nothing was", False),
        (sqlite3.SQLITE_ERROR, "not usable as a session (said)", True),
        (None, "not usable as a session (said)", True),
    ],
)
def test_error_of_the_database_is_said(
    tmp_path: Path, code: int | None, words: str, is_input: bool
) -> None:
    path = tmp_path / "a.vetter"
    path.touch()
    error = session_error(path, failed(code))
    assert str(error).startswith(f"{path}: ") and words in str(error)
    assert isinstance(error, InputError) is is_input


def test_file_that_is_gone_is_told_unless_it_was_damaged(tmp_path: Path) -> None:
    path = tmp_path / "a.vetter"
    gone = session_error(path, failed(sqlite3.SQLITE_READONLY_DBMOVED))
    assert "the session file is gone, nothing was written: put it back" in str(gone)
    assert "a damaged session" in str(session_error(path, failed(sqlite3.SQLITE_CORRUPT)))
    undecoded = UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad")
    assert "a damaged session, or not a session; restore" in str(session_error(path, undecoded))


@pytest.mark.parametrize(
    ("code", "unwritable"),
    [
        (sqlite3.SQLITE_READONLY, True),
        (sqlite3.SQLITE_READONLY_DBMOVED, True),
        (sqlite3.SQLITE_CANTOPEN, True),
        (sqlite3.SQLITE_FULL, True),
        (sqlite3.SQLITE_IOERR_WRITE, True),
        (sqlite3.SQLITE_BUSY, False),
        (sqlite3.SQLITE_CORRUPT, False),
        (None, False),
    ],
)
def test_file_that_refuses_writing_may_be_read(code: int | None, unwritable: bool) -> None:
    assert is_unwritable(failed(code)) is unwritable


@pytest.mark.parametrize(
    ("code", "damage"),
    [
        (None, True),
        (sqlite3.SQLITE_CORRUPT, True),
        (sqlite3.SQLITE_CORRUPT_VTAB, True),
        (sqlite3.SQLITE_TOOBIG, True),
        (sqlite3.SQLITE_INTERRUPT, True),
        (sqlite3.SQLITE_IOERR_READ, True),
        (sqlite3.SQLITE_IOERR_CORRUPTFS, True),
        (sqlite3.SQLITE_IOERR, False),
        (sqlite3.SQLITE_IOERR_SHORT_READ, False),
        (sqlite3.SQLITE_BUSY, False),
        (sqlite3.SQLITE_FULL, False),
    ],
)
def test_content_is_told_from_disk_and_lock(code: int | None, damage: bool) -> None:
    assert is_damage(failed(code)) is damage


def test_window_that_writes_is_named() -> None:
    path = Path("/a.vetter")
    locked = SessionLocked(path, Holder(7, "here", "2026-01-31"))
    by = "already open for writing by process 7 on here since 2026-01-31; it can be read meanwhile"
    assert str(locked) == f"/a.vetter: {by}" and locked.holder is not None
    assert "by another window; it can" in str(SessionLocked(path, None))
    assert str(overwritten_error(path)).startswith("/a.vetter: another program has written to it")
