"""Tests of the buttons: at the foot of a dialog, and those that leave keys to the commands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDialog,
    QDialogButtonBox,
    QPushButton,
    QWidget,
)

from vetter.gui.widgets.buttons import (
    CheckedButton,
    EnteredButton,
    EnteredCheck,
    EnteredCombo,
    button_box,
    choice_box,
)

Key = Qt.Key


def test_standard_buttons_have_words_and_no_icons(qtbot) -> None:
    standard = QDialogButtonBox.StandardButton
    box = button_box(standard.Ok | standard.Cancel | standard.Close)
    qtbot.addWidget(box)
    assert [bool(button.text()) for button in box.buttons()] == [True] * 3
    assert all(button.icon().isNull() for button in box.buttons())


@pytest.mark.parametrize(
    ("words", "done"), [("OK", ["accepted"]), ("Cancel", ["rejected"]), ("Reset", ["reset"])]
)
def test_dialog_of_ticks_ends_or_begins_anew(qtbot: Any, words: str, done: list[str]) -> None:
    dialog, told = QDialog(), []
    qtbot.addWidget(dialog)
    dialog.accepted.connect(lambda: told.append("accepted"))
    dialog.rejected.connect(lambda: told.append("rejected"))
    box = choice_box(dialog, lambda: told.append("reset"))
    buttons = {button.text().replace("&", ""): button for button in box.buttons()}
    reset = buttons["Reset"]
    # Enter in the dialog means OK.
    assert isinstance(reset, QPushButton) and not reset.autoDefault()
    buttons[words].click()
    assert told == done


def pressed(widget: QWidget, key: Qt.Key) -> bool:
    """Press and release a key; whether the widget kept the press from what is around it."""
    kinds = (QEvent.Type.KeyPress, QEvent.Type.KeyRelease)
    events = [QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier) for kind in kinds]
    for event in events:
        QApplication.sendEvent(widget, event)
    return events[0].isAccepted()


@pytest.mark.parametrize("make", [CheckedButton, EnteredButton, EnteredCheck])
def test_enter_presses_a_button_and_space_does_not(
    qtbot: Any, make: Callable[[str], QAbstractButton]
) -> None:
    button, clicks = make("words"), []
    qtbot.addWidget(button)
    button.clicked.connect(lambda _down: clicks.append(button.isChecked()))
    assert button.text() == "words" and button.focusPolicy() == Qt.FocusPolicy.TabFocus
    assert not pressed(button, Key.Key_Space) and clicks == []
    assert not pressed(button, Key.Key_A) and clicks == []
    stays = button.isCheckable()
    assert stays == (make is not EnteredButton)
    for key in (Key.Key_Return, Key.Key_Enter):
        assert pressed(button, key)
    assert clicks == ([True, False] if stays else [False, False])


def test_arrows_choose_and_enter_opens_the_choice(
    qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    combo = EnteredCombo()
    qtbot.addWidget(combo)
    combo.addItems(["linear", "asinh", "log"])
    monkeypatch.setattr(combo, "showPopup", lambda: opened.append(combo.currentText()))
    assert combo.focusPolicy() == Qt.FocusPolicy.TabFocus
    assert pressed(combo, Key.Key_Down) and combo.currentText() == "asinh"
    assert pressed(combo, Key.Key_Down) and combo.currentText() == "log"
    assert pressed(combo, Key.Key_Up) and combo.currentText() == "asinh"
    # L would search the list, Space would open it: both are keys of commands.
    for key in (Key.Key_L, Key.Key_Space):
        assert not pressed(combo, key)
    assert combo.currentText() == "asinh" and opened == []
    for key in (Key.Key_Return, Key.Key_Enter):
        assert pressed(combo, key)
    assert opened == ["asinh", "asinh"]
