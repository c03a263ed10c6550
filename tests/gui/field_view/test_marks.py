"""Marks by the thousand: sizes by scale, places at the edge, and arrows that can be seen."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PyQt6.QtGui import QColor, QImage, QPainter

from tests.helpers.snapshots import pixels
from vetter.gui.field_view.marks import (
    CHOSEN,
    SIZES,
    STAR,
    MarkLayer,
    arrow_path,
    mark_path,
    size_classes,
)

NAN = np.nan


@pytest.mark.parametrize(
    ("scale", "size"),
    [
        (0.0, 2),
        (-1.0, 2),
        (NAN, 2),
        (np.inf, 2),
        (0.5, 0),
        (0.659, 0),
        (0.661, 1),
        (0.899, 1),
        (0.901, 2),
        (1.0, 2),
        (1.109, 2),
        (1.111, 3),
        (1.499, 3),
        (1.501, 4),
        (4.0, 4),
    ],
)
def test_size_follows_the_scale(scale: float, size: int) -> None:
    assert size_classes(np.array([scale])).tolist() == [size]
    assert list(SIZES) == sorted(SIZES)


def test_outlines_are_about_the_middle(qapp: Any) -> None:
    square = mark_path(CHOSEN, 8.0).boundingRect()
    assert (square.left(), square.top(), square.width(), square.height()) == (-4, -4, 8, 8)
    cross = mark_path(STAR, 6.0).boundingRect()
    assert (cross.left(), cross.right(), cross.top(), cross.bottom()) == (-3, 3, -3, 3)


def painted(places: list[list[float]], strength: float = 1.0, ratio: float = 1.0) -> np.ndarray:
    """Which pixels white crosses of stars cover, of an image of 40 x 30."""
    layer = MarkLayer(40, 30, ratio)
    layer.add(np.array(places, float), STAR, 5.0, QColor("white"), strength)
    image = QImage(round(40 * ratio), round(30 * ratio), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(0)
    painter = QPainter(image)
    layer.paint(painter)
    painter.end()
    return pixels(image)[..., 0].astype(int)


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_mark_is_at_its_place(qapp: Any, ratio: float) -> None:
    light = painted([[12.5, 20.5]], ratio=ratio)
    rows, columns = np.nonzero(light > 100)
    middle = ratio * np.array([12.5, 20.5]) - 0.5
    assert [columns.mean(), rows.mean()] == pytest.approx(middle, abs=0.6)
    assert np.ptp(rows) == np.ptp(columns) > 2


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        ([NAN, 5.0], False),
        ([5.0, NAN], False),
        ([-1.0, 5.0], False),
        ([41.0, 5.0], False),
        ([5.0, -1.0], False),
        ([5.0, 31.0], False),
        # A mark of nine pixels that is cut off is left out.
        ([4.0, 10.0], True),
        ([3.9, 10.0], False),
        ([35.9, 10.0], True),
        ([36.0, 10.0], False),
        ([10.0, 4.0], True),
        ([10.0, 3.9], False),
        ([10.0, 25.9], True),
        ([10.0, 26.0], False),
    ],
)
def test_mark_beside_the_image_is_left_out(qapp: Any, place: list[float], shown: bool) -> None:
    assert (painted([place]).max() > 0) == shown
    both = painted([place, [20.0, 15.0]])
    assert both[15, 20] > 0


def test_faint_mark_hides_no_full_one(qapp: Any) -> None:
    layer = MarkLayer(30, 30, 1.0)
    place = np.array([[15.0, 15.0]])
    layer.add(place, STAR, 5.0, QColor("white"))
    layer.add(place, STAR, 5.0, QColor("red"), 0.4)
    image = QImage(30, 30, QImage.Format.Format_RGB32)
    image.fill(0)
    painter = QPainter(image)
    layer.paint(painter)
    painter.end()
    assert pixels(image)[15, 15].min() > 200
    assert painted([[15.0, 15.0]], 0.4).max() == pytest.approx(0.4 * 255, abs=8)


@pytest.mark.parametrize(
    ("end", "strokes"),
    [([13.0, 10.0], 3), ([10.6, 10.0], 3), ([10.4, 10.0], 0), ([NAN, 10.0], 0)],
)
def test_arrow_too_short_to_be_seen_is_left_out(qapp: Any, end: list[float], strokes: int) -> None:
    path = arrow_path(np.array([[10.0, 10.0]]), np.array([end]))
    assert path.elementCount() == 2 * strokes
    assert arrow_path(np.array([[10.0, 10.0]]), np.array([end]), False).elementCount() == (
        2 if strokes else 0
    )


def test_head_lies_on_both_sides_behind_the_end(qapp: Any) -> None:
    path = arrow_path(np.array([[0.0, 0.0]]), np.array([[20.0, 0.0]]))
    points = [(path.elementAt(n).x, path.elementAt(n).y) for n in range(path.elementCount())]
    # The shaft, then the two strokes of the head, each from the end.
    assert points[:2] == [(0, 0), (20, 0)] and points[2] == points[4] == (20, 0)
    assert sorted([points[3], points[5]]) == [(15, -2.5), (15, 2.5)]
    # The head of a short one is half as long as the arrow.
    short = arrow_path(np.array([[0.0, 0.0]]), np.array([[4.0, 0.0]]))
    assert short.elementAt(3).x == pytest.approx(2.0)
