"""FWHM of a field's PSF, from the user, the list, the header or the field's stars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.cutout.plane import Plane
from vetter.core.cutout_source import PsfFwhm
from vetter.io.field.planes import ReadablePart

if TYPE_CHECKING:
    from astropy.io.fits import Header
    from astropy.wcs import WCS

    from vetter.core.psf.field_stars import FieldStars
    from vetter.core.psf.fwhm import StarWidths

# Keywords in pixels, unless the card's comment names arcseconds.
_PIXEL_KEYWORDS = ("PSF_FWHM", "FWHM_PIX", "FWHMPIX", "FWHM", "PSFFWHM")
_ARCSECOND_KEYWORDS = ("SEEING", "L1FWHM", "L1SEEING", "FWHM_AS", "DIMMSEE")
# A narrower source is a hot pixel, a wider one is not a star.
_MIN_FWHM, _MAX_FWHM = 0.8, 50.0
_MAX_DIFFERENCE = 0.2
"""Relative difference from the stars above which a header's or list's FWHM is not of the image."""


def known_fwhm(
    given: float | None,
    candidates: CandidateList,
    header: Header | None,
    wcs: WCS | None,
) -> PsfFwhm | None:
    """Return the FWHM from the user, the list or the header; None if it has to be measured.

    Parameters
    ----------
    given : float or None
        The FWHM from the user, pixels.
    candidates : CandidateList
        The median of its FWHM column is used, since candidates may be blends or defects.
    header : `~astropy.io.fits.Header` or None
    wcs : `~astropy.wcs.WCS` or None
        Pixel scale for keywords in arcseconds.
    """
    if given is not None and given > 0:
        return PsfFwhm(float(given), f"FWHM {given:.2f} px as you say")
    column = candidates.roles.fwhm
    if column is not None:
        value = median_width(candidates.column(column))
        if value is not None:
            return PsfFwhm(value, f"FWHM {value:.2f} px, the median of column {column}")
    return None if header is None else _from_header(header, wcs)


def median_width(values: npt.NDArray[Any]) -> float | None:
    """Return the median of the FWHM (n,), pixels, that a PSF can have; None if there are none."""
    if values.dtype.kind not in "iuf":
        return None
    good = values[np.isfinite(values) & (values > _MIN_FWHM) & (values < _MAX_FWHM)]
    return float(np.median(good)) if len(good) else None


def find_stars(image: Plane, mask: Plane | None, header: Header | None) -> FieldStars:
    """Find a field's stars, with the saturation level that the header gives.

    Parameters
    ----------
    image : Plane
        The science image; some boxes of it are read, and unreadable parts are skipped.
    mask : Plane, optional
    header : `~astropy.io.fits.Header` or None
    """
    from vetter.core.psf.field_stars import find_field_stars

    level: Any = None if header is None else header.get("SATURATE")
    is_number = isinstance(level, (int, float)) and not isinstance(level, bool)
    saturation = float(level) if is_number and level > 0 else None
    readable_mask = None if mask is None else ReadablePart(mask)
    return find_field_stars(ReadablePart(image), readable_mask, saturation=saturation)


def measure_widths(
    image: Plane, mask: Plane | None = None, stars: FieldStars | None = None
) -> StarWidths | None:
    """Measure the FWHM of a field's stars; None if there are too few, or no stars are so wide.

    Parameters
    ----------
    image : Plane
        The science image; some boxes of it are read, and unreadable parts are skipped.
    mask : Plane, optional
    stars : FieldStars, optional
        The stars of the image, if they are known already.
    """
    from vetter.core.psf.fwhm import star_fwhm

    readable_mask = None if mask is None else ReadablePart(mask)
    measured = star_fwhm(ReadablePart(image), readable_mask, stars)
    if measured is None or not _MIN_FWHM < measured.fwhm < _MAX_FWHM:
        return None
    return measured


def contradicts(known: PsfFwhm, stars: StarWidths | None) -> bool:
    """Return whether an FWHM differs from that of the stars by more than 20%."""
    return stars is not None and abs(known.value - stars.fwhm) > _MAX_DIFFERENCE * stars.fwhm


def _from_header(header: Header, wcs: WCS | None) -> PsfFwhm | None:
    for keyword in (*_PIXEL_KEYWORDS, *_ARCSECOND_KEYWORDS):
        value = header.get(keyword)
        if not isinstance(value, (int, float)) or isinstance(value, bool) or not value > 0:
            continue
        comment = str(header.comments[keyword]).lower()
        pixels = float(value)
        if (keyword in _ARCSECOND_KEYWORDS and "pix" not in comment) or "arcsec" in comment:
            scale = _pixel_scale(wcs)
            if scale is None:
                continue
            pixels /= scale
        if _MIN_FWHM < pixels < _MAX_FWHM:
            return PsfFwhm(pixels, f"FWHM {pixels:.2f} px from {keyword} in the header")
    return None


def _pixel_scale(wcs: WCS | None) -> float | None:
    """Return arcseconds per pixel; None without a WCS."""
    if wcs is None:
        return None
    area = abs(float(np.linalg.det(wcs.pixel_scale_matrix)))
    return 3600 * area**0.5 if area > 0 else None
