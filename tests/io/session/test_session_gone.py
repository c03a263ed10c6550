"""A session whose file or disk goes away while it is open."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.helpers.decisions import event, listing
from vetter.errors import InputError, VetterError
from vetter.io.session.database import SessionDatabase
from vetter.io.session.errors import session_error
from vetter.io.session.session_file import SessionFile


def test_a_session_that_is_deleted_says_so(tmp_path: Path) -> None:
    path = tmp_path / "s.vetter"
    with SessionFile.create(path, "r") as session:
        session.append([event(listing(), 0)])
        path.unlink()
        with pytest.raises(VetterError, match="the session file is gone, nothing was written"):
            session.append([event(listing(), 1)])


def test_a_session_whose_place_another_file_has_taken_says_so(tmp_path: Path) -> None:
    path, copy = tmp_path / "s.vetter", tmp_path / "copy.vetter"
    with SessionFile.create(path, "r") as session:
        session.append([event(listing(), 0)])
        shutil.copy(path, copy)
        copy.replace(path)
        with pytest.raises(VetterError, match="another file has taken the session's place"):
            session.append([event(listing(), 1)])
    with SessionFile.open(path, "r") as other:
        assert len(other.decisions()) == 1


def test_an_older_copy_written_over_it_is_said_at_each_commit(tmp_path: Path) -> None:
    path, copy = tmp_path / "s.vetter", tmp_path / "copy.vetter"
    with SessionFile.create(path, "r") as session:
        session.append([event(listing(), 0)])
        shutil.copy(path, copy)
        session.append([event(listing(), 1)])
        # The file stays the same to the system: only what it holds is another's.
        path.write_bytes(copy.read_bytes())
        for _ in range(2):
            with pytest.raises(VetterError, match="an older copy put over it"):
                session.append([event(listing(), 2)])
    with SessionFile.open(path, "r") as other:
        assert [decision.key for decision in other.decisions()] == [event(listing(), 0).key]


def test_who_only_reads_is_not_another_writer(tmp_path: Path) -> None:
    path = tmp_path / "s.vetter"
    with SessionFile.create(path, "r") as session:
        session.append([event(listing(), 0)])
        with SessionFile.open(path, "r", read_only=True) as other:
            assert len(other.decisions()) == 1
        session.append([event(listing(), 1)])
        assert len(session.decisions()) == 2


def test_words_that_are_no_text_are_a_damaged_session(tmp_path: Path) -> None:
    path = tmp_path / "s.vetter"
    path.write_bytes(b"SQLite format 3\0")
    error = UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte")
    assert "a damaged session" in str(session_error(path, error))
    broken = sqlite3.OperationalError("near '\n\x0e'")
    assert str(session_error(path, broken)).isprintable()


def test_query_that_fails_is_an_error_and_no_damage(tmp_path: Path) -> None:
    path = tmp_path / "s.vetter"
    with SessionDatabase.create(path) as database:
        with pytest.raises(InputError, match="not usable as a session .no such table: notes.$"):
            database.read_rows("SELECT text FROM notes")
        assert database.read_rows("SELECT 1") == ([(1,)], True)
