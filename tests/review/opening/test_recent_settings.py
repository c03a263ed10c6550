"""The recent sessions in Qt's settings: order, damage, several windows, and what is not run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from PyQt6.QtCore import QSettings

from vetter.io.session.recent_sessions import RecentSession
from vetter.review.opening.recent_settings import (
    forget_all,
    recent_file,
    recent_sessions,
    remember,
)


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def earlier_list(tmp_path: Path) -> Path:
    """The file of earlier versions, with two sessions."""
    file = tmp_path / "state" / "vetter" / "recent.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps([asdict(entry(1)), {"session": ""}, asdict(entry(2))]))
    return file


def entry(number: int = 1, decided: int = 0) -> RecentSession:
    session = f"/data/s{number}.vetter"
    return RecentSession(
        session, f"list {number}", ("/data/l.csv",), decided, 9, "2026-11-22T20:00"
    )


def write_file(content: bytes) -> None:
    recent_file().parent.mkdir(parents=True, exist_ok=True)
    recent_file().write_bytes(content)


def test_list_without_file_is_empty() -> None:
    assert recent_sessions() == []


def test_session_remembered_again_comes_first_and_once() -> None:
    for one in (entry(1), entry(2), entry(1, 5)):
        remember(one)
    assert recent_sessions() == [entry(1, 5), entry(2)]


def test_list_keeps_ten_sessions() -> None:
    for number in range(13):
        remembered = remember(entry(number))
    expected = [f"list {number}" for number in range(12, 2, -1)]
    assert [one.title for one in recent_sessions()] == expected
    assert [one.title for one in remembered] == expected


def test_all_can_be_forgotten() -> None:
    remember(entry())
    assert forget_all() == [] == recent_sessions()


@pytest.mark.parametrize(
    "path",
    [
        "/data/täg=1;a,b %20 [x].vetter",
        '/data/"q" \\ \\x41 \\0.vetter',
        "/data/@Variant(1).vetter",
        os.fsdecode(b"/data/\xff\xfe.vetter"),
        "/data/two\nlines\t\U0001f52d.vetter",
    ],
)
def test_odd_paths_come_back_unchanged(path: str) -> None:
    odd = RecentSession(path, path, (path, path), 1, 2, "", reviewer="ännä@home")
    remember(odd)
    remember(entry())
    assert recent_sessions() == [entry(), odd]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[{",
        b"\xff\xfe\x00",
        b"[sessions]\na=1 {}\nb=text\nc=x {\n=\n",
        b'[sessions]\na="1 ' + b"[" * 100_000,
        b"x" * 2_000_000,
        b'[sessions]\na=1 {\\"session\\": 3}\n',
    ],
)
def test_damaged_file_is_an_empty_list_and_is_rewritten(content: bytes) -> None:
    write_file(content)
    assert recent_sessions() == []
    remember(entry())
    assert recent_sessions() == [entry()]


def test_damaged_entry_leaves_the_others() -> None:
    remember(entry())
    write_file(recent_file().read_bytes().replace(b"[sessions]", b"[sessions]\n0=3 {"))
    assert recent_sessions() == [entry()]


class _Touch:
    """An object whose unpickling makes a file."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self):
        return open, (str(self.file), "w")


@pytest.mark.parametrize("escaped", [b"@", b"\\x40", b"\\x0040", b"\\100"])
def test_pickle_in_file_is_not_run(tmp_path: Path, escaped: bytes) -> None:
    ran = tmp_path / "ran"
    made = QSettings(str(tmp_path / "made.ini"), QSettings.Format.IniFormat)
    made.setValue("sessions/a", _Touch(ran))
    made.sync()
    content = (tmp_path / "made.ini").read_bytes()
    assert b"=@Variant" in content
    write_file(content.replace(b"=@Variant", b"=" + escaped + b"Variant"))
    assert recent_sessions() == []
    remember(entry())
    assert recent_sessions() == [entry()]
    assert not ran.exists()


def test_pipe_in_place_of_file_is_not_waited_for() -> None:
    recent_file().parent.mkdir(parents=True)
    os.mkfifo(recent_file())
    assert recent_sessions() == []


def test_nothing_is_remembered_where_nothing_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "file"))
    assert remember(entry()) == [entry()]
    assert recent_sessions() == []


def test_processes_at_once_do_not_lose_each_others_entries() -> None:
    code = (
        "import sys; from vetter.review.opening.recent_settings import *\n"
        "for n in range(2): remember(RecentSession(f'/s{sys.argv[1]}{n}', '', (), 0, 0, ''))"
    )
    running = [subprocess.Popen([sys.executable, "-P", "-c", code, str(n)]) for n in range(4)]
    assert [process.wait(60) for process in running] == [0] * 4
    assert len(recent_sessions()) == 8


def test_lock_of_killed_process_holds_nothing_up() -> None:
    code = (
        "import os; from PyQt6.QtCore import QLockFile\n"
        f"lock = QLockFile({str(recent_file()) + '.lock'!r}); lock.lock(); os._exit(0)"
    )
    remember(entry(1))
    subprocess.run([sys.executable, "-P", "-c", code], check=True, timeout=60)
    remember(entry(2))
    assert recent_sessions() == [entry(2), entry(1)]


def test_estimated_number_of_candidates_stays_estimated() -> None:
    remember(replace(entry(1), estimated=True))
    remember(entry(2))
    assert [one.estimated for one in recent_sessions()] == [False, True]


def test_list_of_earlier_version_is_taken_over(earlier_list: Path) -> None:
    assert recent_sessions() == [entry(1), entry(2)]
    remember(entry(2))
    assert recent_sessions() == [entry(2), entry(1)]


def test_list_of_earlier_version_is_read_once(earlier_list: Path) -> None:
    remember(entry(3))
    assert recent_sessions() == [entry(3), entry(1), entry(2)]
    earlier_list.write_text(json.dumps([asdict(entry(4))]))
    assert recent_sessions() == [entry(3), entry(1), entry(2)]


def test_forgotten_list_of_earlier_version_stays_forgotten(earlier_list: Path) -> None:
    assert forget_all() == [] == recent_sessions()


@pytest.mark.parametrize("content", [b"", b"[{", b"\xff", b"{}", b"[" * 100_000, b"[1, null]"])
def test_damaged_list_of_earlier_version_is_ignored(earlier_list: Path, content: bytes) -> None:
    earlier_list.write_bytes(content)
    assert recent_sessions() == []


def test_name_of_a_session_in_the_file_is_that_of_earlier_versions() -> None:
    """The entry that these have stored is replaced under it."""
    remember(replace(entry(), session="/data/a.vetter"))
    remember(replace(entry(), session="/data/b.vetter"))
    text = recent_file().read_text()
    assert "c341ac369ec2851302f4e8acfd0427cc=1 " in text.replace('"', "")
    assert text.count("=2 ") + text.count('="2 ') == 1
