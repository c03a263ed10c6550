"""Crops of arrays, with their headers and WCS, and arrays recentred on cutouts of another size."""

from __future__ import annotations

import copy
import math
import re
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from vetter.core.cutout.plane import Array, Box, make_blank
from vetter.errors import InputError

if TYPE_CHECKING:
    from astropy.io.fits import Card, Header
    from astropy.wcs import WCS

# Cards on the whole image's storage or its position on the detector, which are wrong for a part.
_STALE = re.compile(
    r"(SIMPLE|XTENSION|BITPIX|NAXIS\d*|EXTEND|PCOUNT|GCOUNT|GROUPS|BLOCKED|EXTNAME|EXTVER|EXTLEVEL"
    r"|CHECKSUM|DATASUM|Z(HECKSUM|DATASUM)|BZERO|BSCALE|BLANK|DATAMIN|DATAMAX|INHERIT"
    r"|(DATA|TRIM|BIAS|CCD|DET|AMP|ORIG|STAT|OVRSC|PRES|POSTS)SE?C[A-Z0-9]*"
    r"|Z(IMAGE|TENSION|BITPIX|NAXIS\d*|PCOUNT|GCOUNT|SIMPLE|EXTEND|BLOCKED|TILE\d+|CMPTYPE"
    r"|NAME\d+|VAL\d+|QUANTIZ|DITHER0|BLANK|MASKCMP)|TFIELDS|T(TYPE|FORM|UNIT|SCAL|ZERO|NULL)\d+)"
)
_REFERENCE = re.compile(r"CRPIX([12])[A-Z]?")
_REPLACED = re.compile(r"LTV[12]|CROP_[XY][12]")


@overload
def crop_image(
    data: Array, x1: int, y1: int, width: int, height: int, header: None = None
) -> Array: ...


@overload
def crop_image(
    data: Array, x1: int, y1: int, width: int, height: int, header: Header
) -> tuple[Array, Header]: ...


def crop_image(
    data: Array, x1: int, y1: int, width: int, height: int, header: Header | None = None
) -> Array | tuple[Array, Header]:
    """Crop a rectangle of an image; the rectangle may extend beyond the image.

    Parameters
    ----------
    data : ndarray, shape (rows, columns)
        The image; not changed.
    x1, y1 : int
        Column and row, 0-based, of the rectangle's first pixel; may be negative.
    width, height : int
        Columns and rows of the rectangle.
    header : astropy.io.fits.Header, optional
        Header of the image; not changed.

    Returns
    -------
    ndarray, shape (height, width), or (ndarray, Header)
        A copy of the same dtype in native byte order. Off the image: NaN for floats, True for
        booleans (bad, as in a mask), 0 for integers.

    Raises
    ------
    InputError
        `data` is not two-dimensional.

    Notes
    -----
    Differs from STDPipe 0.4.1: a mask is True off the image, and the header loses cards that hold
    only for the whole image; see `crop_header`.

    Examples
    --------
    >>> import numpy as np
    >>> from vetter.cutouts import crop_image
    >>> crop_image(np.arange(12.0).reshape(3, 4), x1=2, y1=1, width=3, height=2)
    array([[ 6.,  7., nan],
           [10., 11., nan]])
    """
    box = Box(int(x1), int(y1), int(width), int(height))
    cropped = crop_array(data, box)
    if header is None:
        return cropped
    return cropped, crop_header(header, box)


@overload
def crop_image_centered(
    data: Array, x0: float, y0: float, r0: float, header: None = None
) -> Array: ...


@overload
def crop_image_centered(
    data: Array, x0: float, y0: float, r0: float, header: Header
) -> tuple[Array, Header]: ...


def crop_image_centered(
    data: Array, x0: float, y0: float, r0: float, header: Header | None = None
) -> Array | tuple[Array, Header]:
    """Crop the square of side 2 ceil(r0) + 1 whose central pixel contains a position.

    Parameters
    ----------
    data : ndarray, shape (rows, columns)
        The image; not changed.
    x0, y0 : float
        Position, 0-based; pixel i spans [i - 0.5, i + 0.5).
    r0 : float
        Half the side, pixels.
    header : astropy.io.fits.Header, optional
        Header of the image; not changed.

    Returns
    -------
    ndarray or (ndarray, Header)
        As `crop_image`.

    Raises
    ------
    InputError
        `data` is not two-dimensional, or the position is not finite.

    Notes
    -----
    Differs from STDPipe 0.4.1: halves are rounded up, not to even, so x0 = 0.5 is centred on
    column 1 and 1.5 on column 2.

    Examples
    --------
    >>> import numpy as np
    >>> from vetter.cutouts import crop_image_centered
    >>> crop_image_centered(np.arange(25).reshape(5, 5), x0=3.2, y0=1.9, r0=1)
    array([[ 7,  8,  9],
           [12, 13, 14],
           [17, 18, 19]])
    """
    if not (np.isfinite(x0) and np.isfinite(y0)):
        raise InputError(f"position: expected finite x and y, found {x0}, {y0}")
    box = Box.around(float(x0), float(y0), float(r0))
    cropped = crop_array(data, box)
    if header is None:
        return cropped
    return cropped, crop_header(header, box)


def crop_array(data: Array, box: Box) -> Array:
    """Copy the pixels of a box, with the same dtype in native byte order; see `crop_image`."""
    data = np.asanyarray(data)
    if data.ndim != 2:
        raise InputError(f"image: expected a two-dimensional array, found shape {data.shape}")
    if isinstance(data, np.ma.MaskedArray):
        data = fill_masked(data)
    overlap = box.overlap((data.shape[0], data.shape[1]))
    native = data.dtype.newbyteorder("=")
    if overlap is not None:
        part = data[overlap[0]]
        if part.shape == box.shape:
            return np.array(part, dtype=native, order="C")
    out = make_blank(box.shape, native)
    if overlap is not None:
        out[overlap[1]] = data[overlap[0]]
    return out


def fill_masked(data: Any) -> Array:
    """Fill masked pixels with NaN (True in a mask); masked integers become floats."""
    masked = data if data.dtype.kind in "fb" else data.astype(np.float64)
    plain: Array = masked.filled(True if masked.dtype.kind == "b" else np.nan)
    return plain


def crop_header(header: Header, box: Box) -> Header:
    """Return the header of a part of an image.

    Parameters
    ----------
    header : astropy.io.fits.Header
        Header of the image; not changed.
    box : Box
        The part.

    Returns
    -------
    astropy.io.fits.Header
        CRPIX of the primary and all alternate WCS, and LTV (IRAF's physical coordinates), follow
        the crop; NAXIS1, NAXIS2 and CROP_X1, CROP_X2, CROP_Y1, CROP_Y2 (0-based, the ends
        exclusive; STDPipe's names) are set. Cards that hold only for the whole image or its
        storage are removed: DATASEC and similar, CHECKSUM, DATASUM, BZERO, BSCALE, BLANK,
        compression and table keywords, EXTNAME. SIP and TPV coefficients are relative to CRPIX, and
        stay. A header cannot contain look-up tables: see `crop_wcs`.
    """
    from astropy.io.fits import Card, Header

    shift = (box.x0, box.y0)
    # One list of cards: each insertion into or removal from a Header renumbers all its cards.
    cards = [Card("NAXIS", 2), Card("NAXIS1", box.nx), Card("NAXIS2", box.ny)]
    for card in header.cards:
        keyword = card.keyword
        reference = _REFERENCE.fullmatch(keyword)
        value: Any = _read_value(card) if reference else None
        # Text and infinity stay as reference pixels: reading the WCS raises the error.
        if reference and not isinstance(value, str) and card_number(value) is not None:
            value -= shift[int(reference.group(1)) - 1]
            # Shortened: astropy warns if a longer number leaves too little space for the comment.
            cards.append(Card(keyword, value, card.comment[:40]))
        elif not (_STALE.fullmatch(keyword) or _REPLACED.fullmatch(keyword)):
            cards.append(copy.copy(card))
    for number, offset in enumerate(shift, start=1):
        # A value that is not a number counts as a missing card: physical pixels are the image's.
        name = f"LTV{number}"
        ltv = card_number(_read_value(header.cards[name])) if name in header else None
        cards.append(Card(name, (ltv or 0.0) - offset))
    for axis, start, size in (("X", box.x0, box.nx), ("Y", box.y0, box.ny)):
        cards += [Card(f"CROP_{axis}1", start), Card(f"CROP_{axis}2", start + size)]
    return Header(cards)


def _read_value(card: Card) -> Any:
    """Return the value of a card; None if astropy cannot parse it, as in ``LTV1 = NaN``."""
    from astropy.io.fits import VerifyError

    try:
        return card.value
    except VerifyError:
        return None


def crop_wcs(wcs: WCS, box: Box) -> WCS:
    """Return the WCS of a part of an image.

    Parameters
    ----------
    wcs : astropy.wcs.WCS
        WCS of the image; not changed. With more than two axes, the celestial ones are used.
    box : Box
        The part.

    Returns
    -------
    astropy.wcs.WCS
        CRPIX, SIP origin and the origins of the distortion look-up tables (detector to image and
        focal plane) follow the crop; ``pixel_shape`` is the box's (columns, rows).
    """
    cropped = wcs.deepcopy() if wcs.naxis == 2 or not wcs.has_celestial else wcs.celestial
    shift = np.array([box.x0, box.y0], float)
    reference = cropped.wcs.crpix.copy()
    reference[:2] -= shift
    cropped.wcs.crpix = reference
    if wcs.sip is not None:
        from astropy.wcs import Sip

        sip = wcs.sip
        cropped.sip = Sip(sip.a, sip.b, sip.ap, sip.bp, np.asarray(sip.crpix) - shift)
    for name in ("cpdis1", "cpdis2", "det2im1", "det2im2"):
        table = getattr(cropped, name)
        if table is not None:
            table.crval = tuple(np.asarray(table.crval) - shift)
    if cropped.naxis == 2:
        cropped.pixel_shape = (box.nx, box.ny)
    return cropped


def recentre(pixels: Array, shape: tuple[int, int]) -> Array:
    """Crop or pad so that the central pixel stays central.

    Parameters
    ----------
    pixels : ndarray of float, shape (rows, columns)
    shape : (int, int)
        New rows and columns; each odd or even as before.

    Returns
    -------
    ndarray of float, shape `shape`
        NaN in the padding; the same array if the shape does not change.

    Raises
    ------
    ValueError
        An axis would change from odd to even or back: the shapes have no common centre.
    """
    if pixels.shape == shape:
        return pixels
    growth = [new - old for new, old in zip(shape, pixels.shape, strict=True)]
    if any(step % 2 for step in growth):
        raise ValueError(f"no common centre of shapes {pixels.shape} and {shape}")
    pads = [(max(step, 0) // 2,) * 2 for step in growth]
    cuts = [max(-step, 0) // 2 for step in growth]
    inner = tuple(slice(cut, size - cut) for cut, size in zip(cuts, pixels.shape, strict=True))
    return np.pad(pixels[inner], pads, constant_values=np.nan)


def card_number(value: Any) -> float | None:
    """Return the value of a card as a finite float; None for any other value.

    A number in quotes counts; T, F, complex numbers, NaN and infinities do not.
    """
    if value is None or isinstance(value, (bool, complex)):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
