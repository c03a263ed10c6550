"""North up in the panels, by quarter turns."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from PyQt6.QtCore import QPointF
from PyQt6.QtGui import QColor
from pytestqt.qtbot import QtBot

from tests.helpers.fake_field import FieldInMemory
from vetter.core.cutout.sky_marks import MarkKind, PixelMark
from vetter.core.display.hatch import hatch_strokes
from vetter.core.display.style import DisplayStyle
from vetter.gui.panels.layout.turning import turn_pixel, turn_vector, turned, turns_to_north
from vetter.gui.panels.plane_row import PlaneRow
from vetter.review.cutouts.rendered_cutout import RenderedCutout, Shift, render_cutout

TURNS = [1, 2, 3]


@pytest.fixture
def frame() -> RenderedCutout:
    """Return a frame of 9 x 7 pixels with one bright pixel, marks, a shift and bad pixels."""
    image = np.zeros((9, 7))
    image[7, 1] = 100
    bad = np.zeros((9, 7), bool)
    bad[7, 1] = True
    made = render_cutout(FieldInMemory({"image": image}, [[1.0, 7.0]]), 0, 20, DisplayStyle())
    pictures = {"image": made.pictures["image"][13:22, 19:26]}
    assert pictures["image"].shape == (9, 7)
    return dataclasses.replace(
        made,
        pictures=pictures,
        planes={"image": image},
        position=(1.0, 7.0),
        north=10.0,
        east=100.0,
        shift=Shift(0.5, 0.2),
        marks=(PixelMark(MarkKind.TRAIL, 1.0, 7.0, 2.0, 1.0, "trail"),),
        hatch=hatch_strokes(bad),
    )


def brightest(frame: RenderedCutout) -> tuple[int, int]:
    grey = frame.pictures["image"] & 0xFF
    row, column = np.unravel_index(np.argmax(grey), grey.shape)
    return int(column), int(row)


@pytest.mark.parametrize(
    ("north", "turns"), [(90, 0), (80, 0), (0, 1), (270, 2), (180, 3), (130, 0), (None, 0)]
)
def test_north_takes_the_shortest_way_up(north: float | None, turns: int) -> None:
    assert turns_to_north(north) == turns


@pytest.mark.parametrize("turns", TURNS)
def test_positions_turn_with_the_pixels(frame: RenderedCutout, turns: int) -> None:
    after = turned(frame, turns)
    assert brightest(frame) == (1, 7)
    assert after.position == brightest(after)
    assert (after.marks[0].x, after.marks[0].y) == brightest(after)
    x0, y0, x1, y1 = after.hatch[0]
    assert ((x0 + x1) / 2 - 0.5, (y0 + y1) / 2 - 0.5) == brightest(after)


@pytest.mark.parametrize("turns", TURNS)
def test_directions_turn_with_the_pixels(frame: RenderedCutout, turns: int) -> None:
    after = turned(frame, turns)
    assert after.north == (10 + 90 * turns) % 360
    assert after.shift is not None
    before = np.degrees(np.arctan2(0.2, 0.5))
    angle = np.degrees(np.arctan2(after.shift.dy, after.shift.dx))
    assert (angle - before - 90 * turns + 180) % 360 == pytest.approx(180)


@pytest.mark.parametrize("turns", TURNS)
def test_a_turn_back_returns_to_the_pixel(turns: int) -> None:
    after = (7, 9) if turns % 2 else (9, 7)
    assert turn_pixel(*turn_pixel(1.2, 7.4, (9, 7), turns), after, -turns) == pytest.approx(
        (1.2, 7.4)
    )
    assert turn_vector(*turn_vector(1, 2, turns), -turns) == (1, 2)


def test_the_pointer_is_in_pixels_of_the_file(qtbot: QtBot, frame: RenderedCutout) -> None:
    row = PlaneRow()
    qtbot.addWidget(row)
    row.resize(500, 500)
    row.set_north_up(True)
    row.show()
    row.show_frame(frame)
    told: list[object] = []
    row.pointer.connect(told.append)
    panel = row.panel("image")
    placement = panel.placement()
    assert placement is not None and (placement.nx, placement.ny) == (9, 7)
    x, y = turn_pixel(1, 7, (9, 7), 1)
    at = panel.mapToScene(QPointF(*placement.to_screen(x, y)))
    row._emit_pointer(at)
    assert told == [pytest.approx((1, 7), abs=0.05)]
    assert panel.value.startswith("100")
    row.set_reticle(False)
    row.set_compass(False)
    shown = row.grab().toImage().pixelColor(at.toPoint() + QPointF(3, 3).toPoint())
    assert shown.lightness() > QColor("#888888").lightness()
