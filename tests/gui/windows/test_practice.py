"""Practice in the window: from the session and back, without a trace in the session."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.small_list import settings, write_small_list
from tests.helpers.windows import present, until_painted, until_replaced
from vetter.app import open_window
from vetter.io.session.session_file import SessionFile


@pytest.fixture
def window(qtbot, tmp_path: Path):
    path, planes = write_small_list(tmp_path, 30)
    window = open_window(
        path,
        planes=planes,
        fwhm=4.0,
        fakes=3,
        session=str(tmp_path / "s.vetter"),
        settings=settings(77),
    )
    qtbot.addWidget(window)
    until_painted(qtbot, window)
    yield window
    present().close()


def test_practice_leaves_no_trace_in_the_session(qtbot, window, tmp_path: Path) -> None:
    window.practice.go.click()
    practice = until_replaced(qtbot, window)
    assert practice.practice.is_practice
    assert {row.kind for row in practice.session.source.planted} == {"fake", "artefact"}
    folder = practice.session.path.parent
    assert window.status.offers_export and not practice.status.offers_export
    practice.session.accept()
    until_painted(qtbot, practice)
    assert "right" in practice.practice.words.text() or "wrong" in practice.practice.words.text()
    practice.practice.away.click()
    after = until_replaced(qtbot, practice)
    assert after.session.path == tmp_path / "s.vetter"
    assert len(after.session.source.planted) == 3
    assert not folder.exists()
    with SessionFile.open(tmp_path / "s.vetter", "", read_only=True) as file:
        assert not file.decisions()
        assert len(file.planted()) == 3


def test_list_opened_again_keeps_its_test_rows(qtbot, window, tmp_path: Path) -> None:
    names = window.session.candidates.keys.tolist()
    planes = window.session.source.record["options"]["planes"]
    window.close()
    again = open_window(
        tmp_path / "small.csv",
        planes=planes,
        session=str(tmp_path / "s.vetter"),
        settings=settings(77),
    )
    qtbot.addWidget(again)
    assert again.session.candidates.keys.tolist() == names


def test_program_can_begin_with_a_practice(qtbot, tmp_path: Path) -> None:
    path, planes = write_small_list(tmp_path, 30)
    window = open_window(path, planes=planes, fwhm=4.0, practice=True, settings=settings(78))
    qtbot.addWidget(window)
    folder = window.session.path.parent
    assert window.practice.is_practice
    assert folder.exists()
    window.close()
    assert not folder.exists()
    assert not list(tmp_path.glob("*.vetter"))


def test_report_without_test_rows_names_the_option(qtbot, tmp_path: Path) -> None:
    path, planes = write_small_list(tmp_path, 3)
    window = open_window(path, planes=planes, fwhm=4.0, settings=settings(79))
    qtbot.addWidget(window)
    window.dialogs.show_reviewer_report()
    assert "--fakes N" in window.status.currentMessage()
    window.close()
