"""Images in FITS files, read by box: only the rows or the tiles that the box needs.

A gzip, bzip2 or xz file (told by its content) is unpacked into a temporary file first, since no
part of it can be read without the bytes before.

A file with a single plain image is recognised from its header's bytes: astropy takes 3 ms to list
the HDUs of such a file, and six planes are often six such files. Doubtful files are left to
astropy.
"""

from __future__ import annotations

import dataclasses
import math
import os
import re
import threading
from collections.abc import Callable, Sequence
from typing import IO, TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from vetter.core.cutout.plane import Array
from vetter.errors import InputError
from vetter.io.files.compressed import open_unpacked
from vetter.io.files.hdu_names import FitsName
from vetter.io.files.unreadable import foreign_kind, input_errors, reason_of
from vetter.io.fits.hdu_choice import choose_image, is_name_or_synonym
from vetter.io.fits.header_blocks import START, HeaderBlocks
from vetter.io.fits.rice import RiceTiles, rice_tiles
from vetter.io.fits.structure import (
    hdu_size,
    is_sound,
    open_fits,
    promised_by_headers,
    read_header,
    sound_header,
)

if TYPE_CHECKING:
    from astropy.io.fits import Header

# Images up to this many pixels have their tiles cached, from the 17th read on: to unpack only the
# tiles of one cutout makes the first cutouts come sooner.
MAX_CACHED_PIXELS = 4_000_000
_REPEATED = 16
# Bytes of a tile, which is unpacked whole, that are always accepted; above these a tile may be as
# large as the file's bytes can unpack to (zeros shrink a thousandfold).
_TILE_FREELY = 2**27
_MOST_RATIO = 1100
# A region is read in one piece, with the pixels beside it, if at most _BETWEEN bytes separate two
# rows and the piece has at most _SPAN bytes: faster than one read per row. Whole rows have nothing
# between them; one read of Linux ends at 2 GB.
_BETWEEN = 16_384
_SPAN = 4_000_000
_WHOLE_ROWS = 1_000_000_000

Region = tuple[slice, slice]

_NAME = re.compile("'[^'&]*'")
_STRUCTURE = frozenset(["SIMPLE", "BITPIX", "NAXIS", "NAXIS1", "NAXIS2", "EXTNAME"])
# Headers with any of these need more than a read of plain pixels.
_OTHERS = frozenset(["PCOUNT", "GCOUNT", "GROUPS", "ZIMAGE"])


class FitsImage(Protocol):
    """Interface of a two-dimensional image in a file, read by region."""

    name: FitsName
    header: Header
    shape: tuple[int, int]
    primary: Header | None
    """Header of the file's primary HDU, if the image is in another one."""

    @property
    def is_integer(self) -> bool:
        """Whether values are whole numbers, as in a bit mask."""

    def read(self, region: Region) -> Array:
        """Read the physical values of a region, native byte order.

        Integers are int64 or as stored, without BLANK applied; in floats BLANK is NaN.
        """

    def close(self) -> None:
        """Close the file."""


class PlainImage:
    """An image of uncompressed pixels, read by the rows of a region.

    It is not memory-mapped: the process would be killed if a mapped file is cut short while it is
    open, and every page once read would count as memory of the process.

    Parameters
    ----------
    name : FitsName
    header : `~astropy.io.fits.Header`
    storage : Storage
    shape : (int, int)
    file : binary file
        Stays open until the image is closed.
    """

    primary: Header | None = None

    def __init__(
        self,
        name: FitsName,
        header: Header,
        storage: Storage,
        shape: tuple[int, int],
        file: IO[bytes],
    ) -> None:
        self.name, self.header, self.shape = name, header, shape
        self._storage, self._file = storage, file
        end = storage.offset + shape[0] * shape[1] * storage.dtype.itemsize
        present = os.fstat(file.fileno()).st_size
        if present < end:
            raise InputError(
                f"{name.label}: cut short: the header promises {end} bytes, the file has {present}"
            )

    @property
    def is_integer(self) -> bool:
        """Whether values are whole numbers."""
        return self._storage.is_integer

    def read(self, region: Region) -> Array:
        """Read the physical values of a region; raise InputError if the file is gone."""
        rows, columns = region
        y0, y1, _ = rows.indices(self.shape[0])
        x0, x1, _ = columns.indices(self.shape[1])
        try:
            return self._storage.physical(self._stored(y0, x0, max(y1 - y0, 0), max(x1 - x0, 0)))
        except (OSError, ValueError) as error:
            raise InputError(
                f"{self.name.label}: cannot be read any more: {reason_of(error)}"
            ) from error

    def _stored(self, y0: int, x0: int, ny: int, nx: int) -> Array:
        """Read the pixels of a region in the file's dtype."""
        dtype = self._storage.dtype
        row, piece = self.shape[1] * dtype.itemsize, nx * dtype.itemsize
        first = self._storage.offset + y0 * row + x0 * dtype.itemsize
        if not piece or not ny:
            return np.empty((ny, nx), dtype)
        span = (ny - 1) * row + piece
        descriptor, read = self._file.fileno(), os.pread
        if row - piece <= _BETWEEN and span <= (_SPAN if row > piece else _WHOLE_ROWS):
            data = read(descriptor, span, first)
            if len(data) == span:
                return np.ndarray((ny, nx), dtype, data, 0, (row, dtype.itemsize))
        else:
            # bytes.join copies all pieces once: an array for each would take as long as its read.
            starts = range(first, first + ny * row, row)
            data = b"".join([read(descriptor, piece, start) for start in starts])
            if len(data) == ny * piece:
                return np.frombuffer(data, dtype).reshape(ny, nx)
        raise ValueError("cut short while it was open")

    def close(self) -> None:
        """Close the file; arrays read before stay valid."""
        self._file.close()


class TiledImage:
    """A tile-compressed image, of which only the tiles in a region are read."""

    primary: Header | None = None

    def __init__(
        self,
        name: FitsName,
        header: Header,
        hdu: Any,
        hdus: Any,
        shape: tuple[int, int],
        file: IO[bytes],
    ) -> None:
        self.name, self.header, self.shape = name, header, shape
        self._hdu, self._hdus, self._file = hdu, hdus, file
        self._tiles: RiceTiles | None = None
        self._lock = threading.Lock()
        self._lead: tuple[int, ...] = (0,) * (len(hdu.shape) - 2)
        self._reads = 0
        self._kept: TileCache | None = None
        self._is_integer = bool(hdu.header["BITPIX"] > 0 and hdu.header.get("BSCALE", 1) == 1)

    @property
    def is_integer(self) -> bool:
        """Whether values are whole numbers."""
        return self._is_integer

    def read_slices(self, slices: tuple[int, ...]) -> TiledImage:
        """Read this slice of a cube from now on, and return the image."""
        self._lead = slices
        return self

    def read(self, region: Region) -> Array:
        """Read the physical values of a region."""
        with self._lock, input_errors(self.name.label, "a damaged tile"):
            values = self._values(region)
        if values.dtype.kind == "f" or self._is_integer:
            return values.astype(values.dtype.newbyteorder("="))
        return values.astype(np.float64)

    def _values(self, region: Region) -> Array:
        """Read the values of a region; cache a small image's tiles once it is read repeatedly."""
        self._reads += 1
        if self._reads == 1:
            self._tiles = rice_tiles(self._file, self._hdu)
        if self.shape[0] * self.shape[1] > MAX_CACHED_PIXELS or self._reads <= _REPEATED:
            return self._unpacked(region)
        if self._kept is None:
            tile = tuple(self._hdu.tile_shape[-2:])
            self._kept = TileCache(self.shape, tile, self._unpacked)
        return self._kept.read(region)

    def _unpacked(self, region: Region) -> Array:
        values = None if self._tiles is None else self._tiles.read(region)
        if values is None:
            values = np.asarray(self._hdu.section[(*self._lead, *region)])
        return values

    def close(self) -> None:
        """Close the file."""
        self._hdus.close()


def open_image(name: FitsName, prefer: str | None = None) -> FitsImage:
    """Open an image; only headers are read.

    Parameters
    ----------
    name : FitsName
        File, HDU and slices. Without an HDU the first two-dimensional image is taken.
    prefer : str, optional
        Name of an extension to take instead of the first image, if the file has it.

    Raises
    ------
    InputError
        No file, no FITS, no such HDU, not two-dimensional, or cut short.
    """
    file = open_unpacked(name.path, enough=promised_by_headers)
    try:
        start = file.read(9)
        if start != START:
            begins = start.decode("ascii", "backslashreplace")
            unknown = f'a file that begins "{begins}": give a FITS file, plain or packed'
            raise InputError(
                f"{name.path}: expected a FITS image, found {foreign_kind(start) or unknown}"
            )
        with input_errors(name, "not a FITS image that can be read"):
            sole = sole_image(file, name.label) if name.extension is None else None
            if sole is None or name.slices:
                return _chosen_image(name, file, prefer)
            if prefer and is_name_or_synonym(sole.name, prefer.lower()):
                name = dataclasses.replace(name, extension=sole.name)
            storage = storage_of(sole.header, sole.shape, sole.offset, name)
            return PlainImage(name, sole.header, storage, sole.shape, file)
    except InputError:
        file.close()
        raise


def open_images(names: Sequence[FitsName]) -> list[FitsImage]:
    """Open several images of one file, for their headers; to close one closes all.

    astropy lists the HDUs once: each `open_image` of the last of 62 compressed ones takes 0.4 s.

    Parameters
    ----------
    names : sequence of FitsName
        At least one, each with its HDU.

    Raises
    ------
    InputError
        As `open_image`.
    """
    file = open_unpacked(names[0].path, enough=promised_by_headers)
    try:
        with input_errors(names[0], "not a FITS image that can be read"):
            hdus = open_fits(file, names[0].label, lazy_load_hdus=True)
            return [_image_in(hdus, name, file, None) for name in names]
    except InputError:
        file.close()
        raise


def _chosen_image(name: FitsName, file: IO[bytes], prefer: str | None) -> FitsImage:
    """Open the chosen image among a file's HDUs, as astropy lists them."""
    return _image_in(open_fits(file, name.label, lazy_load_hdus=True), name, file, prefer)


def _image_in(hdus: Any, name: FitsName, file: IO[bytes], prefer: str | None) -> FitsImage:
    from astropy.io import fits

    hdu, full = choose_image(name, hdus, prefer)
    header = sound_header(hdu.header, _raw_header(hdu, file))
    image: PlainImage | TiledImage
    if isinstance(hdu, fits.CompImageHDU):
        _check_tiles(hdu, file, name.label)
        image = TiledImage(full, header, hdu, hdus, hdu.shape[-2:], file).read_slices(full.slices)
    else:
        storage = storage_of(hdu.header, hdu.shape, int(hdu.fileinfo()["datLoc"]), full)
        image = PlainImage(full, header, storage, hdu.shape[-2:], file)
    if hdu is not hdus[0]:
        image.primary = sound_header(hdus[0].header, _raw_header(hdus[0], file))
    return image


def _check_tiles(hdu: Any, file: IO[bytes], label: str) -> None:
    """Refuse tiles of more pixels than the file's bytes can hold, however well packed."""
    promised = math.prod(hdu.tile_shape) * abs(int(hdu.header["BITPIX"])) // 8
    if promised > max(_TILE_FREELY, _MOST_RATIO * os.fstat(file.fileno()).st_size):
        size = " x ".join(str(length) for length in reversed(hdu.tile_shape))
        raise InputError(
            f"{label}: a damaged compressed image: its header promises tiles of {size} pixels"
        )


def _raw_header(hdu: Any, file: IO[bytes]) -> bytes:
    place = hdu.fileinfo()
    if place is None:
        return b"?"
    start = int(place["hdrLoc"])
    return os.pread(file.fileno(), int(place["datLoc"]) - start, start)


class Storage(NamedTuple):
    """Storage of an HDU's pixels: first byte, dtype, BSCALE, BZERO and BLANK."""

    offset: int
    dtype: np.dtype[Any]
    scale: float
    zero: float
    blank: int | None

    @property
    def is_integer(self) -> bool:
        """Whether physical values are whole numbers."""
        whole = float(self.zero).is_integer() and abs(self.zero) < 2**62
        return self.dtype.kind in "iu" and self.scale == 1 and (whole or self._is_uint64)

    @property
    def _is_uint64(self) -> bool:
        return self.dtype.itemsize == 8 and self.dtype.kind == "i" and self.zero == 2.0**63

    def physical(self, raw: Array) -> Array:
        """Return the physical values of stored pixels, native byte order, always a copy."""
        if self.dtype.kind == "f":
            values = raw.astype(self.dtype.newbyteorder("="))
            return values if self.scale == 1 and self.zero == 0 else self._scaled(values)
        if self.is_integer and self.blank is None and self._is_uint64:
            # Adding 2**63 flips the top bit; as floats both terms would lose their last ten bits.
            return raw.astype(np.int64).view(np.uint64) ^ np.uint64(2**63)
        if self.is_integer and self.blank is None:
            whole = raw.astype(np.int64 if self.zero else self.dtype.newbyteorder("="))
            return whole + np.int64(self.zero) if self.zero else whole
        values = raw.astype(np.float32 if self.dtype.itemsize <= 2 else np.float64)
        if self.scale != 1 or self.zero != 0:
            values = self._scaled(values)
        if self.blank is not None:
            values[raw == self.blank] = np.nan
        return values

    def _scaled(self, values: Array) -> Array:
        """Return scaled floats, in double precision if single cannot hold scale or zero."""
        single = 1e-30 < abs(self.scale) < 1e30 and abs(self.zero) < 1e30
        kind = values.dtype if single else np.dtype(np.float64)
        # Scales of a damaged header may overflow.
        with np.errstate(all="ignore"):
            return values * kind.type(self.scale) + kind.type(self.zero)


def storage_of(header: Header, shape: Sequence[int], start: int, name: FitsName) -> Storage:
    """Return the storage of an HDU's pixels, or of the slice that the name chooses.

    Parameters
    ----------
    header : `~astropy.io.fits.Header`
    shape : sequence of int
        The HDU's shape, slowest axis first.
    start : int
        The byte of the file where the HDU's data begin.
    name : FitsName
    """
    # hdu.header still has the scaling keywords: astropy removes them when data are accessed.
    kinds = {8: "u1", 16: ">i2", 32: ">i4", 64: ">i8", -32: ">f4", -64: ">f8"}
    try:
        dtype = np.dtype(kinds[int(header["BITPIX"])])
    except KeyError as error:
        raise InputError(f"{name.label}: BITPIX is {header.get('BITPIX')!r}") from error
    scale, zero = float(header.get("BSCALE", 1) or 1), float(header.get("BZERO", 0) or 0)
    blank = header.get("BLANK") if dtype.kind in "iu" else None
    step = math.prod(shape[-2:]) * dtype.itemsize
    index = 0
    for number, length in zip(name.slices, shape[:-2], strict=True):
        index = index * length + number
    return Storage(start + index * step, dtype, scale, zero, None if blank is None else int(blank))


class TileCache:
    """Cache of an image's unpacked tiles, filled by each read.

    To unpack the whole image at once would delay one cutout by all its tiles.

    Parameters
    ----------
    shape, tile : (int, int)
        Rows and columns of the image and of its tiles.
    unpack : callable
        Returns the values of a region of whole tiles.
    """

    def __init__(
        self, shape: tuple[int, int], tile: tuple[int, int], unpack: Callable[[Region], Array]
    ) -> None:
        self._shape, self._tile, self._unpack = shape, tile, unpack
        self._known = np.zeros([-(-n // t) for n, t in zip(shape, tile, strict=True)], bool)
        self._values: Array | None = None

    def read(self, region: Region) -> Array:
        """Return the values of a region, which must not be empty, as a view of the cache."""
        spans = [side.indices(n) for side, n in zip(region, self._shape, strict=True)]
        touched = tuple(
            slice(first // t, -(-end // t))
            for (first, end, _), t in zip(spans, self._tile, strict=True)
        )
        missing = np.argwhere(~self._known[touched])
        if len(missing):
            corner = np.array([side.start for side in touched])
            self._unpack_tiles(missing.min(0) + corner, missing.max(0) + corner + 1)
        assert self._values is not None
        return self._values[region]

    def _unpack_tiles(self, first: Array, end: Array) -> None:
        """Unpack the tiles of a rectangle, given in tiles."""
        rows, columns = (
            slice(a * t, min(b * t, n))
            for a, b, t, n in zip(
                first.tolist(), end.tolist(), self._tile, self._shape, strict=True
            )
        )
        values = self._unpack((rows, columns))
        if self._values is None:
            self._values = np.empty(self._shape, values.dtype)
        self._values[rows, columns] = values
        self._known[first[0] : end[0], first[1] : end[1]] = True


class SoleImage(NamedTuple):
    """The only HDU of a file.

    Its name is in upper case, empty without EXTNAME; ``offset`` is the byte of the first pixel.
    """

    name: str
    header: Header
    shape: tuple[int, int]
    offset: int


def sole_image(file: IO[bytes], label: str) -> SoleImage | None:
    """Return the image of a file with no other HDU; None if that is uncertain.

    Parameters
    ----------
    file : binary file
        Left at its beginning.
    label : str
        The file, as the user knows it.

    Raises
    ------
    InputError
        As `vetter.io.fits.structure.check_structure`.
    """
    blocks = read_header(file, 0, label)
    size = file.seek(0, 2)
    file.seek(0)
    if blocks is None or size != hdu_size(blocks.raw, label) or not is_sound(blocks.raw):
        return None
    if not blocks.raw.isascii():
        # astropy puts question marks for the letters that no FITS header may have.
        return None
    cards = _structure(blocks)
    shape = _shape(cards)
    name = cards.get("EXTNAME", "''")
    if shape is None or not _NAME.fullmatch(name):
        return None
    from astropy.io.fits import Header

    header = Header.fromstring(blocks.raw.decode("ascii"))
    return SoleImage(name.strip("'").rstrip().upper(), header, shape, len(blocks.raw))


def _structure(blocks: HeaderBlocks) -> dict[str, str]:
    """Return the values, as written, of the cards that describe the file's structure.

    The result is empty if the header has more than plain pixels, or any of its cards twice.
    """
    cards: dict[str, str] = {}
    for keyword, value in blocks.cards():
        if keyword in _OTHERS or keyword in cards:
            return {}
        if keyword in _STRUCTURE:
            cards[keyword] = value.partition("/")[0].strip()
    return cards


def _shape(cards: dict[str, str]) -> tuple[int, int] | None:
    """Return (rows, columns) of a primary image of two axes; None for other structures."""
    try:
        rows, columns = int(cards["NAXIS2"]), int(cards["NAXIS1"])
    except (KeyError, ValueError):
        return None
    plain = cards.get("SIMPLE") == "T" and cards.get("NAXIS") == "2"
    return (rows, columns) if plain and rows > 0 and columns > 0 else None
