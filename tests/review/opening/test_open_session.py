"""What is said of a session when it is opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.decisions import event
from tests.helpers.memory_source import MemorySource
from vetter.io.session.session_file import SessionFile
from vetter.review.opening.open_session import open_session
from vetter.settings import Settings


def notes_for(path: Path, reviewer: str) -> list[str]:
    with SessionFile.start(path, reviewer) as store:
        session, notes = open_session(MemorySource(), store, Settings(), reviewer)
        session.close()
    return notes


@pytest.fixture
def decided(tmp_path: Path) -> Path:
    """A session in which ada has decided."""
    path = tmp_path / "s.vetter"
    with SessionFile.create(path, "ada") as store:
        store.append([event(MemorySource().candidates, 0)])
    return path


def test_who_begins_in_a_session_of_others_is_told_so(qapp, decided: Path) -> None:
    assert notes_for(decided, "bob") == [
        "decided so far by ada; you are bob (--reviewer NAME changes it)"
    ]


def test_who_goes_on_is_told_nothing(qapp, decided: Path) -> None:
    assert notes_for(decided, "ada") == []
