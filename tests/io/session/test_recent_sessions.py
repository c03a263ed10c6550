from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from vetter.io.files.lock import SessionLock
from vetter.io.session import recent_sessions as recents
from vetter.io.session.recent_sessions import RecentSession, forget_all, recent_file, remember


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path


def entry(number: int = 1, decided: int = 0) -> RecentSession:
    session = f"/data/s{number}.vetter"
    return RecentSession(
        session, f"list {number}", ("/data/l.csv",), decided, 9, "2026-11-22T20:00"
    )


def test_none_at_first() -> None:
    assert recents.recent_sessions() == []


def test_the_last_one_comes_first_and_once() -> None:
    for one in (entry(1), entry(2), entry(1, 5)):
        remember(one)
    assert recents.recent_sessions() == [entry(1, 5), entry(2)]


def test_ten_are_kept() -> None:
    for number in range(13):
        remember(entry(number))
    assert [one.title for one in recents.recent_sessions()] == [
        f"list {number}" for number in range(12, 2, -1)
    ]


def test_all_can_be_forgotten() -> None:
    remember(entry())
    assert forget_all() == [] == recents.recent_sessions()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[{",
        b"\xff\xfe\x00",
        b"{}",
        b'[1, null, {"session": 3}]',
        b"[" * 100_000,
        b'[{"session": "/a\\u0000", "title": "", "inputs": [], "decided": 0, "candidates": 0,'
        b' "at": ""}]',
    ],
)
def test_a_damaged_file_is_an_empty_list_and_is_mended(content: bytes) -> None:
    recent_file().parent.mkdir(parents=True)
    recent_file().write_bytes(content)
    assert recents.recent_sessions() == []
    remember(entry())
    assert recents.recent_sessions() == [entry()]


def test_one_damaged_entry_does_not_take_the_others_with_it() -> None:
    remember(entry())
    text = recent_file().read_text().replace("[", '[{"session": ""}, ', 1)
    recent_file().write_text(text)
    assert recents.recent_sessions() == [entry()]


def test_nothing_is_remembered_where_nothing_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    assert remember(entry()) == [entry()]
    assert recents.recent_sessions() == []


def test_a_file_that_another_window_holds_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    remember(entry(1))
    monkeypatch.setattr(recents, "_LOCK_SECONDS", 0.05)
    held = SessionLock.acquire(recent_file().with_suffix(".lock"))
    assert held is not None
    remember(entry(2))
    held.release()
    assert recents.recent_sessions() == [entry(1)]


def test_processes_at_once_do_not_lose_each_others_entries() -> None:
    code = (
        "import sys; from vetter.io.session.recent_sessions import *\n"
        "for n in range(2): remember(RecentSession(f'/s{sys.argv[1]}{n}', '', (), 0, 0, ''))"
    )
    running = [subprocess.Popen([sys.executable, "-P", "-c", code, str(n)]) for n in range(4)]
    assert [process.wait(60) for process in running] == [0] * 4
    assert len(recents.recent_sessions()) == 8


def test_an_estimated_number_of_candidates_is_known_as_such() -> None:
    remember(replace(entry(1), estimated=True))
    remember(entry(2))
    assert [one.estimated for one in recents.recent_sessions()] == [False, True]
