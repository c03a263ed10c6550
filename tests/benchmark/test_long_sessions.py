"""Bench of sessions with many decisions, on a few."""

from __future__ import annotations

from pathlib import Path

import pytest

from vetter.benchmark import long_sessions
from vetter.io.session.session_file import SessionFile


def test_long_session_is_whole(tmp_path: Path) -> None:
    long_sessions.write_long_session(tmp_path / "long.vetter", 50, 20)
    with SessionFile.open(tmp_path / "long.vetter", "bench") as session:
        decisions = session.decisions()
        assert (len(decisions), session.damage, session.read_only) == (50, (), False)
    assert len({decision.id for decision in decisions}) == 50
    assert len({decision.key for decision in decisions}) == 20


def test_record_times_opening_commit_and_undo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_sessions, "STEPS", 3)
    figures = list(long_sessions.time_record(tmp_path, [9]))
    assert [figure.what for figure in figures] == [
        "first opening of a session, 9 decisions",
        "opening of a session, 9 decisions",
        "commit of a decision after 9",
        "undo after 9",
    ]
    assert all(min(figure.values.values()) > 0 for figure in figures)
    assert not list(tmp_path.iterdir())
