"""A comment that could not be written: where it is found again."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest

from tests.helpers.fake_session import FakeSession
from vetter.core.decisions.decision import Verdict
from vetter.gui.card.candidate_card import CandidateCard, UnsavedComments

ENTER = Qt.Key.Key_Return


class FullDisk(FakeSession):
    """Refuses comments while its disk is full."""

    full = True

    def set_comment(self, row: int, text: str) -> None:
        if self.full:
            self.refused.emit(row, text)
        else:
            super().set_comment(row, text)


@pytest.fixture
def session(qapp) -> FullDisk:
    return FullDisk()


@pytest.fixture
def card(qtbot, session) -> CandidateCard:
    card = CandidateCard(session)
    qtbot.addWidget(card)
    card.kept = UnsavedComments(session, card, "C")
    session.current_changed.connect(card.show_row)
    card.resize(1200, 60)
    card.show()
    card.activateWindow()
    card.show_row(0)
    return card


def write(card: CandidateCard, text: str) -> None:
    card.edit_comment()
    QTest.keyClicks(card.editor, text)
    QTest.keyClick(card.editor, ENTER)


def test_it_stays_in_its_line_and_can_be_saved_again(card, session) -> None:
    write(card, "a ghost")
    assert (card.editor.isVisible(), card.editor.text()) == (True, "a ghost")
    QTest.keyClick(card.editor, ENTER)
    assert card.editor.text() == "a ghost" and card.editor.row == 0
    session.full = False
    QTest.keyClick(card.editor, ENTER)
    assert session.calls == [("set_comment", 0, "a ghost")] and not card.editor.isVisible()
    card.edit_comment()
    assert card.editor.text() == "a ghost" and not card.editor.has_unsaved(0)


def test_where_the_vetter_has_gone_on_it_waits_with_its_candidate(card, session, qtbot) -> None:
    card.edit_comment()
    QTest.keyClicks(card.editor, "a ghost")
    session.go_to_row(3)
    assert not card.editor.isVisible()
    card.edit_comment()
    assert card.editor.text() == ""
    QTest.keyClick(card.editor, Qt.Key.Key_Escape)
    with qtbot.waitSignal(session.message) as told:
        session.go_to_row(0)
    assert told.args == ["comment not saved yet: C shows it"]
    card.edit_comment()
    assert card.editor.text() == "a ghost"


def test_escape_drops_it(card, session) -> None:
    session.say(0, verdict=Verdict.MAYBE, comment="before")
    write(card, "a ghost")
    QTest.keyClick(card.editor, Qt.Key.Key_Escape)
    card.edit_comment()
    assert card.editor.text() == "before"


def test_another_comment_being_written_is_not_interrupted(card, session) -> None:
    card.edit_comment()
    QTest.keyClicks(card.editor, "half of")
    session.refused.emit(0, "an earlier one")
    assert card.editor.text() == "half of"
