"""Every column of the candidate on screen: what it shows, finds and follows."""

from __future__ import annotations

import numpy as np
import pytest
from PyQt6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.helpers.fake_session import FakeSession, candidate_list
from vetter.core.columns.review_columns import ReviewColumns
from vetter.core.decisions.decision import Verdict
from vetter.gui.dialogs.all_columns import FOLLOW_MS, AllColumns


@pytest.fixture
def session(qapp: QApplication) -> FakeSession:
    return FakeSession(candidate_list(3, jd=np.array([2458860.0222801, np.nan, 2.5])))


@pytest.fixture
def dialog(qtbot: QtBot, session: FakeSession) -> AllColumns:
    dialog = AllColumns(session)
    qtbot.addWidget(dialog)
    return dialog


def shown(dialog: AllColumns) -> dict[str, str]:
    return {name: value for name, value, _ in dialog.model.lines}


def test_every_column_is_there_and_no_digit_is_lost(dialog, session) -> None:
    assert list(shown(dialog)) == session.columns.names
    assert shown(dialog)["jd"] == "2458860.0222801"
    assert dialog.windowTitle() == "All values of J000"


def test_names_and_values_are_searched(dialog) -> None:
    dialog.search.setText("MAG")
    assert list(shown(dialog)) == ["mag", "mag_err"]
    dialog.search.setText("2458860")
    assert list(shown(dialog)) == ["jd"]


def test_it_goes_with_the_vetter_when_they_rest(qtbot, dialog, session) -> None:
    dialog.search.setText("jd")
    session.current_row = 1
    session.current_changed.emit(1)
    assert shown(dialog)["jd"] == "2458860.0222801"
    qtbot.waitUntil(lambda: shown(dialog)["jd"] == "", timeout=FOLLOW_MS + 3000)


def test_a_verdict_is_among_the_columns(qtbot, dialog, session) -> None:
    session.say(0, verdict=Verdict.REJECT)
    qtbot.waitUntil(lambda: shown(dialog)["verdict"] == "reject", timeout=FOLLOW_MS + 3000)


def test_what_is_selected_is_copied(dialog) -> None:
    dialog.search.setText("2458860")
    dialog.table.selectAll()
    dialog.copy()
    clipboard = QApplication.clipboard()
    assert clipboard is not None and clipboard.text() == "jd\t2458860.0222801\t"


def test_a_second_call_brings_the_first_to_the_front(qtbot, session) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    first = AllColumns.show_over(window, session)
    assert AllColumns.show_over(window, session) is first
    first.close()


def test_what_a_fit_says_has_six_digits(dialog, session, monkeypatch) -> None:
    values = np.array([1.1741097515425957e-185] * 3)
    monkeypatch.setattr(session.columns, "values", lambda _name: values)
    assert dialog.model._value_text("pval", 0) == "1.17411e-185"
    assert dialog.model._value_text("mag", 0) == "1.1741097515425957e-185"


def test_days_of_waiting_have_two_decimals(qtbot, session) -> None:
    waits = np.full(3, 0.123456)
    session.columns = ReviewColumns(session.candidates, session, waits=lambda: waits)
    dialog = AllColumns(session)
    qtbot.addWidget(dialog)
    assert shown(dialog)["waits"] == "0.12"
