"""Marks of a candidate on the sky, of its packet or its list, and their places in pixels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import Enum, auto
from typing import NamedTuple


class MarkKind(Enum):
    """Kind of a mark."""

    PREDICTED = auto()
    """Predicted place of a known minor planet."""
    DIPOLE = auto()
    """The pipeline's dipole, from the negative to the positive lobe."""
    TRAIL = auto()
    """The pipeline's trail."""
    DETECTION = auto()
    """Another detection of the same object; its length is the FWHM of the PSF."""


class SkyMark(NamedTuple):
    """Mark on the sky.

    Attributes
    ----------
    kind : MarkKind
    ra, dec : float
        Its middle, degrees.
    length : float
        Arcseconds; 0 for a point.
    angle : float
        Position angle, degrees from north towards east.
    label : str
    """

    kind: MarkKind
    ra: float
    dec: float
    length: float = 0.0
    angle: float = 0.0
    label: str = ""


class PixelMark(NamedTuple):
    """Mark in the pixels of a cutout: its middle, and the vector from its begin to its end."""

    kind: MarkKind
    x: float
    y: float
    dx: float
    dy: float
    label: str


def pixel_marks(
    marks: Sequence[SkyMark],
    centre: tuple[float, float],
    position: tuple[float, float],
    north: float,
    east: float,
    scale: float,
) -> tuple[PixelMark, ...]:
    """Return marks in pixels of a cutout, which is taken as a plane about the candidate.

    Parameters
    ----------
    marks : sequence of SkyMark
    centre : (float, float)
        RA and Dec of the candidate, degrees.
    position : (float, float)
        The candidate in the cutout, x and y.
    north, east : float
        Directions in degrees from +x towards +y.
    scale : float
        Arcseconds per pixel.
    """
    to_north = math.cos(math.radians(north)), math.sin(math.radians(north))
    to_east = math.cos(math.radians(east)), math.sin(math.radians(east))

    def vector(east_offset: float, north_offset: float) -> tuple[float, float]:
        return (
            (east_offset * to_east[0] + north_offset * to_north[0]) / scale,
            (east_offset * to_east[1] + north_offset * to_north[1]) / scale,
        )

    found = []
    for mark in marks:
        # Around RA 0 the difference is small, not 360 degrees.
        across = (mark.ra - centre[0] + 180.0) % 360.0 - 180.0
        across *= 3600.0 * math.cos(math.radians(centre[1]))
        x, y = vector(across, 3600.0 * (mark.dec - centre[1]))
        angle = math.radians(mark.angle)
        dx, dy = vector(mark.length * math.sin(angle), mark.length * math.cos(angle))
        found.append(PixelMark(mark.kind, position[0] + x, position[1] + y, dx, dy, mark.label))
    return tuple(found)
