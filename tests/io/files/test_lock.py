from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.decisions import REVIEWER, event, listing
from vetter.io.files import lock as session_lock
from vetter.io.files.lock import SessionLock
from vetter.io.session.session_file import SessionFile

HOLD = """
import sys
from pathlib import Path
from vetter.io.files.lock import SessionLock
lock = SessionLock.acquire(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.touch()
    return path


def held(path: Path) -> SessionLock:
    lock = SessionLock.acquire(path)
    assert lock is not None
    return lock


def test_one_at_a_time(path: Path) -> None:
    lock = held(path)
    assert SessionLock.acquire(path) is None
    lock.release()
    held(path).release()


def test_release_twice(path: Path) -> None:
    lock = held(path)
    lock.release()
    lock.release()
    held(path).release()


@pytest.mark.skipif(sys.platform != "linux", reason="POSIX locks are the whole process's")
def test_reading_the_file_elsewhere_in_the_program_keeps_the_lock(path: Path) -> None:
    lock = held(path)
    path.read_bytes()
    assert SessionLock.acquire(path) is None
    lock.release()


def test_nothing_is_made_beside_it_or_in_it(path: Path) -> None:
    lock = held(path)
    assert [entry.name for entry in path.parent.iterdir()] == ["file"]
    assert path.stat().st_size == 0
    lock.release()


def test_the_lock_of_a_killed_process_is_free(path: Path) -> None:
    root = Path(__file__).parent.parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=root,
    ) as holder:
        assert holder.stdout is not None and holder.stdout.readline() == b"held\n"
        assert SessionLock.acquire(path) is None
        holder.kill()
        holder.wait()
    held(path).release()


def refuse(descriptor: int) -> None:
    raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))


def test_a_disk_without_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_lock, "_lock", refuse)
    with SessionFile.create(tmp_path / "s.vetter", REVIEWER) as session:
        session.append([event(listing(), 0)])
        assert not session.read_only
        assert session.notes == ("no file locks on this disk: open the session in one window only",)


def test_a_file_without_the_right_to_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "s.vetter"
    SessionFile.create(path, REVIEWER).close()

    opened = os.open

    def denied(name: str, flags: int, *rest: int) -> int:
        if not flags & os.O_RDWR:
            return opened(name, flags, *rest)
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(session_lock.os, "open", denied)
    with SessionFile.open(path, REVIEWER) as session:
        assert session.read_only and session.notes == ("read only: s.vetter: Permission denied",)
