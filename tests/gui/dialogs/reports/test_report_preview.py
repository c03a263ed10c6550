"""Preview of a report: facts that lack are asked for, and nothing is written before Save."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFileDialog, QMessageBox

from tests.helpers.fake_session import FakeSession, candidate_list
from tests.helpers.fake_source import FakeCache, FakeSource
from vetter.core.decisions.decision import Verdict
from vetter.gui.dialogs.reports.report_preview import TITLES, ReportPreview
from vetter.io.export.reports.make_report import KINDS
from vetter.settings import Settings

FACTS = {
    "reporter": "A. Smith",
    "reporting_group_id": 1,
    "discovery_data_source_id": 2,
    "at_type": 1,
    "instrument": 103,
    "filters": ["r=22", "g=21"],
    "flux_units": 1,
    "archive": 1,
}


@pytest.fixture
def session(qapp) -> FakeSession:
    source = FakeSource(candidate_list(6))
    session = FakeSession(source.candidates)
    session.source = source
    for row in (0, 1):
        session.say(row, verdict=Verdict.ACCEPT)
    return session


@pytest.fixture
def dialog(qtbot, session, tmp_path: Path) -> Iterator[ReportPreview]:
    dialog = ReportPreview(session, FakeCache(session.source), folder=tmp_path)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: dialog.outcome.text() != "")
    yield dialog
    dialog.done(0)


def _choose(qtbot, dialog: ReportPreview, kind: str) -> None:
    with qtbot.waitSignal(dialog.previewed):
        dialog.kind.setCurrentIndex(dialog.kind.findData(kind))


def test_every_kind_of_report_has_a_title() -> None:
    assert tuple(TITLES) == KINDS


def test_preview_shows_the_text_of_the_accepted(dialog) -> None:
    entries = json.loads(dialog.preview.toPlainText())["at_report"]
    assert [entry["internal_name"] for entry in entries.values()] == ["J000", "J001"]


def test_missing_facts_are_asked_for_and_keep_save_off(dialog) -> None:
    assert dialog.outcome.text().startswith("Still missing: reporter, reporting_group_id")
    shown = [line.accessibleName() for line in dialog._asked.values() if line.isVisible()]
    assert shown[:2] == ["reporter", "reporting group id"]
    assert not dialog.save.isEnabled()


def test_typed_fact_is_in_the_preview(qtbot, dialog) -> None:
    with qtbot.waitSignal(dialog.previewed):
        dialog._asked["tns.reporter"].setText("B. Jones")
    assert '"reporter": "B. Jones"' in dialog.preview.toPlainText()
    assert "Still missing: reporting_group_id" in dialog.outcome.text()


def test_fact_that_is_no_number_is_one_line(qtbot, dialog) -> None:
    with qtbot.waitSignal(dialog.previewed):
        dialog._asked["tns.at_type"].setText("SN")
    assert dialog.outcome.text() == "tns.at_type: expected a number, found 'SN'"


def test_facts_of_the_settings_are_not_asked_for(qtbot, dialog, session) -> None:
    session.settings = Settings.from_mapping({"reports": {"tns": FACTS}})
    with qtbot.waitSignal(dialog.previewed):
        dialog.refresh()
    assert dialog.outcome.text() == "tns_at_report.json, 2 candidates"
    assert dialog.save.isEnabled()


def test_other_kind_asks_other_facts(qtbot, dialog) -> None:
    _choose(qtbot, dialog, "ades")
    shown = [line.accessibleName() for line in dialog._asked.values() if line.isVisible()]
    assert "station" in shown and "reporter" not in shown
    assert dialog.preview.toPlainText().startswith("# version=2022")


def test_choice_of_candidates_changes_the_preview(qtbot, dialog) -> None:
    _choose(qtbot, dialog, "regions")
    with qtbot.waitSignal(dialog.previewed):
        dialog.choice.where.setText("mag>18.1")
    assert "J001" in dialog.preview.toPlainText() and "J000" not in dialog.preview.toPlainText()


def test_saving_writes_files_and_pictures(qtbot, dialog, tmp_path, monkeypatch) -> None:
    _choose(qtbot, dialog, "zooniverse")
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    dialog.save.click()
    qtbot.waitUntil(lambda: dialog.outcome.text().startswith("Saved: "), timeout=30000)
    names = sorted(path.name for path in (tmp_path / "zooniverse").iterdir())
    assert names == ["manifest.csv", "subject_0001.png", "subject_0002.png"]


@pytest.mark.parametrize("answer", ["Yes", "No"])
def test_existing_file_is_replaced_only_if_wanted(
    qtbot, dialog, tmp_path, monkeypatch, answer
) -> None:
    _choose(qtbot, dialog, "regions")
    mine = tmp_path / "regions_fk5.reg"
    mine.write_text("mine")
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton[answer])
    dialog.save.click()
    if answer == "Yes":
        qtbot.waitUntil(lambda: dialog.outcome.text().startswith("Saved: "))
    assert (mine.read_text() == "mine") is (answer == "No")


def test_closing_ends_the_work(qtbot, dialog) -> None:
    dialog.refresh()
    dialog.done(0)
    assert not dialog._maker.running and not dialog._saver.running


def test_typed_facts_are_there_in_the_next_dialog(qtbot, session, tmp_path) -> None:
    facts: dict[str, tuple[str, str]] = {"tns.reporter": ("B. Jones", "names of the authors")}
    dialog = ReportPreview(session, FakeCache(session.source), folder=tmp_path, facts=facts)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    with qtbot.waitSignal(dialog.previewed):
        dialog.show()
    assert '"reporter": "B. Jones"' in dialog.preview.toPlainText()
    assert dialog._asked["tns.reporter"].text() == "B. Jones"
    with qtbot.waitSignal(dialog.previewed):
        dialog._asked["tns.at_type"].setText("1")
        dialog._asked["tns.reporter"].clear()
    assert facts == {"tns.at_type": ("1", dialog._asked["tns.at_type"].placeholderText())}
    dialog.done(0)


def test_nothing_is_written_without_a_folder(qtbot, dialog, tmp_path, monkeypatch) -> None:
    _choose(qtbot, dialog, "regions")
    before = dialog.outcome.text()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "")
    dialog.save.click()
    assert dialog.outcome.text() == before and list(tmp_path.iterdir()) == []


def test_report_that_cannot_be_saved_says_why_and_may_be_tried_again(
    qtbot, dialog, session, tmp_path, monkeypatch
) -> None:
    said: list[str] = []
    session.message.connect(said.append)
    _choose(qtbot, dialog, "regions")
    before = dialog.outcome.text()
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path / "file"))
    dialog.save.click()
    assert not dialog.save.isEnabled() and dialog.bar.isVisible()
    qtbot.waitUntil(lambda: dialog.outcome.text() != before, timeout=30000)
    assert "file" in dialog.outcome.text() and not dialog.outcome.text().startswith("Saved")
    assert dialog.save.isEnabled() and not dialog.bar.isVisible() and said == []
