"""WCS of FITS headers, read for the sky axes and written back with all their digits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from vetter.core.coordinates.frames import to_axes
from vetter.core.coordinates.wcs_conflicts import settle_cards
from vetter.errors import InputError, suppress_warnings

if TYPE_CHECKING:
    from astropy.io.fits import Card, Header
    from astropy.wcs import WCS

# Keywords that define the mapping of pixels to sky, with their alternates.
_MAPPING = re.compile(
    r"WCSAXES[A-Z]?|WCSNAME[A-Z]?|(CTYPE|CRVAL|CRPIX|CDELT|CUNIT|CROTA|CNAME|CRDER|CSYER)\d+[A-Z]?"
    r"|(CD|PC|PV|PS)\d+_\d+[A-Z]?|(LONPOLE|LATPOLE|RADESYS|EQUINOX)[A-Z]?|RADECSYS|EPOCH"
    r"|(A|B|AP|BP)_(\d+_\d+|ORDER|DMAX)"
    r"|(CPDIS|CQDIS|D2IMDIS|CPERR|CQERR|D2IMERR)\d|(DP|DQ|D2IM)\d(\..*)?|AXISCORR|D2IMARR|D2IMEXT"
    r"|(PC|CD)00\d00\d|WAT\d_\d\d\d"
)
# Keywords that astropy also uses when it reads a WCS.
_CONTEXT = re.compile(r"NAXIS\d*|MJD-OBS|DATE-OBS|MJDREF|OBSGEO-[XYZ]|SPECSYS|VELOSYS")
_TABLES = re.compile(r"(CPDIS|CQDIS|D2IMDIS)\d|AXISCORR|D2IMARR|(DP|DQ|D2IM)\d(\..*)?|[CD].*ERR\d")


def header_wcs(header: Header) -> WCS | None:
    """Return the celestial WCS of a header; None if the header describes no sky coordinates.

    Raises
    ------
    InputError
        The WCS cannot be used (`UnusableWcs` if its cards are not numbers), or needs look-up
        tables, which a header alone does not contain.
    """
    if "CTYPE1" not in header or "CTYPE2" not in header:
        return None
    cards = settle_cards([c for c in header.cards if _MAPPING.fullmatch(c.keyword)]).cards
    tables = [c.keyword for c in cards if _TABLES.fullmatch(c.keyword)]
    if tables:
        raise InputError(
            f"header: its WCS needs look-up tables from other HDUs ({tables[0]}); "
            "give wcs=WCS(header, hdulist)"
        )
    from astropy.io.fits import Header, VerifyError
    from astropy.wcs import WCS

    # astropy parses all cards three times: pass only the relevant ones.
    cards += [c for c in header.cards if _CONTEXT.fullmatch(c.keyword)]
    try:
        # fix=False, then wcs.wcs.fix(): astropy's own call warns of each fix.
        with suppress_warnings():
            # astropy also warns of cards with text in place of numbers.
            wcs = WCS(Header(cards), fix=False)
            wcs.wcs.fix()
    except (ValueError, TypeError, LookupError, AttributeError, VerifyError) as error:
        reason = " ".join(str(error).split())
        raise InputError(f"header: its WCS cannot be used ({reason})") from error
    if not wcs.has_celestial:
        return None
    return wcs if wcs.naxis == 2 else wcs.celestial


def settle_wcs(header: Header) -> tuple[Header, tuple[str, ...]]:
    """Return a header whose WCS cards do not contradict each other, and a line for each decision.

    Each keyword occurs once. The header itself is returned if nothing had to be decided.

    Raises
    ------
    UnusableWcs
        No WCS can be made of the cards: a keyword of a number holds another text.
    """
    if "CTYPE1" not in header or "CTYPE2" not in header:
        return header, ()
    cards = [c for c in header.cards if _MAPPING.fullmatch(c.keyword)]
    settled = settle_cards(cards)
    if len(settled.cards) == len(cards) and all(
        one is other for one, other in zip(settled.cards, cards, strict=True)
    ):
        return header, settled.decisions
    return _replace_mapping(header, settled.cards), settled.decisions


def is_mapping(keyword: str) -> bool:
    """Return whether a keyword is one of those that map pixels to sky."""
    return _MAPPING.fullmatch(keyword) is not None


def without_wcs(header: Header) -> Header:
    """Return a copy of a header without the cards that map pixels to sky."""
    return _replace_mapping(header, [])


def _replace_mapping(header: Header, cards: list[Card]) -> Header:
    from astropy.io.fits import Header

    kept = Header([c for c in header.cards if not _MAPPING.fullmatch(c.keyword)])
    kept.extend(cards, strip=False, end=True)
    return kept


def mapping_cards(header: Header) -> tuple[tuple[str, Any], ...]:
    """Return keywords and values that map pixels to sky, in header order; empty without CTYPE.

    Two images of one shape whose cards are equal are on one pixel grid.
    """
    if "CTYPE1" not in header or "CTYPE2" not in header:
        return ()
    return tuple((c.keyword, c.value) for c in header.cards if _MAPPING.fullmatch(c.keyword))


def has_same_mapping(one: Header, other: Header) -> bool:
    """Return whether the `mapping_cards` of two headers are equal.

    The raw card images are compared first: parsing all values takes milliseconds per image.
    """
    written = [
        [card.image for card in header.cards if _MAPPING.fullmatch(card.keyword)]
        for header in (one, other)
    ]
    return written[0] == written[1] or mapping_cards(one) == mapping_cards(other)


def has_tables(wcs: WCS) -> bool:
    """Return whether a WCS has distortion look-up tables, which a header alone cannot hold."""
    return any(t is not None for t in (wcs.cpdis1, wcs.cpdis2, wcs.det2im1, wcs.det2im2))


def wcs_cards(wcs: WCS) -> Header:
    """Return the cards of a WCS with all digits, including SIP and TPV but no look-up tables.

    ``WCS.to_header`` rounds to twelve digits, up to 5e-10 degrees of CRVAL, so the linear part
    is written from memory. Twelve digits are enough for the coefficients of distortions.
    """
    plain = wcs if not has_tables(wcs) else without_tables(wcs)
    header = plain.to_header(relax=True)
    for keyword in [k for k in header if not _MAPPING.fullmatch(k)]:
        header.remove(keyword, ignore_missing=True)
    prm = plain.wcs
    matrix: Any = prm.get_pc()
    delta = prm.get_cdelt()
    for i in range(prm.naxis):
        header[f"CRPIX{i + 1}"] = float(prm.crpix[i])
        header[f"CRVAL{i + 1}"] = float(prm.crval[i])
        header[f"CDELT{i + 1}"] = float(delta[i])
        for j in range(prm.naxis):
            keyword = f"PC{i + 1}_{j + 1}"
            if keyword in header or matrix[i, j] != float(i == j):
                header[keyword] = float(matrix[i, j])
    return header


def without_tables(wcs: WCS, x: float | None = None, y: float | None = None) -> WCS:
    """Return a copy without look-up tables; CRPIX absorbs their effect at (x, y), 0-based.

    For readers without tables: exact at the position, and near it as far as the tables are flat.
    """
    plain = wcs.deepcopy()
    offset = np.zeros(2)
    if x is not None and y is not None and has_tables(wcs):
        # Shift by the tables alone at this pixel: det2im, then p4_pix2foc; SIP stays in the WCS.
        pixel = np.array([[x, y]], float)
        detector = np.asarray(wcs.det2im(pixel, 0)) if _has_detector_tables(wcs) else pixel
        focal = np.asarray(wcs.p4_pix2foc(detector, 0)) if _has_focal_tables(wcs) else detector
        offset = (detector - pixel + focal - detector)[0]
    plain.cpdis1 = plain.cpdis2 = plain.det2im1 = plain.det2im2 = None
    reference = plain.wcs.crpix.copy()
    reference[:2] -= offset
    plain.wcs.crpix = reference
    return plain


def with_wcs(header: Header, wcs: WCS) -> Header:
    """Return a copy of a header with its WCS replaced; its times and all other cards stay."""
    return _replace_mapping(header, list(wcs_cards(wcs).cards))


def without_table_cards(header: Header) -> Header:
    """Return the header itself, or a copy without its references to look-up tables if any."""
    if not any(_TABLES.fullmatch(c.keyword) for c in header.cards):
        return header
    from astropy.io.fits import Header

    return Header([c for c in header.cards if not _TABLES.fullmatch(c.keyword)])


def has_same_sky(one: WCS | None, other: WCS | None, shape: tuple[int, int]) -> bool:
    """Return whether two WCS agree within 1e-11 degrees at an image's corners and middle."""
    if one is None or other is None:
        return one is other
    ny, nx = shape
    x = np.array([0, nx - 1, 0, nx - 1, (nx - 1) / 2])
    y = np.array([0, 0, ny - 1, ny - 1, (ny - 1) / 2])
    try:
        first, second = (np.array(w.all_pix2world(x, y, 0)) for w in (one, other))
    except ValueError:
        return False
    return bool(np.allclose(first, second, rtol=0, atol=1e-11, equal_nan=True))


def sky_to_pixel(wcs: WCS, ra: float, dec: float) -> tuple[float, float]:
    """Return the 0-based pixel of RA and Dec in degrees; NaN if the WCS has no solution.

    A position far outside of a distorted image may have no solution.
    """
    from astropy.wcs import NoConvergence

    try:
        plane = wcs if wcs.naxis == 2 else wcs.celestial
        with suppress_warnings():
            # all_world2pix warns if the position has no pixel.
            pixel: Any = plane.all_world2pix(np.stack(to_axes(plane, [ra], [dec]), axis=1), 0)
    except (NoConvergence, ValueError):
        return float("nan"), float("nan")
    return float(pixel[0, 0]), float(pixel[0, 1])


def _has_detector_tables(wcs: WCS) -> bool:
    return wcs.det2im1 is not None or wcs.det2im2 is not None


def _has_focal_tables(wcs: WCS) -> bool:
    return wcs.cpdis1 is not None or wcs.cpdis2 is not None
