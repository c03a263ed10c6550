"""Drops on a window, beyond what the tests of opening do."""

from __future__ import annotations

from PyQt6 import sip
from PyQt6.QtCore import QEvent
from PyQt6.QtWidgets import QApplication, QLineEdit, QWidget

from vetter.gui.opening.file_drop import FileDrop


def a_window() -> tuple[QWidget, QLineEdit]:
    window = QWidget()
    field = QLineEdit(window)
    FileDrop(window)
    window.show()
    return window, field


def test_fields_that_were_added_leave_drops_to_the_window(qtbot):
    window, field = a_window()
    assert field.acceptDrops()
    QApplication.sendEvent(window, QEvent(QEvent.Type.WindowDeactivate))
    assert not field.acceptDrops()
    window.close()


def test_a_window_that_goes_while_it_is_active_says_nothing(qtbot):
    window, _ = a_window()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=30000)
    # Qt deactivates it on the way; what an event filter raised would fail this test.
    with qtbot.captureExceptions() as raised:
        sip.delete(window)
        QApplication.processEvents()
    assert not raised
