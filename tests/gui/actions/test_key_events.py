"""Keys that Qt's shortcuts do not see: those of a place on the keyboard, and what is let go."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QApplication, QWidget

from vetter.gui.actions.command import Command
from vetter.gui.actions.key_events import CommandKeys, HeldKeys, key_by_place
from vetter.gui.actions.keymap import make_keymap

PRESS, RELEASE = QEvent.Type.KeyPress, QEvent.Type.KeyRelease
NONE = Qt.KeyboardModifier.NoModifier
DIGITS = "1234567890"
# The codes of the keys right of Esc and below on a US keyboard: X11's are 8 more than the PC's.
PC = {**{2 + place: digit for place, digit in enumerate(DIGITS)}, 26: "[", 27: "]"}
PC |= {51: ",", 52: "."}
X11 = {code + 8: key for code, key in PC.items()}


def key_event(
    kind: QEvent.Type = PRESS, key: int = Qt.Key.Key_F12, code: int = 0, repeat: bool = False
) -> QKeyEvent:
    return QKeyEvent(kind, key, NONE, code, 0, 0, "", repeat, 1)


@pytest.mark.parametrize(
    ("platform", "keys"),
    [("linux", X11), ("win32", PC), ("darwin", {})],
    ids=["X11", "Windows", "macOS"],
)
def test_keys_are_known_by_their_place(
    qapp: Any, monkeypatch: pytest.MonkeyPatch, platform: str, keys: dict[int, str]
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    found = {code: key_by_place(key_event(code=code)) for code in range(100)}
    assert {code: key for code, key in found.items() if key is not None} == keys


class Window(QWidget):
    """Window that remembers its commands."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[str] = []


COMMANDS = (
    Command("a.flip", "Flip", ("1",), "View", lambda w: w.calls.append("flip")),
    Command(
        "a.step",
        "Step",
        ("2", "Right"),
        "View",
        lambda w: w.calls.append("step"),
        repeats=True,
        released=lambda w: w.calls.append("step ends"),
    ),
    Command(
        "a.hold",
        "Hold",
        ("Space",),
        "View",
        lambda w: w.calls.append("hold"),
        released=lambda w: w.calls.append("hold ends"),
    ),
)
ONE, TWO, FOUR = 10, 11, 13
"""Scan codes of digits on X11."""


@pytest.fixture
def window(qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> Window:
    monkeypatch.setattr(sys, "platform", "linux")
    window = Window()
    qtbot.addWidget(window)
    return window


@pytest.fixture
def keys(window: Window) -> CommandKeys[Any]:
    return CommandKeys(window, COMMANDS, make_keymap(COMMANDS))


@pytest.mark.parametrize(
    ("code", "repeat", "is_key", "calls"),
    [
        (ONE, False, True, ["flip"]),
        # A held digit acts once, yet goes nowhere else.
        (ONE, True, True, []),
        (TWO, False, True, ["step"]),
        (TWO, True, True, ["step"]),
        (FOUR, False, False, []),
        (0, False, False, []),
    ],
)
def test_press_runs_the_command_of_the_place(
    keys: CommandKeys[Any], window: Window, code: int, repeat: bool, is_key: bool, calls: list[str]
) -> None:
    assert keys.press(key_event(code=code, repeat=repeat)) == is_key
    assert window.calls == calls


@pytest.mark.parametrize(
    ("key", "repeat", "calls"),
    [
        (Qt.Key.Key_Space, False, ["hold ends"]),
        (Qt.Key.Key_Space, True, []),
        (Qt.Key.Key_Right, False, ["step ends"]),
        (Qt.Key.Key_1, False, []),
        (Qt.Key.Key_A, False, []),
    ],
)
def test_release_ends_what_lasts_while_the_key_is_held(
    keys: CommandKeys[Any], window: Window, key: Qt.Key, repeat: bool, calls: list[str]
) -> None:
    keys.release(key_event(RELEASE, key, repeat=repeat))
    assert window.calls == calls


def test_all_that_is_held_ends_when_the_window_loses_the_keyboard(
    keys: CommandKeys[Any], window: Window
) -> None:
    keys.release_keys(None)
    assert window.calls == ["step ends", "hold ends"]


def test_keys_held_under_x11_count_once_unless_their_command_repeats(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QApplication, "platformName", lambda: "xcb")
    keymap = make_keymap(COMMANDS)
    keys = CommandKeys(window, COMMANDS, keymap)
    (held,) = window.findChildren(HeldKeys)

    def is_swallowed(key: Qt.Key) -> bool:
        return held.eventFilter(window, key_event(PRESS, key, repeat=True))

    assert is_swallowed(Qt.Key.Key_1) and is_swallowed(Qt.Key.Key_Space)
    assert not is_swallowed(Qt.Key.Key_Right) and not is_swallowed(Qt.Key.Key_A)
    keymap["a.flip"] = ("A",)
    keys.update_keys()
    assert is_swallowed(Qt.Key.Key_A) and not is_swallowed(Qt.Key.Key_1)
    held.release_keys.emit(Qt.Key.Key_Space)
    assert window.calls == ["hold ends"]


def test_other_platforms_tell_repeats_themselves(keys: CommandKeys[Any], window: Window) -> None:
    assert window.findChildren(HeldKeys) == []


def test_other_events_and_other_keys_pass(window: Window) -> None:
    held = HeldKeys(window, {"A"})
    assert not held.eventFilter(window, QEvent(QEvent.Type.Show))
    assert not held.eventFilter(window, key_event(RELEASE, Qt.Key.Key_B))
    assert not held.eventFilter(window, key_event(PRESS, Qt.Key.Key_A))
    # Each repeat sends a release, which does not end what the key holds.
    assert held.eventFilter(window, key_event(RELEASE, Qt.Key.Key_A, repeat=True))
