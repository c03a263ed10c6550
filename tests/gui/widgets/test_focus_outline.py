"""Outline around the widget that has the keyboard."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import QPoint, QRect
from PyQt6.QtWidgets import QApplication, QDialog, QLineEdit, QVBoxLayout, QWidget

from vetter.gui.widgets.focus_outline import WIDTH, FocusOutline, FocusWatcher


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


def test_outline_stays_inside_its_window(window):
    window.fields[0].parentWidget().setGeometry(-30, 20, 200, 120)
    window.fields[0].setFocus()
    assert window.outline.geometry() == around(window.fields[0]).intersected(window.rect())
    assert window.outline.x() == 0


def test_outline_covers_the_edge_and_not_what_it_surrounds(window):
    window.fields[0].setFocus()
    mask, area = window.outline.mask(), window.outline.rect()
    for x in (0, WIDTH - 1, WIDTH, area.right() - WIDTH, area.right() - WIDTH + 1, area.right()):
        on_edge = x < WIDTH or x > area.right() - WIDTH
        assert mask.contains(QPoint(x, area.center().y())) == on_edge
    pixel = window.outline.grab().toImage().pixelColor(0, 0)
    assert pixel == window.outline.palette().link().color()


def test_fields_of_a_dialog_have_an_outline_of_their_own(qtbot, window):
    window.fields[0].setFocus()
    dialog = QDialog(window)
    field = QLineEdit(dialog)
    field.setGeometry(20, 20, 100, 24)
    dialog.resize(200, 80)
    dialog.show()
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow, timeout=30000)
    field.setFocus()
    (outline,) = dialog.findChildren(FocusOutline)
    assert outline.isVisible() and outline.geometry() == around(field)
    dialog.setFocus()
    assert not outline.isVisible() and dialog.findChildren(FocusOutline) == [outline]
    dialog.close()


def test_outline_stops_with_its_watcher(window):
    application = QApplication.instance()
    watcher = FocusWatcher(window, application)
    window.fields[1].setFocus()
    assert watcher.target is window.fields[1]
    watcher.stop()
    window.fields[0].setFocus()
    assert watcher.target is None and not watcher.outline.isVisible()
    assert window.outline.target is window.fields[0]
