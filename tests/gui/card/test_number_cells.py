"""Cells of the evidence: each number has its own room."""

from __future__ import annotations

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
