"""A packet's stamp: FITS, plain or gzipped, as arrays; within bounds."""

from __future__ import annotations

import io
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from vetter.core.cutout.plane import Array
from vetter.core.library_warnings import quiet
from vetter.core.number_text import counted
from vetter.errors import InputError
from vetter.io.alerts.packets import size_limits
from vetter.io.alerts.packets.avro import unpacked_gzip
from vetter.io.files.file_marks import Mark, mark_of
from vetter.io.files.unreadable import reading
from vetter.io.fits.plain_images import read_plain
from vetter.io.fits.structure import open_fits

_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n")
# ZTF's templates have -3.4e38, the lowest number, where they have no data.
_NO_DATA = 1e37
_UNCERTAINTIES = {"varianceuncertainty": 2, "inversevariance": -2, "stduncertainty": 1}


@dataclass(frozen=True, eq=False)
class Stamp:
    """One stamp.

    Attributes
    ----------
    image : ndarray, shape (rows, columns)
        Native byte order.
    sigma : ndarray or None
        1 sigma of each pixel, where the stamp has an uncertainty.
    mask : ndarray of int or None
        With the names of its bits in ``mask_header``.
    psf : ndarray or None
        The PSF's image, its point at the centre; of a size of its own.
    header : str
        Cards of the image's header, 80 characters each; empty where it is no FITS.
    said : str
        How the pixels or the uncertainty came to be, where they are not what the packet holds.
    """

    image: Array
    sigma: Array | None = None
    mask: Array | None = None
    mask_header: Mapping[str, Any] = field(default_factory=dict)
    psf: Array | None = None
    header: str = ""
    said: str = ""
    sigma_said: str = ""


def read_stamp(value: Any) -> Stamp | None:
    """The stamp in a packet's field: bytes, or a record with ``stampData``; None for null.

    Raises
    ------
    InputError
        It is empty, damaged, too large or no image; the text says what, not where.
    """
    if isinstance(value, Mapping):
        value = value.get("stampData", value.get("stampdata"))
    if value is None:
        return None
    if not isinstance(value, bytes):
        raise InputError(f"wanted a FITS image, found {type(value).__name__}")
    if not value:
        raise InputError("is empty")
    content = _unpacked(value)
    if content.startswith(_PICTURES):
        return _picture(content)
    if not content.startswith(b"SIMPLE"):
        raise InputError(f"wanted a FITS image, found {content[:8]!r}")
    return _fits(content)


def _unpacked(value: bytes) -> bytes:
    if mark_of(value) is Mark.GZIP:
        try:
            value = unpacked_gzip(value, size_limits.STAMP)
        except (zlib.error, EOFError) as error:
            raise InputError(f"a damaged gzip: {error}") from error
    if len(value) > size_limits.STAMP:
        raise InputError(f"takes over {size_limits.STAMP} bytes")
    return value


def _fits(content: bytes) -> Stamp:
    hdus: list[Any] = read_plain(content) or _by_astropy(content)
    if not hdus or hdus[0].data is None or hdus[0].data.ndim != 2 or not hdus[0].data.size:
        raise InputError("wanted a FITS image of two dimensions, found none")
    first = hdus[0]
    said: dict[str, Any] = {"header": _text(first)}
    image = _floats(first.data)
    nothing = np.abs(image) > _NO_DATA
    if nothing.any():
        image = np.where(nothing, np.array(np.nan, image.dtype), image)
        said["said"] = f"no data in {counted(int(nothing.sum()), 'pixel')}"
    for hdu in hdus[1:]:
        data = hdu.data
        if data is None or data.ndim != 2:
            continue
        name = str(hdu.name).upper()
        if name == "PSFIMAGE":
            said["psf"] = _floats(data)
        elif data.shape != image.shape:
            continue
        elif name == "UNCERT":
            said |= _sigma(_floats(data), hdu.header.get("UTYPE"))
        elif name == "VARIANCE":
            said |= _sigma(_floats(data), "VarianceUncertainty")
        elif name == "MASK" and data.dtype.kind in "iu":
            said["mask"], said["mask_header"] = data, dict(hdu.header)
    return Stamp(image, **said)


def _sigma(data: Array, kind: object) -> dict[str, Any]:
    """1 sigma of what UTYPE says that an uncertainty is; astropy.nddata's words."""
    power = _UNCERTAINTIES.get(str(kind or "StdUncertainty").strip().lower())
    if power is None:
        return {}
    with np.errstate(all="ignore"):
        if power == 1:
            return {"sigma": data}
        sigma = np.sqrt(data) if power == 2 else 1.0 / np.sqrt(data)
    return {"sigma": sigma, "sigma_said": "variance converted"}


def _by_astropy(content: bytes) -> list[Any]:
    """HDUs that are not plain (scaled integers, for one); none larger than the stream."""
    with reading("stamp", "a FITS image that cannot be read"):
        stream = io.BytesIO(content)
        with open_fits(stream, "stamp", disable_image_compression=True) as hdus:
            found = []
            for hdu in hdus:
                pixels = int(np.prod([int(n) for n in hdu.shape], dtype=object)) if hdu.shape else 0
                if hdu.is_image and 0 < pixels * abs(int(hdu.header["BITPIX"])) // 8 <= len(
                    content
                ):
                    # Read while the file is open; the HDU keeps it.
                    found.append((hdu, np.asarray(hdu.data)))
            return [_Read(hdu.name, data, hdu.header) for hdu, data in found]
    raise AssertionError("reading() lets nothing pass")


@dataclass(frozen=True, eq=False)
class _Read:
    """An HDU as astropy reads it."""

    name: str
    data: Array
    header: Any


def _text(hdu: Any) -> str:
    text = getattr(hdu, "_text", None)
    if isinstance(text, str):
        return text
    with quiet():
        try:
            return str(hdu.header.tostring())
        except (ValueError, OSError):  # VerifyError is a ValueError's sibling in astropy
            return ""


def _floats(data: Array) -> Array:
    """Native floats: what is cut off at an edge is NaN later, which integers have not."""
    if data.dtype.kind == "f":
        return np.asarray(data, data.dtype.newbyteorder("="))
    return np.asarray(data, np.float64 if data.dtype.itemsize > 2 else np.float32)


def _picture(content: bytes) -> Stamp:
    """A JPEG or PNG where FITS was promised: shown, and said."""
    from PIL import Image

    with reading("stamp", "a picture that cannot be read"):
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as picture:
            if picture.width * picture.height * 4 > size_limits.STAMP:
                raise InputError(f"a picture of {picture.width} x {picture.height}")
            rows = np.asarray(picture.convert("L"), np.float32)
    # Pictures have their first row on top, FITS below.
    return Stamp(np.ascontiguousarray(rows[::-1]), said="a picture, not FITS: no flux")
