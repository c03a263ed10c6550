"""Which part of the sky an image covers: a polygon of great circles through its corners."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from vetter.core.coordinates.sky import radec

if TYPE_CHECKING:
    from astropy.wcs import WCS

Array = npt.NDArray[np.float64]


class Footprints:
    """The outlines of images on the sky; nothing is known of an image without a WCS.

    Distortion bends the edges by a few pixels: what lies that near to them may be told wrong.

    Parameters
    ----------
    images : sequence of (WCS or None, (rows, columns))
    """

    def __init__(self, images: Sequence[tuple[WCS | None, tuple[int, int]]]) -> None:
        # Of each image four edges and its middle: a place inside is on the inner side of all.
        self._sides = np.zeros((len(images), 5, 3))
        for number, (wcs, shape) in enumerate(images):
            sides = None if wcs is None else _sides(wcs, shape)
            if sides is not None:
                self._sides[number] = sides

    def holding(self, ra: float, dec: float) -> npt.NDArray[np.bool_]:
        """Which images (n,) a place (degrees) lies on; False where that is not known."""
        if not (math.isfinite(ra) and math.isfinite(dec)):
            return np.zeros(len(self._sides), bool)
        return np.asarray((self._sides @ _vector(ra, dec) > 0).all(axis=1))


def _sides(wcs: WCS, shape: tuple[int, int]) -> Array | None:
    """Inward normals of an image's edges, and its middle, shape (5, 3); None off the sky."""
    right, top = shape[1] - 0.5, shape[0] - 0.5
    pixels = ((-0.5, -0.5), (right, -0.5), (right, top), (-0.5, top), (right / 2, top / 2))
    places = [radec(wcs, x, y) for x, y in pixels]
    if any(place is None for place in places):
        return None
    vectors = np.array([_vector(*place) for place in places if place is not None])
    outline, middle = vectors[:4], vectors[4]
    normals = np.cross(outline, np.roll(outline, -1, axis=0))
    # Whichever way round the corners go, the middle is inside; and not the antipodes.
    return np.vstack([normals * np.sign(normals @ middle)[:, None], middle])


def _vector(ra: float, dec: float) -> Array:
    lon, lat = math.radians(ra), math.radians(dec)
    return np.array([math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)])
