"""WCS of an image in a FITS file, with its look-up tables.

Files of this program hold all distortion tables in one extension, which other readers ignore.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from vetter.errors import InputError
from vetter.io.files.compressed import open_unpacked
from vetter.io.files.unreadable import input_errors
from vetter.io.fits.structure import open_fits, promised_by_headers

if TYPE_CHECKING:
    from astropy.io.fits import Header
    from astropy.wcs import WCS

    from vetter.io.fits.images import FitsImage

WCS_EXTENSION = "VETWCS"
_COMMENTARY = frozenset(["COMMENT", "HISTORY", "CONTINUE", ""])


class ImageWcs(NamedTuple):
    """Celestial WCS of an image, and the cards that it is made of.

    Attributes
    ----------
    wcs : `~astropy.wcs.WCS` or None
    reason : str
        Reason why there is no WCS; '' with one.
    header : `~astropy.io.fits.Header`
        Header of the image with only the WCS cards that are used: contradictory ones are settled,
        and a WCS whose cards cannot be read is left out. Each keyword occurs once.
    decisions : tuple of str
        A line for each contradiction, with the cards that are taken.
    """

    wcs: WCS | None
    reason: str
    header: Header
    decisions: tuple[str, ...] = ()


def image_wcs(image: FitsImage) -> tuple[WCS | None, str]:
    """Return the celestial WCS of an image, or None and the reason.

    Look-up tables are read from the file's other HDUs.
    """
    return settled_image_wcs(image)[:2]


def settled_image_wcs(image: FitsImage) -> ImageWcs:
    """Return the celestial WCS of an image, with contradictory cards settled first.

    Look-up tables are read from the file's other HDUs.
    """
    from astropy import log

    from vetter.core.coordinates.wcs import settle_wcs, without_wcs
    from vetter.core.coordinates.wcs_conflicts import UnusableWcs

    label = image.name.label
    header, inherited = _with_inherited_wcs(_without_repeats(image.header), image.primary)
    decisions: tuple[str, ...] = ()
    level = log.level
    # astropy logs a page about a SIP header without its suffix, yet reads it correctly.
    log.setLevel("ERROR")
    try:
        with input_errors(label, "no WCS"):
            header, settled = settle_wcs(header)
            decisions = (*inherited, *settled)
            wcs = _read(image, header)
            if wcs is None:
                return ImageWcs(None, f"{label}: no WCS in the header", header)
            wcs.wcs.set()
            # wcslib accepts a singular matrix until a pixel is computed.
            if not abs(np.linalg.det(wcs.pixel_scale_matrix)) > 0:
                return ImageWcs(None, f"{label}: no WCS: its matrix is singular", header)
            return ImageWcs(wcs, "", header, decisions)
    except UnusableWcs as error:
        # Other programs would take the text for zero.
        reason = str(error).removeprefix("header: ")
        return ImageWcs(None, f"{label}: no WCS: {reason}", without_wcs(header))
    except InputError as error:
        return ImageWcs(None, str(error), header)
    finally:
        log.setLevel(level)


def _with_inherited_wcs(header: Header, primary: Header | None) -> tuple[Header, tuple[str, ...]]:
    """Return an extension's header with the primary header's WCS if it has none, and a line on it.

    An extension with INHERIT = F takes no cards of the primary header (FITS standard, 4.4.2.6).
    """
    if primary is None or "CTYPE1" in header or header.get("INHERIT") is False:
        return header, ()
    from vetter.core.coordinates.wcs import is_mapping, mapping_cards

    if not any(
        "CTYPE" in keyword and "--" in str(value) for keyword, value in mapping_cards(primary)
    ):
        return header, ()
    merged = header.copy()
    merged.extend(
        [c for c in primary.cards if is_mapping(c.keyword) and c.keyword not in header], end=True
    )
    return merged, ("its header has no WCS: that of the primary header is taken",)


def _without_repeats(header: Header) -> Header:
    """Return a header in which no keyword but those of comments and the WCS occurs twice.

    The first value is kept, which is the one that is read.
    """
    from collections import Counter

    from vetter.core.coordinates.wcs import is_mapping

    counts = Counter(header.keys())
    repeated = {
        keyword
        for keyword, count in counts.items()
        if count > 1 and keyword not in _COMMENTARY and not is_mapping(keyword)
    }
    if not repeated:
        return header
    from astropy.io.fits import Header

    seen: set[str] = set()
    kept = []
    for card in header.cards:
        if card.keyword in repeated and card.keyword in seen:
            continue
        seen.add(card.keyword)
        kept.append(card)
    return Header(kept)


def _read(image: FitsImage, header: Header) -> WCS | None:
    from vetter.core.coordinates.wcs import header_wcs

    try:
        return header_wcs(header)
    except InputError:
        # Imported late: images without a WCS never need astropy's.
        from astropy.wcs import WCS

        # Look-up tables, if it has any, are in the file's other HDUs.
        label = image.name.label
        with (
            open_unpacked(image.name.path, enough=promised_by_headers) as file,
            open_fits(file, label) as hdus,
        ):
            wcs = WCS(header, hdus)
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
    table = fits.BinTableHDU.from_columns([column], name=WCS_EXTENSION)
    alone = io.BytesIO()
    fits.HDUList([fits.PrimaryHDU(), table]).writeto(alone)
    return alone.getvalue()[2880:]


def load_wcs(hdus: Any) -> WCS | None:
    """Return the WCS in an open file's VETWCS; None without one, or if it is unreadable."""
    names = [hdu.name for hdu in hdus]
    if WCS_EXTENSION not in names:
        return None
    from astropy.wcs import WCS

    try:
        content = np.asarray(hdus[names.index(WCS_EXTENSION)].data["FITS"][0], np.uint8).tobytes()
        with open_fits(io.BytesIO(content), WCS_EXTENSION) as inner:
            return WCS(inner[0].header, inner)
    except (OSError, KeyError, ValueError, TypeError, IndexError):
        return None
