"""Pixel cursor: keys, numbers, and the mouse that takes it away."""

from __future__ import annotations

import numpy as np
import pytest
from PyQt6.QtCore import QPointF
from pytestqt.qtbot import QtBot

from tests.helpers.fake_field import FieldInMemory
from vetter.core.display.style import DisplayStyle
from vetter.gui.panels.plane_row import PlaneRow
from vetter.gui.panels.readout import plane_value_texts
from vetter.gui.panels.tools.pixel_numbers import neighbourhood, number_texts
from vetter.review.cutouts.rendered_cutout import RenderedCutout, render_cutout


@pytest.fixture
def frame() -> RenderedCutout:
    return render_cutout(FieldInMemory(), 0, 20, DisplayStyle())


@pytest.fixture
def row(qtbot: QtBot, frame: RenderedCutout) -> PlaneRow:
    row = PlaneRow()
    qtbot.addWidget(row)
    row.resize(900, 600)
    row.show()
    row.show_frame(frame)
    return row


def test_numbers_are_those_around_the_pixel() -> None:
    plane = np.arange(100.0).reshape(10, 10)
    texts = number_texts(neighbourhood(plane, 3, 6))
    assert texts[2] == ("61", "62", "63", "64", "65")
    # The uppermost row first, as on the screen.
    assert [line[2] for line in texts] == ["83", "73", "63", "53", "43"]


def test_pixels_outside_have_no_number() -> None:
    texts = number_texts(neighbourhood(np.zeros((4, 4)), 0, 0))
    assert texts[4] == ("", "", "", "", "") and texts[2][:2] == ("", "")


def test_the_cursor_begins_at_the_candidate(row: PlaneRow, frame: RenderedCutout) -> None:
    told: list[object] = []
    row.pointer.connect(told.append)
    row.move_cursor(1, 0)
    row.move_cursor(1, 0)
    row.move_cursor(0, -1)
    assert told == [(20.0, 20.0), (21.0, 20.0), (21.0, 19.0)]
    assert row.panel("err").value == plane_value_texts(frame, 21, 19)["err"]
    assert row.panel("image").numbers[2][2] == f"{frame.planes['image'][19, 21]:.4g}"


def test_the_cursor_stays_in_the_cutout(row: PlaneRow) -> None:
    told: list[object] = []
    row.pointer.connect(told.append)
    for _ in range(30):
        row.move_cursor(-1, 1)
    assert told[-1] == (0.0, 40.0)


def test_the_cursor_is_drawn_in_all_panels(row: PlaneRow) -> None:
    row.set_reticle(False)
    before = row.grab().toImage()
    row.move_cursor(0, 0)
    after = row.grab().toImage()
    for name in ("template", "diff", "err"):
        placement = row.panel(name).placement()
        assert placement is not None
        corner = row.panel(name).mapToScene(QPointF(*placement.to_screen(19.5, 20.5))).toPoint()
        assert before.pixel(corner) != after.pixel(corner)


def test_the_mouse_takes_the_cursor_away(row: PlaneRow) -> None:
    row.move_cursor(1, 0)
    row._emit_pointer(QPointF(10, 200))
    assert row._stage.cursor is None and not row.panel("image").numbers


def test_the_next_candidate_has_no_cursor(row: PlaneRow) -> None:
    row.move_cursor(1, 0)
    row.show_frame(render_cutout(FieldInMemory(), 1, 20, DisplayStyle()))
    assert row._stage.cursor is None
