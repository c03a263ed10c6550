"""WCS of an image in a FITS file, with its look-up tables.

Files of this program hold all distortion tables in one extension, which other readers ignore.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np

from vetter.errors import InputError
from vetter.io.files.compressed import open_unpacked
from vetter.io.files.unreadable import reading
from vetter.io.fits.structure import open_fits, promised_by_headers

if TYPE_CHECKING:
    from astropy.wcs import WCS

    from vetter.io.fits.images import FitsImage

TABLES = "VETWCS"


def image_wcs(image: FitsImage) -> tuple[WCS | None, str]:
    """Return the celestial WCS of an image, or None and the reason.

    Look-up tables are read from the file's other HDUs.
    """
    from astropy import log

    label = image.name.label
    level = log.level
    # astropy logs a page about a SIP header without its suffix, yet reads it correctly.
    log.setLevel("ERROR")
    try:
        with reading(label, "no WCS"):
            wcs = _read(image)
            if wcs is None:
                return None, f"{label}: no WCS in the header"
            wcs.wcs.set()
            # wcslib accepts a singular matrix until a pixel is computed.
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
        # Imported late: images without a WCS never need astropy's.
        from astropy.wcs import WCS

        # Look-up tables, if it has any, are in the file's other HDUs.
        label = image.name.label
        with (
            open_unpacked(image.name.path, enough=promised_by_headers) as file,
            open_fits(file, label) as hdus,
        ):
            wcs = WCS(image.header, hdus)
    if not wcs.has_celestial:
        return None
    return wcs if wcs.naxis == 2 else wcs.celestial


def wcs_extension(wcs: WCS) -> bytes:
    """Return an extension named VETWCS: a table of one row, the bytes of ``wcs.to_fits()``.

    STDPipe ignores tables, but would read image extensions of look-up tables as planes.
    """
    from astropy.io import fits

    from vetter.core.coordinates.wcs import wcs_cards

    hdus = wcs.to_fits(relax=True)
    for keyword, value in wcs_cards(wcs).items():
        hdus[0].header[keyword] = value
    whole = io.BytesIO()
    hdus.writeto(whole)
    content = np.frombuffer(whole.getvalue(), np.uint8)
    column = fits.Column("FITS", format=f"{content.size}B", array=content[np.newaxis])
    table = fits.BinTableHDU.from_columns([column], name=TABLES)
    alone = io.BytesIO()
    fits.HDUList([fits.PrimaryHDU(), table]).writeto(alone)
    return alone.getvalue()[2880:]


def load_wcs(hdus: Any) -> WCS | None:
    """Return the WCS in an open file's VETWCS; None without one, or if it is unreadable."""
    names = [hdu.name for hdu in hdus]
    if TABLES not in names:
        return None
    from astropy.wcs import WCS

    try:
        content = np.asarray(hdus[names.index(TABLES)].data["FITS"][0], np.uint8).tobytes()
        with open_fits(io.BytesIO(content), TABLES) as inner:
            return WCS(inner[0].header, inner)
    except (OSError, KeyError, ValueError, TypeError, IndexError):
        return None
