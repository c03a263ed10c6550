"""A WCS with distortion look-up tables, whole, in one extension that other readers pass over."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np

from vetter.io.fits.structure import open_fits

if TYPE_CHECKING:
    from astropy.wcs import WCS

TABLES = "VETWCS"


def wcs_extension(wcs: WCS) -> bytes:
    """An extension named VETWCS: a table of one row, the bytes of ``wcs.to_fits()``.

    As a table it is no plane to STDPipe; as extensions of their own the tables would be.
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
    """The WCS in an open file's VETWCS; None without one, or if it is not readable."""
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
