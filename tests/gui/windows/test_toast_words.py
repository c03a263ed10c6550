"""Words of the toast after decisions, undo and redo, without a window."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtWidgets import QWidget

from tests.helpers.fake_session import FakeSession
from tests.helpers.turns import until_handled
from vetter.core.decisions.decision import How, Verdict
from vetter.gui.windows.decision_toast import DecisionToast


class Recorder(QObject):
    recorded = pyqtSignal(list)


class Session(FakeSession):
    confirmed = pyqtSignal(int)
    undo_label, redo_label = "reject of J001", "accept of J002"

    def __init__(self) -> None:
        super().__init__()
        self.recorder = Recorder()
        self.ledger = SimpleNamespace(last_report="rejected J001")


KEYS = {"review.undo": ("Ctrl+Z", "Alt+Backspace"), "review.redo": ("Ctrl+Y",)}


@pytest.fixture
def session(qapp: Any) -> Session:
    return Session()


def toast_of(qtbot: Any, session: Session, keys: dict[str, tuple[str, ...]]) -> DecisionToast:
    page = QWidget()
    qtbot.addWidget(page)
    page.resize(600, 200)
    page.show()
    reports = DecisionToast(session, keys, page)
    # Held by what it reports on: Python would delete a parent that only Qt refers to.
    reports.page = page
    return reports


def decision(how: How, verdict: Verdict = Verdict.REJECT) -> Any:
    return SimpleNamespace(how=how, verdict=verdict)


OTHERS = [how for how in How if how not in (How.UNDO, How.REDO)]


@pytest.mark.parametrize(
    ("how", "keys", "words"),
    [
        *((how, KEYS, "rejected J001, Ctrl+Z takes it back") for how in OTHERS),
        (How.UNDO, KEYS, "undone: accept of J002, Ctrl+Y repeats it"),
        (How.REDO, KEYS, "redone: reject of J001, Ctrl+Z takes it back"),
        (How.UNDO, {}, "undone: accept of J002"),
        (OTHERS[0], {"review.undo": ()}, "rejected J001"),
    ],
)
def test_last_decision_is_reported_with_the_key_that_takes_it_back(
    qtbot: Any, session: Session, how: How, keys: dict[str, tuple[str, ...]], words: str
) -> None:
    reports = toast_of(qtbot, session, keys)
    earlier = How.REDO if how == How.UNDO else How.UNDO
    session.recorder.recorded.emit([decision(earlier), decision(how)])
    # The panels of the next candidate come first.
    assert reports.toast.isHidden()
    until_handled(qtbot)
    assert reports.toast.isVisible() and reports.toast.text == words
    reports.stop()


def test_decision_without_a_report_hides_the_one_before(qtbot: Any, session: Session) -> None:
    reports = toast_of(qtbot, session, KEYS)
    session.recorder.recorded.emit([decision(OTHERS[0])])
    until_handled(qtbot)
    session.ledger.last_report = ""
    session.recorder.recorded.emit([decision(OTHERS[0])])
    until_handled(qtbot)
    assert reports.toast.isHidden()
    reports.stop()


def test_verdict_given_again_is_said_at_once(qtbot: Any, session: Session) -> None:
    reports = toast_of(qtbot, session, KEYS)
    session.say(3, verdict=Verdict.MAYBE)
    session.confirmed.emit(3)
    assert reports.toast.text == "already maybe: J003" and reports.toast.isVisible()
    reports.stop()


def test_closed_window_is_told_nothing(qtbot: Any, session: Session) -> None:
    reports = toast_of(qtbot, session, KEYS)
    session.recorder.recorded.emit([decision(OTHERS[0])])
    reports.stop()
    session.recorder.recorded.emit([decision(OTHERS[0])])
    session.confirmed.emit(3)
    until_handled(qtbot)
    assert reports.toast.isHidden() and reports.toast.text == ""
