"""The header that the extensions of a cutout's file share: its cards in text, and read again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vetter.core.coordinates.wcs import (
    has_tables,
    header_wcs,
    same_sky,
    with_wcs,
    without_table_cards,
    without_tables,
)
from vetter.core.cutout.cutout import Cutout
from vetter.core.library_warnings import quiet
from vetter.errors import InputError
from vetter.io.fits.image_wcs import wcs_extension
from vetter.io.fits.writing import format_card

if TYPE_CHECKING:
    from astropy.io.fits import Header

# What the file's structure says, and not the cutout's header.
_STRUCTURE = (
    *("SIMPLE", "XTENSION", "BITPIX", "PCOUNT", "GCOUNT", "EXTEND", "EXTNAME", "EXTVER"),
    *("BZERO", "BSCALE", "BLANK", "CHECKSUM", "DATASUM"),
)


def shared_cards(cutout: Cutout) -> tuple[str, bytes | None]:
    """The cards that all extensions share, and the extension with the WCS's look-up tables.

    Raises
    ------
    InputError
        A card is malformed.
    """
    from astropy.io.fits import Header

    header: Header = Header() if cutout.header is None else cutout.header
    wcs, tables = cutout.given_wcs, None
    if wcs is not None and (wcs.naxis != 2 or not wcs.has_celestial):
        # Of STDPipe's dict: made from a header of more axes, or of one without a sky.
        wcs = wcs.celestial if wcs.has_celestial else None
    if wcs is not None and has_tables(wcs):
        tables = wcs_extension(wcs)
        header = with_wcs(header, without_tables(wcs, *cutout.position))
    else:
        header = without_table_cards(header)
        if wcs is not None and not same_sky(header_wcs(header), wcs, cutout.shape):
            header = with_wcs(header, wcs)
    with quiet():  # comments too long for their card
        text = "".join(
            _card_text(card)
            for card in header.cards
            if card.keyword not in _STRUCTURE and not card.keyword.startswith("NAXIS")
        )
    if cutout.origin is not None and "CROP_X1" not in header:
        ny, nx = cutout.shape
        for axis, start, size in (("X", cutout.origin[0], nx), ("Y", cutout.origin[1], ny)):
            text += format_card(f"CROP_{axis}1", start)
            text += format_card(f"CROP_{axis}2", start + size)
    return text, tables


def _card_text(card: Any) -> str:
    from astropy.io.fits import VerifyError

    try:
        text = str(card)
        written, slash, comment = text.partition("=")[2].partition("/")
        number = written.replace(" ", "")
        # astropy shortens numbers to twenty characters; to read all values takes milliseconds.
        if len(text) == 80 and len(number) > 18 and number[0] != "'":
            value = card.value
            if isinstance(value, float) and float(number.upper().replace("D", "E")) != value:
                exact = format_card(card.keyword.upper(), float(value)).rstrip()
                text = f"{exact} {slash} {comment.strip()}".rstrip()[:80].ljust(80)
    except (ValueError, VerifyError) as error:
        raise InputError(f"header: {card.keyword} cannot be written as it is malformed") from error
    return text


def plane_header(header: Header) -> Header:
    """The cutout's own cards of an extension's header."""
    from astropy.io.fits import Header

    return Header([card for card in header.cards if card.keyword not in _STRUCTURE])


def crop_origin(header: Header) -> tuple[int, int] | None:
    """Where the cutout's pixel [0, 0] lies in the parent image: column and row, 0-based."""
    if "CROP_X1" not in header or "CROP_Y1" not in header:
        return None
    return int(header["CROP_X1"]), int(header["CROP_Y1"])
