"""Connections to a session file, and the rollback of what a killed commit has left."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

from vetter.errors import InputError
from vetter.io.files.lock import knows_locks
from vetter.io.files.regular_files import open_plain_file
from vetter.io.session.schema import (
    JOURNAL_MAGIC,
    check_journal,
    check_schema,
    journal_of,
    structural_damage,
)

MAX_VALUE_BYTES = 1 << 26
"""64 MB, the longest text that a session holds: the inputs of 200,000 files take half of it."""

MAX_SQL_BYTES = 100_000
"""100 kB, the longest statement or table definition; the program's have under 1 kB."""

_STEPS = 1_000_000
"""Steps of SQLite's machine between two looks at the allowance, 10 ms or so."""

_SETTLING_SECONDS = 0.5
_MAX_SETTLING_SECONDS = 5.0
_NO_LOCKS = "win32-none" if sys.platform == "win32" else "unix-none"


class Allowance:
    """Steps of SQLite's machine that one query may take: a forged file never ends.

    A row of the program's takes some 60 bytes and 30 steps at the least, sorting included.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._left = 0
        self.renew()

    def renew(self) -> None:
        """Begin anew, before each query."""
        try:
            size = os.stat(self._path).st_size
        except OSError:  # gone: what is open can still be read
            size = 0
        self._left = 50 + 4 * size // _STEPS

    def __call__(self) -> bool:
        self._left -= 1
        return self._left < 0


def connect(path: Path, mode: str, locks: bool) -> sqlite3.Connection:
    """A connection as a session wants it; ``mode`` is 'rw' or 'ro'. Raises sqlite3.Error."""
    # Not nolock=1: with that SQLite still asks for locks when it looks for a hot journal.
    uri = f"{path.as_uri()}?mode={mode}{'' if locks else f'&vfs={_NO_LOCKS}'}"
    connection = sqlite3.connect(
        uri, uri=True, timeout=5.0, isolation_level=None, check_same_thread=False
    )
    try:
        # A session may come from anyone: nothing in its schema may call functions, and no value
        # and no statement is longer than any of the program's.
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES)
        connection.setlimit(sqlite3.SQLITE_LIMIT_SQL_LENGTH, MAX_SQL_BYTES)
    except BaseException:
        connection.close()
        raise
    return connection


def prepare_writing(connection: sqlite3.Connection) -> None:
    """Set how commits reach the disk; raises sqlite3.Error."""
    # The journal stays while the session is open, its header wiped at each commit:
    # to make and delete it each time takes three times as long (2.7 against 0.8 ms).
    connection.execute("PRAGMA journal_mode = PERSIST").fetchone()
    connection.execute("PRAGMA synchronous = FULL")


class View:
    """A session file to read only.

    Attributes
    ----------
    connection : sqlite3.Connection
    allowance : Allowance
        Of the connection, to be renewed before each query.
    damage : str
        What is wrong with the file as a whole, in words; '' for nothing.
    """

    def __init__(self, path: Path) -> None:
        """Open it; raises sqlite3.Error, and InputError for what is no session."""
        self.damage = ""
        self._copy: tempfile.TemporaryDirectory[str] | None = None
        try:
            self._open(path)
        except BaseException:
            self._drop_copy()
            raise

    def close(self) -> None:
        """Let go of the file; harmless when repeated."""
        self.connection.close()
        self._drop_copy()

    def _drop_copy(self) -> None:
        if self._copy is not None:
            self._copy.cleanup()

    def _open(self, path: Path) -> None:
        try:
            locks = knows_locks(path)
        except OSError as error:
            raise InputError(f"{path}: cannot be read: {error.strerror}") from None
        # Twice: a commit that is under way may look like one that a kill has left.
        if self._connected(path, locks):
            return
        settle(path)
        try:
            self._connect(path, path, locks)
        except sqlite3.Error as rollback:
            if _extended(rollback) != sqlite3.SQLITE_READONLY_ROLLBACK:
                raise
            check_journal(path)
            if locks and self._end_killed_commit(path):
                self._connect(path, path, locks)
                return
            # The folder cannot be written to, or another window may be in mid-commit: nothing
            # would tell. The half of a commit is taken back in a copy.
            try:
                copy = self._copied(path)
            except OSError:  # no space for it
                raise rollback from None
            connection = connect(copy, "rw", locks)
            try:
                check_schema(path, connection)
                remove_journal(connection)
            finally:
                connection.close()
            self._connect(path, copy, locks)

    def _connected(self, path: Path, locks: bool) -> bool:
        """Return whether it could be opened without taking back a commit."""
        try:
            self._connect(path, path, locks)
        except sqlite3.Error as error:
            if _extended(error) == sqlite3.SQLITE_READONLY_ROLLBACK:
                return False
            raise
        return True

    def _copied(self, path: Path) -> Path:
        self._copy = tempfile.TemporaryDirectory(prefix="vetter-session-")
        copy = Path(self._copy.name) / "copy.vetter"
        shutil.copyfile(path, copy)
        shutil.copyfile(journal_of(path), f"{copy}-journal")
        return copy

    def _connect(self, path: Path, file: Path, locks: bool) -> None:
        self.allowance = Allowance(path)
        self.connection = connect(file, "ro", locks)
        try:
            self.connection.set_progress_handler(self.allowance, _STEPS)
            try:
                self.damage = check_schema(path, self.connection)
            except sqlite3.Error as error:
                if _extended(error) & 0xFF != sqlite3.SQLITE_CORRUPT:
                    raise
                # Of a file that was cut short SQLite otherwise reads nothing at all.
                self.connection.execute("PRAGMA writable_schema = ON")
                check_schema(path, self.connection)
                self.damage = structural_damage(path)
        except BaseException:
            self.connection.close()
            raise

    @staticmethod
    def _end_killed_commit(path: Path) -> bool:
        """Take back the half of a commit that a kill has left, which who only reads may not do.

        What was acknowledged is not touched: SQLite takes the rest back from the journal.
        Returns whether the file could be written to.
        """
        try:
            connection = connect(path, "rw", locks=True)
        except sqlite3.OperationalError:
            return False
        try:
            check_schema(path, connection)
            remove_journal(connection)
        except sqlite3.OperationalError:
            return False
        finally:
            connection.close()
        return True


def _extended(error: sqlite3.Error) -> int:
    return int(getattr(error, "sqlite_errorcode", 0))


def settle(path: Path) -> None:
    """Wait until no other window is in mid-commit, on a disk whose locks would not tell.

    A commit takes milliseconds; a journal that stays as it is for half a second was left by a
    kill.
    """
    before, since = _hot(path), time.monotonic()
    end = since + _MAX_SETTLING_SECONDS
    while before is not None and time.monotonic() < min(since + _SETTLING_SECONDS, end):
        time.sleep(0.02)
        now = _hot(path)
        if now != before:
            before, since = now, time.monotonic()


def _hot(path: Path) -> tuple[int, int] | None:
    """Return size and time of the journal of an unfinished commit; None without one."""
    try:
        with open_plain_file(journal_of(path)) as journal:
            if journal.read(len(JOURNAL_MAGIC)) != JOURNAL_MAGIC:
                return None
            status = os.fstat(journal.fileno())
    except OSError:  # none, or unreadable: SQLite says which
        return None
    return status.st_size, status.st_mtime_ns


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
