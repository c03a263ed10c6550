from __future__ import annotations

from pathlib import Path

import pytest

from vetter.io.recent_sessions import RecentSession
from vetter.review.recents import Recents


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


def test_what_is_remembered_is_told_and_what_is_gone_is_marked(qtbot, tmp_path):
    there = tmp_path / "a.vetter"
    there.write_bytes(b"")
    recents = Recents()
    for name in ("a.vetter", "b.vetter"):
        recents.remember(RecentSession(str(tmp_path / name), name, (), 1, 2, ""))
    qtbot.waitUntil(lambda: len(recents.entries) == 2)
    assert [one.title for one in recents.entries] == ["b.vetter", "a.vetter"]
    assert recents.missing == {str(tmp_path / "b.vetter")}
    recents.close()


def test_what_was_remembered_last_is_on_the_disk_when_it_is_closed(qtbot, tmp_path):
    recents = Recents()
    recents.remember(RecentSession("/a.vetter", "a", (), 1, 2, ""))
    recents.close()
    again = Recents()
    again.reload()
    qtbot.waitUntil(lambda: bool(again.entries))
    again.close()


def test_clearing(qtbot):
    recents = Recents()
    recents.remember(RecentSession("/a.vetter", "a", (), 1, 2, ""))
    qtbot.waitUntil(lambda: bool(recents.entries))
    with qtbot.waitSignal(recents.changed):
        recents.clear()
    assert recents.entries == ()
    recents.close()
