"""The card above the panels, and the comment written in it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from PyQt6.QtCore import QObject, Qt, pyqtSignal
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QLabel, QVBoxLayout, QWidget

from tests.helpers.fake_session import FakeSession, candidate_list
from vetter.core.columns.review_columns import ReviewColumns
from vetter.core.decisions.decision import Verdict
from vetter.gui.card.candidate_card import NARROW_SPACING, CandidateCard
from vetter.gui.panels.readout import Readout


@pytest.fixture
def session(qapp) -> FakeSession:
    return FakeSession(candidate_list(fwhm=3 + 0.25 * np.arange(20)))


@pytest.fixture
def window(qtbot, session) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    window.card = CandidateCard(session)
    window.other = QWidget()
    window.other.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    layout = QVBoxLayout(window)
    layout.addWidget(window.card)
    layout.addWidget(window.other)
    window.resize(1200, 200)
    window.show()
    window.activateWindow()
    window.other.setFocus()
    window.card.show_row(0)
    return window


@pytest.fixture
def card(window) -> CandidateCard:
    return window.card


def test_it_says_who_and_where(card) -> None:
    assert card.name.text() == "J000"
    assert card.strip.texts() == {
        "RA Dec": "04:21:00.00 -33:30:00.0",
        "deg": "65.250000 -33.500000",
        "x y (from 0)": "10.00 20.25",
        "mag": "18.000 ± 0.05",
        "time": "2020-01-01 12:00:00 (MJD 58849.50000)",
        "filter": "r",
    }


def test_picked_columns_come_after(card) -> None:
    card.set_columns(["name", "mag", "fwhm", "gone"])
    assert list(card.strip.texts())[-1] == "fwhm"
    assert card.strip.texts()["fwhm"] == "3.00"
    assert "gone" not in card.strip.texts()


def test_verdict_is_a_word_and_a_code(card, session) -> None:
    session.say(0, verdict=Verdict.MAYBE, tags=("dipole", "ghost"), comment="two\nlines")
    assert card.chip.code == 3
    assert card.chip.accessibleName() == "verdict maybe"
    assert card.tags.text() == "#dipole  #ghost"
    assert card.comment.text() == "two lines"


def test_narrow_heading_leaves_out_place_then_word_and_covers_nothing(qtbot, session) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    card = CandidateCard(session, parent=window)
    window.show()
    card.show_row(0)
    whole = card.chip.whole_width
    least = card.name.minimumWidth() + whole + 3 * NARROW_SPACING + 2
    for width, shown in ((900, (True, True)), (least, (False, True)), (least - 1, (False, False))):
        card.resize(width, 60)
        card.layout().activate()
        assert (card.place.isVisible(), card.chip.width() == whole) == shown
        parts = [part for part in (card.name, card.chip, card.place) if part.isVisible()]
        for before, after in pairwise(parts):
            assert before.geometry().right() < after.geometry().left()


def test_longer_list_makes_room_for_its_places(qtbot) -> None:
    card = CandidateCard(FakeSession(candidate_list(2000)))
    qtbot.addWidget(card)
    card.resize(900, 60)
    card.show()
    card.show_row(1)
    card.layout().activate()
    assert card.place.text == "2 of 2,000"
    assert card.place.isVisible() and card.place.width() == card.place.sizeHint().width()


def test_an_opinion_about_another_candidate_does_not_show(card, session) -> None:
    session.say(1, verdict=Verdict.REJECT, comment="other")
    assert card.chip.code == 0 and card.comment.text() == ""


def test_the_next_candidate_has_its_own_opinion(card, session) -> None:
    session.say(0, verdict=Verdict.REJECT, comment="first")
    card.show_row(1)
    assert (card.name.text(), card.chip.code, card.comment.text()) == ("J001", 0, "")


def test_a_missing_value_is_a_dash(qtbot, qapp) -> None:
    candidates = candidate_list(2, mag=np.array([np.nan, 18.5]))
    candidates.ra[0] = np.nan
    card = CandidateCard(FakeSession(candidates))
    qtbot.addWidget(card)
    card.show_row(0)
    texts = card.strip.texts()
    assert texts["mag"] == "-" and texts["RA Dec"] == "-" and texts["deg"] == "-"


def test_labels_do_not_take_the_keyboard(card) -> None:
    labels = [card.name, *card.strip._values]
    assert {label.focusPolicy() for label in labels} == {Qt.FocusPolicy.NoFocus}


def test_enter_saves_the_comment_and_returns_the_keyboard(window, card, session) -> None:
    card.edit_comment()
    QTest.keyClicks(card.editor, "a ghost")
    QTest.keyClick(card.editor, Qt.Key.Key_Return)
    assert session.calls == [("set_comment", 0, "a ghost")]
    assert card.comment.text() == "a ghost" and card.comment.isVisible()
    assert window.other.hasFocus() and not card.editor.isVisible()


def test_escape_leaves_the_comment_as_it_was(window, card, session) -> None:
    session.say(0, comment="before")
    card.edit_comment()
    QTest.keyClicks(card.editor, "after")
    QTest.keyClick(card.editor, Qt.Key.Key_Escape)
    assert session.calls == [] and card.comment.text() == "before"
    assert window.other.hasFocus() and not card.editor.isVisible()


def test_an_unchanged_comment_is_no_decision(card, session) -> None:
    session.say(0, comment="same")
    card.edit_comment()
    QTest.keyClick(card.editor, Qt.Key.Key_Return)
    assert session.calls == []


def test_the_comment_goes_to_the_candidate_it_was_begun_for(card, session) -> None:
    card.edit_comment()
    QTest.keyClicks(card.editor, "about the first")
    card.show_row(5)
    assert session.calls == [("set_comment", 0, "about the first")]
    assert card.comment.text() == "" and not card.editor.isVisible()


def test_a_click_elsewhere_saves_the_comment(window, card, session) -> None:
    card.edit_comment()
    QTest.keyClicks(card.editor, "kept")
    window.other.setFocus(Qt.FocusReason.MouseFocusReason)
    assert session.calls == [("set_comment", 0, "kept")]


def test_a_read_only_session_says_so_before_anything_is_typed(qtbot, card, session) -> None:
    session.read_only = True
    with qtbot.waitSignal(session.message) as said:
        card.edit_comment()
    assert "read only" in said.args[0] and not card.editor.isVisible()


def test_facts_wrap_where_it_is_narrow(window, card) -> None:
    wide = card.strip.height()
    window.resize(500, 200)
    assert card.strip.height() > wide


def test_positions_can_be_copied_and_a_score_is_shown_the_quick_way(qtbot) -> None:
    session = FakeSession(candidate_list(3, drb=np.array([0.5, 0.25, 0.125])))
    card = CandidateCard(session)
    qtbot.addWidget(card)
    card.show_row(0)
    assert card.name.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByMouse
    flags = {
        label.accessibleName(): label.textInteractionFlags()
        for label in card.strip.findChildren(QLabel)
    }
    selectable = Qt.TextInteractionFlag.TextSelectableByMouse
    assert flags["RA Dec"] & selectable and flags["time"] & selectable
    assert not flags["drb"] & selectable


def test_the_sign_of_an_alert_is_shown_once(qtbot) -> None:
    columns = {"drb": np.full(20, 0.9), "isdiffpos": np.arange(20) % 2 == 0}
    card = CandidateCard(FakeSession(candidate_list(**columns)))
    qtbot.addWidget(card)
    card.show_row(1)
    texts = card.strip.texts()
    assert texts["difference"] == "negative" and "sign" not in texts


def test_a_comment_has_the_rest_of_the_line_while_the_corner_is_empty(window, card) -> None:
    corner = Readout()
    card.add_corner(corner)
    corner.show()
    card.layout().activate()
    assert card.comment.geometry().right() >= corner.geometry().left() + corner.width() - 1
    assert not corner.autoFillBackground()


class Earlier(QObject):
    changed = pyqtSignal()
    found: dict[int, str] = {}

    def words(self, row: int) -> str:
        return self.found.get(row, "")


def test_it_says_what_was_decided_before(card) -> None:
    earlier = Earlier()
    card.set_seen(earlier, "Y")
    assert card.seen.isHidden()
    earlier.found = {0: "rejected once, on 2026-05-02"}
    earlier.changed.emit()
    assert not card.seen.isHidden() and "rejected once" in card.seen.text()
    assert "Y gives the same verdict" in card.seen.toolTip()


def test_place_is_that_in_the_filtered_list(card, session) -> None:
    def place(row: int) -> str:
        card.show_row(row)
        return card.place.text

    assert [place(row) for row in (0, 1, 19)] == ["1 of 20", "2 of 20", "20 of 20"]
    session.queue.set_filter("mag>=18.125")
    assert [place(row) for row in (1, 0)] == ["1 of 19", "not in filter"]


def test_comment_is_written_where_the_card_is_seen(card, session) -> None:
    told: list[str] = []
    session.message.connect(told.append)
    card.edit_comment()
    assert card.editor.isVisible() and told == []
    card.editor.finish()
    card.hide()
    card.edit_comment()
    assert told == ["comments are written at the panels: Esc returns to them"]
    assert not card.editor.isVisible()


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Escape])
def test_keyboard_returns_to_where_it_was_after_a_comment(qtbot, window, card, key) -> None:
    qtbot.waitUntil(window.isActiveWindow, timeout=30000)
    another = QWidget(window)
    another.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    another.show()
    for had_focus in (window.other, another):
        had_focus.setFocus()
        card.edit_comment()
        assert card.editor.hasFocus()
        QTest.keyClick(card.editor, key)
        assert had_focus.hasFocus() and not card.editor.isVisible()


def test_parts_of_the_card_have_names(card) -> None:
    named = {label.accessibleName() for label in card.findChildren(QLabel)}
    assert {"name", "tags", "comment", "earlier verdicts"} <= named


def test_candidate_that_came_later_has_its_facts(card, session) -> None:
    card.set_columns(["fwhm"])
    assert card.strip.texts()["fwhm"] == "3.00"
    session.candidates = candidate_list(24, fwhm=3 + 0.25 * np.arange(24))
    session.columns.extend(session.candidates)
    card.show_row(23)
    assert card.name.text() == "J023" and card.strip.texts()["fwhm"] == "8.75"


class Others:
    """Remarks of another reviewer on every candidate."""

    def remarks(self, row: int) -> str:
        return f"bob: {row}"


def test_others_remarks_stand_behind_the_comment_if_wanted(qtbot, session) -> None:
    session.others = Others()
    session.columns = ReviewColumns(session.candidates, session, others=Others())
    card = CandidateCard(session)
    qtbot.addWidget(card)
    card.resize(1200, 200)
    session.say(1, comment="bright")
    # Wanted before a candidate is shown.
    card.show_others(True)
    card.show_row(0)
    assert card.comment.text() == "bob: 0"
    card.show_row(1)
    assert card.comment.text() == "bright | bob: 1"
    card.show_others(False)
    assert card.comment.text() == "bright"


def test_others_are_not_shown_where_they_are_unknown(card, session) -> None:
    session.say(0, comment="bright")
    card.show_others(True)
    assert card.comment.text() == "bright" and not card.shows_others


def test_corner_gives_way_to_the_editor_and_returns(card, session) -> None:
    corner = QLabel("x 3, y 4")
    card.add_corner(corner)
    corner.show()
    assert corner.isVisible()
    card.edit_comment()
    assert not corner.isVisible() and not card.comment.isVisible()
    QTest.keyClick(card.editor, Qt.Key.Key_Escape)
    assert corner.isVisible() and card.comment.isVisible()


def test_without_a_candidate_no_comment_is_written(card) -> None:
    card.show_row(-1)
    card.edit_comment()
    assert card.editor.isHidden()
