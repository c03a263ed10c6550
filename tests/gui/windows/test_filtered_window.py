"""The window while its filter leaves out the candidate on screen, or every candidate."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QMessageBox

from tests.helpers.turns import until_handled
from tests.helpers.windows import WITHOUT_FITS, until_painted
from vetter.app import open_window
from vetter.core.decisions.decision import Verdict
from vetter.gui.windows.main_window import MainWindow

KEY = Qt.Key
CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
NO_MATCH = "no candidate matches the filter: clear it first"


def press(*keys: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Press keys where the keyboard is."""
    for key in keys:
        window = QApplication.activeWindow()
        assert window is not None
        QTest.keyClick(window.focusWidget() or window, key, held)


def enter(window: MainWindow, text: str) -> None:
    """Type a filter and press Enter."""
    press(KEY.Key_Slash)
    QTest.keyClicks(window.filter_bar.line, text)
    QTest.keyClick(window.filter_bar.line, KEY.Key_Return)


def names(window: MainWindow, *rows: int) -> str:
    """A filter that only these candidates match."""
    return "name=" + ",".join(window.session.candidates.name(row) for row in rows)


def outside(qtbot: Any, window: MainWindow, *matches: int) -> None:
    """Have the filter leave out the candidate on screen."""
    window.session.queue.set_filter(names(window, *matches))
    until_painted(qtbot, window)


def test_enter_stays_on_match_or_goes_to_the_next(window: MainWindow) -> None:
    for matches, row in (((4, 70, 120), 70), ((4, 120, 140), 120), ((4, 12), 4)):
        window.filter_bar.show_all()
        window.session.go_to_row(70)
        enter(window, names(window, *matches))
        assert window.session.current_row == row, matches
        assert not window.filter_band.isVisible(), matches


def test_enter_scrolls_list_to_match(qtbot: Any, window: MainWindow) -> None:
    window.session.go_to_row(120)
    window.candidate_list.verticalScrollBar().setValue(0)
    enter(window, "not " + names(window, 120))
    bar = window.candidate_list.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.value() <= 120 <= bar.value() + bar.pageStep(), timeout=30000)


def test_list_scrolls_to_place_of_left_out_candidate(qtbot: Any, window: MainWindow) -> None:
    window.session.go_to_row(120)
    bar = window.candidate_list.verticalScrollBar()
    bar.setValue(0)
    outside(qtbot, window, *range(120), *range(121, 150))
    assert bar.value() <= 120 <= bar.value() + bar.pageStep()


def test_typed_filter_leaves_candidate_and_shows_band(qtbot: Any, window: MainWindow) -> None:
    press(KEY.Key_Slash)
    QTest.keyClicks(window.filter_bar.line, names(window, 9))
    qtbot.waitUntil(window.filter_band.isVisible, timeout=30000)
    assert window.session.current_row == 0
    assert "does not match the filter" in window.filter_band.words.text()
    QTest.keyClick(window.filter_bar.line, KEY.Key_Escape)
    assert not window.filter_band.isVisible()


def test_verdict_key_outside_filter_asks(qtbot: Any, window: MainWindow) -> None:
    outside(qtbot, window, 5, 9)
    name = window.session.candidates.name(0)
    for key in (KEY.Key_A, KEY.Key_R, KEY.Key_M, KEY.Key_Backspace):
        press(key, key)
        asked = window.filter_band.question.text
        assert f"{name}, which does not match the filter?" in asked, key
        assert window.session.counts.decisions == 0, key
        press(KEY.Key_Escape)
        assert window.filter_band.question.text == "", key


def test_enter_gives_verdict_that_was_asked_for(qtbot: Any, window: MainWindow) -> None:
    outside(qtbot, window, 5, 9)
    press(KEY.Key_R, KEY.Key_Return)
    qtbot.waitUntil(lambda: window.session.current_row == 5, timeout=30000)
    assert window.session.codes[0] == Verdict.REJECT.code
    assert not window.filter_band.isVisible()
    until_painted(qtbot, window)
    press(KEY.Key_A)
    qtbot.waitUntil(lambda: window.session.current_row == 9, timeout=30000)


def test_escape_answers_no_and_clears_filter_at_once_more(qtbot: Any, window: MainWindow) -> None:
    outside(qtbot, window, 5, 9)
    press(KEY.Key_A, KEY.Key_Escape)
    assert window.filter_band.question.text == "" and window.filter_band.words.isVisible()
    assert window.session.counts.decisions == 0
    assert window.session.queue.expression
    press(KEY.Key_Escape)
    assert window.session.queue.expression == "" and not window.filter_band.isVisible()


def test_question_goes_with_its_candidate(qtbot: Any, window: MainWindow) -> None:
    outside(qtbot, window, 5, 9)
    press(KEY.Key_A)
    window.session.go_to_row(1)
    assert window.filter_band.question.text == ""
    press(KEY.Key_Return)
    assert window.session.counts.decisions == 0


def test_undo_to_left_out_candidate_shows_band(qtbot: Any, window: MainWindow) -> None:
    press(KEY.Key_A)
    until_painted(qtbot, window)
    enter(window, names(window, 5, 9))
    window.session.undo()
    qtbot.waitUntil(lambda: window.session.current_row == 0, timeout=30000)
    assert window.filter_band.isVisible()


def test_verdict_that_ends_match_shows_no_band(qtbot: Any, window: MainWindow) -> None:
    enter(window, "verdict=none")
    press(KEY.Key_A)
    qtbot.waitUntil(lambda: window.session.current_row == 1, timeout=30000)
    window.session.previous()
    until_painted(qtbot, window)
    assert not window.filter_band.isVisible()
    press(KEY.Key_R)
    qtbot.waitUntil(lambda: window.session.codes[0] == Verdict.REJECT.code, timeout=30000)


def test_verdict_key_in_grid_outside_filter_asks(qtbot: Any, window: MainWindow) -> None:
    outside(qtbot, window, 5, 9)
    press(KEY.Key_G)
    grid = window.pages.currentWidget()
    assert grid.count.text() == "2 candidates, 0 selected"
    press(KEY.Key_A)
    assert window.filter_band.question.text and window.session.counts.decisions == 0
    press(KEY.Key_Escape)
    assert window.pages.currentWidget() is grid and grid.hasFocus()


def test_script_decides_outside_filter(qtbot: Any, window: MainWindow) -> None:
    outside(qtbot, window, 5, 9)
    window.session.accept()
    qtbot.waitUntil(lambda: window.session.codes[0] == Verdict.ACCEPT.code, timeout=30000)


def test_filter_without_match_empties_panels_till_escape(qtbot: Any, window: MainWindow) -> None:
    enter(window, "mag>99")
    assert not window.plane_row.isVisible() and not window.card.isVisible()
    words = window.empty_page.words
    assert words.isVisible()
    assert words.text() == "No candidate matches the filter\nmag>99\n\nEsc clears the filter"
    for key in (
        KEY.Key_A,
        KEY.Key_Backspace,
        KEY.Key_1,
        KEY.Key_C,
        KEY.Key_F,
        KEY.Key_N,
        KEY.Key_U,
    ):
        window.status.clearMessage()
        press(key)
        assert window.status.currentMessage() == NO_MATCH, key
        assert window.session.counts.decisions == 0 and not window.fits.table.codes.any(), key
        assert not window.card.editor.isVisible(), key
    press(KEY.Key_Escape)
    until_painted(qtbot, window)
    assert window.plane_row.isVisible() and window.session.current_row == 0
    press(KEY.Key_A)
    qtbot.waitUntil(lambda: window.session.current_row == 1, timeout=30000)


def test_every_view_stands_empty_filter(qtbot: Any, window: MainWindow) -> None:
    enter(window, "mag>99")
    window.pages.toggle_field()
    for key in (KEY.Key_G, KEY.Key_Right, KEY.Key_PageDown, KEY.Key_End, KEY.Key_Space):
        press(key)
    window.grab()
    press(KEY.Key_Escape)
    rows = list(range(150))
    window.fits.changed.emit(rows)
    window.session.opinions_changed.emit(rows)
    window.session.grown.emit(0)
    window.pages.field.view.refresh()
    window.fits.changed.emit(rows)
    window.candidate_list._show_arrived()
    until_handled(qtbot)
    window.grab()
    assert not window.findChildren(QMessageBox)
    assert window.session.counts.decisions == 0


def test_bare_word_finds_tag_and_one_stroke_clears_filter(qtbot: Any, window: MainWindow) -> None:
    window.session.toggle_tag(1)
    qtbot.waitUntil(lambda: window.session.opinion(0).tags == ("dipole",), timeout=30000)
    enter(window, "dipole")
    assert window.session.queue.order.tolist() == [0]
    press(KEY.Key_F, held=CTRL_SHIFT)
    assert window.session.queue.expression == "" and len(window.session.queue) == 150


def test_filters_come_back_with_session(qtbot: Any, tmp_path: Path) -> None:
    path = tmp_path / "s.vetter"
    window = open_window("demo", session=path, reviewer="ann", settings=WITHOUT_FITS)
    until_painted(qtbot, window)
    window.filter_bar.apply("mag<17")
    window.filter_bar.saved.name_filter("bright", "mag<17")
    window.close()
    again = open_window("demo", session=path, reviewer="ann", settings=WITHOUT_FITS)
    saved = again.filter_bar.saved
    again.close()
    assert (saved.earlier, saved.named) == (["mag<17"], {"bright": "mag<17"})
