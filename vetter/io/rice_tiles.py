"""Regions of RICE-compressed images, tile by tile.

Astropy reads such an image too, but looks its headers up anew for every tile: with tiles of one
row, as fpack makes them, that takes four times as long as the unpacking. It unpacks the tiles here
as well, and reads whatever is not plain RICE.
"""

from __future__ import annotations

import os
from typing import IO, Any

import numpy as np

from vetter.core.plane import Array

_INTEGERS = {8: (1, "u1"), 16: (2, "i2"), 32: (4, "i4")}


class RiceTiles:
    """Tiles of one image; see `rice_tiles`.

    Parameters
    ----------
    file : binary file
    hdu : `~astropy.io.fits.CompImageHDU`
        Two-dimensional.
    """

    def __init__(self, file: IO[bytes], hdu: Any) -> None:
        from astropy.io.fits.hdu.compressed._quantization import DITHER_METHODS

        table = hdu._bintable
        header = table.header
        self._file = file
        self._shape, self._tile = hdu.shape, tuple(int(length) for length in hdu.tile_shape)
        self._bitpix = int(header["ZBITPIX"])
        options = {header.get(f"ZNAME{k}"): header.get(f"ZVAL{k}") for k in range(1, 9)}
        self._block = int(options.get("BLOCKSIZE", 32))
        self._width = int(options.get("BYTEPIX", 4))
        self._dither = DITHER_METHODS[header.get("ZQUANTIZ", "NO_DITHER")]
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
        height, width = self._tile
        kind = f"f{-self._bitpix // 8}" if self._scaled else _INTEGERS[self._bitpix][1]
        out = np.empty((max(y1 - y0, 0), max(x1 - x0, 0)), kind)
        if not out.size:
            return out
        for down in range(y0 // height, (y1 - 1) // height + 1):
            top = down * height
            first, last = max(y0 - top, 0), min(y1 - top, height)
            for right in range(x0 // width, (x1 - 1) // width + 1):
                left = right * width
                side = min(width, self._shape[1] - left)
                begin, end = max(x0 - left, 0), min(x1 - left, side)
                number = down * self._across + right
                tall = min(height, self._shape[0] - top)
                values = self._values(number, tall * side, (last - 1) * side + end)
                if values is None:
                    return None
                columns = slice(left + begin - x0, left + end - x0)
                for row in range(first, last):
                    part = values[row * side + begin : row * side + end]
                    out[top + row - y0, columns] = part
        return out

    def _values(self, number: int, pixels: int, count: int) -> Array | None:
        """The first of a tile's pixels, shape (count,); None where it is packed otherwise."""
        from astropy.io.fits.hdu.compressed._compression import decompress_rice_1_c
        from astropy.io.fits.hdu.compressed._quantization import Quantize

        length, offset = self._places[number].tolist()
        if length <= 0:
            return None
        data = os.pread(self._file.fileno(), length, self._heap + offset)
        if len(data) != length:
            raise ValueError("cut short in the middle of its tiles")
        unpacked = decompress_rice_1_c(data, self._block, self._width, pixels)
        if not self._scaled:
            return np.frombuffer(unpacked, _INTEGERS[self._bitpix][1], count)
        whole = np.frombuffer(unpacked, f"i{self._width}", count)
        quantize = Quantize(
            row=0 if self._dither == -1 else number + self._seed,
            dither_method=self._dither,
            quantize_level=None,
            bitpix=self._bitpix,
        )
        values = np.asarray(
            quantize.decode_quantized(whole, self._scales[number], self._zeros[number])
        )
        blank = self._blank if self._blanks is None else self._blanks[number]
        if blank is None:
            return values
        return np.where(whole == blank, np.nan, values)


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
