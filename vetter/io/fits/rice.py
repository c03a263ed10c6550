"""Regions of RICE-compressed images, read tile by tile.

`CompImageHDU.section` parses its headers again for every tile. A cutout of six planes of
10k x 10k pixels takes 64 ms of CPU with `section` and 35 ms here if tiles are rows, as fpack
makes them (10 and 2 ms for tiles of 100 x 100). Under a key held down at 30 a second `section`
falls behind, this does not. Of 500 verdict keys with 30 candidates or more built ahead, 4.6 %
took over 8.3 ms with `section` and 2.2 % here, as over plain planes (99th percentiles of 16, 14
and 11 ms on a busy machine). An image that is not plain RICE is read by `section`.

A tile is unpacked whole, by astropy's decoder, which releases the GIL. To stop at the last pixel
wanted takes 26 ms, but needs ctypes and holds the GIL: 3.0 % of the keys took over 8.3 ms.
"""

from __future__ import annotations

import os
from typing import IO, Any

import numpy as np

from vetter.core.cutout.plane import Array

_INTEGERS = {8: (1, "u1"), 16: (2, "i2"), 32: (4, "i4")}
"""BITPIX of images of integers to the bytes of a packed pixel and the dtype of a pixel."""
_PACKED_DTYPES = {1: "u1", 2: "i2", 4: "i4"}
_DITHER_ROWS = 10_000
"""Random numbers of the FITS Standard 4.0, appendix I. Below row 1, where a damaged ZDITHER0
leads, cfitsio reads memory before the first of them."""


class RiceTiles:
    """Tiles of one image; see `rice_tiles`.

    Parameters
    ----------
    file : binary file
    hdu : `~astropy.io.fits.CompImageHDU`
        Two-dimensional.
    """

    def __init__(self, file: IO[bytes], hdu: Any) -> None:
        from astropy.io.fits.hdu.compressed._compression import decompress_rice_1_c
        from astropy.io.fits.hdu.compressed._quantization import DITHER_METHODS, Quantize

        table = hdu._bintable
        header = table.header
        self._file = file
        self._shape, self._tile = hdu.shape, tuple(int(length) for length in hdu.tile_shape)
        self._bitpix = int(header["ZBITPIX"])
        options = {header.get(f"ZNAME{k}"): header.get(f"ZVAL{k}") for k in range(1, 9)}
        self._width, self._block = int(options.get("BYTEPIX", 4)), int(options.get("BLOCKSIZE", 32))
        if not 0 < self._block < 2**15:
            raise ValueError("a block size that RICE does not have")
        self._packed_dtype = np.dtype(_PACKED_DTYPES[self._width])
        self._decompress = decompress_rice_1_c
        self._dither, self._quantize = DITHER_METHODS[header.get("ZQUANTIZ", "NO_DITHER")], Quantize
        self._seed = int(header.get("ZDITHER0", 0))
        self._blank = header.get("ZBLANK")
        start = int(table.fileinfo()["datLoc"])
        count, length = int(header["NAXIS2"]), int(header["NAXIS1"])
        self._heap = start + int(header.get("THEAP", count * length))
        dtype = table.columns.dtype.newbyteorder(">")
        if dtype.itemsize != length:
            raise ValueError("rows of another length than their columns")
        rows = np.frombuffer(os.pread(file.fileno(), count * length, start), dtype)
        across = -(-self._shape[1] // self._tile[1])
        if len(rows) != -(-self._shape[0] // self._tile[0]) * across:
            raise ValueError("another number of tiles than the image has")
        self._across = across
        self._places = rows["COMPRESSED_DATA"].astype(np.int64)
        self._scaled = "ZSCALE" in dtype.names
        if self._scaled:
            self._scales, self._zeros = (rows[name].astype(float) for name in ("ZSCALE", "ZZERO"))
        self._blanks = rows["ZBLANK"].astype(np.int64) if "ZBLANK" in dtype.names else None
        if self._scaled != (self._bitpix < 0) or (not self._scaled and not self._is_plain(hdu)):
            raise ValueError("values that are scaled otherwise")

    def _is_plain(self, hdu: Any) -> bool:
        """Return whether pixels are the integers as they are packed."""
        is_scaled = any(name in hdu.header for name in ("BZERO", "BSCALE", "BLANK"))
        expected = _INTEGERS.get(self._bitpix)
        if expected is None or is_scaled:
            return False
        return expected[0] == self._width and self._blank is None

    def read(self, region: tuple[slice, slice]) -> Array | None:
        """Read a region's physical values, native byte order; None if a tile is not RICE."""
        (y0, y1, _), (x0, x1, _) = (
            side.indices(length) for side, length in zip(region, self._shape, strict=True)
        )
        width = self._tile[1]
        dtype = f"f{-self._bitpix // 8}" if self._scaled else _INTEGERS[self._bitpix][1]
        out = np.empty((max(y1 - y0, 0), max(x1 - x0, 0)), dtype)
        if not out.size:
            return out
        for right in range(x0 // width, (x1 - 1) // width + 1):
            left = right * width
            begin, end = max(x0, left), min(x1, left + width)
            values = self._read_column(right, (y0, y1), (begin - left, end - left))
            if values is None:
                return None
            out[:, begin - x0 : end - x0] = values
        return out

    def _read_column(
        self, right: int, rows: tuple[int, int], part: tuple[int, int]
    ) -> Array | None:
        """Read the part of a region inside one column of tiles; ``part`` counts from its left."""
        height = self._tile[0]
        side = min(self._tile[1], self._shape[1] - right * self._tile[1])
        packed = np.empty((rows[1] - rows[0], part[1] - part[0]), self._packed_dtype)
        is_dithered = self._scaled and self._dither != -1
        values: Array = np.empty(packed.shape) if is_dithered else packed
        downs = np.arange(rows[0] // height, (rows[1] - 1) // height + 1)
        numbers = downs * self._across + right
        tiles = self._packed_tiles(numbers)
        if tiles is None:
            return None
        spans = [self._rows_of(down, rows) for down in downs.tolist()]
        at = 0
        for number, tile, (tall, first, last) in zip(numbers.tolist(), tiles, spans, strict=True):
            unpacked = self._decompress(tile, self._block, self._width, tall * side)
            pixels = np.frombuffer(unpacked, self._packed_dtype, (last - 1) * side + part[1])
            floats = self._undithered(pixels, number) if is_dithered else None
            for row in range(first, last):
                wanted = slice(row * side + part[0], row * side + part[1])
                packed[at] = pixels[wanted]
                if floats is not None:
                    values[at] = floats[wanted]
                at += 1
        if not self._scaled:
            return packed
        of_row = np.repeat(numbers, [last - first for _, first, last in spans])[:, None]
        if not is_dithered:
            values = packed * self._scales[of_row] + self._zeros[of_row]
        blanks = self._blank if self._blanks is None else self._blanks[of_row]
        if blanks is not None:
            values[packed == blanks] = np.nan
        return values

    def _rows_of(self, down: int, rows: tuple[int, int]) -> tuple[int, int, int]:
        """Return the rows of a tile, then the first and the end of its rows that are wanted."""
        height = self._tile[0]
        top = down * height
        tall = min(height, self._shape[0] - top)
        return tall, max(rows[0] - top, 0), min(rows[1] - top, tall)

    def _undithered(self, pixels: Array, number: int) -> Array:
        """Return the physical values of a tile's first pixels, as astropy computes them."""
        quantize = self._quantize(
            row=(number + self._seed - 1) % _DITHER_ROWS + 1,
            dither_method=self._dither,
            quantize_level=0,
            bitpix=self._bitpix,
        )
        scale, zero = self._scales[number], self._zeros[number]
        return np.asarray(quantize.decode_quantized(pixels, scale, zero))

    def _packed_tiles(self, numbers: Array) -> list[bytes] | None:
        """Read the packed bytes of tiles, in one read if they lie close; None if one has none."""
        lengths, offsets = self._places[numbers].T
        if (lengths <= 0).any():
            return None
        begin, span = int(offsets.min()), int((offsets + lengths).max() - offsets.min())
        places = list(zip(offsets.tolist(), lengths.tolist(), strict=True))
        if span > 2 * int(lengths.sum()):
            tiles = [self._pread(offset, length) for offset, length in places]
        else:
            data = self._pread(begin, span)
            tiles = [data[offset - begin : offset - begin + length] for offset, length in places]
        if any(len(tile) != length for tile, (_, length) in zip(tiles, places, strict=True)):
            raise ValueError("cut short in the middle of its tiles")
        return tiles

    def _pread(self, offset: int, length: int) -> bytes:
        return os.pread(self._file.fileno(), length, self._heap + offset)


def rice_tiles(file: IO[bytes], hdu: Any) -> RiceTiles | None:
    """Return the tiles of an image written as fpack and astropy do; else None.

    Private parts of astropy are used: if another version lacks them, or a header is odd, the
    caller reads the image by `CompImageHDU.section`.
    """
    if len(hdu.shape) != 2 or hdu.compression_type not in ("RICE_1", "RICE_ONE"):
        return None
    try:
        return RiceTiles(file, hdu)
    except (ImportError, AttributeError, KeyError, TypeError, ValueError, OSError):
        # astropy finds the same fault when it reads, and names it.
        return None
