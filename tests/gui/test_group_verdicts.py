"""A verdict key in the grid and beside it: what it acts on."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QStackedWidget, QWidget

from tests.helpers.fake_session import FakeSession, candidate_list
from tests.helpers.fake_source import FakeCache, FakeSource
from vetter.core.decisions import Verdict
from vetter.gui.dialogs import Dialogs


class Session(FakeSession):
    def accept(self) -> None:
        self.calls.append(("accept", self.current_row))

    reject = maybe = clear = accept


@pytest.fixture
def window(qtbot, qapp) -> Iterator[SimpleNamespace]:
    source = FakeSource(candidate_list(30))
    session = Session(source.candidates)
    session.source = source
    pages = QStackedWidget()
    pages.addWidget(QWidget())
    qtbot.addWidget(pages)
    pages.resize(600, 400)
    pages.show()
    window = SimpleNamespace(
        session=session,
        cache=FakeCache(source),
        pages=pages,
        setFocus=pages.setFocus,
        showing=SimpleNamespace(show=lambda: None),
    )
    yield window
    pages.close()


def test_beside_the_grid_it_is_the_current_candidates(window) -> None:
    Dialogs(window).decide(Verdict.ACCEPT)
    assert window.session.calls == [("accept", 0)]


def test_in_the_grid_several_are_asked_for(window) -> None:
    dialogs = Dialogs(window)
    dialogs.toggle_grid()
    grid = window.pages.currentWidget()
    QTest.keyClick(grid, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    dialogs.decide(Verdict.REJECT)
    assert grid.question.text.startswith("Reject 2 candidates?")
    assert not [call for call in window.session.calls if call[0] in ("accept", "decide_group")]


def test_a_selection_left_behind_in_the_grid_is_not_decided(window) -> None:
    dialogs = Dialogs(window)
    dialogs.toggle_grid()
    grid = window.pages.currentWidget()
    QTest.keyClick(grid, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    dialogs.toggle_grid()
    dialogs.decide(Verdict.ACCEPT)
    assert window.session.calls == [("accept", 0)] and grid.question.text == ""
