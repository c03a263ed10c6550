"""Which part of the sky an image covers: a polygon of great circles through its corners."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from vetter.core.sky import radec

if TYPE_CHECKING:
    from astropy.wcs import WCS

Array = npt.NDArray[np.float64]


class Footprint:
    """The outline of an image on the sky; nothing is known of an image without a WCS.

    Distortion bends the edges by a few pixels: what lies that near to them may be told wrong.

    Parameters
    ----------
    wcs : `~astropy.wcs.WCS` or None
    shape : (int, int)
        Rows and columns.
    """

    def __init__(self, wcs: WCS | None, shape: tuple[int, int]) -> None:
        self._normals: Array | None = None
        if wcs is None:
            return
        right, top = shape[1] - 0.5, shape[0] - 0.5
        corners = [radec(wcs, x, y) for x, y in ((-0.5, -0.5), (right, -0.5), (right, top))]
        corners.append(radec(wcs, -0.5, top))
        middle = radec(wcs, right / 2, top / 2)
        if middle is None or any(corner is None for corner in corners):
            return
        outline = np.array([_vector(*corner) for corner in corners if corner is not None])
        normals = np.cross(outline, np.roll(outline, -1, axis=0))
        centre = _vector(*middle)
        # Whichever way round the corners go, the middle is inside; and not the antipodes.
        self._normals = np.vstack([normals * np.sign(normals @ centre)[:, None], centre])

    def holds(self, ra: float, dec: float) -> bool:
        """Whether a place (degrees) lies on the image; False where that is not known."""
        if self._normals is None or not (math.isfinite(ra) and math.isfinite(dec)):
            return False
        return bool((self._normals @ _vector(ra, dec) > 0).all())


def _vector(ra: float, dec: float) -> Array:
    lon, lat = math.radians(ra), math.radians(dec)
    return np.array([math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)])
