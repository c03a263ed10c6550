"""Room of the window: small sizes, and the evidence below the panels."""

from __future__ import annotations

from PyQt6.QtCore import QPoint

from vetter.gui.windows.main_window import MainWindow


def test_half_of_a_small_screen_is_enough(window: MainWindow) -> None:
    window.resize(800, 560)
    assert (window.width(), window.height()) == (800, 560)


def test_the_evidence_is_visible_at_the_smallest_size(window: MainWindow) -> None:
    window.resize(800, 560)
    column = window.evidence.parentWidget()
    assert column is not None
    assert window.evidence.geometry().bottom() <= column.height()


def test_the_evidence_is_right_below_the_panels(window: MainWindow) -> None:
    row = window.plane_row
    for size in ((1280, 720), (1600, 900), (700, 900)):
        window.resize(*size)
        lowest = max(row.panel(name).sceneBoundingRect().bottom() for name in row.plane_names)
        top = window.evidence.mapTo(window, QPoint()).y() - row.mapTo(window, QPoint()).y()
        assert 0 <= top - lowest <= 6, size
