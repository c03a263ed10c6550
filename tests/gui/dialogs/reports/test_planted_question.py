"""Test rows stay in the session: what leaves lacks them, after a question that is asked once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PyQt6.QtWidgets import QMessageBox, QWidget

from tests.helpers.fake_session import FakeSession
from tests.helpers.small_list import settings, write_small_list
from tests.helpers.windows import present, until_painted
from vetter.app import open_window
from vetter.core.fakes.planted_row import make_row, shown_setting
from vetter.gui.dialogs.export import ExportDialog
from vetter.gui.dialogs.reports.planted_question import QUESTION, PlantedQuestion
from vetter.gui.dialogs.reports.report_preview import ReportPreview
from vetter.gui.windows.main_window import MainWindow
from vetter.io.session.session_file import SessionFile


@pytest.fixture
def window(qtbot: Any, tmp_path: Path) -> Iterator[MainWindow]:
    """Return a window on six candidates and two sources, all accepted."""
    path, planes = write_small_list(tmp_path, 6)
    window = open_window(
        path,
        planes=planes,
        fwhm=4.0,
        fakes=2,
        reviewer="ann",
        session=str(tmp_path / "s.vetter"),
        settings=settings(81),
    )
    qtbot.addWidget(window)
    until_painted(qtbot, window)
    for _ in range(8):
        window.session.accept()
        until_painted(qtbot, window)
    yield window
    window.dialogs.close_all()
    present().close()


def answers(monkeypatch: pytest.MonkeyPatch, answer: str) -> list[str]:
    """Answer all questions alike; return the texts asked."""
    asked: list[str] = []

    def question(_parent: object, _title: str, text: str) -> QMessageBox.StandardButton:
        asked.append(text)
        return QMessageBox.StandardButton[answer]

    monkeypatch.setattr(QMessageBox, "question", question)
    return asked


def test_no_opens_nothing(window: MainWindow, monkeypatch) -> None:
    asked = answers(monkeypatch, "No")
    for action in ("file.export", "file.make_report"):
        window.actions_by_id[action].trigger()
        assert asked == [QUESTION], action
        assert window.findChild(ExportDialog) is None
        assert window.findChild(ReportPreview) is None
        assert not window.dialogs.planted.shown_at
        asked.clear()


def test_question_comes_once_and_is_recorded(
    window: MainWindow, monkeypatch, tmp_path: Path
) -> None:
    asked = answers(monkeypatch, "Yes")
    window.actions_by_id["file.export"].trigger()
    window.dialogs.close_all()
    window.actions_by_id["file.make_report"].trigger()
    window.dialogs.close_all()
    assert asked == [QUESTION]
    at = window.dialogs.planted.shown_at
    window.close()
    with SessionFile.open(tmp_path / "s.vetter", "ann", read_only=True) as file:
        assert file.settings[shown_setting("ann")] == at


def test_report_leaves_the_test_rows_out(
    qtbot: Any, window: MainWindow, monkeypatch, tmp_path: Path
) -> None:
    answers(monkeypatch, "Yes")
    assert window.session.counts.accepted == 8
    window.actions_by_id["file.make_report"].trigger()
    shown = window.findChild(ReportPreview)
    with qtbot.waitSignal(shown.previewed, timeout=30000):
        shown.kind.setCurrentIndex(shown.kind.findData("zooniverse"))
    lines = shown.preview.toPlainText().splitlines()
    assert len(lines) == 1 + 6
    fakes = {row.key for row in window.session.source.planted}
    assert not any(key in line for line in lines for key in fakes)
    shown.start_saving(tmp_path / "out")
    qtbot.waitUntil(lambda: shown.outcome.text().startswith("Saved"), timeout=60000)
    assert len(list((tmp_path / "out").glob("*.png"))) == 6


ROWS = (make_row("J001", "fake", {"snr": 6.0}),)
FAKES, PRACTICE = {"fakes": 2}, {"fakes": 2, "practice": 1}


@pytest.mark.parametrize(
    ("rows", "plan", "shown_at", "asks"),
    [
        (ROWS, FAKES, None, True),
        ((), FAKES, None, False),
        (ROWS, FAKES, "2026-11-30T00:00:00Z", False),
        # A session may hold anything there.
        (ROWS, FAKES, 7, True),
        (ROWS, FAKES, "", True),
        (ROWS, PRACTICE, None, False),
        (ROWS, None, None, True),
    ],
)
@pytest.mark.parametrize("answer", ["Yes", "No"])
def test_question_is_asked_where_test_rows_are_unknown(
    qtbot: Any,
    monkeypatch: pytest.MonkeyPatch,
    rows: Any,
    plan: Any,
    shown_at: object,
    asks: bool,
    answer: str,
) -> None:
    asked, kept = answers(monkeypatch, answer), []
    session = FakeSession()
    session.source.planted = rows
    session.source.record = {} if plan is None else {"plant": plan}
    session.writer = SimpleNamespace(keep_setting=lambda *setting: kept.append(setting))
    question = PlantedQuestion(session, shown_at)
    parent = QWidget()
    qtbot.addWidget(parent)
    assert question.agree(parent) == (not asks or answer == "Yes")
    assert len(asked) == asks
    # Once agreed to, it is not asked again, and the session has the time.
    assert question.agree(parent) == (not asks or answer == "Yes")
    assert len(asked) == asks * (1 if answer == "Yes" else 2)
    agreed = asks and answer == "Yes"
    assert kept == ([(shown_setting("ann"), question.shown_at)] if agreed else [])
    before = question.shown_at
    question.record()
    assert bool(question.shown_at) and (question.shown_at == before or not before)
