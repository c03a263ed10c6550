"""The report of what could not be read."""

from __future__ import annotations

from typing import Any

from PyQt6.QtWidgets import QApplication, QPushButton

from tests.helpers.fake_session import FakeSession
from vetter.gui.dialogs.reports.report import ReportDialog


def test_each_input_that_could_not_be_read_has_its_line(qtbot: Any) -> None:
    session = FakeSession()
    session.source.report = ("a.avro: cut short", "b.avro: no record")
    dialog = ReportDialog(session)
    qtbot.addWidget(dialog)
    assert dialog.heading.text() == "2 not read."
    assert dialog.lines.toPlainText() == "a.avro: cut short\nb.avro: no record"


def test_it_follows_while_the_list_is_read(qtbot: Any) -> None:
    session = FakeSession()
    session.complete = False
    session.incomplete_reason = "the list is still being read (20 of about 40)"
    session.source.report = ("a.avro: cut short",)
    dialog = ReportDialog(session)
    qtbot.addWidget(dialog)
    assert "still being read (20 of about 40)" in dialog.heading.text()
    session.source.report += ("b.avro: no record",)
    session.complete = True
    session.completed.emit()
    assert dialog.heading.text() == "2 not read."
    assert dialog.lines.toPlainText().endswith("\nb.avro: no record")


def test_a_source_that_tells_nothing_was_read_whole(qtbot: Any) -> None:
    dialog = ReportDialog(FakeSession())
    qtbot.addWidget(dialog)
    assert dialog.heading.text() == "Everything was read."


def test_all_lines_can_be_copied(qtbot: Any) -> None:
    session = FakeSession()
    session.source.report = ("a.avro: cut short", "b.avro: no record")
    dialog = ReportDialog(session)
    qtbot.addWidget(dialog)
    (copy,) = (b for b in dialog.findChildren(QPushButton) if b.text() == "Copy all")
    copy.click()
    clipboard = QApplication.clipboard()
    assert clipboard is not None and clipboard.text() == "a.avro: cut short\nb.avro: no record"
