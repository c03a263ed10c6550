from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.helpers.decisions import event, listing
from vetter.core.decisions.decision import Verdict
from vetter.io.session.recent_sessions import RecentSession, recount
from vetter.io.session.session_file import SessionFile
from vetter.review.opening.recent_settings import remember
from vetter.review.opening.recents import Recents


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
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


@pytest.fixture
def killed(tmp_path: Path) -> RecentSession:
    """A session remembered as it began, with two verdicts of ada given after that."""
    path = tmp_path / "night.vetter"
    with SessionFile.create(path, "ada") as session:
        made = [event(listing(), row) for row in (0, 1, 2)]
        session.append([*made, event(listing(), 2, Verdict.NONE)])
        session.append([event(listing(), row, reviewer="bob") for row in range(5)])
    return RecentSession(str(path), "night", (), 0, 9, "2020-01-01T00:00:00+00:00", reviewer="ada")


def test_recents_after_kill_show_counts_of_session(qtbot, killed):
    remember(killed)
    recents = Recents()
    recents.reload()
    qtbot.waitUntil(lambda: bool(recents.entries) and recents.entries[0].decided == 2)
    assert recents.entries[0].candidates == 9
    recents.close()


def test_recent_of_earlier_version_counts_who_decided_last(killed):
    assert recount(replace(killed, reviewer="")).decided == 5


def test_recent_not_written_since_is_not_opened(killed, monkeypatch):
    later = replace(killed, at="2999-01-01T00:00:00+00:00")
    monkeypatch.setattr(SessionFile, "open", lambda *_: pytest.fail("opened"))
    assert recount(later) == later


def test_recent_that_is_no_session_stays_as_it_was(killed):
    Path(killed.session).write_text("text")
    assert recount(killed) == killed
