"""The hatch: drawn once, the same on every panel, sharp, and within its frame."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QImage, QPainter

from tests.helpers.snapshots import pixels
from vetter.gui.panels.layout.camera import Placement
from vetter.gui.panels.tools.hatch import Hatch

STROKE = (255, 122, 102)
GROUND = 100
ONE = np.array([[2, 1, 4, 3]])
"""A stroke through pixels (2, 1) and (3, 2)."""
PLACE = Placement(0.0, 0.0, 10.0, 8, 6)
FRAME = QRectF(0, 0, 80, 60)


def drawn(
    hatch: Hatch, *panels: tuple[Placement, QRectF], ratio: float = 1.0, wide: int = 200
) -> Any:
    """RGB of a sheet with the hatch on panels."""
    sheet = QImage(wide, 100, QImage.Format.Format_RGB32)
    sheet.setDevicePixelRatio(ratio)
    sheet.fill(GROUND << 16 | GROUND << 8 | GROUND)
    painter = QPainter(sheet)
    for at, frame in panels:
        hatch.draw(painter, at, frame, ratio)
    painter.end()
    return pixels(sheet)


def strokes(sheet: Any) -> Any:
    """Row and column of each pixel in the stroke's colour."""
    return np.argwhere((sheet == STROKE).all(axis=2))


def test_a_stroke_goes_from_corner_to_corner_of_its_pixels(qapp) -> None:
    found = strokes(drawn(Hatch(ONE), (PLACE, FRAME)))
    # Edges 2..4 across; upwards edges 1..3 of 6, so 50 down to 30 on the screen.
    (top, left), (bottom, right) = found.min(axis=0), found.max(axis=0)
    assert left in (19, 20) and right in (39, 40)
    assert top in (29, 30) and bottom in (49, 50)
    assert (np.diff(found[:, 1]) == -1).all() and (np.diff(found[:, 0]) == 1).all()


def test_lines_for_a_file_of_vectors_are_those_of_the_panel(qapp) -> None:
    sheet = QImage(200, 100, QImage.Format.Format_RGB32)
    sheet.fill(GROUND << 16 | GROUND << 8 | GROUND)
    painter = QPainter(sheet)
    Hatch().draw_lines(painter, PLACE)
    Hatch(ONE).draw_lines(painter, PLACE)
    assert painter.worldTransform().isIdentity()
    painter.end()
    assert (pixels(sheet) == drawn(Hatch(ONE), (PLACE, FRAME))).all()


def test_beside_the_stroke_the_ground_is_darker_and_beyond_untouched(qapp) -> None:
    sheet = drawn(Hatch(ONE), (PLACE, FRAME))
    row, column = strokes(sheet)[10]
    assert (sheet[row, column + 1] < GROUND).all() and (sheet[row, column - 1] < GROUND).all()
    assert (sheet[row, column + 4] == GROUND).all() and (sheet[row, column - 4] == GROUND).all()


def test_every_panel_has_the_same_strokes(qapp) -> None:
    beside = PLACE._replace(left=100.0, top=20.0), FRAME.translated(100, 20)
    hatch = Hatch(ONE)
    both = strokes(drawn(hatch, (PLACE, FRAME), beside))
    alone = strokes(drawn(hatch, (PLACE, FRAME)))
    other = both[both[:, 1] >= 100] - (20, 100)
    assert np.array_equal(other, alone)
    assert len(both) == 2 * len(alone)


@pytest.mark.parametrize(
    "other",
    [
        PLACE._replace(scale=5.0),
        PLACE._replace(left=20.0),
        PLACE._replace(top=-10.0),
        PLACE._replace(tilt=30.0, pivot=(40.0, 30.0)),
    ],
    ids=["zoom", "across", "up", "tilt"],
)
def test_another_view_has_its_own_strokes(qapp, other: Placement) -> None:
    hatch = Hatch(ONE)
    before = drawn(hatch, (PLACE, FRAME))
    after = drawn(hatch, (other, FRAME))
    assert not np.array_equal(before, after)
    assert np.array_equal(after, drawn(Hatch(ONE), (other, FRAME)))
    # The view before is as it was, though others were drawn meanwhile.
    drawn(hatch, (PLACE._replace(scale=4.0), FRAME))
    assert np.array_equal(drawn(hatch, (PLACE, FRAME)), before)


def test_panels_of_two_sizes_have_their_strokes(qapp) -> None:
    small = PLACE._replace(left=100.0, scale=5.0), QRectF(100, 0, 40, 30)
    found = strokes(drawn(Hatch(ONE), (PLACE, FRAME), small))
    large, little = found[found[:, 1] < 100], found[found[:, 1] >= 100]
    assert (large.max(axis=0) - large.min(axis=0)).tolist() == [20, 20]
    assert (little.max(axis=0) - little.min(axis=0)).tolist() == [10, 10]


def test_nothing_is_drawn_beyond_the_frame(qapp) -> None:
    frame = QRectF(0, 0, 30, 100)
    sheet = drawn(Hatch(ONE), (PLACE, frame))
    assert len(strokes(sheet))
    assert (sheet[:, 30:] == GROUND).all()


def test_on_a_dense_screen_a_stroke_is_one_pixel_wide(qapp) -> None:
    found = strokes(drawn(Hatch(ONE), (PLACE, FRAME), ratio=2.0, wide=400))
    assert len(found) == 40
    assert len(set(found[:, 0].tolist())) == len(found)


def test_without_bad_pixels_nothing_is_drawn(qapp) -> None:
    assert (drawn(Hatch(), (PLACE, FRAME)) == GROUND).all()


def test_a_hatch_knows_its_strokes() -> None:
    assert Hatch(ONE).has_strokes(ONE.copy())
    assert not Hatch(ONE).has_strokes(ONE + 1)
    assert not Hatch(ONE).has_strokes(np.vstack([ONE, ONE]))
    assert Hatch().has_strokes(np.zeros((0, 4), np.int64))
