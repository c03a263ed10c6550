"""Text that wraps and is cut off without moving anything."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PyQt6.QtCore import QEvent
from PyQt6.QtGui import QColor, QHelpEvent, QPixmap
from PyQt6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from tests.helpers.snapshots import pixels, snapshot_font
from vetter.gui.widgets.flowing_text import LINE_BREAK, FlowingText
from vetter.gui.widgets.theme import LIGHT, palette_of

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


class Marked(FlowingText):
    """A text after a red square."""

    def mark(self) -> QPixmap | None:
        pixmap = QPixmap(12, 12)
        pixmap.fill(QColor("#ff0000"))
        return pixmap


@pytest.fixture(params=[FlowingText, Marked])
def paragraph(request: pytest.FixtureRequest, qtbot: QtBot) -> FlowingText:
    paragraph = request.param()
    qtbot.addWidget(paragraph)
    paragraph.setFont(snapshot_font())
    paragraph.setPalette(palette_of(LIGHT))
    paragraph.set_lines(3)
    paragraph.resize(300, paragraph.height())
    return paragraph


def letters(text: FlowingText) -> np.ndarray:
    """How dark each pixel is, 0 to 255, the mark left out."""
    shown = pixels(text.grab().toImage()).astype(int)
    dark = shown[-1, -1].max() - shown.max(axis=2)
    dark[(shown == (255, 0, 0)).all(axis=2)] = 0
    return dark


def line_starts(text: FlowingText) -> list[int | None]:
    """Left edge of each line's letters; None without any."""
    height = text.height() // 3
    found = []
    for line in range(3):
        columns = np.flatnonzero(letters(text)[line * height : (line + 1) * height].any(axis=0))
        found.append(int(columns[0]) if len(columns) else None)
    return found


@pytest.mark.parametrize(
    ("words", "lines"),
    [("", 0), ("mm", 1), ("mm" + LINE_BREAK + "mm", 2), ("mmmm " * 20, 3), ("m" * 300, 3)],
)
def test_first_line_alone_makes_room_for_the_mark(
    paragraph: FlowingText, words: str, lines: int
) -> None:
    paragraph.setText(words)
    first = 12 + 5 if isinstance(paragraph, Marked) else 0
    wanted = [first, 0, 0][:lines]
    found = line_starts(paragraph)
    assert [start is not None for start in found] == [True] * lines + [False] * (3 - lines)
    assert found[:lines] == pytest.approx(wanted, abs=2)
    # Nothing reaches beyond the label.
    assert not letters(paragraph)[:, -1].any()


def test_what_is_cut_ends_in_dots_on_the_last_line(paragraph: FlowingText) -> None:
    paragraph.setText("mmmm " * 100)
    cut = letters(paragraph)
    height = paragraph.height() // 3
    ends = [
        int(np.flatnonzero(cut[line * height : (line + 1) * height].any(axis=0))[-1])
        for line in range(3)
    ]
    assert all(240 < end < 300 for end in ends)
    # The lines above are as they would be with more lines.
    paragraph.set_lines(30)
    more = letters(paragraph)[: 2 * height]
    assert (more == cut[: 2 * height]).all()
    # On a single line the dots come after the mark too.
    paragraph.set_lines(1)
    columns = np.flatnonzero(letters(paragraph).any(axis=0))
    assert columns[0] == pytest.approx(12 + 5 if isinstance(paragraph, Marked) else 0, abs=2)
    assert 270 < columns[-1] < 300


@pytest.mark.parametrize("lines", [1, 3])
def test_first_letters_are_bold(paragraph: FlowingText, lines: int) -> None:
    paragraph.set_lines(lines)
    words = "explained: " + "m" * (100 if lines == 1 else 3)
    paragraph.setText(words)
    plain = letters(paragraph)
    paragraph.set_bold(9)
    bold = letters(paragraph)
    assert bold.sum() > 1.02 * plain.sum() and (bold != plain).any()
    paragraph.set_bold(0)
    assert (letters(paragraph) == plain).all()


def test_mark_is_in_the_middle_of_the_first_line(qtbot: QtBot) -> None:
    text = Marked()
    qtbot.addWidget(text)
    text.setText("words")
    text.resize(300, text.height())
    shown = pixels(text.grab().toImage())
    rows, columns = np.nonzero((shown == (255, 0, 0)).all(axis=2))
    assert columns.min() == 0
    assert rows.mean() == pytest.approx((text.fontMetrics().height()) / 2, abs=1)
