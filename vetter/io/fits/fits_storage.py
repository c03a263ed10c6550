"""How the pixels of an image HDU are stored, and what they mean."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from vetter.core.cutout.plane import Array
from vetter.errors import InputError
from vetter.io.files.hdu_names import FitsName

if TYPE_CHECKING:
    from astropy.io.fits import Header


class Storage(NamedTuple):
    """How an HDU's pixels are stored: where, as what, and scaled how."""

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
        """Values as they are meant, in native byte order, always a copy."""
        if self.dtype.kind == "f":
            values = raw.astype(self.dtype.newbyteorder("="))
            return values if self.scale == 1 and self.zero == 0 else self._scaled(values)
        if self.is_integer and self.blank is None and self._is_uint64:
            # As floats both terms would lose their last ten bits; to add 2**63 flips the top one.
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
        """Return scaled floats, in double precision where single cannot hold the scale."""
        single = 1e-30 < abs(self.scale) < 1e30 and abs(self.zero) < 1e30
        kind = values.dtype if single else np.dtype(np.float64)
        # Numbers near the end of their range, as a damaged header makes them.
        with np.errstate(all="ignore"):
            return values * kind.type(self.scale) + kind.type(self.zero)


def storage_of(header: Header, shape: Sequence[int], start: int, name: FitsName) -> Storage:
    """How the pixels of an HDU, or of the slice that the name chooses, are stored.

    Parameters
    ----------
    header : `~astropy.io.fits.Header`
    shape : sequence of int
        The HDU's, slowest axis first.
    start : int
        The byte of the file where its data begin.
    name : FitsName
    """
    # hdu.header loses BITPIX's scaling keywords only once data are touched, which is never here.
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
