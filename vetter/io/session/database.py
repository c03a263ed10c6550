"""The SQLite file of a session: opened safely, locked, its errors in words for the user."""

from __future__ import annotations

import os
import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from vetter.core.decisions.decision import Decision, utc_now
from vetter.errors import InputError, VetterError
from vetter.io.files.lock import SessionLock
from vetter.io.session.connection import (
    MAX_VALUE_BYTES,
    STEPS_PER_CHECK,
    Allowance,
    View,
    connect,
    prepare_writing,
    remove_journal,
    roll_back,
    settle,
)
from vetter.io.session.errors import (
    Holder,
    SessionLocked,
    is_unwritable,
    overwritten_error,
    session_error,
)
from vetter.io.session.format.checks import (
    check_header,
    check_journal,
    check_schema,
    journal_of,
)
from vetter.io.session.format.migration import migrate
from vetter.io.session.format.tables import create_tables, format_version
from vetter.io.session.reading import ReadDecisions, is_damage, read_chosen, read_decisions

_MIN_ROW_BYTES = 2
"""2 bytes, less than SQLite takes for any row."""

Examine = Callable[["SessionDatabase"], bool]
"""Function that reads a session before the first write, and returns whether to write to it."""


class SessionDatabase:
    """An open session file as a database.

    Every transaction is on disk when it ends (rollback journal, synchronous=FULL). Calls may
    come from any thread, one at a time.

    Attributes
    ----------
    path : Path
    read_only : bool
    notes : tuple of str
        Lines for the user: why the session is read-only, that the disk has no file locks.
    damage : str
        Damage of the file as a whole, as a phrase; '' for none.
    format : int
        Version of the file's format, see `vetter.io.session.format.tables`.
    """

    def __init__(
        self,
        path: Path,
        connection: sqlite3.Connection,
        lock: SessionLock | None,
        notes: tuple[str, ...],
        view: View | None = None,
    ) -> None:
        self.path = path
        self.read_only = lock is None
        self.notes = notes
        self.damage = "" if view is None else view.damage
        self._connection = connection
        self._lock = lock
        self._view = view
        self._allowance = Allowance(path) if view is None else view.allowance
        self._turn = threading.RLock()
        self._data_version = _data_version(connection)
        self.format = format_version(connection)

    @classmethod
    def create(cls, path: Path) -> SessionDatabase:
        """Start a session in a new or empty file.

        Raises
        ------
        InputError
            The file exists already, or its folder cannot be written to.
        SessionLocked
            Another window has just created the file.
        """
        if path.exists() and not path.is_file():
            # open() would block on a pipe, and a device is never full.
            raise InputError(f"{path}: there already, but no regular file; choose another name")
        if path.exists() and path.stat().st_size:
            raise InputError(f"{path}: there already; choose another name")
        new = not path.exists()
        try:
            with path.open("ab"):
                pass
            lock = SessionLock.acquire(path)
        except OSError as error:
            raise InputError(f"{path}: cannot be made: {error.strerror}") from None
        try:
            return cls._open_for_writing(path, lock)
        except SessionLocked:
            raise
        except VetterError:
            if new and not path.stat().st_size:
                path.unlink()
                journal_of(path).unlink(missing_ok=True)
            raise

    @classmethod
    def open(
        cls, path: Path, read_only: bool = False, examine: Examine = lambda database: True
    ) -> SessionDatabase:
        """Open a session; read-only too where the file or its disk cannot be written to.

        Parameters
        ----------
        path : Path
        read_only : bool
        examine : callable
            Called before the first write, with the session open for reading. If it returns
            False, nothing is written.

        Raises
        ------
        SessionLocked
            Another window writes to it, and ``read_only`` is False.
        InputError
            The file is missing, damaged so that nothing can be read, not a session, or of a
            newer program.
        """
        check_header(path)
        if read_only:
            return cls._open_for_reading(path, ())
        try:
            lock = SessionLock.acquire(path)
        except OSError as error:
            return cls._open_for_reading(path, (f"read only: {path.name}: {error.strerror}",))
        if lock is None:
            with cls._open_for_reading(path, ()) as reader:
                raise SessionLocked(path, reader.holder)
        try:
            reader = cls._open_for_reading(path, ())
            try:
                sound = examine(reader) and not reader.damage
            except BaseException:
                reader.close()
                raise
        except BaseException:
            lock.release()
            raise
        if not sound:
            lock.release()
            return reader
        reader.close()
        return cls._open_for_writing(path, lock)

    @classmethod
    def start(cls, path: Path, examine: Examine = lambda database: True) -> SessionDatabase:
        """Open or create a session; read-only if another window writes to it.

        ``notes`` then names the process of the other window.
        """
        if not path.exists() or not path.stat().st_size:
            return cls.create(path)
        try:
            return cls.open(path, examine=examine)
        except SessionLocked as locked:
            by = "another window" if locked.holder is None else str(locked.holder)
            return cls._open_for_reading(path, (f"read only: open for writing by {by}",))

    @classmethod
    def _open_for_writing(cls, path: Path, lock: SessionLock | None) -> SessionDatabase:
        if lock is None:
            raise SessionLocked(path, None)
        notes: tuple[str, ...] = ()
        if not lock.supported:
            notes = ("no file locks on this disk: open the session in one window only",)
        try:
            check_journal(path)
            if not lock.supported:
                settle(path)
            connection = connect(path, "rw", locks=lock.supported)
            try:
                prepare_writing(connection)
                if path.stat().st_size:
                    check_schema(path, connection)
                    migrate(connection)
                    _record_holder(connection)
                else:
                    # In one transaction, since each waits five times for the disk.
                    create_tables(connection, _record_holder)
                return cls(path, connection, lock, notes)
            except BaseException:
                connection.close()
                raise
        except (sqlite3.Error, UnicodeDecodeError) as error:
            lock.release()
            if is_unwritable(error) and path.stat().st_size:
                reason = f"read only: {path.name} cannot be written to: {error}"
                return cls._open_for_reading(path, (reason,))
            raise session_error(path, error) from None
        except BaseException:
            lock.release()
            raise

    @classmethod
    def _open_for_reading(cls, path: Path, notes: tuple[str, ...]) -> SessionDatabase:
        try:
            view = View(path)
            try:
                return cls(path, view.connection, None, notes, view)
            except BaseException:
                view.close()
                raise
        except (sqlite3.Error, UnicodeDecodeError) as error:
            raise session_error(path, error) from None

    def __enter__(self) -> SessionDatabase:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file and release its lock; harmless when repeated."""
        with self._turn:
            if self._view is not None:
                self._view.close()
                return
            remove_journal(self._connection)
            self._connection.close()
            if self._lock is not None:
                self._lock.release()

    @property
    def holder(self) -> Holder | None:
        """The window that last opened the file for writing; None if not recorded."""
        rows, _ = self.read_rows("SELECT pid, host, since FROM holder")
        if not rows:
            return None
        pid, host, since = rows[0]
        return Holder(pid if isinstance(pid, int) else 0, str(host)[:80], str(since)[:40])

    def read(self, query: str, values: tuple[Any, ...] = ()) -> list[Any]:
        """Return all rows of a query; raises VetterError, InputError for a damaged file."""
        with self._turn:
            try:
                self._allowance.renew()
                return self._connection.execute(query, values).fetchall()
            except (sqlite3.Error, UnicodeDecodeError) as error:
                raise session_error(self.path, error) from None

    def read_rows(self, query: str, values: tuple[Any, ...] = ()) -> tuple[list[Any], bool]:
        """Return the rows of a query up to the first unreadable one, and whether all were read.

        Text that is not UTF-8 contains U+FFFD. Raises VetterError for other errors, as for a
        disk that is gone.
        """
        with self._turn:
            rows, whole = self._read_to_damage(query, values)
            if not whole:
                self._connection.text_factory = _decode_tolerantly
                try:
                    rows, _ = self._read_to_damage(query, values)
                finally:
                    self._connection.text_factory = str
        return rows, whole

    def _read_to_damage(self, query: str, values: tuple[Any, ...]) -> tuple[list[Any], bool]:
        rows: list[Any] = []
        # A file holds no more text than it has bytes, unless it was forged.
        left = self.path.stat().st_size if self.path.exists() else MAX_VALUE_BYTES
        try:
            self._allowance.renew()
            for row in self._connection.execute(query, values):
                left -= _MIN_ROW_BYTES + sum(len(value) for value in row if isinstance(value, str))
                if left < 0:
                    return rows, False
                rows.append(row)
        except (sqlite3.Error, UnicodeDecodeError) as error:
            if isinstance(error, sqlite3.Error) and not is_damage(error):
                raise session_error(self.path, error) from None
            return rows, False
        return rows, True

    def begin_integrity_check(self, table: str, quick: bool = False) -> Callable[[], bool]:
        """Start SQLite's check of a table and its index beside the reading, on another thread.

        Parameters
        ----------
        table : str
        quick : bool
            Check the structure of both, but not each entry of the index: an eighth of the time.

        Returns
        -------
        callable
            Waits for the check; returns whether the table can be written to. Raises VetterError,
            as for a disk that is gone.
        """
        assert self._view is not None
        pragma = f"PRAGMA {'quick_check' if quick else 'integrity_check'}({table})"
        connect_again, allowance = self._view.connect_again, Allowance(self.path)
        outcome: list[bool | sqlite3.Error] = []

        def check() -> None:
            try:
                with closing(connect_again()) as connection:
                    connection.set_progress_handler(allowance, STEPS_PER_CHECK)
                    rows = connection.execute(pragma).fetchall()
                outcome.append(rows == [("ok",)])
            except UnicodeDecodeError:
                outcome.append(False)
            except sqlite3.Error as error:
                outcome.append(False if is_damage(error) else error)

        thread = threading.Thread(target=check, name="session check", daemon=True)
        thread.start()

        def wait() -> bool:
            thread.join()
            if isinstance(outcome[0], sqlite3.Error):
                raise session_error(self.path, outcome[0]) from None
            return outcome[0]

        return wait

    def read_decisions(self) -> ReadDecisions:
        """Return all decisions that can be read, and what is missing.

        Raises
        ------
        VetterError
            InputError if no decision can be read.
        """
        with self._turn:
            try:
                return read_decisions(self._connection, self._allowance, self.path)
            except (sqlite3.Error, UnicodeDecodeError) as error:
                raise session_error(self.path, error) from None

    def read_chosen(self, condition: str, values: tuple[Any, ...]) -> list[Decision]:
        """Return the decisions that meet a condition in SQL, in order.

        Raises
        ------
        VetterError
            InputError if one of them cannot be read.
        """
        with self._turn:
            try:
                return read_chosen(self._connection, self._allowance, self.path, condition, values)
            except (sqlite3.Error, UnicodeDecodeError) as error:
                raise session_error(self.path, error) from None

    @contextmanager
    def attach(self, others: Sequence[SessionDatabase]) -> Iterator[list[str]]:
        """Open other sessions for reading on this connection, and give their schema names.

        Raises VetterError.
        """
        names = [f"other{number}" for number in range(len(others))]
        try:
            for name, other in zip(names, others, strict=True):
                # The file that the other reads may be a copy, see `View`.
                ((_, _, file),) = other.read("PRAGMA database_list")[:1]
                uri = f"{Path(file).as_uri()}?mode=ro"
                self._connection.execute(f"ATTACH ? AS {name}", (uri,))
            yield names
            for name in names:
                self._connection.execute(f"DETACH {name}")
        except sqlite3.Error as error:
            raise session_error(self.path, error) from None

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Cursor]:
        """Commit all that is executed in the context, or nothing; raises VetterError."""
        if self.read_only:
            raise VetterError(f"{self.path}: open read-only; nothing is written")
        with self._turn:
            try:
                cursor = self._connection.cursor()
                cursor.execute("BEGIN IMMEDIATE")
                if _data_version(self._connection) != self._data_version:
                    raise overwritten_error(self.path)
                yield cursor
                cursor.execute("COMMIT")
            except BaseException as error:
                roll_back(self._connection)
                if isinstance(error, (sqlite3.Error, UnicodeDecodeError)):
                    raise session_error(self.path, error) from None
                raise


def _decode_tolerantly(text: bytes) -> str:
    return text.decode("utf-8", "replace")


def _data_version(connection: sqlite3.Connection) -> int:
    """Return a number that changes only when another connection writes to the file."""
    return int(connection.execute("PRAGMA data_version").fetchone()[0])


def _record_holder(connection: sqlite3.Connection) -> None:
    """Record this process as the writer, which proves that the file and folder are writable."""
    connection.execute(
        "INSERT OR REPLACE INTO holder VALUES (1, ?, ?, ?)",
        (os.getpid(), socket.gethostname(), utc_now()),
    )
