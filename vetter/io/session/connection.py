"""Connections to a session file, and the rollback of a commit that a kill has interrupted."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from vetter.errors import InputError
from vetter.io.files.lock import disk_has_locks
from vetter.io.files.regular_files import open_plain_file
from vetter.io.session.errors import extended_code
from vetter.io.session.format.checks import (
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

STEPS_PER_CHECK = 1_000_000
"""1,000,000 steps of SQLite's machine between two calls of the allowance, about 10 ms."""

_SETTLING_SECONDS = 0.5
_MAX_SETTLING_SECONDS = 5.0
_NO_LOCKS = "win32-none" if sys.platform == "win32" else "unix-none"


class Allowance:
    """Limit on the steps of SQLite's machine in one query, since a forged file may never end.

    A row that the program writes takes at least about 60 bytes and 30 steps, sorting included.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._left = 0
        self.renew()

    def renew(self) -> None:
        """Reset the limit; called before each query."""
        try:
            size = os.stat(self._path).st_size
        except OSError:  # the file is gone; the open connection can still read it
            size = 0
        self._left = 50 + 4 * size // STEPS_PER_CHECK

    def __call__(self) -> bool:
        self._left -= 1
        return self._left < 0


def connect(path: Path, mode: str, locks: bool) -> sqlite3.Connection:
    """Return a connection with limits for forged files; ``mode`` is 'rw' or 'ro'.

    Raises sqlite3.Error.
    """
    # Not nolock=1: with nolock SQLite still asks for locks when it looks for a hot journal.
    uri = f"{path.as_uri()}?mode={mode}{'' if locks else f'&vfs={_NO_LOCKS}'}"
    connection = sqlite3.connect(
        uri, uri=True, timeout=5.0, isolation_level=None, check_same_thread=False
    )
    try:
        # The file may be forged: its schema must not call functions, and no value or statement
        # may be longer than those that the program writes.
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
    # PERSIST wipes the journal's header at each commit: DELETE, which makes and deletes the
    # journal each time, takes three times as long (2.7 against 0.8 ms).
    connection.execute("PRAGMA journal_mode = PERSIST").fetchone()
    connection.execute("PRAGMA synchronous = FULL")


class View:
    """A session file opened for reading only.

    Attributes
    ----------
    connection : sqlite3.Connection
    allowance : Allowance
        Limit of the connection, to be renewed before each query.
    connect_again : callable
        Opens another connection to the same file; raises sqlite3.Error.
    damage : str
        Damage of the file as a whole, as a phrase; '' for none.
    """

    def __init__(self, path: Path) -> None:
        """Open the file; raises sqlite3.Error, and InputError if it is not a session."""
        self.damage = ""
        self._copy: tempfile.TemporaryDirectory[str] | None = None
        try:
            self._open(path)
        except BaseException:
            self._drop_copy()
            raise

    def close(self) -> None:
        """Close the file; harmless when repeated."""
        self.connection.close()
        self._drop_copy()

    def _drop_copy(self) -> None:
        if self._copy is not None:
            self._copy.cleanup()

    def _open(self, path: Path) -> None:
        try:
            locks = disk_has_locks(path)
        except OSError as error:
            raise InputError(f"{path}: cannot be read: {error.strerror}") from None
        # Try twice: a commit under way may look like one that a kill has interrupted.
        if self._try_connect(path, locks):
            return
        settle(path)
        try:
            self._connect(path, path, locks)
        except sqlite3.Error as rollback:
            if extended_code(rollback) != sqlite3.SQLITE_READONLY_ROLLBACK:
                raise
            check_journal(path)
            if locks and self._roll_back_killed_commit(path):
                self._connect(path, path, locks)
                return
            # The folder cannot be written to, or without locks another window may be in
            # mid-commit: roll the half commit back in a copy.
            try:
                copy = self._copy_with_journal(path)
            except OSError:  # no space for the copy
                raise rollback from None
            connection = connect(copy, "rw", locks)
            try:
                check_schema(path, connection)
                remove_journal(connection)
            finally:
                connection.close()
            self._connect(path, copy, locks)

    def _try_connect(self, path: Path, locks: bool) -> bool:
        """Connect; return False if a commit has to be rolled back first."""
        try:
            self._connect(path, path, locks)
        except sqlite3.Error as error:
            if extended_code(error) == sqlite3.SQLITE_READONLY_ROLLBACK:
                return False
            raise
        return True

    def _copy_with_journal(self, path: Path) -> Path:
        self._copy = tempfile.TemporaryDirectory(prefix="vetter-session-")
        copy = Path(self._copy.name) / "copy.vetter"
        shutil.copyfile(path, copy)
        shutil.copyfile(journal_of(path), f"{copy}-journal")
        return copy

    def _connect(self, path: Path, file: Path, locks: bool) -> None:
        self.allowance = Allowance(path)
        self.connect_again = partial(connect, file, "ro", locks)
        self.connection = self.connect_again()
        try:
            self.connection.set_progress_handler(self.allowance, STEPS_PER_CHECK)
            try:
                self.damage = check_schema(path, self.connection)
            except sqlite3.Error as error:
                if extended_code(error) & 0xFF != sqlite3.SQLITE_CORRUPT:
                    raise
                # Without writable_schema SQLite reads nothing of a file that was cut short.
                self.connection.execute("PRAGMA writable_schema = ON")
                check_schema(path, self.connection)
                self.damage = structural_damage(path)
        except BaseException:
            self.connection.close()
            raise

    @staticmethod
    def _roll_back_killed_commit(path: Path) -> bool:
        """Roll back a commit that a kill has interrupted; return whether the file is writable.

        A connection that only reads cannot do so. Acknowledged decisions stay: SQLite restores
        the rest from the journal.
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


def settle(path: Path) -> None:
    """Wait until no other window is in mid-commit, on a disk without locks.

    A commit takes milliseconds; a journal unchanged for half a second was left by a kill.
    """
    before, since = _hot_journal(path), time.monotonic()
    end = since + _MAX_SETTLING_SECONDS
    while before is not None and time.monotonic() < min(since + _SETTLING_SECONDS, end):
        time.sleep(0.02)
        now = _hot_journal(path)
        if now != before:
            before, since = now, time.monotonic()


def _hot_journal(path: Path) -> tuple[int, int] | None:
    """Return size and time of the journal of an unfinished commit; None without one."""
    try:
        with open_plain_file(journal_of(path)) as journal:
            if journal.read(len(JOURNAL_MAGIC)) != JOURNAL_MAGIC:
                return None
            status = os.fstat(journal.fileno())
    except OSError:  # missing or unreadable; SQLite reports which
        return None
    return status.st_size, status.st_mtime_ns


def remove_journal(connection: sqlite3.Connection) -> None:
    """Delete the journal, to leave one file; after a kill an empty journal stays, harmless."""
    try:
        connection.execute("PRAGMA journal_mode = DELETE").fetchone()
    except (sqlite3.Error, UnicodeDecodeError):
        # The connection is closed already, or the disk is gone.
        return


def roll_back(connection: sqlite3.Connection) -> None:
    """Roll back the open transaction, if any."""
    try:
        if connection.in_transaction:
            connection.rollback()
    except sqlite3.Error:
        # The connection is closed, or the disk is gone: the next window rolls the journal back.
        return
