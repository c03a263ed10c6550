"""Copy of a session on a thread: the copy is told, or why there is none."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.decisions import event, listing
from vetter.io.session.session_file import SessionFile
from vetter.review.opening.session_copier import SessionCopier


@pytest.fixture
def copier(qapp: Any) -> Iterator[SessionCopier]:
    copier = SessionCopier()
    yield copier
    copier.close()


@pytest.fixture
def session(tmp_path: Path) -> Path:
    path = tmp_path / "old.vetter"
    with SessionFile.create(path, "ann") as file:
        file.append([event(listing(), row) for row in (0, 2)])
    return path


def test_copy_holds_what_the_session_holds(
    qtbot: Any, copier: SessionCopier, session: Path, tmp_path: Path
) -> None:
    new = tmp_path / "new.vetter"
    # The window that shows it goes on writing to it.
    with (
        SessionFile.open(session, "ann"),
        qtbot.waitSignal(copier.done, timeout=30000) as told,
    ):
        copier.copy(session, new)
    assert told.args == [new]
    with SessionFile.open(new, "", read_only=True) as file:
        assert [decision.key for decision in file.decisions()] == [
            event(listing(), row).key for row in (0, 2)
        ]


def test_what_cannot_be_copied_is_told(qtbot: Any, copier: SessionCopier, tmp_path: Path) -> None:
    gone, new = tmp_path / "gone.vetter", tmp_path / "new.vetter"
    with qtbot.waitSignal(copier.failed, timeout=30000) as told:
        copier.copy(gone, new)
    assert "gone.vetter" in told.args[0] and not new.exists()


def test_copies_come_one_after_another(
    qtbot: Any,
    copier: SessionCopier,
    session: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[Path] = []
    copier.done.connect(made.append)
    steps: list[tuple[str, Path]] = []
    gate, save = threading.Event(), SessionFile.save_as

    def save_slowly(store: SessionFile, path: Path) -> None:
        steps.append(("begin", path))
        assert gate.wait(60), "the gate stayed shut"
        save(store, path)
        steps.append(("end", path))

    monkeypatch.setattr(SessionFile, "save_as", save_slowly)
    threading.Timer(0.05, gate.set).start()
    paths = [tmp_path / "a.vetter", tmp_path / "b.vetter"]
    for path in paths:
        copier.copy(session, path)
    copier.close()
    assert steps == [(step, path) for path in paths for step in ("begin", "end")]
    qtbot.waitUntil(lambda: made == paths, timeout=30000)
