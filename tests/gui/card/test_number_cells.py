"""Cells of the evidence: each number has its own room."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PyQt6.QtGui import QImage

from tests.helpers.snapshots import pixels
from vetter.core.judgement.number_cells import NumberCell
from vetter.gui.card.number_cells import MIN_REST, NumberCells


def test_long_value_moves_the_next_cell_aside(qtbot) -> None:
    cells = NumberCells()
    qtbot.addWidget(cells)
    cells.resize(120, 40)
    cells.show_cells(tuple(NumberCell(name, "1", "0") for name in "abcd"))
    assert cells.shown == ("a", "b", "c", "d")
    cells.show_cells(tuple(NumberCell(name, "1,234,567,890", "0") for name in "abcd"))
    assert cells.shown == ("a", "b")


@pytest.mark.parametrize("ratio", [1.0, 1.25])
def test_frame_of_a_broken_number_stands_off_its_caption(qtbot, ratio: float) -> None:
    cells = NumberCells()
    qtbot.addWidget(cells)
    cells.resize(200, cells.height())
    cells.show_cells((NumberCell("free", "6.0", "-99.9", "below 5"),))
    image = QImage(cells.size() * ratio, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(cells.palette().window().color())
    cells.render(image)
    picture = pixels(image)
    inked = np.flatnonzero((picture != picture[-1, -1]).any(axis=(0, 2)))
    # The frame has ink in each of its columns, so it is the last run of them.
    gaps = np.diff(inked)
    assert gaps[np.flatnonzero(gaps > 1)[-1]] >= 4 * ratio


CELLS = (NumberCell("chi2", "1.02", "0.00"), NumberCell("dx", "+0.1", "-0.0"))


def cells_of(qtbot: Any, width: int) -> NumberCells:
    cells = NumberCells()
    qtbot.addWidget(cells)
    cells.resize(width, cells.height())
    return cells


def inked(cells: NumberCells) -> np.ndarray:
    """Whether each pixel is in a letter or a frame, shape (rows, columns)."""
    picture = pixels(cells.grab().toImage())
    return (picture != picture[-1, -1]).any(axis=2)


def test_nothing_is_painted_without_cells(qtbot) -> None:
    cells = cells_of(qtbot, 300)
    cells.show_cells((), "rest")
    assert not inked(cells).any() and cells.shown == ()


def test_values_stand_at_the_same_place_for_each_candidate(qtbot) -> None:
    cells = cells_of(qtbot, 300)
    cells.show_cells(CELLS)
    before = inked(cells)
    cells.show_cells((CELLS[0]._replace(value="1.0"), CELLS[1]))
    changed = np.flatnonzero((inked(cells) != before).any(axis=0))
    # Only what was the last digit of the first value.
    metrics = cells.fontMetrics()
    assert 0 < len(changed) <= metrics.horizontalAdvance("2") + 1
    assert changed.max() < np.flatnonzero(before.any(axis=0)).max() - metrics.horizontalAdvance(
        "dx"
    )


@pytest.mark.parametrize("count", [1, 2])
def test_cells_without_room_go_to_the_second_line_and_no_further(qtbot, count: int) -> None:
    cells = cells_of(qtbot, 4000)
    named = tuple(NumberCell(name, "1.02", "0.00") for name in "abcdefgh")
    cells.show_cells(named[:count])
    ends = np.flatnonzero(inked(cells).any(axis=0)).max()
    # As wide as so many cells and a bit: so many stand in each of the two lines.
    cells.resize(int(ends) + 8, cells.height())
    cells.show_cells(named)
    assert cells.shown == tuple("abcdefgh"[: 2 * count])
    shown = inked(cells)
    middle = shown.shape[0] // 2
    upper, lower = (np.flatnonzero(part.any(axis=0)) for part in (shown[:middle], shown[middle:]))
    assert abs(int(upper.min()) - int(lower.min())) <= 2
    # Dots at the edge stand for those left out.
    assert ends < lower.max() < cells.width()


def test_first_cell_is_shown_in_whatever_width(qtbot) -> None:
    cells = cells_of(qtbot, 5)
    cells.show_cells(CELLS)
    assert cells.shown == ("chi2", "dx")


def test_rest_follows_the_last_cell_where_some_of_it_is_read(qtbot) -> None:
    cells = cells_of(qtbot, 600)
    cells.show_cells(CELLS)
    of_cells = inked(cells)
    cells.show_cells(CELLS, "x" * 300)
    rest = np.flatnonzero((inked(cells) != of_cells).any(axis=0))
    last_cell = np.flatnonzero(of_cells.any(axis=0)).max()
    assert last_cell + 5 < rest.min() and 580 < rest.max() < 600

    def has_rest(width: int) -> bool:
        cells.resize(width, cells.height())
        # Dots in place of the rest have ink only on the base line.
        return np.count_nonzero(inked(cells)[:, int(rest.min()) - 2 :].any(axis=1)) > 3

    # About five letters are the least that is worth the room.
    shown_from = next(width for width in range(int(rest.min()), 600) if has_rest(width))
    assert shown_from == pytest.approx(rest.min() + MIN_REST, abs=2)
    assert has_rest(shown_from + 1) and not has_rest(shown_from - 1)


def test_rest_is_left_out_where_cells_are(qtbot) -> None:
    cells = cells_of(qtbot, 120)
    named = tuple(NumberCell(name, "1.02", "0.00") for name in "abcdefgh")
    cells.show_cells(named)
    without = inked(cells)
    assert len(cells.shown) < 8
    cells.show_cells(named, "rest of it")
    assert (inked(cells) == without).all()


def test_larger_letters_take_more_height(qtbot) -> None:
    cells = cells_of(qtbot, 300)
    cells.show_cells(CELLS)
    before, height = inked(cells), cells.height()
    assert height == 2 * (cells.fontMetrics().height() + 2) + 1
    font = cells.font()
    font.setPointSizeF(2 * font.pointSizeF())
    cells.setFont(font)
    assert cells.height() == 2 * (cells.fontMetrics().height() + 2) + 1 > height
    assert np.flatnonzero(inked(cells).any(axis=0)).max() > np.flatnonzero(before.any(axis=0)).max()
