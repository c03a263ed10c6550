"""Cells of the evidence: each number has its own room."""

from __future__ import annotations

import numpy as np
import pytest
from PyQt6.QtGui import QImage

from tests.helpers.snapshots import pixels
from vetter.core.judgement.number_cells import NumberCell
from vetter.gui.card.number_cells import NumberCells


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
