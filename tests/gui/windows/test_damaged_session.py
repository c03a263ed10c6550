"""A window on a session of which a part cannot be read."""

from __future__ import annotations

import gc
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PyQt6.QtWidgets import QFileDialog

from tests.helpers.memory_source import MemorySource
from tests.helpers.windows import WITHOUT_FITS, until_painted, until_replaced
from vetter.app import open_window
from vetter.errors import InputError
from vetter.gui.windows.main_window import MainWindow
from vetter.gui.windows.window_manager import WindowManager
from vetter.io.session.session_file import SessionFile


@pytest.fixture
def damaged(qtbot: Any, tmp_path: Path) -> Path:
    """A session of the demo field with three decisions, one of them damaged."""
    path = tmp_path / "night.vetter"
    window = open_window("demo", session=path, reviewer="ann", settings=WITHOUT_FITS)
    for _ in range(3):
        until_painted(qtbot, window)
        window.session.accept()
    until_painted(qtbot, window)
    window.close()
    content = path.read_bytes()
    place = content.index(b"accept[]")
    path.write_bytes(content[:place] + b"acc\xe5pt[]" + content[place + 8 :])
    return path


@pytest.fixture
def window(qtbot: Any, damaged: Path) -> Iterator[MainWindow]:
    window = open_window("demo", session=damaged, reviewer="ann", settings=WITHOUT_FITS)
    until_painted(qtbot, window)
    yield window
    window.close()


def open_files(path: Path) -> list[str]:
    """The descriptors of this process on a file."""
    if not os.path.isdir("/proc/self/fd"):
        pytest.skip("this system does not list a process's open files")
    names = [f"/proc/self/fd/{name}" for name in os.listdir("/proc/self/fd")]
    return [name for name in names if os.path.exists(name) and os.path.samefile(name, path)]


def test_damaged_session_opens_read_only_and_says_so(window: MainWindow, damaged: Path) -> None:
    assert window.session.read_only and window.session.counts.accepted == 2
    assert "1 of 3 decisions is not readable" in window.status.currentMessage()


def test_damaged_session_is_saved_and_opened_as_new(qtbot: Any, window: MainWindow) -> None:
    window.actions_by_id["file.save_session"].trigger()
    dialog = window.findChild(QFileDialog, "save session")
    assert dialog is not None
    (proposed,) = dialog.selectedFiles()
    assert os.path.basename(proposed) == "night-2.vetter"
    dialog.fileSelected.emit(proposed)
    dialog.close()
    after = until_replaced(qtbot, window)
    assert not after.session.read_only and after.session.counts.accepted == 2
    after.close()


def test_save_over_a_file_is_refused_in_status(
    qtbot: Any, window: MainWindow, damaged: Path
) -> None:
    window.actions_by_id["file.save_session"].trigger()
    dialog = window.findChild(QFileDialog, "save session")
    dialog.fileSelected.emit(str(damaged))
    dialog.close()
    qtbot.waitUntil(lambda: "not saved" in window.status.currentMessage())
    assert "there already" in window.status.currentMessage()


def test_closed_read_only_window_lets_go_of_its_file(
    qtbot: Any, window: MainWindow, damaged: Path
) -> None:
    assert open_files(damaged)
    gc.disable()
    try:
        window.close()
        assert open_files(damaged) == []
    finally:
        gc.enable()


def test_refused_open_leaves_no_open_file(tmp_path: Path) -> None:
    path = tmp_path / "s.vetter"
    SessionFile.create(path, "ann").close()
    connection = sqlite3.connect(path)
    connection.execute("DROP TABLE inputs")
    connection.close()
    for read_only in (True, False):
        with pytest.raises(InputError):
            SessionFile.open(path, "ann", read_only)
        assert open_files(path) == []


def test_window_that_cannot_be_built_lets_go_of_its_session(qapp: Any, tmp_path: Path) -> None:
    path = tmp_path / "s.vetter"

    def build(source: object, store: SessionFile) -> Any:
        raise InputError("cannot be built")

    opener = WindowManager(build, WITHOUT_FITS, None, "ann", (), ())
    with pytest.raises(InputError, match="cannot be built"):
        opener.show(MemorySource(), path)
    opener.recents.close()
    assert open_files(path) == []
    with SessionFile.open(path, "ann") as again:
        assert not again.read_only
