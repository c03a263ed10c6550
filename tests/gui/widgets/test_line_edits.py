"""Line edits: Esc leaves them and puts the number back, Enter takes it, Tab goes beside."""

from __future__ import annotations

from typing import Any

import pytest
from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QApplication, QLineEdit, QWidget

from vetter.gui.widgets.line_edits import EscapeLine, NumberField


@pytest.fixture
def window(qtbot: Any) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(400, 40)
    return window


def shown(qtbot: Any, window: QWidget) -> None:
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=30000)


@pytest.mark.parametrize(("key", "taken"), [(Qt.Key.Key_Escape, True), (Qt.Key.Key_F5, False)])
def test_escape_of_a_command_comes_to_the_line(
    qtbot: Any, window: QWidget, key: Qt.Key, taken: bool
) -> None:
    line = EscapeLine(window)
    event = QKeyEvent(QEvent.Type.ShortcutOverride, key, Qt.KeyboardModifier.NoModifier)
    event.ignore()
    QApplication.sendEvent(line, event)
    assert event.isAccepted() == taken


def test_escape_is_told_and_letters_are_typed(qtbot: Any, window: QWidget) -> None:
    line, told = EscapeLine(window), []
    line.escaped.connect(lambda: told.append(line.text()))
    qtbot.keyClicks(line, "mag")
    assert told == []
    qtbot.keyClick(line, Qt.Key.Key_Escape)
    assert told == ["mag"] and line.text() == "mag"


@pytest.mark.parametrize(
    ("value", "text"), [(1.5, "1.5"), (1234567.0, "1.23457e+06"), (0.1 + 0.2, "0.3"), (-2, "-2")]
)
def test_number_is_shown_in_six_digits(window: QWidget, value: float, text: str) -> None:
    field = NumberField(window)
    field.set_number(value)
    assert field.text() == text
    # Wide enough for each number that it shows, and no wider from one to the next.
    assert field.minimumWidth() == field.maximumWidth()
    assert field.fontMetrics().horizontalAdvance(text) < field.width()


@pytest.mark.parametrize(
    ("key", "text"), [(Qt.Key.Key_Escape, "1.5"), (Qt.Key.Key_Return, "27"), (Qt.Key.Key_7, "277")]
)
def test_escape_restores_and_both_leave(
    qtbot: Any, window: QWidget, key: Qt.Key, text: str
) -> None:
    field = NumberField(window)
    field.set_number(1.5)
    assert field.focusPolicy() == Qt.FocusPolicy.ClickFocus
    shown(qtbot, window)
    field.type_into()
    assert field.hasFocus() and field.selectedText() == "1.5"
    qtbot.keyClicks(field, "27")
    qtbot.keyClick(field, key)
    assert field.text() == text
    assert field.hasFocus() == (key == Qt.Key.Key_7)


def test_tab_leads_to_the_field_beside(qtbot: Any, window: QWidget) -> None:
    low, high = NumberField(window), NumberField(window)
    other = QLineEdit(window)
    low.beside = high
    for field in (low, high):
        field.set_number(3)
    shown(qtbot, window)
    low.type_into()
    qtbot.keyClick(low, Qt.Key.Key_Tab)
    assert high.hasFocus() and high.selectedText() == "3"
    qtbot.keyClick(high, Qt.Key.Key_Tab)
    assert other.hasFocus()
