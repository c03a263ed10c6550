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
from vetter.gui.panels.layout.turning import (
    North,
    face_north,
    turn_pixel,
    turn_vector,
    turned,
    turns_to_north,
)
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
    row.set_north(North.QUARTERS)
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


@pytest.mark.parametrize(
    ("north", "turns", "tilt"),
    [(90, 0, 0), (60, 0, 30), (130, 0, -40), (10, 1, -10), (220, 3, -40)],
)
def test_exact_north_is_quarter_turns_and_a_tilt(
    frame: RenderedCutout, north: float, turns: int, tilt: float
) -> None:
    frame = dataclasses.replace(frame, north=north, east=(north + 90) % 360)
    shown, angle = face_north(frame, North.EXACT)
    assert angle == pytest.approx(tilt)
    assert (shown.north, shown.east) == (pytest.approx(90), pytest.approx(180))
    assert shown.position == turned(frame, turns).position
    assert shown.shift is not None
    assert np.hypot(shown.shift.dx, shown.shift.dy) == pytest.approx(np.hypot(0.5, 0.2))


def test_frame_without_wcs_stays_as_read(frame: RenderedCutout) -> None:
    frame = dataclasses.replace(frame, north=None, east=None)
    assert face_north(frame, North.EXACT) == (frame, 0.0)


@pytest.mark.parametrize(
    ("stored", "way"),
    [
        (None, North.AS_READ),
        (False, North.AS_READ),
        (True, North.QUARTERS),
        ("exact", North.EXACT),
        ("quarter turns", North.QUARTERS),
        (3, North.AS_READ),
    ],
)
def test_stored_way_is_read(stored: object, way: North) -> None:
    assert North.of(stored) is way


def test_tilted_pixels_are_where_the_pointer_finds_them(
    qtbot: QtBot, frame: RenderedCutout
) -> None:
    row = PlaneRow()
    qtbot.addWidget(row)
    row.resize(500, 500)
    row.set_north(North.EXACT)
    row.set_reticle(False)
    row.set_compass(False)
    row.show()
    # Bad pixels are hatched, which would darken the bright one.
    tilted = dataclasses.replace(frame, north=60.0, east=150.0, hatch=np.zeros((0, 4), np.int64))
    row.show_frame(tilted)
    told: list[object] = []
    row.pointer.connect(told.append)
    panel = row.panel("image")
    placement = panel.placement()
    assert placement is not None and placement.tilt == pytest.approx(30)
    at = panel.mapToScene(QPointF(*placement.to_screen(1, 7)))
    row._emit_pointer(at)
    assert told == [pytest.approx((1, 7), abs=0.05)]
    shown = row.grab().toImage()
    assert shown.pixelColor(at.toPoint()).lightness() > 200
    # Two pixels to the right in the file are not as bright.
    beside = panel.mapToScene(QPointF(*placement.to_screen(3, 7))).toPoint()
    assert shown.pixelColor(beside).lightness() < 100
