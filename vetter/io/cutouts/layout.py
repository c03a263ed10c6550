"""The layout of a cutout's file: its planes as extensions, and extensions as planes again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from vetter.core.cutout.cutout import SPECIAL, Cutout
from vetter.core.cutout.noise_estimate import ESTIMATED_NOISE
from vetter.core.cutout.plane import Array, Provenance
from vetter.errors import InputError
from vetter.io.cutouts.cutout_header import crop_origin, plane_header, shared_cards
from vetter.io.cutouts.metadata import decode_meta, decode_record, encode_meta
from vetter.io.fits.image_wcs import TABLES
from vetter.io.fits.writing import format_card, image_extension, padded_header, stored_dtype


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
    extension, number = stem, 1
    while extension in taken or extension in (TABLES, "PRIMARY"):
        number += 1
        extension = f"{stem}_{number}"
    return extension


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
