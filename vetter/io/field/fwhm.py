"""The FWHM of a field's PSF: as the user says, from the list, the header or the field's stars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.candidates.column_values import plain
from vetter.core.cutout.plane import Plane
from vetter.core.cutout_source import PsfFwhm
from vetter.io.field.planes import ReadablePart

if TYPE_CHECKING:
    from astropy.io.fits import Header
    from astropy.wcs import WCS

# Keywords in pixels unless the card's comment speaks of arcseconds, then those in arcseconds.
_PIXELS = ("PSF_FWHM", "FWHM_PIX", "FWHMPIX", "FWHM", "PSFFWHM")
_ARCSECONDS = ("SEEING", "L1FWHM", "L1SEEING", "FWHM_AS", "DIMMSEE")
# Narrower is no PSF but a hot pixel, wider no star.
_LEAST, _MOST = 0.8, 50.0


def known_fwhm(
    given: float | None,
    candidates: CandidateList,
    header: Header | None,
    wcs: WCS | None,
) -> PsfFwhm | None:
    """The FWHM as far as it is written down; None where it has to be measured.

    Parameters
    ----------
    given : float or None
        The user's word, pixels.
    candidates : CandidateList
        The median of its FWHM column is taken: single candidates may be blends or defects.
    header : `~astropy.io.fits.Header` or None
    wcs : `~astropy.wcs.WCS` or None
        For keywords in arcseconds.
    """
    if given is not None and given > 0:
        return PsfFwhm(float(given), f"FWHM {given:.2f} px as you say")
    column = candidates.roles.fwhm
    if column is not None:
        value = median_width(plain(candidates.table[column]))
        if value is not None:
            return PsfFwhm(value, f"FWHM {value:.2f} px, the median of column {column}")
    return None if header is None else _from_header(header, wcs)


def median_width(values: npt.NDArray[Any]) -> float | None:
    """The median of those FWHM (n,), pixels, that may be of a PSF; None where none is."""
    if values.dtype.kind not in "iuf":
        return None
    good = values[np.isfinite(values) & (values > _LEAST) & (values < _MOST)]
    return float(np.median(good)) if len(good) else None


def measured_fwhm(image: Plane, mask: Plane | None = None) -> PsfFwhm | None:
    """The FWHM of the stars of a field; None where there are too few.

    Parameters
    ----------
    image : Plane
        The science image, of which some boxes are read, as far as that is possible.
    mask : Plane, optional
    """
    from vetter.core.psf.fwhm import star_fwhm

    found = star_fwhm(ReadablePart(image), None if mask is None else ReadablePart(mask))
    if found is None or not _LEAST < found.fwhm < _MOST:
        return None
    return PsfFwhm(float(found.fwhm), found.note)


def _from_header(header: Header, wcs: WCS | None) -> PsfFwhm | None:
    for keyword in (*_PIXELS, *_ARCSECONDS):
        value = header.get(keyword)
        if not isinstance(value, (int, float)) or isinstance(value, bool) or not value > 0:
            continue
        comment = str(header.comments[keyword]).lower()
        pixels = float(value)
        if (keyword in _ARCSECONDS and "pix" not in comment) or "arcsec" in comment:
            scale = _scale(wcs)
            if scale is None:
                continue
            pixels /= scale
        if _LEAST < pixels < _MOST:
            return PsfFwhm(pixels, f"FWHM {pixels:.2f} px from {keyword} in the header")
    return None


def _scale(wcs: WCS | None) -> float | None:
    """Arcseconds per pixel."""
    if wcs is None:
        return None
    area = abs(float(np.linalg.det(wcs.pixel_scale_matrix)))
    return 3600 * area**0.5 if area > 0 else None
