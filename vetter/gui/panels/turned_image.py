"""A small picture turned by quarter turns, and mirrored if need be, to lie as another one does."""

from __future__ import annotations

import math

from PyQt6.QtGui import QImage, QTransform

Lie = tuple[float, float]
"""Directions of north and east on a picture, degrees from +x (right) towards +y (up)."""


def quarter_turns(own: Lie, wanted: Lie) -> tuple[int, bool]:
    """How to turn a picture so that its north lies nearest to that of another.

    Returns
    -------
    (turns, mirrored) : (int, bool)
        Quarter turns counter-clockwise, 0 to 3, after left and right were exchanged if
        ``mirrored``: one picture has east to the left of north and the other to its right.
    """
    mirrored = _handed(own) != _handed(wanted)
    north = 180 - own[0] if mirrored else own[0]
    return round((wanted[0] - north) / 90) % 4, mirrored


def turned(image: QImage, turns: int, mirrored: bool) -> QImage:
    """The picture turned; the same one where there is nothing to do."""
    if not turns and not mirrored:
        return image
    # One after the other: both at once would be resampled.
    made = image.transformed(QTransform().scale(-1, 1)) if mirrored else image
    # Screens count y downwards, and Qt's angles with it.
    made = made.transformed(QTransform().rotate(-90.0 * turns)) if turns else made
    made.setDevicePixelRatio(image.devicePixelRatio())
    return made


def _handed(lie: Lie) -> bool:
    return math.sin(math.radians(lie[1] - lie[0])) > 0
