"""Layout of a cutout file: planes as extensions, with one shared header."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from vetter.core.candidates.numbered_name import numbered_name
from vetter.core.coordinates.wcs import (
    has_same_sky,
    has_tables,
    header_wcs,
    with_wcs,
    without_table_cards,
    without_tables,
)
from vetter.core.cutout.cutout import SPECIAL, Cutout
from vetter.core.cutout.noise_estimate import ESTIMATED_NOISE, MEASURED_NOISE
from vetter.core.cutout.plane import Array, Provenance
from vetter.errors import InputError, suppress_warnings
from vetter.io.cutouts.metadata import decode_meta, decode_record, encode_meta
from vetter.io.fits.image_wcs import WCS_EXTENSION, wcs_extension
from vetter.io.fits.writing import format_card, image_extension, padded_header, stored_dtype

if TYPE_CHECKING:
    from astropy.io.fits import Header

# Keywords of the file's structure, not of the cutout's header.
_STRUCTURE = (
    *("SIMPLE", "XTENSION", "BITPIX", "PCOUNT", "GCOUNT", "EXTEND", "EXTNAME", "EXTVER"),
    *("BZERO", "BSCALE", "BLANK", "CHECKSUM", "DATASUM"),
)


def file_content(cutout: Cutout, meta: Mapping[str, Any]) -> bytes:
    """Return the bytes of the file; cards that all planes share are formatted once.

    Raises
    ------
    InputError
        A plane holds numbers that FITS lacks, or a card of the header is malformed.
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
    """Return the EXTNAME of a plane; the record holds the plane's name if it differs."""
    stem = "".join(c if " " < c <= "~" else "_" for c in name.upper())[:60] or "_"
    return numbered_name(stem, {*taken, WCS_EXTENSION, "PRIMARY"})


def assemble(name: str, hdus: Sequence[Any]) -> Cutout:
    """Build a cutout from HDUs with name, header and data, astropy's or `PlainHdu`.

    Raises
    ------
    InputError
        None of the HDUs is a two-dimensional image; `name` is the file's.
    """
    if not hdus:
        raise InputError(f"{name}: expected two-dimensional images, found none")
    record = decode_record(hdus[0].header)
    entries = record.get("planes")
    planes: dict[str, Array] = {}
    notes = _text_by_plane(record, "notes")
    cutout = Cutout({}, decode_meta(hdus[0].header), notes=notes, provenance=_provenance(notes))
    cutout.unread = _text_by_plane(record, "unread")
    for number, hdu in enumerate(hdus):
        data = getattr(hdu, "data", None)  # astropy's HDU of a damaged header lacks data
        if data is None:
            continue
        data = np.asarray(data)
        while data.ndim > 2 and data.shape[0] == 1:
            data = data[0]
        entry = entries.get(hdu.name) if isinstance(entries, dict) else None
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
        raise InputError(f"{name}: expected two-dimensional images, found none")
    cutout.origin = None if cutout.header is None else crop_origin(cutout.header)
    return cutout


def _text_by_plane(record: Mapping[str, Any], part: str) -> dict[str, str]:
    """Return a part of the record, plane name to text; empty for a malformed part."""
    texts = record.get(part)
    return {str(k): str(v) for k, v in texts.items()} if isinstance(texts, dict) else {}


def _provenance(notes: Mapping[str, str]) -> dict[str, Provenance]:
    """Return the provenance of planes, which a file records only in the text of their notes."""
    provenance = {}
    for plane, note in notes.items():
        flags = Provenance.GIVEN
        for part in note.split(", "):
            if part == ESTIMATED_NOISE:
                flags |= Provenance.ESTIMATED
            elif part.startswith(MEASURED_NOISE):
                flags |= Provenance.MEASURED
            elif part.startswith("reprojected"):
                flags |= Provenance.REPROJECTED
            elif part in ("variance converted", "weight converted"):
                flags |= Provenance.CONVERTED
            elif part == "image - convolved":
                flags |= Provenance.COMPUTED
        if flags:
            provenance[plane] = flags
    return provenance


def _plane_entry(entry: Any, extension: str) -> tuple[str, str | None]:
    """Return name and dtype of a plane from its record entry, else from EXTNAME."""
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
    """Return the cards that all extensions share, and the WCS's extension of look-up tables.

    Raises
    ------
    InputError
        A card is malformed.
    """
    from astropy.io.fits import Header

    header: Header = Header() if cutout.header is None else cutout.header
    wcs, tables = cutout.given_wcs, None
    if wcs is not None and (wcs.naxis != 2 or not wcs.has_celestial):
        # A WCS in STDPipe's dict may have more axes, or none on the sky.
        wcs = wcs.celestial if wcs.has_celestial else None
    if wcs is not None and has_tables(wcs):
        tables = wcs_extension(wcs)
        header = with_wcs(header, without_tables(wcs, *cutout.position))
    else:
        header = without_table_cards(header)
        if wcs is not None and not has_same_sky(header_wcs(header), wcs, cutout.shape):
            header = with_wcs(header, wcs)
    with suppress_warnings():  # astropy warns of comments too long for their card
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
        # astropy shortens numbers to 20 characters. Only such cards are parsed: all take too long.
        if len(text) == 80 and len(number) > 18 and number[0] != "'":
            value = card.value
            if isinstance(value, float) and float(number.upper().replace("D", "E")) != value:
                exact = format_card(card.keyword.upper(), float(value)).rstrip()
                text = f"{exact} {slash} {comment.strip()}".rstrip()[:80].ljust(80)
    except (ValueError, VerifyError) as error:
        raise InputError(f"header: {card.keyword} cannot be written as it is malformed") from error
    return text


def plane_header(header: Header) -> Header:
    """Return an extension's header without the cards of the file's structure."""
    from astropy.io.fits import Header

    return Header([card for card in header.cards if card.keyword not in _STRUCTURE])


def crop_origin(header: Header) -> tuple[int, int] | None:
    """Return column and row, 0-based, of the cutout's pixel [0, 0] in the parent image."""
    if "CROP_X1" not in header or "CROP_Y1" not in header:
        return None
    return int(header["CROP_X1"]), int(header["CROP_Y1"])
