"""Room of the window: the evidence below the panels."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import QPoint

from vetter.gui.windows.main_window import MainWindow


@pytest.mark.parametrize("size", [(1280, 720), (1600, 900), (700, 900)])
def test_the_evidence_is_right_below_the_panels(window: MainWindow, size: tuple[int, int]) -> None:
    window.resize(*size)
    row = window.plane_row
    lowest = max(row.panel(name).sceneBoundingRect().bottom() for name in row.plane_names)
    top = window.evidence.mapTo(window, QPoint()).y() - row.mapTo(window, QPoint()).y()
    assert 0 <= top - lowest <= 6
