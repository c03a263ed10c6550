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

# Keywords in pixels, unless the card's comment names arcseconds.
_PIXEL_KEYWORDS = ("PSF_FWHM", "FWHM_PIX", "FWHMPIX", "FWHM", "PSFFWHM")
_ARCSECOND_KEYWORDS = ("SEEING", "L1FWHM", "L1SEEING", "FWHM_AS", "DIMMSEE")
# A narrower source is a hot pixel, a wider one is not a star.
_MIN_FWHM, _MAX_FWHM = 0.8, 50.0


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


def measure_fwhm(image: Plane, mask: Plane | None = None) -> PsfFwhm | None:
    """Measure the FWHM of a field's stars; None if there are too few.

    Parameters
    ----------
    image : Plane
        The science image; some boxes of it are read, and unreadable parts are skipped.
    mask : Plane, optional
    """
    from vetter.core.psf.fwhm import star_fwhm

    measured = star_fwhm(ReadablePart(image), None if mask is None else ReadablePart(mask))
    if measured is None or not _MIN_FWHM < measured.fwhm < _MAX_FWHM:
        return None
    return PsfFwhm(float(measured.fwhm), measured.note)


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
