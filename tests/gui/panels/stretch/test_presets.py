"""Presets: named looks."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QInputDialog
from pytestqt.qtbot import QtBot

from vetter.core.display.interval import Interval
from vetter.core.display.style import DisplayStyle
from vetter.gui.panels.stretch.presets import PresetButton, built_in_presets

BRIGHT = DisplayStyle().with_("sky", interval=Interval("percentile", 5, 99.9), stretch="log")


@pytest.fixture
def button(qtbot: QtBot) -> Iterator[PresetButton]:
    button = PresetButton("named looks")
    qtbot.addWidget(button)
    button.show_looks(DisplayStyle())
    yield button


def entries(button: PresetButton) -> dict[str, QAction]:
    menu = button.menu()
    assert menu is not None
    menu.aboutToShow.emit()
    return {action.text(): action for action in menu.actions() if action.text()}


def test_menu_marks_the_preset_on_screen(button: PresetButton) -> None:
    ticked = [name for name, action in entries(button).items() if action.isChecked()]
    assert ticked == ["by noise"]


def test_chosen_preset_is_told(button: PresetButton) -> None:
    told: list[DisplayStyle] = []
    button.chosen.connect(told.append)
    entries(button)["zscale"].trigger()
    assert [looks.sky.interval.kind for looks in told] == ["zscale"]


def test_saved_preset_comes_back_from_a_session(button: PresetButton, qtbot: QtBot) -> None:
    saved: list[dict[str, object]] = []
    button.saved.connect(saved.append)
    button.show_looks(BRIGHT)
    button.save_as("bright & log")
    other = PresetButton("named looks")
    qtbot.addWidget(other)
    other.restore(saved[-1])
    assert other.presets["bright & log"] == BRIGHT
    assert "bright && log" in entries(other)


def test_removed_preset_is_gone(button: PresetButton) -> None:
    button.show_looks(BRIGHT)
    button.save_as("bright")
    saved: list[dict[str, object]] = []
    button.saved.connect(saved.append)
    entries(button)["Remove bright"].trigger()
    assert saved == [{}]
    assert "bright" not in button.presets and "Remove bright" not in entries(button)


def test_kinds_of_planes_do_not_belong_to_a_preset(button: PresetButton) -> None:
    button.show_looks(dataclasses.replace(BRIGHT, kinds=(("residuum", "difference"),)))
    button.save_as("bright")
    button.show_looks(DisplayStyle())
    assert button.presets["bright"] == BRIGHT


@pytest.mark.parametrize("stored", [None, 3, {"x": 1}, {"x": {"sky": {"interval": 2}}}])
def test_unreadable_presets_are_left_out(button: PresetButton, stored: object) -> None:
    button.restore(stored)
    assert list(button.presets)[0] == "by noise" and "x" not in button.presets


@pytest.mark.parametrize(
    ("name", "interval", "sky", "difference"),
    [
        ("by noise", Interval(), "asinh", "asinh"),
        ("0.5 to 99.5%", Interval("percentile", 0.5, 99.5), "asinh", "linear"),
        ("faint: \N{MINUS SIGN}1 to 4 sigma", Interval("sigma", -1, 4), "linear", "linear"),
        ("zscale", Interval("zscale"), "linear", "linear"),
        ("whole range, log", Interval("minmax"), "log", "asinh"),
    ],
)
def test_preset_is_what_its_name_says(
    name: str, interval: Interval, sky: str, difference: str
) -> None:
    looks = dataclasses.replace(BRIGHT, shared=False).with_("sky", cmap="viridis", contrast=3.0)
    preset = built_in_presets(looks)[name]
    for group, stretch in (("sky", sky), ("difference", difference)):
        look = preset.group_style(group)
        assert (look.interval, look.stretch) == (interval, stretch)
        assert (look.contrast, look.bias) == (1.0, 0.5)
    # Colours and the sharing of limits stay.
    assert preset.group_style("sky").cmap == "viridis" and not preset.shared


@pytest.mark.parametrize(("typed", "name"), [(" night ", "night"), ("  ", None)])
def test_name_of_a_preset_is_asked_for(button: PresetButton, typed: str, name: str | None) -> None:
    saved: list[dict[str, object]] = []
    button.saved.connect(saved.append)
    button.show_looks(BRIGHT)
    entries(button)["Save as preset..."].trigger()
    dialog = button.window().findChild(QInputDialog)
    assert dialog is not None and dialog.windowTitle() == "Save as preset"
    assert dialog.labelText() == "Name of the preset"
    dialog.textValueSelected.emit(typed)
    dialog.close()
    assert [list(names) for names in saved] == ([] if name is None else [[name]])
    assert name is None or button.presets[name] == BRIGHT


def test_next_preset_goes_round(button: PresetButton) -> None:
    told: list[DisplayStyle] = []
    button.chosen.connect(told.append)
    names = list(button.presets)
    # Looks that are no preset: the first comes next.
    button.show_looks(BRIGHT)
    for _ in range(len(names) + 1):
        button.choose_next()
        button.show_looks(told[-1])
    assert told == [built_in_presets(BRIGHT)[name] for name in [*names, names[0]]]
