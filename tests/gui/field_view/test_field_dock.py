"""The field view and the rejection of all explained candidates, in the real window."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication

from tests.helpers.windows import WITHOUT_FITS
from vetter.app import open_window
from vetter.core.fit.adjustment import Adjustment
from vetter.core.judgement.answer import Answer, Judgement
from vetter.gui.dialogs.reject_explained import RejectExplainedDialog
from vetter.gui.windows.main_window import MainWindow

KEY = Qt.Key
FIT = Adjustment(True, dx=0.4, dy=0, scale=1, chi2_0=900, chi2=100, df=100, snr=0.5)


@pytest.fixture
def window(qtbot, tmp_path) -> Iterator[MainWindow]:
    window = open_window(
        "demo", session=tmp_path / "s.vetter", reviewer="ann", settings=WITHOUT_FITS
    )
    window.resize(1280, 720)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=30000)
    qtbot.waitUntil(lambda: window.session.is_painted, timeout=30000)
    yield window
    window.close()


def test_v_shows_the_field_and_puts_it_away(qtbot, window):
    assert window.pages.field is None
    QTest.keyClick(window, KEY.Key_V)
    view = window.pages.field.view
    qtbot.waitUntil(view.isVisible, timeout=30000)
    qtbot.waitUntil(lambda: not view.visibleRegion().isEmpty(), timeout=30000)
    QTest.keyClick(window, KEY.Key_V)
    assert not view.isVisible()


def test_hidden_image_stays_hidden_in_the_session(qtbot, window, tmp_path):
    QTest.keyClick(window, KEY.Key_V)
    window.pages.field.view.picture.click()
    window.close()
    again = open_window("demo", session=tmp_path / "s.vetter", settings=WITHOUT_FITS)
    again.pages.toggle_field()
    assert not again.pages.field.view.picture.isChecked()
    again.pages.field.view.picture.click()
    again.close()
    third = open_window("demo", session=tmp_path / "s.vetter", settings=WITHOUT_FITS)
    third.pages.toggle_field()
    assert third.pages.field.view.picture.isChecked()
    third.close()


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
    rows = list(range(5, 60, 2))
    for row in rows:
        window.fits.table.set(row, FIT, Judgement(Answer.EXPLAINED, ""))
    QTest.keyClick(
        window,
        KEY.Key_R,
        Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
    )
    dialogs = [w for w in QApplication.topLevelWidgets() if isinstance(w, RejectExplainedDialog)]
    assert len(dialogs) == 1 and session.counts.rejected == 0
    dialogs[0].go.click()
    qtbot.waitUntil(lambda: session.counts.rejected == len(rows), timeout=30000)
    assert (session.codes[rows] == 2).all()
    session.undo()
    qtbot.waitUntil(lambda: session.counts.rejected == 0, timeout=30000)


def test_before_any_fit_there_is_nothing_to_reject(window):
    window.dialogs.show_disappeared()
    assert "no fitted candidate in this list is explained" in window.status.currentMessage()
