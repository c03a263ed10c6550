"""Images whose pixels are asinh magnitudes (Pan-STARRS stacks), read as linear fluxes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from vetter.core.cutout.plane import Array

if TYPE_CHECKING:
    from astropy.io.fits import Header

    from vetter.io.files.hdu_names import FitsName
    from vetter.io.fits.images import FitsImage, Region

CARDS = ("BOFFSET", "BSOFTEN")
_POGSON = 2.5 * math.log10(math.e)
_MAX_ASINH = 50.0
"""Largest asinh magnitude of a real pixel; larger values show that the pixels are linear."""
_SAMPLED_ROWS = 5


class LinearImage:
    """An image of asinh-scaled pixels, read as ``BOFFSET + 2 BSOFTEN sinh(value / 1.0857)``.

    The scaling is that of Pan-STARRS (Waters et al. 2020, ApJS 251, 4, section 6.4). The header
    has no cards of it, so that files written from the pixels are not scaled again.

    Parameters
    ----------
    image : FitsImage
    offset, soften : float
        Values of BOFFSET and BSOFTEN.
    """

    is_integer = False

    def __init__(self, image: FitsImage, offset: float, soften: float) -> None:
        self._image, self._offset, self._soften = image, offset, soften
        self.name: FitsName = image.name
        self.shape = image.shape
        self.primary = image.primary
        self.header: Header = image.header.copy()
        for keyword in CARDS:
            self.header.remove(keyword, ignore_missing=True)

    def read(self, region: Region) -> Array:
        """Return the linear values of a region."""
        # errstate: damaged values end as infinity, which is no data.
        with np.errstate(all="ignore"):
            values = self._image.read(region).astype(np.float64)
            return self._offset + 2.0 * self._soften * np.sinh(values / _POGSON)

    def close(self) -> None:
        """Close the file."""
        self._image.close()


def make_linear(image: FitsImage) -> tuple[FitsImage, str]:
    """Return an image with linear pixels, and a note if its header names an asinh scaling.

    Pixels that are too large for asinh magnitudes are linear already: they are not changed.
    """
    offset, soften = (_number(image.header.get(keyword)) for keyword in CARDS)
    if offset is None or soften is None or soften == 0:
        return image, ""
    if _largest(image) > _MAX_ASINH:
        return image, "BSOFTEN is in the header, but the pixels are linear already"
    return LinearImage(image, offset, soften), "asinh pixels made linear by BOFFSET and BSOFTEN"


def _largest(image: FitsImage) -> float:
    """Return the largest finite value of a few rows; 0 without any."""
    rows, columns = image.shape
    largest = 0.0
    for row in np.linspace(0, rows - 1, min(rows, _SAMPLED_ROWS)).astype(int).tolist():
        # errstate: damaged values may be signalling NaN.
        with np.errstate(all="ignore"):
            stored = image.read((slice(row, row + 1), slice(0, columns)))
            values = np.abs(stored.astype(np.float64))
        values = values[np.isfinite(values)]
        largest = max(largest, float(values.max()) if len(values) else 0.0)
    return largest


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None
