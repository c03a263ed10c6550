"""The filter: typed text is text, the count is shown, the keyboard comes back."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QAction, QKeySequence
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from tests.helpers.fake_session import FakeSession, candidate_list
from vetter.core.columns.review_columns import ReviewColumns
from vetter.core.decisions.decision import Verdict
from vetter.core.fit.adjustment import Adjustment
from vetter.core.judgement.answer import Answer, Judgement
from vetter.core.judgement.fit_table import FitTable
from vetter.gui.actions.keymap import make_keymap
from vetter.gui.candidate_list.filter_bar import FilterBar
from vetter.gui.commands import COMMANDS


@pytest.fixture
def session(qapp) -> FakeSession:
    return FakeSession()


@pytest.fixture
def window(qtbot, session) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    window.bar = FilterBar(session, make_keymap(COMMANDS))
    window.other = QWidget()
    window.other.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    layout = QVBoxLayout(window)
    layout.addWidget(window.bar)
    layout.addWidget(window.other)
    window.show()
    window.activateWindow()
    window.other.setFocus()
    return window


def _type(window: QWidget, text: str, *keys: Qt.Key) -> None:
    window.bar.start()
    QTest.keyClicks(window.bar.line, text)
    for key in keys:
        QTest.keyClick(window.bar.line, key)


def test_enter_filters_and_returns_the_keyboard(window, session) -> None:
    _type(window, "mag<19", Qt.Key.Key_Return)
    assert session.queue.expression == "mag<19"
    assert window.other.hasFocus()
    assert window.bar.state.text() == "Filtered: 8 of 20"
    assert window.bar.clear.isVisible()


def test_it_filters_while_it_is_typed(qtbot, window, session) -> None:
    _type(window, "J01")
    qtbot.waitUntil(lambda: len(session.queue) == 10, timeout=30000)
    assert window.bar.line.hasFocus()
    QTest.keyClick(window.bar.line, Qt.Key.Key_Escape)


def test_escape_puts_the_earlier_filter_back(window, session) -> None:
    _type(window, "mag<19", Qt.Key.Key_Return)
    _type(window, "J01", Qt.Key.Key_Escape)
    assert session.queue.expression == "mag<19"
    assert window.bar.line.text() == "mag<19"
    assert window.other.hasFocus()


def test_emptied_and_entered_shows_all(window, session) -> None:
    _type(window, "mag<19", Qt.Key.Key_Return)
    _type(window, "", Qt.Key.Key_Delete, Qt.Key.Key_Return)
    assert len(session.queue) == 20
    assert not window.bar.state.isVisible() and not window.bar.clear.isVisible()


def test_nonsense_is_said_and_changes_nothing(window, session) -> None:
    _type(window, "mag<19", Qt.Key.Key_Return)
    _type(window, "magg<19", Qt.Key.Key_Return)
    assert "did you mean 'mag'?" in window.bar.state.text()
    assert len(session.queue) == 8
    assert window.bar.line.hasFocus()


def test_mended_filter_is_no_problem_any_more(window) -> None:
    _type(window, "magg<19", Qt.Key.Key_Return)
    _type(window, "mag<19", Qt.Key.Key_Return)
    assert window.bar.state.text() == "Filtered: 8 of 20"


def test_empty_filter_line_names_its_key(window) -> None:
    assert window.bar.line.placeholderText() == "Filter or search  (/)"


def test_filter_line_without_a_key_names_none(qtbot, session) -> None:
    bar = FilterBar(session, {})
    qtbot.addWidget(bar)
    assert bar.line.placeholderText() == "Filter or search"


def test_enter_goes_to_first_match(window, session) -> None:
    session.current_row = 12
    _type(window, "J01", Qt.Key.Key_Return)
    assert session.current_row == 12
    _type(window, "mag<19", Qt.Key.Key_Return)
    assert session.calls == [("go_to_row", 0)]


def test_what_is_wrong_stays_said_in_another_theme(window) -> None:
    _type(window, "magg<19", Qt.Key.Key_Return)
    palette = window.palette()
    palette.setColor(palette.ColorRole.Window, Qt.GlobalColor.black)
    window.setPalette(palette)
    assert "did you mean 'mag'?" in window.bar.state.text()
    QTest.keyClick(window.bar.line, Qt.Key.Key_Escape)
    assert window.bar.state.text() == ""


def test_no_match_is_said(window) -> None:
    _type(window, "mag>99", Qt.Key.Key_Return)
    assert window.bar.state.text() == "Filtered: none of 20 match"


def test_letters_are_text_and_not_verdicts(window) -> None:
    accepted = []
    action = QAction(window)
    action.setShortcut(QKeySequence("A"))
    action.triggered.connect(lambda: accepted.append("A"))
    window.addAction(action)
    _type(window, "a")
    assert window.bar.line.text() == "a" and accepted == []
    QTest.keyClick(window.bar.line, Qt.Key.Key_Return)
    QTest.keyClick(window.other, Qt.Key.Key_A)
    assert accepted == ["A"]


def test_show_all_takes_the_filter_away(window, session) -> None:
    _type(window, "J01", Qt.Key.Key_Return)
    window.bar.clear.click()
    assert session.queue.expression == "" and window.bar.line.text() == ""
    assert window.other.hasFocus()


def test_a_filter_set_elsewhere_is_shown(window, session) -> None:
    session.queue.set_filter("verdict=none")
    assert window.bar.line.text() == "verdict=none"
    assert window.bar.state.text() == "Filtered: 20 of 20"


def test_the_window_does_not_open_with_the_cursor_in_it(qtbot, session) -> None:
    bar = FilterBar(session, make_keymap(COMMANDS))
    qtbot.addWidget(bar)
    bar.show()
    bar.activateWindow()
    assert not bar.line.hasFocus()
    assert bar.line.focusPolicy() == Qt.FocusPolicy.ClickFocus


def test_escape_does_not_apply_the_same_filter_anew(window, session) -> None:
    _type(window, "verdict=none", Qt.Key.Key_Return)
    session.say(3, verdict=Verdict.ACCEPT)
    _type(window, "", Qt.Key.Key_Escape)
    assert session.queue.position_of(3) == 3
    _type(window, "", Qt.Key.Key_Return)
    assert session.queue.position_of(3) == -1


def test_tab_completes_column_and_answer(window, session) -> None:
    session.columns = ReviewColumns(session.candidates, session, FitTable(20))
    session.columns.fits.set(4, Adjustment(True), Judgement(Answer.VARIABLE, ""))
    line = window.bar.line
    _type(window, "answ", Qt.Key.Key_Tab)
    assert line.text() == "answer=" and line.hasFocus()
    QTest.keyClicks(line, "v")
    assert window.bar.hint.isVisible() and window.bar.hint.text() == "Tab: answer=variable"
    QTest.keyClick(line, Qt.Key.Key_Tab)
    assert line.text() == "answer=variable"
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert session.queue.order.tolist() == [4] and not window.bar.hint.isVisible()


def test_tab_again_takes_the_next_completion(window, session) -> None:
    session.columns = ReviewColumns(session.candidates, session, FitTable(20))
    texts = []
    _type(window, "answer=no")
    for _ in range(3):
        QTest.keyClick(window.bar.line, Qt.Key.Key_Tab)
        texts.append(window.bar.line.text())
    assert texts == ["answer=nothing", 'answer="not judged"', "answer=no"]
    QTest.keyClick(window.bar.line, Qt.Key.Key_Escape)


def test_tab_without_completion_leaves_the_line(window) -> None:
    _type(window, "J01", Qt.Key.Key_Tab)
    assert window.bar.line.text() == "J01" and not window.bar.line.hasFocus()


def test_invalid_filter_says_what_is_still_shown(window, session) -> None:
    _type(window, "mag<19", Qt.Key.Key_Return)
    _type(window, "magg<19", Qt.Key.Key_Return)
    text = window.bar.state.text()
    assert text.startswith("⚠ Unknown column 'magg'")
    assert text.endswith("still showing 8 of 20")


def test_arrows_bring_back_earlier_filters(window, session) -> None:
    _type(window, "mag<19", Qt.Key.Key_Return)
    _type(window, "mag>19", Qt.Key.Key_Return)
    window.bar.show_all()
    _type(window, "J0", Qt.Key.Key_Up, Qt.Key.Key_Up)
    assert window.bar.line.text() == "mag<19"
    for text in ("mag>19", "J0"):
        QTest.keyClick(window.bar.line, Qt.Key.Key_Down)
        assert window.bar.line.text() == text


def test_named_filter_is_applied_from_menu(window, session) -> None:
    saved = window.bar.saved
    saved.name_filter(" bright ", "mag<19")
    menu = saved.menu()
    assert menu is not None
    menu.aboutToShow.emit()
    action = menu.actions()[0]
    assert action.text() == "bright:  mag<19"
    action.trigger()
    assert session.queue.expression == "mag<19"


def test_named_filter_without_its_column_is_greyed(window) -> None:
    window.bar.saved.name_filter("sharp", "seeing<2 or mag<19")
    window.bar.saved.name_filter("old", "mag<")
    menu = window.bar.saved.menu()
    menu.aboutToShow.emit()
    texts = [action.text() for action in menu.actions()[:2]]
    assert texts[1] == "sharp:  seeing<2 or mag<19  (not in this list: seeing)"
    assert texts[0].startswith("old:  mag<  (a value after '<' is missing")
    assert not any(action.isEnabled() for action in menu.actions()[:2])


def test_same_filter_is_kept_once(window, session) -> None:
    for text in ("mag<19", "mag>19", "mag<19"):
        window.bar.apply(text)
    assert window.bar.saved.earlier == ["mag<19", "mag>19"]


@pytest.mark.parametrize(
    ("before", "after"), [("", "mag<19"), ("J00 or J01", "(J00 or J01) mag<19")]
)
def test_condition_of_a_menu_narrows_the_filter(window, session, before: str, after: str) -> None:
    window.bar.apply(before)
    window.bar.narrow("mag<19")
    assert session.queue.expression == window.bar.line.text() == after
    assert window.other.hasFocus()


def test_enter_in_an_empty_line_returns_the_keyboard(window, session) -> None:
    _type(window, "", Qt.Key.Key_Return)
    assert window.other.hasFocus() and session.queue.expression == ""


def test_shuffled_order_is_said_with_its_seed(window, session) -> None:
    session.queue.shuffle(7)
    assert window.bar.state.text() == "Shuffled, seed 7" and window.bar.state.isVisible()
    assert not window.bar.clear.isVisible()
    window.bar.apply("mag<19")
    assert window.bar.state.text() == "Filtered: 8 of 20; shuffled, seed 7"


@pytest.mark.parametrize(("filtered", "words"), [("", ""), ("mag<19", "Filtered: 8 of 24")])
def test_count_follows_a_list_that_grows(window, session, filtered: str, words: str) -> None:
    window.bar.apply(filtered)
    session.candidates = candidate_list(24)
    session.grown.emit(20)
    assert window.bar.state.text() == words


def test_filter_that_takes_long_says_what_it_looks_through(
    qtbot, window, session, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting: list = []
    monkeypatch.setattr(
        session.queue, "request_filter", lambda text, then: waiting.append((text, then))
    )
    window.bar.line.setText("mag<19")
    window.bar.keep()
    assert window.bar.state.text() == ""
    qtbot.waitUntil(lambda: window.bar.state.text() == "Filtering 20...", timeout=30000)
    # Once it is done, the state is that of the list.
    waiting[0][1](None)
    assert waiting[0][0] == "mag<19" and window.bar.state.text() == ""
