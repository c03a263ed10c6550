"""The WCS of an image in a FITS file, with its look-up tables."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np

from vetter.errors import InputError
from vetter.io.fits_images import DAMAGE, FitsImage, one_line
from vetter.io.unpacked import open_unpacked

if TYPE_CHECKING:
    from astropy.wcs import WCS


def image_wcs(image: FitsImage) -> tuple[WCS | None, str]:
    """The celestial WCS of an image, and why there is none where it cannot be used.

    Look-up tables are read from the file's other HDUs.
    """
    from vetter.core.wcs_header import header_wcs

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            wcs = header_wcs(image.header)
        except InputError as error:
            wcs, reason = _wcs_with_tables(image)
            if wcs is None:
                return None, f"{image.name.label}: no WCS: {reason or error}"
        if wcs is None:
            return None, f"{image.name.label}: no WCS in the header"
        return _usable(wcs, image.name.label)


def _usable(wcs: WCS, label: str) -> tuple[WCS | None, str]:
    """The WCS if wcslib can set it up: a singular matrix shows only then."""
    from astropy.wcs import WcsError

    try:
        wcs.wcs.set()
        # wcslib does not mind until it is asked for a pixel.
        if not abs(np.linalg.det(wcs.pixel_scale_matrix)) > 0:
            return None, f"{label}: no WCS: its matrix is singular"
    except (WcsError, ValueError) as error:
        return None, f"{label}: no WCS: {one_line(error)}"
    return wcs, ""


def _wcs_with_tables(image: FitsImage) -> tuple[WCS | None, str]:
    from astropy.io import fits
    from astropy.wcs import WCS

    try:
        with open_unpacked(image.name.path) as file, fits.open(file, memmap=False) as hdus:
            wcs = WCS(image.header, hdus)
    except (*DAMAGE, MemoryError) as error:
        return None, one_line(error)
    return (wcs if wcs.naxis == 2 else wcs.celestial) if wcs.has_celestial else None, ""
