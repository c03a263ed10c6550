"""The WCS of an image in a FITS file, with its look-up tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vetter.errors import InputError
from vetter.io.files.compressed import open_unpacked
from vetter.io.files.unreadable import reading
from vetter.io.fits.images import FitsImage
from vetter.io.fits.structure import open_fits, promised_by_headers

if TYPE_CHECKING:
    from astropy.wcs import WCS


def image_wcs(image: FitsImage) -> tuple[WCS | None, str]:
    """The celestial WCS of an image, and why there is none where it cannot be used.

    Look-up tables are read from the file's other HDUs.
    """
    from astropy import log

    label = image.name.label
    level = log.level
    # astropy logs a page about a SIP header without its suffix; it reads it all the same.
    log.setLevel("ERROR")
    try:
        with reading(label, "no WCS"):
            wcs = _read(image)
            if wcs is None:
                return None, f"{label}: no WCS in the header"
            wcs.wcs.set()
            # wcslib does not mind a singular matrix until it is asked for a pixel.
            if not abs(np.linalg.det(wcs.pixel_scale_matrix)) > 0:
                return None, f"{label}: no WCS: its matrix is singular"
            return wcs, ""
    except InputError as error:
        return None, str(error)
    finally:
        log.setLevel(level)


def _read(image: FitsImage) -> WCS | None:
    from vetter.core.coordinates.wcs import header_wcs

    try:
        return header_wcs(image.header)
    except InputError:
        # Not before: of images without a WCS nobody asks astropy's.
        from astropy.wcs import WCS

        # It may want look-up tables, which are in the file's other HDUs.
        label = image.name.label
        with (
            open_unpacked(image.name.path, enough=promised_by_headers) as file,
            open_fits(file, label) as hdus,
        ):
            wcs = WCS(image.header, hdus)
    if not wcs.has_celestial:
        return None
    return wcs if wcs.naxis == 2 else wcs.celestial
