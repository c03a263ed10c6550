"""Text that wraps and is cut off without moving anything."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PyQt6.QtCore import QEvent
from PyQt6.QtGui import QHelpEvent
from PyQt6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from vetter.gui.widgets.flowing_text import LINE_BREAK, FlowingText

Tip = Callable[[], str]

LONG = "a source of S/N 25.1 survives the fit of shift and scale; " * 4


@pytest.fixture
def text(qtbot: QtBot) -> FlowingText:
    text = FlowingText()
    qtbot.addWidget(text)
    text.resize(300, 20)
    return text


@pytest.fixture
def tip(text: FlowingText, monkeypatch: pytest.MonkeyPatch) -> Tip:
    """What it tells where the pointer rests: the whole text where a part of it is cut off."""
    told: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda _place, words, _widget: told.append(words))

    def ask() -> str:
        place = text.rect().center()
        asked = QHelpEvent(QEvent.Type.ToolTip, place, text.mapToGlobal(place))
        QApplication.sendEvent(text, asked)
        return told[-1]

    return ask


@pytest.mark.parametrize(("words", "lines", "cut"), [("short", 1, False), (LONG, 1, True)])
def test_what_has_no_room_is_cut_off(
    text: FlowingText, tip: Tip, words: str, lines: int, cut: bool
) -> None:
    text.setText(words)
    text.set_lines(lines)
    text.grab()
    assert tip() == (words if cut else "")


def test_with_enough_lines_nothing_is_cut_off(text: FlowingText, tip: Tip) -> None:
    text.setText(LONG + LINE_BREAK + "chi2/df 9.06 to 2.96")
    text.set_lines(8)
    text.grab()
    assert tip() == ""


def test_a_break_begins_a_line(text: FlowingText, tip: Tip) -> None:
    text.setText("words" + LINE_BREAK + "numbers")
    text.grab()
    assert tip() == text.text()
    text.set_lines(2)
    text.grab()
    assert tip() == ""


def test_no_text_widens_or_heightens_it(text: FlowingText) -> None:
    text.set_lines(2)
    before = text.minimumSizeHint(), text.height()
    text.setText(LONG)
    assert (text.minimumSizeHint(), text.height()) == before


def test_height_is_that_of_its_lines(text: FlowingText) -> None:
    line = text.fontMetrics().height()
    heights = []
    for lines in (1, 2, 3):
        text.set_lines(lines)
        assert text.minimumHeight() == text.maximumHeight() >= lines * line
        heights.append(text.height())
    assert heights[2] - heights[1] == heights[1] - heights[0] >= line
    text.setText("words")
    assert text.sizeHint().width() >= text.fontMetrics().horizontalAdvance("words")
    assert text.minimumSizeHint().width() == 1


def test_text_that_has_gone_leaves_no_tip(text: FlowingText, tip: Tip) -> None:
    text.setText(LONG)
    text.grab()
    assert tip() == LONG
    # Without a text nothing is cut off any more.
    text.setText("")
    text.grab()
    assert tip() == ""
