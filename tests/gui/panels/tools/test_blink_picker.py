"""The choice of the planes that blink."""

from __future__ import annotations

from typing import Any

import pytest
from PyQt6.QtWidgets import QDialogButtonBox
from pytestqt.qtbot import QtBot

from vetter.gui.panels.tools.blink_picker import BlinkPicker

PLANES = {"image": "", "template": "", "deep": "", "diff": "", "refit template": "by the fit"}


@pytest.fixture
def picker(qtbot: QtBot) -> BlinkPicker:
    picker = BlinkPicker(PLANES, ())
    qtbot.addWidget(picker)
    return picker


def picked(picker: BlinkPicker) -> list[Any]:
    heard: list[Any] = []
    picker.picked.connect(heard.append)
    picker.accept()
    return heard


def test_usual_planes_are_ticked_and_no_choice(picker: BlinkPicker) -> None:
    ticked = [plane for plane, tick in picker.ticks.items() if tick.isChecked()]
    assert ticked == ["image", "template", "refit template"]
    assert picked(picker) == [()]


def test_choice_is_told_in_the_order_of_the_panels(picker: BlinkPicker) -> None:
    picker.ticks["diff"].setChecked(True)
    picker.ticks["template"].setChecked(False)
    assert picked(picker) == [("image", "diff", "refit template")]


def test_reset_is_the_usual_choice(qtbot: QtBot) -> None:
    picker = BlinkPicker(PLANES, ("image", "deep"))
    qtbot.addWidget(picker)
    picker.reset_ticks()
    assert picked(picker) == [()]


def test_two_planes_have_to_be_left(picker: BlinkPicker) -> None:
    for plane in ("template", "refit template"):
        picker.ticks[plane].setChecked(False)
    buttons = picker.findChild(QDialogButtonBox)
    assert buttons is not None
    ok = buttons.button(QDialogButtonBox.StandardButton.Ok)
    assert ok is not None and not ok.isEnabled()
