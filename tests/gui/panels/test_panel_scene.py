"""The scene of the panels leaves no pixel of the window unpainted."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QImage, QPainter

from tests.helpers.fake_field import FieldInMemory
from tests.helpers.snapshots import pixels
from vetter.core.display.style import DisplayStyle
from vetter.gui.panels.layout.turning import North
from vetter.gui.panels.plane_row import PlaneRow
from vetter.review.cutouts.rendered_cutout import RenderedCutout, render_cutout

NEVER = 0x00FF00
"""A colour that no panel has."""


@pytest.fixture(scope="module")
def frame() -> RenderedCutout:
    made = render_cutout(FieldInMemory(), 0, 20, DisplayStyle())
    return dataclasses.replace(made, north=60.0, east=150.0)


def painted_on(row: PlaneRow, ground: int, ratio: float) -> np.ndarray:
    """RGB of the scene, painted over a sheet of one colour."""
    view = row.viewport()
    assert view is not None
    sheet = QImage(
        round(view.width() * ratio), round(view.height() * ratio), QImage.Format.Format_RGB32
    )
    sheet.setDevicePixelRatio(ratio)
    sheet.fill(ground)
    painter = QPainter(sheet)
    row.render(painter, QRectF(0, 0, view.width(), view.height()), view.rect())
    painter.end()
    return pixels(sheet)


STATES: dict[str, Callable[[PlaneRow], object]] = {
    "as it comes": lambda row: None,
    "zoomed in": lambda row: row.zoom_in(),
    "zoomed out": lambda row: [row.zoom_out() for _ in range(4)],
    "one large": lambda row: row.toggle_large("image"),
    "flipped": lambda row: row.set_flip(True),
    "odd size": lambda row: row.resize(701, 433),
    "loading": lambda row: row.show_loading("one", ("image", "diff")),
    "exact north": lambda row: row.set_north(North.EXACT),
}


@pytest.mark.parametrize("change", STATES.values(), ids=list(STATES))
@pytest.mark.parametrize("ratio", [1.0, 1.25])
def test_every_pixel_is_painted(row: PlaneRow, frame, change, ratio: float) -> None:
    row.show_frame(frame)
    change(row)
    on_green, on_blue = (painted_on(row, ground, ratio) for ground in (NEVER, 0x0000FF))
    assert np.array_equal(on_green, on_blue)
    assert not (on_green == (0, 255, 0)).all(axis=2).any()
