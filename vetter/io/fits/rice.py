"""Regions of RICE-compressed images, tile by tile.

`CompImageHDU.section` reads such an image too, but looks its headers up anew for every tile. A
cutout of six planes of 10k x 10k pixels takes 67 ms of CPU with it and 23 ms here where tiles are
rows, as fpack makes them (6.5 and 2 ms with tiles of 100 x 100): beside a key held down at 30 a
second it builds 27 cutouts of 150, this 130. Whatever is not plain RICE is left to it.

The codes of a tile follow each other without an index, so all that lie before a pixel are read,
but not those after it. Astropy hands on whole tiles only, which takes 42 ms: the function behind
is called itself where astropy's library shows it (as on Linux and macOS).
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable
from functools import lru_cache
from typing import IO, Any

import numpy as np

from vetter.core.cutout.plane import Array

_INTEGERS = {8: (1, "u1"), 16: (2, "i2"), 32: (4, "i4")}

# Of the random numbers of the FITS standard 4.0, appendix I. A row below 1, as a damaged ZDITHER0
# makes it, has cfitsio read before the first of them.
_SEEDS = 10_000
_FUNCTIONS = {1: "fits_rdecomp_byte", 2: "fits_rdecomp_short", 4: "fits_rdecomp"}
_PIXELS = {1: "u1", 2: "i2", 4: "i4"}
# Follows the last tile's bytes: in a damaged tile it ends a run of zeros that has no end. The
# function looks where a tile ends after each block only.
_GUARD = b"\xff"
_GUARDS = 8


class RiceTiles:
    """Tiles of one image; see `rice_tiles`.

    Parameters
    ----------
    file : binary file
    hdu : `~astropy.io.fits.CompImageHDU`
        Two-dimensional.
    """

    def __init__(self, file: IO[bytes], hdu: Any) -> None:
        from astropy.io.fits.hdu.compressed._quantization import DITHER_METHODS, Quantize

        table = hdu._bintable
        header = table.header
        self._file = file
        self._shape, self._tile = hdu.shape, tuple(int(length) for length in hdu.tile_shape)
        self._bitpix = int(header["ZBITPIX"])
        options = {header.get(f"ZNAME{k}"): header.get(f"ZVAL{k}") for k in range(1, 9)}
        self._width = int(options.get("BYTEPIX", 4))
        self._unpacker = Unpacker(int(options.get("BLOCKSIZE", 32)), self._width)
        self._dither, self._quantize = DITHER_METHODS[header.get("ZQUANTIZ", "NO_DITHER")], Quantize
        self._seed = int(header.get("ZDITHER0", 0))
        self._blank = header.get("ZBLANK")
        start = int(table.fileinfo()["datLoc"])
        count, length = int(header["NAXIS2"]), int(header["NAXIS1"])
        self._heap = start + int(header.get("THEAP", count * length))
        kind = table.columns.dtype.newbyteorder(">")
        if kind.itemsize != length:
            raise ValueError("rows of another length than their columns")
        rows = np.frombuffer(os.pread(file.fileno(), count * length, start), kind)
        across = -(-self._shape[1] // self._tile[1])
        if len(rows) != -(-self._shape[0] // self._tile[0]) * across:
            raise ValueError("another number of tiles than the image has")
        self._across = across
        self._places = rows["COMPRESSED_DATA"].astype(np.int64)
        self._scaled = "ZSCALE" in kind.names
        if self._scaled:
            self._scales, self._zeros = (rows[name].astype(float) for name in ("ZSCALE", "ZZERO"))
        self._blanks = rows["ZBLANK"].astype(np.int64) if "ZBLANK" in kind.names else None
        if self._scaled != (self._bitpix < 0) or (not self._scaled and not self._is_plain(hdu)):
            raise ValueError("values that are scaled otherwise")

    def _is_plain(self, hdu: Any) -> bool:
        """Whether values are the integers as they are packed."""
        odd = any(name in hdu.header for name in ("BZERO", "BSCALE", "BLANK"))
        known = _INTEGERS.get(self._bitpix)
        return known is not None and known[0] == self._width and self._blank is None and not odd

    def read(self, region: tuple[slice, slice]) -> Array | None:
        """Physical values of a region in native byte order; None where a tile is not RICE."""
        (y0, y1, _), (x0, x1, _) = (
            side.indices(length) for side, length in zip(region, self._shape, strict=True)
        )
        width = self._tile[1]
        kind = f"f{-self._bitpix // 8}" if self._scaled else _INTEGERS[self._bitpix][1]
        out = np.empty((max(y1 - y0, 0), max(x1 - x0, 0)), kind)
        if not out.size:
            return out
        for right in range(x0 // width, (x1 - 1) // width + 1):
            left = right * width
            begin, end = max(x0, left), min(x1, left + width)
            values = self._column(right, (y0, y1), (begin - left, end - left))
            if values is None:
                return None
            out[:, begin - x0 : end - x0] = values
        return out

    def _column(self, right: int, rows: tuple[int, int], part: tuple[int, int]) -> Array | None:
        """Values of a region that lies in one column of tiles, whose pixels count from there."""
        height = self._tile[0]
        side = min(self._tile[1], self._shape[1] - right * self._tile[1])
        packed = np.empty((rows[1] - rows[0], part[1] - part[0]), self._unpacker.dtype)
        dithered = self._scaled and self._dither != -1
        values: Array = np.empty(packed.shape) if dithered else packed
        downs = np.arange(rows[0] // height, (rows[1] - 1) // height + 1)
        numbers = downs * self._across + right
        places = self._take(numbers)
        if places is None:
            return None
        spans = [self._rows_of(down, rows) for down in downs.tolist()]
        at = 0
        for number, (start, end), (tall, first, last) in zip(
            numbers.tolist(), places, spans, strict=True
        ):
            count = (last - 1) * side + part[1]
            pixels = self._unpacker.first(start, end, tall * side, count)
            floats = self._undithered(pixels, number) if dithered else None
            for row in range(first, last):
                wanted = slice(row * side + part[0], row * side + part[1])
                packed[at] = pixels[wanted]
                if floats is not None:
                    values[at] = floats[wanted]
                at += 1
        if not self._scaled:
            return packed
        tiles = np.repeat(numbers, [last - first for _, first, last in spans])[:, None]
        if not dithered:
            values = packed * self._scales[tiles] + self._zeros[tiles]
        blanks = self._blank if self._blanks is None else self._blanks[tiles]
        if blanks is not None:
            values[packed == blanks] = np.nan
        return values

    def _rows_of(self, down: int, rows: tuple[int, int]) -> tuple[int, int, int]:
        """Rows that a tile has, and the first and the end of those that are wanted."""
        height = self._tile[0]
        top = down * height
        tall = min(height, self._shape[0] - top)
        return tall, max(rows[0] - top, 0), min(rows[1] - top, tall)

    def _undithered(self, pixels: Array, number: int) -> Array:
        """Return what the first pixels of a tile stand for, as astropy reckons it."""
        quantize = self._quantize(
            row=(number + self._seed - 1) % _SEEDS + 1,
            dither_method=self._dither,
            quantize_level=0,
            bitpix=self._bitpix,
        )
        scale, zero = self._scales[number], self._zeros[number]
        return np.asarray(quantize.decode_quantized(pixels, scale, zero))

    def _take(self, numbers: Array) -> list[tuple[int, int]] | None:
        """Read tiles; where they begin and end in what was read, at once if they lie close."""
        lengths, offsets = self._places[numbers].T
        if (lengths <= 0).any():
            return None
        begin, span = int(offsets.min()), int((offsets + lengths).max() - offsets.min())
        if span > 2 * int(lengths.sum()):
            data = b"".join(map(self._bytes, offsets.tolist(), lengths.tolist()))
            offsets, begin, span = np.cumsum(lengths) - lengths, 0, int(lengths.sum())
        else:
            data = self._bytes(begin, span)
        if len(data) != span:
            raise ValueError("cut short in the middle of its tiles")
        self._unpacker.take(data)
        starts = offsets - begin
        return list(zip(starts.tolist(), (starts + lengths).tolist(), strict=True))

    def _bytes(self, offset: int, length: int) -> bytes:
        return os.pread(self._file.fileno(), length, self._heap + offset)


def rice_tiles(file: IO[bytes], hdu: Any) -> RiceTiles | None:
    """The tiles of an image, where all is as fpack and astropy write it; else None.

    Parts of astropy that are not its public interface are used: where another version has them
    no more, or a header is odd, the image is read the slow way.
    """
    if len(hdu.shape) != 2 or hdu.compression_type not in ("RICE_1", "RICE_ONE"):
        return None
    try:
        return RiceTiles(file, hdu)
    except (ImportError, AttributeError, KeyError, TypeError, ValueError, OSError):
        # Whatever is wrong with it, astropy finds and says when it reads.
        return None


class Unpacker:
    """Unpacks tiles of one image, one at a time.

    Parameters
    ----------
    block : int
        Pixels that share a code length.
    width : int
        Bytes of a pixel as it was packed: 1, 2 or 4.

    Raises
    ------
    ValueError
        No such width.
    """

    def __init__(self, block: int, width: int) -> None:
        if width not in _FUNCTIONS or not 0 < block < 2**15:
            raise ValueError("packed as no RICE tile is")
        self._block, self._width = block, width
        self.dtype = np.dtype(_PIXELS[width])
        self._function = _function(_FUNCTIONS[width])
        self._guard = _GUARD * (_GUARDS * block + 64)
        self._packed, self._start = b"", 0
        self._room, self._address = np.empty(0, self.dtype), 0

    def take(self, packed: bytes) -> None:
        """Go to other packed bytes, those of any number of tiles."""
        self._packed = packed + self._guard
        self._start = np.frombuffer(self._packed, np.uint8).ctypes.data

    def first(self, begin: int, end: int, pixels: int, count: int) -> Array:
        """The first pixels of a tile.

        Parameters
        ----------
        begin, end : int
            Where it lies in the packed bytes that were taken last.
        pixels : int
            Of the whole tile.
        count : int
            How many of them are wanted.

        Returns
        -------
        numpy.ndarray
            Integers, shape (count,), native byte order; good until the next call.

        Raises
        ------
        ValueError
            The tile ends too early.
        """
        if count == pixels or self._function is None:
            from astropy.io.fits.hdu.compressed._compression import decompress_rice_1_c

            packed = self._packed[begin:end]
            unpacked = decompress_rice_1_c(packed, self._block, self._width, pixels)
            return np.frombuffer(unpacked, self.dtype, count)
        if len(self._room) < count:
            self._room = np.empty(count, self.dtype)
            self._address = self._room.ctypes.data
        self._function(self._start + begin, end - begin, self._address, count, self._block)
        return self._room[:count]


@lru_cache
def _function(name: str) -> Callable[[int, int, int, int, int], None] | None:
    """A function of astropy's library, which says by an exception how a tile ended."""
    from astropy.io.fits.hdu.compressed import _compression

    try:
        found: Any = getattr(ctypes.PyDLL(_compression.__file__), name)
    except (OSError, AttributeError):
        return None
    found.argtypes = (
        ctypes.c_void_p,
        ctypes.c_int,
        ctypes.c_void_p,
        ctypes.c_int,
        ctypes.c_int,
    )
    found.restype = ctypes.c_int

    def unpack(packed: int, length: int, address: int, count: int, block: int) -> None:
        try:
            found(packed, length, address, count, block)
        except _compression.CfitsioException as error:
            # That codes are left over is what was wanted.
            if "unused bytes" not in str(error):
                raise ValueError(str(error)) from error

    return unpack
