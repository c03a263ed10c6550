"""The layout of a cutout's file: planes as extensions, and the header that these share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from vetter.core.candidates.numbered_name import numbered_name
from vetter.core.coordinates.wcs import (
    has_tables,
    header_wcs,
    same_sky,
    with_wcs,
    without_table_cards,
    without_tables,
)
from vetter.core.cutout.cutout import SPECIAL, Cutout
from vetter.core.cutout.noise_estimate import ESTIMATED_NOISE
from vetter.core.cutout.plane import Array, Provenance
from vetter.core.library_warnings import quiet
from vetter.errors import InputError
from vetter.io.cutouts.metadata import decode_meta, decode_record, encode_meta
from vetter.io.fits.image_wcs import TABLES, wcs_extension
from vetter.io.fits.writing import format_card, image_extension, padded_header, stored_dtype

if TYPE_CHECKING:
    from astropy.io.fits import Header

# What the file's structure says, and not the cutout's header.
_STRUCTURE = (
    *("SIMPLE", "XTENSION", "BITPIX", "PCOUNT", "GCOUNT", "EXTEND", "EXTNAME", "EXTVER"),
    *("BZERO", "BSCALE", "BLANK", "CHECKSUM", "DATASUM"),
)


def file_content(cutout: Cutout, meta: Mapping[str, Any]) -> bytes:
    """The bytes of the file. Cards that all planes share are put into text once.

    Raises
    ------
    InputError
        A plane is of numbers that FITS has not, or a card of the header is malformed.
    """
    shared, tables = shared_cards(cutout)
    stored: dict[str, Array] = {}
    record: dict[str, Any] = {}
    for name, plane in cutout.planes.items():
        bits = cutout.bits.get(name)
        if bits is not None and plane.dtype == bool and np.array_equal(bits != 0, plane):
            plane = bits
            kind = "bool"
        else:
            kind = plane.dtype.name
        extension = _extension_name(name, stored)
        stored[extension] = plane
        implied = "bool" if extension == "MASK" else stored_dtype(name, plane)
        if name != extension.lower() or kind != implied:
            record.setdefault("planes", {})[extension] = [name, kind]
    if cutout.notes:
        record["notes"] = cutout.notes
    if cutout.unread:
        record["unread"] = cutout.unread
    primary = "".join(
        format_card(k, v)
        for k, v in (("SIMPLE", True), ("BITPIX", 8), ("NAXIS", 0), ("EXTEND", True))
    )
    parts = [padded_header(primary + encode_meta(meta, record))]
    for extension, plane in stored.items():
        parts += image_extension(extension, plane, shared)
    if tables is not None:
        parts.append(tables)
    return b"".join(parts)


def _extension_name(name: str, taken: Mapping[str, Any]) -> str:
    """EXTNAME of a plane; the exact name is in the record where this is not it."""
    stem = "".join(c if " " < c <= "~" else "_" for c in name.upper())[:60] or "_"
    return numbered_name(stem, {*taken, TABLES, "PRIMARY"})


def assemble(name: str, hdus: Sequence[Any]) -> Cutout:
    """A cutout of HDUs with name, header and data, of astropy's or `PlainHdu`.

    Raises
    ------
    InputError
        None of them is a two-dimensional image; `name` is the file's.
    """
    if not hdus:
        raise InputError(f"{name}: wants two-dimensional images, found none")
    record = decode_record(hdus[0].header)
    known = record.get("planes")
    planes: dict[str, Array] = {}
    notes = _words(record, "notes")
    cutout = Cutout({}, decode_meta(hdus[0].header), notes=notes, provenance=_provenance(notes))
    cutout.unread = _words(record, "unread")
    for number, hdu in enumerate(hdus):
        data = getattr(hdu, "data", None)  # astropy's HDU of damaged headers has none
        if data is None:
            continue
        data = np.asarray(data)
        while data.ndim > 2 and data.shape[0] == 1:
            data = data[0]
        entry = known.get(hdu.name) if isinstance(known, dict) else None
        plane, dtype = _plane_entry(entry, hdu.name or ("image" if number == 0 else f"hdu{number}"))
        if data.ndim != 2 or (planes and data.shape != cutout.shape):
            cutout.notes[plane] = f"left out: shape {data.shape}"
            continue
        data = data.astype(data.dtype.newbyteorder("="), copy=False)
        planes[plane] = data
        _put_plane(cutout, plane, data, dtype)
        if cutout.header is None:
            cutout.header = plane_header(hdu.header)
    if not planes:
        raise InputError(f"{name}: wants two-dimensional images, found none")
    cutout.origin = None if cutout.header is None else crop_origin(cutout.header)
    return cutout


def _words(record: Mapping[str, Any], part: str) -> dict[str, str]:
    """What the record says of planes, by their names."""
    said = record.get(part)
    return {str(k): str(v) for k, v in said.items()} if isinstance(said, dict) else {}


def _provenance(notes: Mapping[str, str]) -> dict[str, Provenance]:
    """Return how planes came to be; in files the words of their notes are the only record of it."""
    known = {}
    for plane, note in notes.items():
        made = Provenance.GIVEN
        for part in note.split(", "):
            if part == ESTIMATED_NOISE:
                made |= Provenance.ESTIMATED
            elif part.startswith("reprojected"):
                made |= Provenance.REPROJECTED
            elif part in ("variance converted", "weight converted"):
                made |= Provenance.CONVERTED
            elif part == "image - convolved":
                made |= Provenance.COMPUTED
        if made:
            known[plane] = made
    return known


def _plane_entry(entry: Any, extension: str) -> tuple[str, str | None]:
    """Name and dtype of a plane from the record, else from EXTNAME."""
    if isinstance(entry, list) and len(entry) == 2 and all(isinstance(e, str) for e in entry):
        if entry[0] not in SPECIAL:
            return entry[0], entry[1]
    plane = extension.lower() if extension != "PRIMARY" else "image"
    return (plane if plane not in SPECIAL else f"{plane}_"), None


def _put_plane(cutout: Cutout, name: str, data: Array, dtype: str | None) -> None:
    integer = data.dtype.kind in "iu"
    if dtype == "bool" or (name == "mask" and dtype is None):
        cutout[name] = data.astype(bool)
        if integer and data.size and (data.max() > 1 or data.min() < 0):
            cutout.bits[name] = data
    elif dtype == "float16" and data.dtype == np.float32:
        cutout[name] = data.astype(np.float16)
    else:
        cutout[name] = data


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
