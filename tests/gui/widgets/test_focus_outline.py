"""Outline around the widget that has the keyboard."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import QPoint, QRect
from PyQt6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

from vetter.gui.widgets.focus_outline import WIDTH, FocusWatcher


@pytest.fixture
def window(qtbot):
    """A window with two fields in a box."""
    window = QWidget()
    box = QWidget(window)
    layout = QVBoxLayout(box)
    window.fields = [QLineEdit(box), QLineEdit(box)]
    for field in window.fields:
        layout.addWidget(field)
    box.setGeometry(20, 20, 200, 120)
    watcher = FocusWatcher(window, QApplication.instance())
    window.outline = watcher.outline
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=30000)
    yield window
    watcher.stop()


def around(field: QWidget) -> QRect:
    corner = field.mapTo(field.window(), QPoint(0, 0))
    return QRect(corner, field.size()).adjusted(-WIDTH, -WIDTH, WIDTH, WIDTH)


def test_outline_is_around_focus_widget(window):
    for field in window.fields:
        field.setFocus()
        assert window.outline.isVisible() and window.outline.geometry() == around(field)
    assert not window.outline.mask().contains(window.outline.rect().center())


def test_outline_follows_widget_that_moves(window):
    window.fields[0].setFocus()
    window.fields[0].parentWidget().move(30, 40)
    assert window.outline.geometry() == around(window.fields[0])


def test_outline_hides_while_window_has_focus(window):
    window.fields[0].setFocus()
    window.setFocus()
    assert not window.outline.isVisible()


def test_outline_hides_with_its_widget(window):
    window.fields[0].setFocus()
    window.fields[0].parentWidget().hide()
    assert not window.outline.isVisible()
