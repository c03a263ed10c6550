"""Undo of a verdict for many: where it returns to, and what the window tells."""

from __future__ import annotations

from typing import Any

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest

from vetter.core.decisions.decision import Verdict
from vetter.core.judgement.answer import Answer
from vetter.gui.dialogs.reject_explained import RejectExplainedDialog
from vetter.gui.grid.grid import Grid
from vetter.gui.windows.main_window import MainWindow

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def undo(qtbot: Any, window: MainWindow) -> None:
    QTest.keyClick(window.focusWidget() or window, Qt.Key.Key_Z, CTRL)
    qtbot.waitUntil(lambda: not window.session.counts.rejected, timeout=30000)
    qtbot.waitUntil(lambda: not window.session.busy, timeout=30000)


@pytest.fixture
def grid(qtbot: Any, window: MainWindow) -> Grid:
    """The grid with 3 candidates from row 4 on that were just rejected; the last is current."""
    window.session.go_to_row(4)
    window.pages.toggle_grid()
    grid = window.pages.currentWidget()
    assert isinstance(grid, Grid)
    for key, held in ((Qt.Key.Key_Right, SHIFT), (Qt.Key.Key_Right, SHIFT)):
        QTest.keyClick(grid, key, held)
    window.pages.decide(Verdict.REJECT)
    QTest.keyClick(grid, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.session.counts.rejected == 3, timeout=30000)
    return grid


def test_undo_in_grid_stays_there_and_tells_group(qtbot: Any, window: MainWindow, grid: Grid):
    QTest.keyClick(grid, Qt.Key.Key_Home)
    undo(qtbot, window)
    assert window.pages.currentWidget() is grid and window.session.current_row == 6
    assert window.status.currentMessage() == "undone: reject of 3 candidates"


def test_undo_drops_question_about_group(qtbot: Any, window: MainWindow, grid: Grid):
    grid.decide(Verdict.ACCEPT)
    assert grid.question.text.startswith("Accept 3 candidates?")
    undo(qtbot, window)
    assert grid.question.text == ""


def test_undo_of_disappeared_returns_before_dialog(qtbot: Any, window: MainWindow) -> None:
    window.fits.table.codes[[3, 8, 20]] = Answer.EXPLAINED.code
    window.session.go_to_row(6)
    dialog = RejectExplainedDialog(window.session, window.cache, window.fits, window)
    dialog.show()
    assert window.session.current_row == 3
    dialog.accept()
    qtbot.waitUntil(lambda: window.session.counts.rejected == 3, timeout=30000)
    assert window.session.current_row == 6
    window.session.undo()
    qtbot.waitUntil(lambda: not window.session.counts.rejected, timeout=30000)
    assert window.session.current_row == 6
    assert window.status.currentMessage() == "undone: reject of 3 candidates"
