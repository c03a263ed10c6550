"""One lane's line alone: its numbers and words, and how it is painted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PyQt6.QtCore import QEvent, QPointF
from PyQt6.QtGui import QColor, QEnterEvent
from PyQt6.QtWidgets import QApplication

from tests.helpers.snapshots import pixels, snapshot_font
from vetter.gui.candidate_list.lane_list import LaneLine
from vetter.gui.widgets.theme import DARK, palette_of
from vetter.review.threads.lanes import Lane, LaneCount

NAN = float("nan")
OWN, GIVEN = Lane("bright", "mag<17", True), Lane("later", "verdict=later")


def line_of(qtbot: Any, lane: Lane) -> LaneLine:
    line = LaneLine(lane)
    qtbot.addWidget(line)
    line.setFont(snapshot_font())
    line.setPalette(palette_of(DARK))
    line.resize(300, line.sizeHint().height())
    return line


@pytest.mark.parametrize(
    ("lane", "count", "numbers", "age", "words"),
    [
        (GIVEN, None, "", "", "filter verdict=later"),
        (
            GIVEN,
            LaneCount(1200, 0, NAN),
            "1,200",
            "",
            "filter verdict=later: 0 undecided of 1,200",
        ),
        (
            OWN,
            LaneCount(1200, 7, 2.5),
            "7/1,200",
            "2 d",
            "filter mag<17: 7 undecided of 1,200, the oldest waits 2 d",
        ),
        (
            OWN,
            LaneCount(0, 0, NAN, "mag is no column"),
            "?",
            "",
            "filter mag<17: mag is no column",
        ),
    ],
)
def test_numbers_and_words_of_a_lane(
    qtbot: Any, lane: Lane, count: LaneCount | None, numbers: str, age: str, words: str
) -> None:
    line = line_of(qtbot, lane)
    # What was shown before is gone.
    line.show_count(LaneCount(3, 3, 9.0), True)
    line.show_count(count, False)
    assert (line.numbers, line.age, line.is_current) == (numbers, age, False)
    assert line.accessibleDescription() == words
    assert line.accessibleName() == f"lane {lane.name}"
    assert words.split(":")[0].replace("<", "&lt;") in line.toolTip()


def ink(line: LaneLine) -> np.ndarray:
    """Columns with something in them."""
    shown = pixels(line.grab().toImage())
    return np.flatnonzero((shown != shown[0, 1]).any(axis=(0, 2)))


def spans(columns: np.ndarray) -> list[tuple[int, int]]:
    """First and last column of each run with gaps of at most eight pixels."""
    parts = np.split(columns, np.flatnonzero(np.diff(columns) > 8) + 1)
    return [(int(part[0]), int(part[-1])) for part in parts]


def test_name_numbers_and_age_have_their_places(qtbot: Any) -> None:
    line = line_of(qtbot, OWN)
    line.show_count(LaneCount(1200, 7, 40.0), False)
    name, numbers, age = spans(ink(line))
    metrics = line.fontMetrics()
    assert name[1] - name[0] == pytest.approx(metrics.horizontalAdvance("bright"), abs=3)
    assert numbers[1] - numbers[0] == pytest.approx(metrics.horizontalAdvance("7/1,200"), abs=4)
    # The age ends at the edge, the numbers where those of other lanes end.
    assert 290 <= age[1] < 298
    line.show_count(LaneCount(12, 7, NAN), False)
    assert spans(ink(line))[-1][1] == pytest.approx(numbers[1], abs=1)
    assert spans(ink(line))[0] == name


def test_lane_in_force_has_a_mark_and_is_bold(qtbot: Any) -> None:
    line = line_of(qtbot, OWN)
    line.show_count(LaneCount(12, 7, NAN), False)
    name = spans(ink(line))[0]
    line.show_count(LaneCount(12, 7, NAN), True)
    assert line.is_current and line.accessibleName() == "lane bright, in force"
    mark, bold = spans(ink(line))[0], spans(ink(line))[-2]
    assert 0 <= mark[0] < 6 and mark[0] < name[0]
    assert bold[1] > name[1]


def test_long_name_is_cut_before_the_numbers(qtbot: Any) -> None:
    line = line_of(qtbot, OWN._replace(name="m" * 100))
    line.show_count(LaneCount(1200, 7, NAN), False)
    name, numbers = spans(ink(line))
    assert name[1] < numbers[0] - 5 and name[1] - name[0] > 100


def test_line_under_the_pointer_is_lit(qtbot: Any) -> None:
    line = line_of(qtbot, GIVEN)
    line.show_count(LaneCount(3, 0, NAN), False)
    at = QPointF(5, 5)

    def ground() -> str:
        return line.grab().toImage().pixelColor(1, 1).name()

    line.setPalette(palette_of(DARK._replace(window="#334455")))
    before = ground()
    QApplication.sendEvent(line, QEnterEvent(at, at, at))
    assert ground() == QColor("#334455").name()
    QApplication.sendEvent(line, QEvent(QEvent.Type.Leave))
    assert ground() == before
    line.setDown(True)
    assert ground() == QColor("#334455").name()
