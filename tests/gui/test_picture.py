"""The panels as an image."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from tests.helpers.fake_field import FieldInMemory
from tests.helpers.snapshots import pixels
from vetter.core.look import Looks
from vetter.gui.picture import picture, picture_of
from vetter.gui.plane_row import PlaneRow
from vetter.review.frame import build_frame


def test_a_picture_without_a_window_is_the_same_as_with_one(qtbot: QtBot) -> None:
    frame = build_frame(FieldInMemory(), 0, 20, Looks())
    row = PlaneRow()
    qtbot.addWidget(row)
    row.resize(900, 500)
    row.show_frame(frame)
    drawn = picture_of(frame, 900, 500)
    assert (drawn.width(), drawn.height()) == (900, 500)
    assert (pixels(picture(row)) == pixels(drawn)).all()
    assert len(set(pixels(drawn).reshape(-1, 3)[:, 0].tolist())) > 100
