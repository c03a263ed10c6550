"""Text that wraps and is cut off without moving anything."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from vetter.gui.flowing_text import LINE_BREAK, FlowingText

LONG = "a source of S/N 25.1 survives the fit of shift and scale; " * 4


@pytest.fixture
def text(qtbot: QtBot) -> FlowingText:
    text = FlowingText()
    qtbot.addWidget(text)
    text.resize(300, 20)
    return text


@pytest.mark.parametrize(("words", "lines", "cut"), [("short", 1, False), (LONG, 1, True)])
def test_what_has_no_room_is_cut_off(text: FlowingText, words: str, lines: int, cut: bool) -> None:
    text.setText(words)
    text.set_lines(lines)
    text.grab()
    assert text.is_cut is cut


def test_with_enough_lines_nothing_is_cut_off(text: FlowingText) -> None:
    text.setText(LONG + LINE_BREAK + "chi2/df 9.06 to 2.96")
    text.set_lines(8)
    text.grab()
    assert not text.is_cut


def test_a_break_begins_a_line(text: FlowingText) -> None:
    text.setText("words" + LINE_BREAK + "numbers")
    text.grab()
    assert text.is_cut
    text.set_lines(2)
    text.grab()
    assert not text.is_cut


def test_no_text_widens_or_heightens_it(text: FlowingText) -> None:
    text.set_lines(2)
    before = text.minimumSizeHint(), text.height()
    text.setText(LONG)
    assert (text.minimumSizeHint(), text.height()) == before
