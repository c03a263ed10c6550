"""What is drawn over the pixels, as pictures: reticle, compass, bar, hatch, shift, marks, lens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QImage, QPainter
from PyQt6.QtWidgets import QApplication

from tests.helpers.snapshots import check_snapshot, snapshot_font
from vetter.core.cutout.sky_marks import MarkKind, PixelMark
from vetter.gui.panels.layout.camera import Placement
from vetter.gui.panels.tools.hatch import Hatch
from vetter.gui.panels.tools.magnifier import draw_magnifier
from vetter.gui.panels.tools.overlays import (
    compass_extent,
    draw_compass,
    draw_marks,
    draw_pixels,
    draw_reticle,
    draw_scale_bar,
    draw_shift,
)
from vetter.gui.panels.tools.pixel_numbers import (
    draw_cursor,
    draw_numbers,
    neighbourhood,
    number_texts,
)
from vetter.review.cutouts.rendered_cutout import Shift

WIDE, HIGH = 340, 260
NX, NY = 40, 30
FLAT = Placement(10.0, 10.0, 8.0, NX, NY)
TILTED = FLAT._replace(tilt=20.0, pivot=(WIDE / 2, HIGH / 2))
OVER = QRectF(10, 10, 8 * NX, 8 * NY)
PLANE = np.add.outer(np.arange(NY) * 8.0, np.arange(NX) * 0.5)
"""Each row is 8 brighter than the one below it, each column half a unit."""

Draw = Callable[[QPainter, Placement], None]


def picture() -> QImage:
    """The plane in greys, its first row uppermost."""
    image = QImage(NX, NY, QImage.Format.Format_RGB32)
    for row, line in enumerate(PLANE[::-1].astype(int).tolist()):
        for column, grey in enumerate(line):
            image.setPixel(column, row, 0xFF000000 | grey * 0x010101)
    return image


def still(painter: QPainter, at: Placement) -> None:
    """What stays the same from candidate to candidate."""
    draw_pixels(painter, at, picture())
    draw_reticle(painter, 90.3, 90.7, 8.0)
    draw_reticle(painter, 180.0, 60.0, 2.0)
    draw_reticle(painter, 270.5, 80.5, 20.0)
    for place, (north, east) in enumerate(((90.0, 180.0), (35.0, 125.0), (-100.0, -10.0))):
        left, below = compass_extent(north, east)
        draw_compass(painter, 12 + 100 * place + left, 250 - below, north, east)
    draw_scale_bar(painter, 330, 250, 80.0, "10 px")
    draw_scale_bar(painter, 330, 200, 24.0, '1"')


def bad_pixels(painter: QPainter, at: Placement) -> None:
    draw_pixels(painter, at, picture())
    strokes = np.array([[10 + n, 10, 14 + n, 14] for n in range(4)])
    Hatch(strokes).draw(painter, at, QRectF(painter.viewport()))
    draw_cursor(painter, at, (25.0, 14.0))
    texts = number_texts(neighbourhood(PLANE, 25, 20))
    draw_numbers(painter, texts, OVER, at_left=True)
    low = QRectF(10, 150, 8 * NX, 100)
    draw_numbers(painter, number_texts(neighbourhood(PLANE, 0, 29)), low, at_left=False)


def shifts(painter: QPainter, at: Placement) -> None:
    draw_pixels(painter, at, picture())
    draw_shift(painter, 100, 100, 8.0, Shift(0.8, 0.5), OVER)
    left, right = QRectF(10, 10, 90, 150), QRectF(200, 10, 60, 150)
    draw_shift(painter, 200, 150, 8.0, Shift(-0.05, 0.04, at_bound=True), left)
    draw_shift(painter, 250, 60, 8.0, Shift(0.0, -0.9, at_bound=True), right)
    draw_shift(painter, 300, 200, 8.0, Shift(np.nan, 0.0), QRectF(200, 180, 120, 60))


MARKS = (
    PixelMark(MarkKind.DIPOLE, 12.0, 20.0, 0.8, 0.3, "dipole"),
    PixelMark(MarkKind.TRAIL, 25.0, 20.0, 6.0, -3.0, "trail"),
    PixelMark(MarkKind.PREDICTED, 10.0, 10.0, 0.0, 0.0, "2026 AB1"),
    PixelMark(MarkKind.PREDICTED, 38.0, 25.0, 0.0, 0.0, "(433) Eros"),
    PixelMark(MarkKind.PREDICTED, 45.0, 25.0, 0.0, 0.0, "off the cutout"),
    PixelMark(MarkKind.DETECTION, 20.0, 8.0, 3.0, 0.0, ""),
    PixelMark(MarkKind.DETECTION, 30.0, 8.0, 0.0, 0.0, ""),
)


def marks_on_diff(painter: QPainter, at: Placement) -> None:
    draw_pixels(painter, at, picture())
    draw_marks(painter, at, MARKS, OVER, on_diff=True, above_shift=True)


def marks_on_image(painter: QPainter, at: Placement) -> None:
    draw_pixels(painter, at, picture())
    draw_marks(painter, at, MARKS, OVER, on_diff=False, above_shift=False)


def lens(painter: QPainter, at: Placement) -> None:
    draw_pixels(painter, at, picture())
    draw_magnifier(painter, picture(), at, (8.0, 20.0), OVER)
    draw_magnifier(painter, picture(), at._replace(scale=2.0), (10.0, 1.0), OVER)


@pytest.mark.parametrize(
    ("draw", "at"),
    [
        (still, FLAT),
        (bad_pixels, FLAT),
        (bad_pixels, TILTED),
        (shifts, FLAT),
        (marks_on_diff, FLAT),
        (marks_on_image, FLAT),
        (lens, FLAT),
        (lens, TILTED),
    ],
)
def test_what_is_over_the_pixels(
    snapshot_application: QApplication, draw: Draw, at: Placement
) -> None:
    sheet = QImage(WIDE, HIGH, QImage.Format.Format_RGB32)
    sheet.fill(0xFF101010)
    painter = QPainter(sheet)
    painter.setFont(snapshot_font())
    draw(painter, at)
    painter.end()
    check_snapshot(sheet, f"over_{draw.__name__}{'_tilted' if at.tilt else ''}")


@pytest.mark.parametrize(
    ("north", "east", "left", "below"),
    [
        (90.0, 180.0, 48.0, 8.0),
        (0.0, 90.0, 8.0, 8.0),
        (-90.0, 0.0, 8.0, 48.0),
        (210.0, 300.0, 8 + 40 * 3**0.5 / 2, 8 + 40 * 3**0.5 / 2),
    ],
)
def test_compass_stays_inside_of_its_corner(
    north: float, east: float, left: float, below: float
) -> None:
    assert compass_extent(north, east) == pytest.approx((left, below))


def test_pixels_outside_of_the_plane_have_no_number() -> None:
    window = neighbourhood(PLANE, 0, NY - 1)
    assert window.shape == (5, 5) and np.isnan(window[3:]).all() and np.isnan(window[:, :2]).all()
    assert window[2, 2] == PLANE[NY - 1, 0] and window[1, 3] == PLANE[NY - 2, 1]
    texts = number_texts(window)
    assert texts[0] == ("",) * 5 and texts[2][2] == "232" and texts[3][3] == "224.5"
    assert number_texts(np.array([[123456.0]])) == (("1.235e+05",),)


def test_mask_has_one_where_it_is_bad(qapp: Any) -> None:
    mask = np.zeros((6, 6), bool)
    mask[2, 3] = True
    assert np.argwhere(neighbourhood(mask, 3, 2) == 1).tolist() == [[2, 2]]
