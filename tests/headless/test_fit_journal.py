"""The journal of a run of fits on a disk that is full."""

from __future__ import annotations

from pathlib import Path

import pytest

from vetter.errors import InputError
from vetter.headless.fit_journal import FitJournal


def no_room(self: FitJournal, line: bytes) -> None:
    raise InputError(f"{self.path}: cannot be written: No space left on device")


def test_a_journal_that_cannot_be_begun_is_not_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FitJournal, "_write", no_room)
    with pytest.raises(InputError, match="No space left"):
        FitJournal(tmp_path / "out.ecsv", "same")
    assert list(tmp_path.iterdir()) == []


def test_an_earlier_journal_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with FitJournal(tmp_path / "out.ecsv", "same") as journal:
        journal.add(1, [])
    monkeypatch.setattr(FitJournal, "_write", no_room)
    with pytest.raises(InputError, match="No space left"):
        FitJournal(tmp_path / "out.ecsv", "other")
    assert [path.name for path in tmp_path.iterdir()] == ["out.ecsv.journal"]
