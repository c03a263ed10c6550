"""Tests of the buttons at the foot of a dialog."""

from __future__ import annotations

from PyQt6.QtWidgets import QDialogButtonBox

from vetter.gui.widgets.buttons import button_box


def test_standard_buttons_have_words_and_no_icons(qtbot) -> None:
    standard = QDialogButtonBox.StandardButton
    box = button_box(standard.Ok | standard.Cancel | standard.Close)
    qtbot.addWidget(box)
    assert [bool(button.text()) for button in box.buttons()] == [True] * 3
    assert all(button.icon().isNull() for button in box.buttons())
