"""The first pixels of RICE-packed tiles, as cfitsio's function in astropy unpacks them.

The codes of a tile follow each other without an index, so all that lie before a pixel are read,
but not those after it. Astropy hands on whole tiles only: the function behind is called itself
where astropy's library shows it (as on Linux and macOS).
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from vetter.core.cutout.plane import Array

_FUNCTIONS = {1: "fits_rdecomp_byte", 2: "fits_rdecomp_short", 4: "fits_rdecomp"}
_PIXELS = {1: "u1", 2: "i2", 4: "i4"}
# Follows the last tile's bytes: in a damaged tile it ends a run of zeros that has no end. The
# function looks where a tile ends after each block only.
_GUARD = b"\xff"
_GUARDS = 8


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
