"""The field view and the rejection of all explained candidates, in the real window."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication

from vetter.app import open_window
from vetter.gui.dialogs.reject_explained import RejectExplainedDialog
from vetter.gui.windows.main_window import MainWindow

KEY = Qt.Key


@pytest.fixture
def window(qtbot, tmp_path) -> Iterator[MainWindow]:
    window = open_window("demo", session=tmp_path / "s.vetter", reviewer="ann")
    window.resize(1280, 720)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=30000)
    qtbot.waitUntil(lambda: window.session.is_painted, timeout=30000)
    yield window
    window.close()


def until_fitted(qtbot, window: MainWindow) -> None:
    count = len(window.session.candidates)
    qtbot.waitUntil(lambda: len(window.fits.table) == count, timeout=60000)


def test_v_shows_the_field_and_puts_it_away(qtbot, window):
    assert window.pages.field is None
    QTest.keyClick(window, KEY.Key_V)
    view = window.pages.field.view
    qtbot.waitUntil(view.isVisible, timeout=30000)
    qtbot.waitUntil(lambda: window.fits.calibration(0) is not None, timeout=60000)
    stars = window.fits.calibration(0)
    bad = np.hypot(stars.x - 750, stars.y - 730) < 150
    assert np.median(stars.dx[bad]) > 0.4 and np.median(stars.dy[bad]) < -0.25
    qtbot.waitUntil(lambda: not view.visibleRegion().isEmpty(), timeout=30000)
    QTest.keyClick(window, KEY.Key_V)
    assert not view.isVisible()


def test_a_verdict_key_asks_for_the_group_then_one_undo_takes_it_back(qtbot, window):
    session = window.session
    QTest.keyClick(window, KEY.Key_V)
    view = window.pages.field.view
    qtbot.waitUntil(view.isVisible, timeout=30000)
    view.map.banded.emit([3, 5, 9], False)
    QTest.keyClick(window, KEY.Key_R)
    assert view.question.text.startswith("Reject 3 candidates?")
    assert session.counts.rejected == 0
    view.question.yes.click()
    qtbot.waitUntil(lambda: session.counts.rejected == 3, timeout=30000)
    session.undo()
    qtbot.waitUntil(lambda: session.counts.rejected == 0, timeout=30000)


def test_all_that_disappeared_go_as_one_step(qtbot, window):
    session = window.session
    until_fitted(qtbot, window)
    rows = window.fits.disappeared_rows()
    QTest.keyClick(
        window,
        KEY.Key_R,
        Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
    )
    dialogs = [w for w in QApplication.topLevelWidgets() if isinstance(w, RejectExplainedDialog)]
    assert len(dialogs) == 1 and session.counts.rejected == 0
    dialogs[0].go.click()
    qtbot.waitUntil(lambda: session.counts.rejected == len(rows), timeout=30000)
    assert len(rows) > 20 and (session.codes[rows] == 2).all()
    session.undo()
    qtbot.waitUntil(lambda: session.counts.rejected == 0, timeout=30000)


def test_before_any_fit_there_is_nothing_to_reject(window):
    window.fits.table.codes[:] = 0
    window.dialogs.show_disappeared()
    assert "no fitted candidate in this list is explained" in window.status.currentMessage()
