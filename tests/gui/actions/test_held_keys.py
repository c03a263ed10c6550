from __future__ import annotations

import pytest
from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from vetter.gui.actions.key_events import HeldKeys

PRESS, RELEASE = QEvent.Type.KeyPress, QEvent.Type.KeyRelease
OVERRIDE = QEvent.Type.ShortcutOverride


class KeyAt(QKeyEvent):
    """A key event of a given time, which Qt's Python face cannot make."""

    def __init__(self, kind: QEvent.Type, at: int, key: Qt.Key, repeat: bool) -> None:
        super().__init__(kind, key, Qt.KeyboardModifier.NoModifier, "", repeat, 1)
        self._at = at

    def timestamp(self) -> int:
        return self._at


class Window(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.pressed: list[int] = []
        self.held_keys = HeldKeys(self, {"A", "Space"})

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        assert event is not None
        self.pressed.append(event.key())


@pytest.fixture
def window(qtbot: QtBot) -> Window:
    window = Window()
    qtbot.addWidget(window)
    return window


def send(
    window: QWidget, kind: QEvent.Type, at: int, key: Qt.Key = Qt.Key.Key_A, repeat: bool = False
) -> bool:
    """Deliver a key event; whether it was accepted."""
    event = KeyAt(kind, at, key, repeat)
    event.ignore()
    QApplication.sendEvent(window, event)
    return event.isAccepted()


def test_press_at_the_time_of_the_release_is_a_repeat(window: Window) -> None:
    send(window, PRESS, 1000)
    send(window, RELEASE, 1600)
    send(window, PRESS, 1600)
    assert window.pressed == [Qt.Key.Key_A]


def test_a_fast_second_press_counts(window: Window) -> None:
    send(window, PRESS, 1000)
    send(window, RELEASE, 1030)
    send(window, PRESS, 1031)
    assert len(window.pressed) == 2


def test_what_qt_calls_a_repeat_is_one(window: Window) -> None:
    send(window, PRESS, 1000, repeat=True)
    assert not window.pressed


def test_repeat_does_not_reach_the_shortcuts(window: Window) -> None:
    send(window, RELEASE, 1600)
    assert send(window, OVERRIDE, 1600)


def test_first_press_is_left_to_the_shortcuts(window: Window) -> None:
    assert not send(window, OVERRIDE, 1000)


def test_moving_keys_repeat(window: Window) -> None:
    send(window, RELEASE, 1600, Qt.Key.Key_Right)
    send(window, PRESS, 1600, Qt.Key.Key_Right)
    assert window.pressed == [Qt.Key.Key_Right]


def test_letting_go_is_told_once_and_not_of_a_repeat(window: Window, qtbot: QtBot) -> None:
    told: list[int] = []
    window.held_keys.release_keys.connect(told.append)
    send(window, RELEASE, 1600, Qt.Key.Key_Space)
    send(window, OVERRIDE, 1600, Qt.Key.Key_Space)
    send(window, RELEASE, 1640, Qt.Key.Key_Space)
    assert told == []
    qtbot.waitUntil(lambda: told == [Qt.Key.Key_Space])


def test_letting_go_is_told_before_another_keys_release(window: Window, qtbot: QtBot) -> None:
    told: list[int] = []
    window.held_keys.release_keys.connect(told.append)
    send(window, RELEASE, 1600, Qt.Key.Key_Space)
    send(window, RELEASE, 1605)
    assert told == [Qt.Key.Key_Space]
    qtbot.waitUntil(lambda: len(told) == 2)


def test_events_without_a_time_are_presses_of_their_own(window: Window) -> None:
    for kind in (PRESS, RELEASE, PRESS):
        send(window, kind, 0)
    assert window.pressed == [Qt.Key.Key_A, Qt.Key.Key_A]
