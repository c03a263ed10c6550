"""A verdict key in the grid and beside it: what it acts on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QWidget

from tests.helpers.fake_session import FakeSession, candidate_list
from tests.helpers.fake_source import FakeCache, FakeSource
from vetter.core.decisions.decision import Verdict
from vetter.gui.windows.page_stack import Pages


class Session(FakeSession):
    takes_keys = True

    def accept(self) -> None:
        self.calls.append(("accept", self.current_row))

    def ask(self, verdict: Verdict) -> None:
        self.calls.append(("ask", verdict))

    reject = maybe = later = clear = accept


@pytest.fixture
def session() -> Session:
    session = Session(candidate_list(30))
    session.source = FakeSource(session.candidates)
    return session


@pytest.fixture
def pages(qtbot, session: Session) -> Iterator[Pages]:
    pages = Pages(session, FakeCache(session.source), QWidget(), lambda: None, session.ask)
    qtbot.addWidget(pages)
    pages.resize(600, 400)
    pages.show()
    yield pages
    pages.close()


def test_beside_the_grid_it_is_the_current_candidates(session, pages) -> None:
    pages.decide(Verdict.ACCEPT)
    assert session.calls == [("accept", 0)]


def test_in_the_grid_several_are_asked_for(session, pages) -> None:
    pages.toggle_grid()
    grid = pages.currentWidget()
    QTest.keyClick(grid, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    pages.decide(Verdict.REJECT)
    assert grid.question.text.startswith("Reject 2 candidates?")
    assert not [call for call in session.calls if call[0] in ("accept", "decide_group")]


def test_a_selection_left_behind_in_the_grid_is_not_decided(session, pages) -> None:
    pages.toggle_grid()
    grid = pages.currentWidget()
    QTest.keyClick(grid, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    pages.toggle_grid()
    pages.decide(Verdict.ACCEPT)
    assert session.calls == [("accept", 0)] and grid.question.text == ""


def test_leaving_the_grid_signals_panels_shown(qtbot, pages) -> None:
    pages.toggle_grid()
    with qtbot.waitSignal(pages.panels_shown, timeout=1000):
        QTest.keyClick(pages.currentWidget(), Qt.Key.Key_Escape)
    assert pages.currentIndex() == 0
