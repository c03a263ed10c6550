"""Stamps of packets (FITS, plain or gzipped, or rows of numbers) as arrays, within size limits."""

from __future__ import annotations

import binascii
import io
import math
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from vetter.core.cutout.plane import Array
from vetter.core.number_text import format_count
from vetter.errors import InputError, suppress_warnings
from vetter.io.alerts.packets import size_limits
from vetter.io.alerts.packets.avro import unpack_gzip
from vetter.io.files.file_marks import Mark, mark_of
from vetter.io.files.unreadable import input_errors
from vetter.io.fits.header_blocks import card_value
from vetter.io.fits.plain_images import PlainHdu, read_plain
from vetter.io.fits.structure import open_fits

_PICTURE_MARKS = (b"\xff\xd8\xff", b"\x89PNG\r\n")
_FIRST_LETTERS = ("\x1f\x8b", "SIMPLE  =")
_GZIP_NUMBERS = [0x1F, 0x8B]
_URL_SAFE = str.maketrans("-_", "+/")
_MAX_PIXEL = 1e37
"""Absolute value above which a pixel has no data: ZTF's templates have -3.4e38 there."""

# Powers of sigma for the values of UTYPE, the class names of astropy.nddata in lower case.
_SIGMA_POWERS = {"varianceuncertainty": 2, "inversevariance": -2, "stduncertainty": 1}


@dataclass(frozen=True, eq=False)
class Stamp:
    """Stamp of a packet, as arrays.

    Attributes
    ----------
    image : ndarray, shape (rows, columns)
        Pixels in native byte order.
    sigma : ndarray or None
        1 sigma of each pixel, if the stamp has an uncertainty.
    mask : ndarray of int or None
        Mask whose bits are named in ``mask_header``.
    psf : ndarray or None
        Image of the PSF with the source at its centre; its size differs from the stamp's.
    header : str
        Cards of the image's header, 80 characters each; empty if it is not FITS.
    note, sigma_note : str
        Notes on pixels and uncertainty that were converted; empty if taken as they are.
    """

    image: Array
    sigma: Array | None = None
    mask: Array | None = None
    mask_header: Mapping[str, Any] = field(default_factory=dict)
    psf: Array | None = None
    header: str = ""
    note: str = ""
    sigma_note: str = ""


def read_stamp(value: Any) -> Stamp | None:
    """Read the stamp in a packet's field: bytes, base64, rows of numbers, or a record of those.

    None for null. A record has it as ``stampData``.

    Raises
    ------
    InputError
        The stamp is empty, damaged, too large or not an image; the text names no file.
    """
    if isinstance(value, Mapping):
        value = value.get("stampData", value.get("stampdata"))
    if value is None:
        return None
    if isinstance(value, list) and value[:2] != _GZIP_NUMBERS:
        return Stamp(_read_rows(value), note="numbers, not FITS")
    if isinstance(value, list):
        value = _join_numbers(value)
    if isinstance(value, str):
        value = _decode_text(value)
    if not isinstance(value, bytes):
        raise InputError(f"wanted a FITS image, found {type(value).__name__}")
    if not value:
        raise InputError("is empty")
    content = _unpack(value)
    if content.startswith(_PICTURE_MARKS):
        return _read_picture(content)
    if not content.startswith(b"SIMPLE"):
        raise InputError(f"wanted a FITS image, found {content[:8]!r}")
    return _read_fits(content)


def _read_rows(rows: list[Any]) -> Array:
    """Return rows of numbers, or all pixels of a square one after the other, as an image."""
    try:
        image = np.asarray(rows, np.float64)
    except (TypeError, ValueError) as error:
        raise InputError("wanted rows of numbers, all of one length") from error
    side = math.isqrt(image.size)
    if image.ndim == 1 and image.size == side * side:
        image = image.reshape(side, side)
    if image.ndim != 2 or not image.size:
        raise InputError(f"wanted rows of numbers, found an array of shape {image.shape}")
    return image


def _join_numbers(numbers: list[Any]) -> bytes:
    """Return the bytes of a stamp that JSON holds as a number a byte."""
    try:
        return bytes(numbers)
    except (TypeError, ValueError) as error:
        raise InputError("wanted a FITS image, found numbers that are no bytes") from error


def _decode_text(text: str) -> bytes:
    """Return the bytes of a stamp in JSON: base64, or Avro's encoding of one letter a byte."""
    try:
        if text.startswith(_FIRST_LETTERS):
            return text.encode("latin-1")
        # Mail and data: addresses break lines and have a head; addresses have an alphabet, too.
        text = "".join(text.rpartition("base64,")[2].split()).translate(_URL_SAFE).rstrip("=")
        return binascii.a2b_base64(text + "=" * (-len(text) % 4))
    except ValueError as error:
        raise InputError(f"wanted a FITS image in base64, found {text[:20]!r}") from error


def _unpack(value: bytes) -> bytes:
    if mark_of(value) is Mark.GZIP:
        try:
            value = unpack_gzip(value, size_limits.STAMP)
        except (zlib.error, EOFError) as error:
            raise InputError(f"a damaged gzip: {error}") from error
    if len(value) > size_limits.STAMP:
        raise InputError(f"takes over {size_limits.STAMP} bytes")
    return value


def _read_fits(content: bytes) -> Stamp:
    hdus: list[Any] = read_plain(content) or _read_by_astropy(content)
    if not hdus or hdus[0].data is None or hdus[0].data.ndim != 2 or not hdus[0].data.size:
        raise InputError("wanted a FITS image of two dimensions, found none")
    first = hdus[0]
    fields: dict[str, Any] = {"header": _header_text(first)}
    image = _floats(first.data)
    is_empty = np.abs(image) > _MAX_PIXEL
    if is_empty.any():
        image = np.where(is_empty, np.array(np.nan, image.dtype), image)
        fields["note"] = f"no data in {format_count(int(is_empty.sum()), 'pixel')}"
    for hdu in hdus[1:]:
        data = hdu.data
        if data is None or data.ndim != 2:
            continue
        name = str(hdu.name).upper()
        if name == "PSFIMAGE":
            fields["psf"] = _floats(data)
        elif data.shape != image.shape:
            continue
        elif name == "UNCERT":
            fields |= _sigma(_floats(data), _uncertainty_kind(hdu))
        elif name == "VARIANCE":
            fields |= _sigma(_floats(data), "VarianceUncertainty")
        elif name == "MASK" and data.dtype.kind in "iu":
            fields["mask"], fields["mask_header"] = data, dict(hdu.header)
    return Stamp(image, **fields)


def _uncertainty_kind(hdu: Any) -> object:
    """Return the value of UTYPE; None without it."""
    if isinstance(hdu, PlainHdu):
        # A simple text needs no parsed header, which takes longer than the stamp.
        quoted = re.match(r" *'([A-Za-z ]+)' *(/|$)", card_value(hdu.text, "UTYPE"))
        if quoted is not None:
            return quoted[1]
    return hdu.header.get("UTYPE")


def _sigma(data: Array, kind: object) -> dict[str, Any]:
    """Return 1 sigma of an uncertainty of the kind in UTYPE; empty for an unknown kind."""
    power = _SIGMA_POWERS.get(str(kind or "StdUncertainty").strip().lower())
    if power is None:
        return {}
    with np.errstate(all="ignore"):
        if power == 1:
            return {"sigma": data}
        sigma = np.sqrt(data) if power == 2 else 1.0 / np.sqrt(data)
    return {"sigma": sigma, "sigma_note": "variance converted"}


def _read_by_astropy(content: bytes) -> list[Any]:
    """Read image HDUs that are not plain, as scaled integers and compressed images."""
    with input_errors("stamp", "a FITS image that cannot be read"):
        with open_fits(io.BytesIO(content), "stamp") as hdus:
            images = [hdu for hdu in hdus if hdu.is_image and _is_small(hdu, len(content))]
            # hdu.data is read while the stream is open.
            return [_ReadHdu(hdu.name, np.asarray(hdu.data), hdu.header) for hdu in images]
    raise AssertionError("reading() raises every error")


def _is_small(hdu: Any, content_bytes: int) -> bool:
    """Return whether an image has pixels, and no more than its bytes, or a stamp's, can hold."""
    tile = getattr(hdu, "tile_shape", None)
    limit = content_bytes if tile is None else size_limits.STAMP
    bytes_per_pixel = abs(int(hdu.header["BITPIX"])) // 8
    sizes = [math.prod(map(int, shape)) for shape in (hdu.shape, tile) if shape]
    return bool(sizes) and all(0 < size * bytes_per_pixel <= limit for size in sizes)


@dataclass(frozen=True, eq=False)
class _ReadHdu:
    """HDU read by astropy."""

    name: str
    data: Array
    header: Any


def _header_text(hdu: Any) -> str:
    if isinstance(hdu, PlainHdu):
        return hdu.text
    with suppress_warnings():
        try:
            return str(hdu.header.tostring())
        except (ValueError, OSError):
            return ""


def _floats(data: Array) -> Array:
    """Convert to native floats, since pixels beyond the image's edge become NaN."""
    if data.dtype.kind == "f":
        return np.asarray(data, data.dtype.newbyteorder("="))
    return np.asarray(data, np.float64 if data.dtype.itemsize > 2 else np.float32)


def _read_picture(content: bytes) -> Stamp:
    """Read a JPEG or PNG in a FITS stamp's place, with a note."""
    from PIL import Image

    with input_errors("stamp", "a picture that cannot be read"):
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as picture:
            if picture.width * picture.height * 4 > size_limits.STAMP:
                raise InputError(f"a picture of {picture.width} x {picture.height}")
            rows = np.asarray(picture.convert("L"), np.float32)
    # The first row of a picture is on top, of a FITS image below.
    return Stamp(np.ascontiguousarray(rows[::-1]), note="a picture, not FITS: no flux")
