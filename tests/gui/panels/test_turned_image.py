"""Pictures of differently turned images, brought to lie alike."""

from __future__ import annotations

import numpy as np
import pytest
from PyQt6.QtGui import QImage

from vetter.gui.panels.thumbnails import quarter_turns, turn_image

NORTH, EAST = (0, 1), (-1, 0)


def arrows(north: tuple[int, int], east: tuple[int, int]) -> QImage:
    """Nine by nine pixels, white towards north and grey towards east, y up."""
    pixels = np.full((9, 9), 0xFF000000, np.uint32)
    for step in range(1, 4):
        pixels[4 + step * north[1], 4 + step * north[0]] = 0xFFFFFFFF
        pixels[4 + step * east[1], 4 + step * east[0]] = 0xFF808080
    data = pixels[::-1].tobytes()
    return QImage(data, 9, 9, 36, QImage.Format.Format_RGB32).copy()


def angle(direction: tuple[int, int]) -> float:
    return float(np.degrees(np.arctan2(direction[1], direction[0])) % 360)


@pytest.mark.parametrize("north", [(0, 1), (1, 0), (0, -1), (-1, 0)])
@pytest.mark.parametrize("hand", [1, -1], ids=["east left", "east right"])
def test_north_and_east_come_to_lie_as_wanted(qapp, north, hand):
    east = (-hand * north[1], hand * north[0])
    turns, mirrored = quarter_turns((angle(north), angle(east)), (angle(NORTH), angle(EAST)))
    assert mirrored == (hand < 0)
    assert turn_image(arrows(north, east), turns, mirrored) == arrows(NORTH, EAST)


@pytest.mark.parametrize(("north", "turns"), [(91.0, 0), (50.0, 0), (40.0, 1), (-130.0, 2)])
def test_the_nearest_quarter_is_taken(north, turns):
    assert quarter_turns((north, north + 90), (90.0, 180.0)) == (turns, False)


def test_what_lies_right_is_left_alone(qapp):
    image = arrows(NORTH, EAST)
    assert turn_image(image, 0, False) is image
