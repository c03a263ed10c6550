"""Blink, flicker and swipe in one panel."""

from __future__ import annotations

from math import floor

import numpy as np
import pytest
from PyQt6.QtCore import QEvent, QObject, QPoint, QRect
from PyQt6.QtGui import QPaintEvent
from pytestqt.qtbot import QtBot

from tests.helpers.fake_field import FieldInMemory
from tests.helpers.snapshots import pixels
from tests.helpers.turns import until_handled
from vetter.core.display.style import DisplayStyle
from vetter.gui.panels.plane_row import PlaneRow
from vetter.gui.panels.tools.blink import AutoBlink
from vetter.gui.widgets.theme import DARK, LIGHT
from vetter.review.cutouts.rendered_cutout import (
    REFIT,
    FitPanel,
    RenderedCutout,
    render_cutout,
    repaint,
)


@pytest.fixture
def frame() -> RenderedCutout:
    return render_cutout(FieldInMemory(), 0, 20, DisplayStyle())


@pytest.fixture
def fitted(frame: RenderedCutout) -> RenderedCutout:
    residual = frame.planes["image"] - frame.planes["template"]
    return repaint(frame, DisplayStyle(), FitPanel(residual))


@pytest.fixture
def row(qtbot: QtBot) -> PlaneRow:
    row = PlaneRow()
    qtbot.addWidget(row)
    row.resize(900, 600)
    row.show()
    return row


class _PaintWatch(QObject):
    """The areas that a widget paints."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.painted: list[QRect] = []

    def eventFilter(self, _watched: QObject | None, event: QEvent | None) -> bool:
        if isinstance(event, QPaintEvent):
            self.painted.append(event.rect())
        return False


def _grab_screen(row: PlaneRow) -> np.ndarray:
    """Return the pixels on the screen, which grab() of the widget would paint anew."""
    return pixels(row.screen().grabWindow(row.winId()).toImage())


def blinked(row: PlaneRow, panel: str = "image") -> str:
    shown = row.panel(panel).replacement
    return panel if shown is None else shown.plane


def test_the_refit_template_is_the_image_without_residual(fitted: RenderedCutout) -> None:
    assert (fitted.blinks[REFIT] == fitted.pictures["template"]).all()


def test_planes_to_blink_have_the_limits_of_the_image() -> None:
    looks = DisplayStyle(shared=False)
    image = np.random.default_rng(1).normal(100, 5, (400, 400))
    source = FieldInMemory({"image": image, "template": image + 40}, places=[[200.0, 200.0]])
    frame = render_cutout(source, 0, 20, looks)
    assert (frame.pictures["template"] == frame.pictures["image"]).all()
    # On the limits of the image, a template that is 8 sigma brighter is bright all over.
    assert (frame.blinks["template"] & 0xFF).min() > (frame.pictures["image"] & 0xFF).mean()


def test_the_blink_ends_with_the_refit_template(row: PlaneRow, fitted: RenderedCutout) -> None:
    row.show_frame(fitted)
    seen = []
    for _ in range(4):
        row.blink_step(1)
        seen.append(blinked(row))
    assert seen == ["template", "convolved", REFIT, "image"]


def test_blink_repaints_its_own_panel_alone(qtbot, row: PlaneRow, frame: RenderedCutout) -> None:
    row.show_frame(frame)
    row.flush()
    until_handled(qtbot)
    watch = _PaintWatch(row)
    row.viewport().installEventFilter(watch)
    row.blink_step(1)
    qtbot.waitUntil(lambda: bool(watch.painted), timeout=30000)
    assert watch.painted == [row.panel("image").geometry().toAlignedRect()]
    on_screen = _grab_screen(row)
    row.viewport().update()
    until_handled(qtbot)
    assert (on_screen == _grab_screen(row)).all()


def test_the_blink_is_in_the_large_panel(row: PlaneRow, frame: RenderedCutout) -> None:
    row.show_frame(frame)
    row.set_large("diff")
    row.blink_step(1)
    assert (blinked(row, "diff"), blinked(row, "image")) == ("image", "image")


def test_the_flicker_is_between_image_and_refit(row: PlaneRow, fitted: RenderedCutout) -> None:
    row.show_frame(fitted)
    assert row.toggle_flicker()
    seen = [blinked(row)]
    for _ in range(2):
        row.auto_blink.stepped.emit()
        seen.append(blinked(row))
    row.toggle_flicker()
    assert seen == [REFIT, "image", REFIT]
    assert blinked(row) == "image" and not row.auto_blink.is_on


def test_without_a_fit_there_is_no_flicker(row: PlaneRow, frame: RenderedCutout) -> None:
    row.show_frame(frame)
    assert not row.toggle_flicker()
    assert not row.auto_blink.is_on


def test_the_blink_is_no_faster_than_three_a_second_at_first(row: PlaneRow) -> None:
    assert AutoBlink(row).rate <= 3


def test_the_blink_takes_another_rate(row: PlaneRow) -> None:
    blink = AutoBlink(row)
    blink.set_rate(8)
    assert blink.rate == pytest.approx(8, rel=0.01)


def test_the_blink_goes_through_the_chosen_planes(row: PlaneRow) -> None:
    looks = DisplayStyle(blinks=("image", "convolved", "diff"))
    row.show_frame(render_cutout(FieldInMemory(), 0, 20, looks))
    seen = []
    for _ in range(4):
        row.blink_step(1)
        seen.append(blinked(row))
    assert seen == ["convolved", "diff", "image", "convolved"]


def test_flip_shows_the_template_whatever_blinks(row: PlaneRow) -> None:
    row.show_frame(render_cutout(FieldInMemory(), 0, 20, DisplayStyle(blinks=("image", "diff"))))
    row.set_flip(True)
    assert blinked(row) == "template"


def test_chosen_planes_have_the_limits_of_the_image() -> None:
    image = np.random.default_rng(1).normal(100, 5, (400, 400))
    planes = {"image": image, "deep": image + 15, "counts": image * 1000}
    looks = DisplayStyle(blinks=("image", "deep", "counts"))
    frame = render_cutout(FieldInMemory(planes, places=[[200.0, 200.0]]), 0, 20, looks)
    assert (frame.blinks["deep"] & 0xFF).mean() > (frame.pictures["image"] & 0xFF).mean() + 40
    # In units of its own, all of it would be white.
    assert "counts" not in frame.blinks


def test_a_hidden_row_does_not_blink(row: PlaneRow, frame: RenderedCutout) -> None:
    row.show_frame(frame)
    row.toggle_auto_blink()
    row.hide()
    assert not row.auto_blink.is_on


def test_the_swipe_shows_both_planes(row: PlaneRow) -> None:
    # The one large panel is in the middle, not at the edge.
    row.resize(900, 300)
    dark = np.zeros((400, 400))
    dark[0, 0] = 1
    planes = {"image": dark, "template": np.ones((400, 400))}
    row.show_frame(render_cutout(FieldInMemory(planes, [[20.0, 20.0]]), 0, 20, DisplayStyle()))
    row.set_reticle(False)
    row.set_compass(False)
    assert row.toggle_swipe()
    panel = row.panel("image")
    frame = panel.area
    middle = panel.mapToScene(frame.left + frame.width / 2, frame.top + frame.height / 2).toPoint()
    shown = row.grab().toImage()
    left, right = (shown.pixelColor(middle + QPoint(x, 0)).lightness() for x in (-6, 6))
    assert left < 60 and right > 200
    # The divider: one bright column between two dark ones, seen on any ground.
    edge = panel.mapToScene(floor(frame.left + frame.width / 2), 0).toPoint().x()
    assert shown.pixelColor(edge, middle.y()).name() in (DARK.accent, LIGHT.accent)
    beside = [shown.pixelColor(edge + x, middle.y()).lightness() for x in (-1, 1, 2)]
    assert beside[0] < 20 and 60 < beside[1] < 120 and beside[2] > 200
    row.toggle_swipe()
    shown = row.grab().toImage()
    assert shown.pixelColor(middle + QPoint(30, 0)).lightness() < 60


def test_the_divider_follows_the_pointer(row: PlaneRow, frame: RenderedCutout) -> None:
    row.show_frame(frame)
    row.toggle_swipe()
    row.pointer.emit((10.0, 20.0))
    assert row._stage.divider == pytest.approx(10.5 / 41, abs=0.02)


def test_the_swipe_goes_on_with_the_next_candidate(row: PlaneRow, frame: RenderedCutout) -> None:
    row.show_frame(frame)
    row.toggle_swipe()
    row.show_frame(render_cutout(FieldInMemory(), 1, 20, DisplayStyle()))
    assert blinked(row) == "template"


@pytest.mark.parametrize(("asked", "rate"), [(1.0, 1.0), (4.0, 4.0), (3.0, 1000 / 334)])
def test_rate_is_never_above_what_was_asked_for(
    qtbot: QtBot, row: PlaneRow, asked: float, rate: float
) -> None:
    blink = AutoBlink(row)
    blink.set_rate(asked)
    assert blink.rate == pytest.approx(rate, rel=1e-9) and blink.rate <= asked
    assert not blink.is_on


def test_blink_begins_at_once_and_stops(qtbot: QtBot, row: PlaneRow) -> None:
    blink, steps = AutoBlink(row), []
    blink.stepped.connect(lambda: steps.append(blink.is_on))
    blink.start()
    assert steps == [True] and blink.is_on
    blink.stop()
    assert not blink.is_on
