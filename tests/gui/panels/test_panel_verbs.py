"""Verbs of the panels' menus alone: what is said, kept and handed on."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PyQt6.QtWidgets import QWidget

from tests.helpers.fake_field import FieldInMemory, field
from vetter.core.display.style import DisplayStyle
from vetter.gui.actions.keymap import make_keymap
from vetter.gui.commands import COMMANDS
from vetter.gui.panels.layout.turning import North
from vetter.gui.panels.panel_actions import PanelActions
from vetter.gui.panels.plane_row import PlaneRow
from vetter.gui.panels.stretch.stretch_bar import StretchBar
from vetter.gui.panels.tools.blink_picker import BlinkPicker
from vetter.review.cutouts.rendered_cutout import FitPanel, render_cutout, repaint


class Panels(SimpleNamespace):
    """The verbs, and what they have said, kept and set."""


@pytest.fixture
def panels(qtbot: Any, row: PlaneRow) -> Panels:
    window = QWidget()
    bar = StretchBar(DisplayStyle(), make_keymap(COMMANDS), window)
    qtbot.addWidget(window)
    said, kept, chosen = [], {}, []
    session = SimpleNamespace(writer=SimpleNamespace(keep_setting=kept.__setitem__))
    verbs = PanelActions(session, row, bar, {}, chosen.append, said.append, window)
    return Panels(verbs=verbs, row=row, bar=bar, said=said, kept=kept, chosen=chosen, window=window)


def show(panels: Panels, *names: str, fitted: bool = False, **more: Any) -> None:
    planes = {name: plane for name, plane in field().items() if name in names} | more
    frame = render_cutout(FieldInMemory(planes, [[200.0, 200.0]]), 0, 20, DisplayStyle())
    if fitted:
        frame = repaint(frame, DisplayStyle(), FitPanel(np.zeros_like(frame.planes["image"])))
    panels.row.show_frame(frame)


def test_automatic_blink_says_how_it_stops(panels: Panels) -> None:
    show(panels, "image", "template")
    panels.verbs.toggle_auto_blink()
    assert panels.row.auto_blink.is_on
    panels.verbs.toggle_auto_blink()
    assert not panels.row.auto_blink.is_on
    assert panels.said == ["blinking: the same key stops it", ""]


@pytest.mark.parametrize(
    ("verb", "planes", "fitted", "words"),
    [
        (
            "toggle_flicker",
            ("image", "template", "convolved"),
            False,
            ["no fit of this candidate yet, so no refit template"],
        ),
        ("toggle_flicker", ("image", "template", "convolved"), True, []),
        ("toggle_swipe", ("image", "diff"), False, ["no template to compare with the image"]),
        ("toggle_swipe", ("image", "template"), False, []),
        ("pick_blink", ("image",), False, ["one plane only: nothing to blink with"]),
        ("pick_blink", ("image", "template"), False, []),
    ],
)
def test_what_cannot_be_compared_is_said(
    panels: Panels, verb: str, planes: tuple[str, ...], fitted: bool, words: list[str]
) -> None:
    show(panels, *planes, fitted=fitted)
    getattr(panels.verbs, verb)()
    assert panels.said == words
    picker = panels.window.findChild(BlinkPicker)
    assert (picker is not None) == (verb == "pick_blink" and not words)
    panels.row.auto_blink.stop()


@pytest.mark.parametrize("has_mask", [False, True])
def test_hatch_is_kept_and_said_where_there_is_no_mask(panels: Panels, has_mask: bool) -> None:
    mask = np.zeros_like(field()["image"])
    mask[195:, :] = 1
    show(panels, "image", **({"mask": mask} if has_mask else {}))
    before = panels.row.choice.hatched
    panels.verbs.toggle_hatch()
    assert panels.row.choice.hatched is not before and panels.kept == {"hatch": not before}
    assert len(panels.chosen) == 1
    assert panels.said == ([] if has_mask else ["these candidates have no mask"])
    panels.verbs.toggle_hatch()
    assert panels.row.choice.hatched is before and panels.kept == {"hatch": before}


def test_north_goes_round_and_is_kept(panels: Panels) -> None:
    show(panels, "image")
    seen = []
    for _ in North:
        panels.verbs.step_north()
        seen.append((panels.row.north, panels.kept["north_up"]))
    assert [north for north, _ in seen] == [North.QUARTERS, North.EXACT, North.AS_READ]
    assert all(north.value == kept for north, kept in seen)
    assert len(set(panels.said)) == len(panels.chosen) == 3


def test_found_differences_are_shown_so_and_said_once(panels: Panels) -> None:
    panels.verbs.show_as_differences(["haze", "image", "haze"])
    assert panels.bar.looks.group_of("haze") == "difference"
    assert panels.said == ["haze: looks like a difference, shown so; right click: change"]
    panels.verbs.show_as_differences(["haze", "image"])
    assert len(panels.said) == 1
