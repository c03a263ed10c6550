"""Pixel values that mean "no data": fills that a header names, and errors that are too small."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from vetter.core.cutout.plane import Array

_CARDS = ("BLANK", "MASKVAL", "NULLVAL", "FILLVAL", "BADVAL", "UNDEF", "NODATA")
_HOTPANTS_FILL = 1e-30
"""hotpants' fill of images and noise; no measured pixel has this value."""
MIN_RELATIVE_ERROR = 1e-6
"""Errors not above this fraction of their plane's median are no errors: fills, or rounded zeros."""


class NoData(NamedTuple):
    """Values of a plane's pixels that are no data.

    ``values`` are the fills, ``names`` the keywords of those that the header names, the first.
    """

    values: tuple[float, ...] = (_HOTPANTS_FILL,)
    names: tuple[str, ...] = ()

    def find(self, pixels: Array) -> Array | None:
        """Return where float pixels are fills, booleans of their shape; None: nowhere."""
        found: Array | None = None
        for value in self.values:
            # A fill is compared as it is stored: 1e-30 in float32 is not 1e-30 in float64.
            equal = pixels == (value if math.isfinite(value) else np.nan)
            if pixels.dtype.itemsize == 8:
                equal |= pixels == float(np.float32(value))
            if equal.any():
                found = equal if found is None else found | equal
        return found


def no_data_of(header: Mapping[str, Any], integers: bool = False) -> NoData:
    """Return the values that mean "no data" in an image of floats or of scaled integers.

    Parameters
    ----------
    header : mapping
        Header of the image. BLANK, MASKVAL (hotpants) and similar cards with a number name fills.
    integers : bool
        Whether the file stores integers: BLANK counts before scaling, and is applied by the
        reader of the file.
    """
    values: dict[float, str] = {}
    for keyword in _CARDS:
        if keyword not in header or (integers and keyword == "BLANK"):
            continue
        number = _number(header[keyword])
        # Within the range of float32: comparing with a larger number would overflow.
        if number is not None and abs(number) <= float(np.finfo(np.float32).max):
            values.setdefault(number, keyword)
    names = tuple(values.values())
    return NoData(tuple(dict.fromkeys((*values, _HOTPANTS_FILL))), names)


def without_fills(pixels: Array, no_data: NoData) -> tuple[Array, int]:
    """Return float pixels with NaN for fills, and the number of fills; a copy if there are any."""
    found = no_data.find(pixels)
    if found is None:
        return pixels, 0
    return np.where(found, pixels.dtype.type(np.nan), pixels), int(np.count_nonzero(found))


def without_small_errors(pixels: Array, median: float) -> tuple[Array, int]:
    """Return 1-sigma pixels with NaN where not above a millionth of the plane's median.

    Returns
    -------
    ndarray, int
        The pixels, a copy if any are too small, and their number.
    """
    floor = MIN_RELATIVE_ERROR * median if median > 0 else 0.0
    small = pixels <= floor
    if not small.any():
        return pixels, 0
    return np.where(small, pixels.dtype.type(np.nan), pixels), int(np.count_nonzero(small))


def _number(value: Any) -> float | None:
    """Return the finite number of a card, which may be text; None without one."""
    if isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None
