"""A session that was killed in the middle of a commit, and is then only read."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.helpers.killed_commit import KILLED
from vetter.errors import InputError
from vetter.io.session.connection import Allowance, View, connect, prepare_writing
from vetter.io.session.errors import session_error
from vetter.io.session.session_file import SessionFile


@pytest.fixture
def killed(tmp_path: Path) -> Path:
    """A session with one decision, and the half of a commit after it."""
    if sys.platform == "win32":
        pytest.skip("has no SIGKILL")
    path = tmp_path / "s.vetter"
    root = Path(__file__).parent.parents[2]
    done = subprocess.run([sys.executable, "-c", KILLED, str(path)], cwd=root, check=False)
    assert done.returncode == -9 and os.path.getsize(f"{path}-journal") > 512
    return path


def test_half_a_commit_is_taken_back_for_who_only_reads(killed: Path) -> None:
    with SessionFile.open(killed, "", read_only=True) as session:
        assert len(session.decisions()) == 1 and session.settings == {}


def test_half_a_commit_is_taken_back_behind_a_link(
    killed: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = tmp_path_factory.mktemp("links") / "link.vetter"
    link.symlink_to(killed)
    # As where the folder cannot be written to: in a copy.
    monkeypatch.setattr(View, "_roll_back_killed_commit", staticmethod(lambda path: False))
    before = killed.read_bytes()
    with SessionFile.open(link, "", read_only=True) as session:
        assert len(session.decisions()) == 1 and session.settings == {}
    assert killed.read_bytes() == before


def test_reading_leaves_no_journal_of_a_kill(killed: Path) -> None:
    SessionFile.open(killed, "", read_only=True).close()
    assert [entry.name for entry in killed.parent.iterdir()] == ["s.vetter"]


def test_half_a_commit_that_cannot_be_taken_back_is_named(tmp_path: Path) -> None:
    path = tmp_path / "s.vetter"
    path.touch()
    error = sqlite3.OperationalError("attempt to write a readonly database")
    error.sqlite_errorcode = sqlite3.SQLITE_READONLY_ROLLBACK
    assert "half of a commit" in str(session_error(path, error))


FOREIGN = """
import os, signal, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("CREATE TABLE notes (name TEXT, text TEXT)")
connection.execute("PRAGMA cache_spill = 1")
connection.execute("PRAGMA cache_size = 1")
connection.execute("BEGIN IMMEDIATE")
connection.executemany(
    "INSERT INTO notes VALUES (?, ?)", [(str(i), "x" * 4000) for i in range(200)]
)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="has no SIGKILL")
@pytest.mark.parametrize("read_only", [True, False])
def test_half_a_commit_of_another_program_stays(tmp_path: Path, read_only: bool) -> None:
    path = tmp_path / "notes.vetter"
    subprocess.run([sys.executable, "-c", FOREIGN, str(path)], check=False)
    before = {entry.name: entry.read_bytes() for entry in tmp_path.iterdir()}
    assert len(before["notes.vetter-journal"]) > 512
    with pytest.raises(InputError, match="another program"):
        SessionFile.open(path, "ada", read_only).close()
    assert {entry.name: entry.read_bytes() for entry in tmp_path.iterdir()} == before


@pytest.mark.parametrize(
    ("size", "calls"),
    [(None, 50), (0, 50), (249_999, 50), (250_000, 51), (10_000_000, 90)],
)
def test_query_may_take_four_steps_a_byte_beyond_fifty_million(
    tmp_path: Path, size: int | None, calls: int
) -> None:
    # It is called every million steps of SQLite's machine.
    path = tmp_path / "s.vetter"
    if size is not None:
        path.touch()
        os.truncate(path, size)
    allowance = Allowance(path)
    for _ in range(2):
        assert [allowance() for _ in range(calls + 2)] == [False] * calls + [True] * 2
        allowance.renew()


def stated(connection: sqlite3.Connection, name: str) -> object:
    return connection.execute(f"PRAGMA {name}").fetchone()[0]


def test_connection_has_limits_for_forged_files(tmp_path: Path) -> None:
    path = tmp_path / "s.vetter"
    path.touch()
    connection = connect(path, "rw", locks=True)
    assert connection.getlimit(sqlite3.SQLITE_LIMIT_LENGTH) == 64 * 2**20
    assert connection.getlimit(sqlite3.SQLITE_LIMIT_SQL_LENGTH) == 100_000
    assert (stated(connection, "trusted_schema"), stated(connection, "cell_size_check")) == (0, 1)
    assert stated(connection, "busy_timeout") == 5000
    prepare_writing(connection)
    assert (stated(connection, "journal_mode"), stated(connection, "synchronous")) == ("persist", 2)
    # Nothing begins a transaction by itself, and another thread may close it.
    connection.execute("CREATE TABLE t (x)")
    connection.execute("INSERT INTO t VALUES (1)")
    assert not connection.in_transaction
    thread = threading.Thread(target=connection.close)
    thread.start()
    thread.join()
    with pytest.raises(sqlite3.ProgrammingError, match="closed database"):
        connection.execute("SELECT 1")


@pytest.mark.parametrize("locks", [True, False])
def test_connection_for_reading_does_not_write(tmp_path: Path, locks: bool) -> None:
    path = tmp_path / "s.vetter"
    path.touch()
    connection = connect(path, "ro", locks)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        connection.execute("CREATE TABLE t (x)")
    connection.close()
    with pytest.raises(sqlite3.OperationalError, match="unable to open"):
        connect(tmp_path / "gone.vetter", "rw", locks)
