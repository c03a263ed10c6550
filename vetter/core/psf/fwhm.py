"""The FWHM of a field's PSF, measured on its stars."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from vetter.core.cutout.plane import ArrayPlane, Plane
from vetter.core.number_text import format_count
from vetter.core.psf.field_stars import FieldStars, find_field_stars
from vetter.core.psf.star_shape import fit_star_shape


@dataclass(frozen=True, slots=True)
class StarWidths:
    """FWHM of the stars' common shape in pixels, and the number of stars.

    Of an elongated shape the FWHM is the geometric mean along both axes.
    """

    fwhm: float
    stars: int

    @property
    def note(self) -> str:
        """Line for the user."""
        return f"FWHM {self.fwhm:.2f} px from {format_count(self.stars, 'star')} of the field"


def star_fwhm(
    plane: Plane | npt.NDArray[Any], mask: Plane | None = None, stars: FieldStars | None = None
) -> StarWidths | None:
    """Measure the FWHM of the bright, isolated, unsaturated stars' common profile.

    It is that of the profile before its integration over the pixels. Time and memory do not grow
    with the image: see `find_field_stars`.

    Parameters
    ----------
    plane : Plane or ndarray (ny, nx)
        The image; NaN where unknown.
    mask : Plane, optional
        True where bad.
    stars : FieldStars, optional
        Stars of the image, if they are known already.

    Returns
    -------
    StarWidths or None
        None for fewer than 3 stars.
    """
    image: Plane = ArrayPlane("image", plane) if isinstance(plane, np.ndarray) else plane
    if stars is None:
        stars = find_field_stars(image, mask)
    shape = fit_star_shape(image, mask, stars)
    if isinstance(shape, str) or not math.isfinite(shape.moffat.fwhm):
        return None
    return StarWidths(shape.moffat.fwhm, shape.count)
