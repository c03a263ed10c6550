"""Reports as pictures: inputs left out, a preview, the reviewer's own record."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QFontDatabase
from PyQt6.QtWidgets import QDialog

from tests.gui.conftest import CheckLook
from tests.helpers.decisions import event, listing
from tests.helpers.fake_session import FakeSession, candidate_list
from tests.helpers.fake_source import FakeCache, FakeSource
from tests.helpers.snapshots import snapshot_font
from vetter.core.decisions.decision import Verdict
from vetter.core.fakes.planted_row import make_row
from vetter.gui.dialogs.reports.report import ReportDialog
from vetter.gui.dialogs.reports.report_preview import ReportPreview
from vetter.gui.dialogs.reports.reviewer_report import ReviewerReportDialog
from vetter.io.session.session_file import SessionFile


@pytest.fixture(autouse=True)
def one_font(qapp: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's fixed font differs from one machine to the next."""
    monkeypatch.setattr(QFontDatabase, "systemFont", lambda _kind: snapshot_font())


def keep(qtbot: Any, dialog: QDialog) -> None:
    """Let the dialog live until the test ends; not shown, no cursor blinks in it."""
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)


def test_inputs_left_out(qtbot: Any, check_look: CheckLook) -> None:
    session = FakeSession()
    session.source.report = ("a.avro: no packet", "b.avro: 12 bytes are missing")
    dialog = ReportDialog(session)
    keep(qtbot, dialog)
    check_look(dialog, "report")
    dialog.reject()


def test_preview_of_a_report(qtbot: Any, check_look: CheckLook, tmp_path: Path) -> None:
    source = FakeSource(candidate_list(6))
    session = FakeSession(source.candidates)
    session.source = source
    session.say(1, verdict=Verdict.ACCEPT)
    dialog = ReportPreview(session, FakeCache(source), folder=tmp_path)
    keep(qtbot, dialog)
    qtbot.waitUntil(lambda: dialog.outcome.text() != "", timeout=30000)
    qtbot.waitUntil(lambda: bool(dialog.preview.toPlainText()), timeout=30000)
    counted = "1 candidate: J001"
    qtbot.waitUntil(lambda: dialog.choice.preview.text() == counted, timeout=30000)
    check_look(dialog, "report_preview")
    dialog.done(0)


def test_own_record(qtbot: Any, check_look: CheckLook, tmp_path: Path) -> None:
    path, rows = tmp_path / "s.vetter", listing(30)
    with SessionFile.create(path, "me") as file:
        keys = rows.keys.tolist()
        planted = [make_row(key, "fake", {"snr": 3.0 + 0.5 * n}) for n, key in enumerate(keys)]
        file.add_planted(planted)
        found = [Verdict.ACCEPT if row > 8 else Verdict.REJECT for row in range(30)]
        events = [event(rows, row, verdict, reviewer="me") for row, verdict in enumerate(found)]
        file.append(events, position=None)
    dialog = ReviewerReportDialog(path, "me", 3)
    keep(qtbot, dialog)
    dialog.text.setFont(snapshot_font())
    check_look(dialog, "own_record_asked")
    dialog.show_it.click()
    qtbot.waitUntil(lambda: dialog.report is not None, timeout=30000)
    check_look(dialog, "own_record")
    dialog.reject()
