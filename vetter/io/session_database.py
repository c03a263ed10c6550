"""The SQLite file under a session: opened safely, locked, and its errors put into words."""

from __future__ import annotations

import os
import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from vetter.core.decisions import utc_now
from vetter.errors import InputError, VetterError
from vetter.io.session_connection import (
    connect,
    end_killed_commit,
    remove_journal,
    roll_back,
    view,
)
from vetter.io.session_errors import Holder, SessionLocked, is_unwritable, overwritten, said
from vetter.io.session_lock import SessionLock
from vetter.io.session_schema import check_header, check_schema, create_tables


class SessionDatabase:
    """An open session file as a database.

    Every transaction is on disk when it ends (rollback journal, synchronous=FULL). Calls may
    come from any thread, one at a time.

    Attributes
    ----------
    path : Path
    read_only : bool
    notes : tuple of str
        What the user has to know: why it is read-only, that the disk knows no locks.
    """

    def __init__(
        self,
        path: Path,
        connection: sqlite3.Connection,
        lock: SessionLock | None,
        notes: tuple[str, ...],
    ) -> None:
        self.path = path
        self.read_only = lock is None
        self.notes = notes
        self._connection = connection
        self._lock = lock
        self._turn = threading.RLock()
        self._version = _version(connection)

    @classmethod
    def create(cls, path: Path) -> SessionDatabase:
        """Start a session in a new or empty file.

        Raises
        ------
        InputError
            The file is there already, or its folder cannot be written to.
        SessionLocked
            Another window has just made it.
        """
        if path.exists() and path.stat().st_size:
            raise InputError(f"{path}: there already; not overwritten")
        new = not path.exists()
        try:
            with path.open("ab"):
                pass
            lock = SessionLock.acquire(path)
        except OSError as error:
            raise InputError(f"{path}: cannot be made: {error.strerror}") from None
        try:
            return cls._opened(path, lock)
        except SessionLocked:
            raise
        except VetterError:
            if new and not path.stat().st_size:
                path.unlink()
                Path(f"{path}-journal").unlink(missing_ok=True)
            raise

    @classmethod
    def open(cls, path: Path, read_only: bool = False) -> SessionDatabase:
        """Open a session; read-only too where the file or its disk cannot be written to.

        Raises
        ------
        SessionLocked
            Another window writes to it; with ``read_only`` it opens all the same.
        InputError
            Missing, damaged, not a session, or of a newer program.
        """
        check_header(path)
        if read_only:
            return cls._viewed(path, ())
        try:
            lock = SessionLock.acquire(path)
        except OSError as error:
            return cls._viewed(path, (f"read only: {path.name}: {error.strerror}",))
        if lock is None:
            with cls._viewed(path, ()) as viewed:
                raise SessionLocked(path, viewed.holder)
        return cls._opened(path, lock)

    @classmethod
    def start(cls, path: Path) -> SessionDatabase:
        """Open a session, or make it where there is none; read-only where another writes.

        ``notes`` then says who holds it.
        """
        if not path.exists() or not path.stat().st_size:
            return cls.create(path)
        try:
            return cls.open(path)
        except SessionLocked as locked:
            by = "another window" if locked.holder is None else str(locked.holder)
            return cls._viewed(path, (f"read only: open for writing by {by}",))

    @classmethod
    def _opened(cls, path: Path, lock: SessionLock | None) -> SessionDatabase:
        if lock is None:
            raise SessionLocked(path, None)
        notes: tuple[str, ...] = ()
        if not lock.supported:
            notes = ("this disk knows no file locks: open the session in one window only",)
        try:
            connection = connect(path, "rw", locks=lock.supported)
            try:
                if path.stat().st_size:
                    check_schema(path, connection)
                    _take_hold(connection)
                else:
                    # In one transaction: each waits five times for the disk.
                    create_tables(connection, _take_hold)
            except BaseException:
                connection.close()
                raise
        except (sqlite3.Error, UnicodeDecodeError) as error:
            lock.release()
            if is_unwritable(error) and path.stat().st_size:
                reason = f"read only: {path.name} cannot be written to: {error}"
                return cls._viewed(path, (reason,))
            raise said(path, error) from None
        except BaseException:
            lock.release()
            raise
        return cls(path, connection, lock, notes)

    @classmethod
    def _viewed(cls, path: Path, notes: tuple[str, ...]) -> SessionDatabase:
        try:
            try:
                connection = view(path)
            except sqlite3.Error as error:
                if getattr(error, "sqlite_errorcode", 0) != sqlite3.SQLITE_READONLY_ROLLBACK:
                    raise
                end_killed_commit(path)
                connection = view(path)
        except (sqlite3.Error, UnicodeDecodeError) as error:
            raise said(path, error) from None
        return cls(path, connection, None, notes)

    def __enter__(self) -> SessionDatabase:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file and its lock; harmless when repeated."""
        with self._turn:
            if not self.read_only:
                remove_journal(self._connection)
            self._connection.close()
            if self._lock is not None:
                self._lock.release()

    @property
    def holder(self) -> Holder | None:
        """Who last opened it for writing."""
        rows = self.read("SELECT pid, host, since FROM holder")
        return Holder(*rows[0]) if rows else None

    def read(self, query: str, values: tuple[Any, ...] = ()) -> list[Any]:
        """All rows of a query; raises VetterError, InputError for a damaged file."""
        with self._turn:
            try:
                return self._connection.execute(query, values).fetchall()
            except (sqlite3.Error, UnicodeDecodeError) as error:
                raise said(self.path, error) from None

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Cursor]:
        """All that is executed in it, or nothing; raises VetterError in one line."""
        if self.read_only:
            raise VetterError(f"{self.path}: open read-only; nothing is written")
        with self._turn:
            try:
                cursor = self._connection.cursor()
                cursor.execute("BEGIN IMMEDIATE")
                if _version(self._connection) != self._version:
                    raise overwritten(self.path)
                yield cursor
                cursor.execute("COMMIT")
            except BaseException as error:
                roll_back(self._connection)
                if isinstance(error, (sqlite3.Error, UnicodeDecodeError)):
                    raise said(self.path, error) from None
                raise


def _version(connection: sqlite3.Connection) -> int:
    """A number that stays the same until another than this connection writes to the file."""
    return int(connection.execute("PRAGMA data_version").fetchone()[0])


def _take_hold(connection: sqlite3.Connection) -> None:
    """Say who writes now; also the proof that the file and its folder can be written to."""
    connection.execute(
        "INSERT OR REPLACE INTO holder VALUES (1, ?, ?, ?)",
        (os.getpid(), socket.gethostname(), utc_now()),
    )
