"""North up on the screen: quarter turns of a frame, and the tilt that makes it exact."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from enum import StrEnum

import numpy as np

from vetter.core.display.rendering import Picture
from vetter.gui.panels.layout.camera import rotate_vector
from vetter.review.cutouts.rendered_cutout import RenderedCutout

LEAST_TILT = 0.05
"""Degrees; a smaller tilt moves no pixel of a panel by half a pixel of the screen."""


class North(StrEnum):
    """Way in which north is up."""

    AS_READ = "as read"
    QUARTERS = "quarter turns"
    EXACT = "exact"

    @classmethod
    def of(cls, stored: object) -> North:
        """Return the way that a session stores; earlier ones store whether quarter turns."""
        if stored is True:
            return cls.QUARTERS
        return next((way for way in cls if way.value == stored), cls.AS_READ)


def face_north(frame: RenderedCutout, way: North) -> tuple[RenderedCutout, float]:
    """Return a frame as it is on the screen, and the tilt of its pictures.

    Parameters
    ----------
    frame : RenderedCutout
    way : North

    Returns
    -------
    frame : RenderedCutout
        The frame after quarter turns. Directions and vectors have the tilt too; positions are in
        pixels of the pictures, which the camera tilts.
    tilt : float
        Degrees counter-clockwise, -45 to 45; 0 but for `North.EXACT`.
    """
    turns = 0 if way is North.AS_READ else turns_to_north(frame.north)
    shown = turned(frame, turns)
    if way is not North.EXACT or shown.north is None:
        return shown, 0.0
    tilt = (90 - shown.north + 180) % 360 - 180
    return (shown, 0.0) if abs(tilt) < LEAST_TILT else (_tilt_vectors(shown, tilt), tilt)


def _tilt_vectors(frame: RenderedCutout, tilt: float) -> RenderedCutout:
    shift, marks = frame.shift, []
    if shift is not None:
        dx, dy = rotate_vector(shift.dx, shift.dy, tilt)
        shift = shift._replace(dx=dx, dy=dy)
    for mark in frame.marks:
        dx, dy = rotate_vector(mark.dx, mark.dy, tilt)
        marks.append(mark._replace(dx=dx, dy=dy))
    return dataclasses.replace(
        frame,
        north=None if frame.north is None else (frame.north + tilt) % 360,
        east=None if frame.east is None else (frame.east + tilt) % 360,
        shift=shift,
        marks=tuple(marks),
    )


def turns_to_north(north: float | None) -> int:
    """Return the quarter turns counter-clockwise, 0 to 3, that bring north nearest to up.

    Parameters
    ----------
    north : float or None
        Direction of north, degrees from +x towards +y; None, without a WCS, needs no turn.
    """
    return 0 if north is None else round((90 - north) / 90) % 4


def turn_pixel(x: float, y: float, shape: tuple[int, int], turns: int) -> tuple[float, float]:
    """Return where a pixel is after quarter turns counter-clockwise, y up.

    Parameters
    ----------
    shape : (int, int)
        Rows and columns before the turns.
    turns : int
        Negative for turns clockwise.

    Examples
    --------
    >>> turn_pixel(4, 0, (3, 5), 1)
    (2, 4)
    """
    right, upper = shape[1] - 1, shape[0] - 1
    return ((x, y), (upper - y, x), (right - x, upper - y), (y, right - x))[turns % 4]


def turn_vector(dx: float, dy: float, turns: int) -> tuple[float, float]:
    """Return a vector after quarter turns counter-clockwise, y up."""
    return ((dx, dy), (-dy, dx), (-dx, -dy), (dy, -dx))[turns % 4]


def turned(frame: RenderedCutout, turns: int) -> RenderedCutout:
    """Return a frame with pictures, positions and directions turned; its planes stay.

    Parameters
    ----------
    turns : int
        Quarter turns counter-clockwise.
    """
    shape = frame.shape
    if turns % 4 == 0 or shape is None:
        return frame
    shift = frame.shift
    if shift is not None:
        dx, dy = turn_vector(shift.dx, shift.dy, turns)
        shift = shift._replace(dx=dx, dy=dy)
    marks = []
    for mark in frame.marks:
        x, y = turn_pixel(mark.x, mark.y, shape, turns)
        dx, dy = turn_vector(mark.dx, mark.dy, turns)
        marks.append(mark._replace(x=x, y=y, dx=dx, dy=dy))
    # Edges of pixels are half a pixel from their centres.
    strokes = [
        [*_turn_edge(x0, y0, shape, turns), *_turn_edge(x1, y1, shape, turns)]
        for x0, y0, x1, y1 in frame.hatch.tolist()
    ]
    position = frame.position
    return dataclasses.replace(
        frame,
        pictures=_turn_pictures(frame.pictures, turns),
        blinks=_turn_pictures(frame.blinks, turns),
        position=None if position is None else turn_pixel(*position, shape, turns),
        north=None if frame.north is None else (frame.north + 90 * turns) % 360,
        east=None if frame.east is None else (frame.east + 90 * turns) % 360,
        shift=shift,
        marks=tuple(marks),
        hatch=np.array(strokes, np.int64).reshape(-1, 4),
    )


def _turn_edge(x: float, y: float, shape: tuple[int, int], turns: int) -> tuple[float, float]:
    turned_x, turned_y = turn_pixel(x - 0.5, y - 0.5, shape, turns)
    return turned_x + 0.5, turned_y + 0.5


def _turn_pictures(pictures: Mapping[str, Picture], turns: int) -> dict[str, Picture]:
    # np.rot90 counts from the first axis to the second: clockwise with the first row lowest.
    return {name: np.rot90(picture, -turns) for name, picture in pictures.items()}
