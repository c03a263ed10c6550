"""The choice of planes with panels."""

from __future__ import annotations

from typing import Any

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QDialogButtonBox
from pytestqt.qtbot import QtBot

from tests.gui.conftest import CheckLook
from vetter.gui.panels.panel_choice import PanelChoice, PanelPicker

PLANES = {"image": "", "diff": "", "adjusted": "residuals of the fit", "err": "estimated"}


@pytest.fixture
def picker(qtbot: QtBot) -> PanelPicker:
    choice = PanelChoice({"diff": False}, frozenset({"err"}))
    picker = PanelPicker(choice, PLANES)
    qtbot.addWidget(picker)
    return picker


def ticked(picker: PanelPicker) -> list[str]:
    return [plane for plane, tick in picker.ticks.items() if tick.isChecked()]


def test_it_ticks_what_has_a_panel_now(picker: PanelPicker) -> None:
    assert ticked(picker) == ["image", "adjusted"]


def test_it_tells_what_is_said_beyond_the_rule(picker: PanelPicker) -> None:
    told: list[Any] = []
    picker.picked.connect(told.append)
    picker.ticks["err"].setChecked(True)
    picker.accept()
    assert told == [{"diff": False, "err": True}]


def test_all_is_as_at_first_again(picker: PanelPicker) -> None:
    told: list[Any] = []
    picker.picked.connect(told.append)
    picker.reset_ticks()
    assert ticked(picker) == ["image", "diff", "adjusted"]
    picker.accept()
    assert told == [{}]


def test_one_panel_has_to_be_left(picker: PanelPicker) -> None:
    for plane in ("image", "adjusted"):
        picker.ticks[plane].setChecked(False)
    buttons = picker.findChild(QDialogButtonBox)
    assert buttons is not None
    ok = buttons.button(QDialogButtonBox.StandardButton.Ok)
    assert ok is not None and not ok.isEnabled()


def test_picker_as_a_picture(qtbot: Any, check_look: CheckLook) -> None:
    planes = {
        "image": "",
        "diff": "given",
        "err": "estimated from the image",
        "a plane": "",
    }
    choice = PanelChoice({"diff": False}, frozenset({"err"}))
    picker = PanelPicker(choice, planes, kinds={"diff": "difference", "a plane": "sky"})
    picker.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(picker)
    picker.resize(picker.sizeHint())
    check_look(picker, "panel_picker")
