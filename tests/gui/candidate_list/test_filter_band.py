"""Band above the panels while the filter leaves out the candidate on screen."""

from __future__ import annotations

from typing import Any

import pytest
from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QWidget

from tests.gui.conftest import CheckLook
from tests.helpers.fake_session import FakeSession
from vetter.core.decisions.decision import Verdict
from vetter.gui.candidate_list.filter_band import FilterBand


class Session(FakeSession):
    """A session that says whether the filter leaves out the current candidate."""

    blanked = pyqtSignal(bool)
    is_blank = False

    @property
    def is_outside_filter(self) -> bool:
        return self.queue.leaves_out(self.current_row)


@pytest.fixture
def session(qapp: Any) -> Session:
    return Session()


@pytest.fixture
def band(qtbot: Any, session: Session) -> FilterBand:
    window = QWidget()
    qtbot.addWidget(window)
    band = FilterBand(session, {"go.next": ("Right", "N")}, window)
    band.holder = window
    window.resize(600, 60)
    window.show()
    return band


def test_band_is_there_while_the_candidate_is_left_out(session: Session, band: FilterBand) -> None:
    assert band.isHidden()
    session.queue.set_filter("name!=J000")
    assert not band.isHidden()
    assert band.words.text() == (
        "J000 does not match the filter; Right goes to the next match; Esc clears the filter"
    )
    session.go_to_row(1)
    assert band.isHidden()
    session.go_to_row(0)
    assert not band.isHidden()
    session.queue.set_filter("")
    assert band.isHidden()


def test_band_says_that_no_other_matches(session: Session, band: FilterBand) -> None:
    session.queue.set_filter("name=none")
    text = "J000 does not match the filter, nor does any other; Esc clears the filter"
    assert band.words.text() == text
    session.is_blank = True
    session.blanked.emit(True)
    assert band.isHidden()


def test_growing_list_keeps_the_question_and_renews_the_words(
    session: Session, band: FilterBand
) -> None:
    session.queue.set_filter("name!=J000")
    band.words.setText("")
    band.ask(Verdict.ACCEPT)
    session.grown.emit(20)
    assert "J000 does not match" in band.words.text() and band.question.text
    session.queue.set_filter("")
    band.words.setText("")
    session.grown.emit(20)
    assert band.words.text() == "" and not band.question.text


@pytest.mark.parametrize(
    ("key", "verdicts"), [(Qt.Key.Key_Return, [Verdict.REJECT]), (Qt.Key.Key_Escape, [])]
)
@pytest.mark.parametrize("outside", [True, False])
def test_verdict_is_given_after_a_question(
    session: Session, band: FilterBand, key: Qt.Key, verdicts: list[Verdict], outside: bool
) -> None:
    given: list[Verdict] = []
    band.agreed.connect(given.append)
    if outside:
        session.queue.set_filter("name!=J000")
    band.ask(Verdict.REJECT, *([] if outside else ["which nobody has seen"]))
    doubt = "which does not match the filter" if outside else "which nobody has seen"
    assert band.question.text == f"Reject J000, {doubt}?"
    assert band.words.isHidden() and band.isVisible()
    QTest.keyClick(band, key)
    assert given == verdicts
    assert not band.words.isHidden() and band.isHidden() == (not outside)


@pytest.mark.parametrize("asks", [False, True])
def test_band_as_a_picture(
    check_look: CheckLook, session: Session, band: FilterBand, asks: bool
) -> None:
    session.queue.set_filter("name!=J000")
    if asks:
        band.ask(Verdict.REJECT)
    band.resize(600, band.sizeHint().height())
    check_look(band, f"filter_band_{'asks' if asks else 'tells'}")
