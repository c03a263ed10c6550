"""Footprints of images on the sky: polygons of great circles through the image corners."""

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
    """Outlines of images on the sky; an image without a WCS contains no position.

    Distortion bends the edges by a few pixels, so positions that near an edge may come out wrong.

    Parameters
    ----------
    images : sequence of (WCS or None, (rows, columns))
    """

    def __init__(self, images: Sequence[tuple[WCS | None, tuple[int, int]]]) -> None:
        # Four edges and the middle per image: a position inside is on the inner side of all five.
        self._sides = np.zeros((len(images), 5, 3))
        for number, (wcs, shape) in enumerate(images):
            sides = None if wcs is None else _sides(wcs, shape)
            if sides is not None:
                self._sides[number] = sides

    def images_containing(self, ra: float, dec: float) -> npt.NDArray[np.bool_]:
        """Return for each image (n,) whether it contains a position in degrees."""
        if not (math.isfinite(ra) and math.isfinite(dec)):
            return np.zeros(len(self._sides), bool)
        return np.asarray((self._sides @ _unit_vector(ra, dec) > 0).all(axis=1))


def _sides(wcs: WCS, shape: tuple[int, int]) -> Array | None:
    """Return inward normals of an image's edges, then its middle, (5, 3); None off the sky."""
    right, top = shape[1] - 0.5, shape[0] - 0.5
    pixels = ((-0.5, -0.5), (right, -0.5), (right, top), (-0.5, top), (right / 2, top / 2))
    positions = [radec(wcs, x, y) for x, y in pixels]
    if any(position is None for position in positions):
        return None
    vectors = np.array([_unit_vector(*position) for position in positions if position is not None])
    outline, middle = vectors[:4], vectors[4]
    normals = np.cross(outline, np.roll(outline, -1, axis=0))
    # The sign does not depend on the order of the corners; the middle excludes the antipodes.
    return np.vstack([normals * np.sign(normals @ middle)[:, None], middle])


def _unit_vector(ra: float, dec: float) -> Array:
    lon, lat = math.radians(ra), math.radians(dec)
    return np.array([math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)])
