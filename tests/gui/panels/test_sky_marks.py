"""Marks of alert packets over the pixels: predicted place, dipole, trail."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from PyQt6.QtGui import QColor, QImage

from tests.helpers.fake_field import FieldInMemory
from vetter.core.cutout.sky_marks import MarkKind, PixelMark
from vetter.core.display.style import DisplayStyle
from vetter.gui.panels.plane_row import PlaneRow
from vetter.gui.panels.tools.overlays import _DETECTION, _PIPELINE, _PLANET
from vetter.review.cutouts.rendered_cutout import render_cutout

FLAT = np.zeros((41, 41))


@pytest.fixture
def row(qtbot: Any) -> PlaneRow:
    row = PlaneRow()
    qtbot.addWidget(row)
    row.resize(900, 330)
    row.show()
    return row


def painted(row: PlaneRow, *marks: PixelMark) -> QImage:
    source = FieldInMemory({"image": FLAT, "diff": FLAT}, places=[[20, 20]])
    frame = dataclasses.replace(render_cutout(source, 0, 10, DisplayStyle()), marks=marks)
    row.show_frame(frame)
    return row.grab().toImage()


def places(image: QImage, colour: QColor) -> Any:
    """Pixels of a colour, x and y."""
    wanted = colour.rgb()
    return np.array(
        [
            (x, y)
            for y in range(image.height())
            for x in range(image.width())
            if image.pixel(x, y) == wanted
        ]
    ).reshape(-1, 2)


def test_predicted_place_is_marked_in_every_panel(row: PlaneRow) -> None:
    image = painted(row, PixelMark(MarkKind.PREDICTED, 13.0, 12.0, 0, 0, "433"))
    found = places(image, _PLANET)
    for name in ("image", "diff"):
        panel = row.panel(name)
        placement = panel.placement()
        assert placement is not None
        corner = panel.mapToScene(*placement.to_screen(13.0, 12.0))
        x, y = corner.x(), corner.y()
        assert (np.hypot(found[:, 0] - x, found[:, 1] - y) < 9).sum() > 10


def test_predicted_place_off_the_stamp_is_not_drawn(row: PlaneRow) -> None:
    image = painted(row, PixelMark(MarkKind.PREDICTED, 60.0, 12.0, 0, 0, "433"))
    assert not len(places(image, _PLANET))


@pytest.mark.parametrize("kind", [MarkKind.DIPOLE, MarkKind.TRAIL])
def test_pipelines_segment_is_in_panel_of_difference_alone(row: PlaneRow, kind: MarkKind) -> None:
    image = painted(row, PixelMark(kind, 10.0, 10.0, 1.0, 0.0, 'x 0.20"'))
    found = places(image, _PIPELINE)
    left = row.panel("diff").scenePos().x()
    assert len(found) and (found[:, 0] >= left).all()


def test_other_detection_is_a_circle_of_the_fwhm(row: PlaneRow) -> None:
    image = painted(row, PixelMark(MarkKind.DETECTION, 13.0, 12.0, 0.0, 4.0, ""))
    found = places(image, _DETECTION)
    for name in ("image", "diff"):
        panel = row.panel(name)
        placement = panel.placement()
        assert placement is not None
        centre = panel.mapToScene(*placement.to_screen(13.0, 12.0))
        away = np.hypot(found[:, 0] - centre.x(), found[:, 1] - centre.y())
        assert (abs(away - 2.0 * placement.scale) < 1.5).sum() > 20


def test_without_marks_nothing_is_drawn(row: PlaneRow) -> None:
    image = painted(row)
    assert not len(places(image, _PLANET)) and not len(places(image, _PIPELINE))
