"""Magnifier: the pixels around the pointer, enlarged."""

from __future__ import annotations

import numpy as np
import pytest
from PyQt6.QtCore import QPointF, QRectF
from PyQt6.QtGui import QImage, QPainter
from pytestqt.qtbot import QtBot

from tests.helpers.fake_field import FieldInMemory
from tests.helpers.snapshots import pixels
from vetter.core.display.style import DisplayStyle
from vetter.gui.panels.layout.camera import Area, Subject, View, place
from vetter.gui.panels.plane_panel import picture_to_image
from vetter.gui.panels.plane_row import PlaneRow
from vetter.gui.panels.tools.magnifier import FACTOR, draw_magnifier
from vetter.review.cutouts.rendered_cutout import render_cutout


@pytest.mark.parametrize("pixel", [(20, 20), (0, 0), (40, 3)])
def test_the_pixel_is_in_the_middle_and_enlarged(qtbot: QtBot, pixel: tuple[int, int]) -> None:
    picture = np.full((41, 41), 0xFF000000, np.uint32)
    picture[pixel[1], pixel[0]] = 0xFF00FF00
    image, _memory = picture_to_image(picture)
    at = place(Area(0, 0, 164, 164), Subject(41, 41, 20, 20), View())
    assert at.scale == 4
    canvas = QImage(164, 164, QImage.Format.Format_RGB32)
    canvas.fill(0)
    painter = QPainter(canvas)
    draw_magnifier(painter, image, at, pixel, QRectF(0, 0, 164, 164))
    painter.end()
    green = (pixels(canvas)[..., :3] == (0, 255, 0)).all(axis=2)
    # 60% of the panel for 9 pixels, without the square around the one in the middle.
    side = 0.6 * 164 / 9
    assert (side - 4) ** 2 <= green.sum() <= (side + 1) ** 2
    assert side < 4 * FACTOR


def test_the_magnifier_follows_the_pointer(qtbot: QtBot) -> None:
    row = PlaneRow()
    qtbot.addWidget(row)
    row.resize(900, 600)
    row.show()
    frame = render_cutout(FieldInMemory(), 0, 20, DisplayStyle())
    row.show_frame(frame)
    row.set_magnifier(True)
    assert row._stage.magnified == (20, 20)
    placement = row.panel("diff").placement()
    assert placement is not None
    row._emit_pointer(row.panel("diff").mapToScene(QPointF(*placement.to_screen(7, 31))))
    assert row._stage.magnified == (7, 31)
    row.set_magnifier(False)
    assert row._stage.magnified is None
