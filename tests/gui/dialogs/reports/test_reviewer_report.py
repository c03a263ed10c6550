from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFileDialog

from tests.helpers.decisions import event, listing
from vetter.core.decisions.decision import Verdict
from vetter.core.fakes.planted_row import make_row
from vetter.gui.dialogs.reports.reviewer_report import ReviewerReportDialog
from vetter.io.session.session_file import SessionFile


@pytest.fixture
def session(tmp_path: Path) -> Path:
    path = tmp_path / "s.vetter"
    with SessionFile.create(path, "me") as file:
        rows = listing(2)
        file.add_planted([make_row(key, "fake", {"snr": 6.0}) for key in rows.keys.tolist()])
        file.append([event(rows, 0, Verdict.ACCEPT, reviewer="me")], position=None)
    return path


@pytest.fixture
def dialog(qtbot: Any, session: Path) -> Iterator[ReviewerReportDialog]:
    dialog = ReviewerReportDialog(session, "me", 3)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    yield dialog
    dialog.reject()


def test_question_comes_before_the_report(dialog: ReviewerReportDialog) -> None:
    assert dialog.pages.currentIndex() == 0
    assert "3 candidates are not decided yet" in dialog.question.text()
    assert not dialog.text.toPlainText()
    assert dialog.report is None


def test_report_is_shown_when_asked(qtbot, dialog: ReviewerReportDialog) -> None:
    dialog.show_it.click()
    qtbot.waitUntil(lambda: dialog.report is not None, timeout=30000)
    assert "accepted           100% (21 to 100%; 1 of 1)" in dialog.text.toPlainText()
    assert dialog.save.isEnabled()


def test_report_is_saved_as_a_page(qtbot, dialog: ReviewerReportDialog, tmp_path: Path) -> None:
    dialog.show_it.click()
    qtbot.waitUntil(lambda: dialog.report is not None, timeout=30000)
    dialog.save_page(str(tmp_path / "r.html"))
    assert "Report of s.vetter" in (tmp_path / "r.html").read_text()


def test_page_that_cannot_be_written_says_so(qtbot, dialog, tmp_path: Path) -> None:
    dialog.show_it.click()
    qtbot.waitUntil(lambda: dialog.report is not None, timeout=30000)
    dialog.save_page(str(tmp_path / "missing" / "r.html"))
    assert "could not be written" in dialog.text.toPlainText()


def test_session_that_is_gone_says_so(qtbot, session: Path, dialog: ReviewerReportDialog) -> None:
    session.unlink()
    dialog.show_it.click()
    qtbot.waitUntil(lambda: "s.vetter" in dialog.text.toPlainText(), timeout=30000)
    assert dialog.report is None


@pytest.mark.parametrize("chosen", ["page.html", ""])
def test_page_is_saved_where_the_user_wants(
    qtbot, session: Path, dialog, tmp_path: Path, monkeypatch, chosen: str
) -> None:
    asked: list[str] = []
    path = str(tmp_path / chosen) if chosen else ""
    monkeypatch.setattr(
        QFileDialog, "getSaveFileName", lambda *given: asked.append(given[2]) or (path, "")
    )
    # Before there is a report there is nothing to save.
    dialog.save_page(str(tmp_path / "early.html"))
    dialog.show_it.click()
    qtbot.waitUntil(lambda: dialog.report is not None, timeout=30000)
    dialog.save.click()
    assert asked == ["s_report.html"]
    assert [page.name for page in tmp_path.glob("*.html")] == ([chosen] if chosen else [])


@pytest.mark.parametrize(
    ("undecided", "words"),
    [
        (0, ""),
        (1, "1 candidate is not decided yet"),
        (1200, "1,200 candidates are not decided yet"),
    ],
)
def test_question_counts_the_undecided(qtbot, session: Path, undecided: int, words: str) -> None:
    dialog = ReviewerReportDialog(session, "me", undecided)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    assert words in dialog.question.text()
    assert ("not decided yet" in dialog.question.text()) == bool(words)
    dialog.reject()
