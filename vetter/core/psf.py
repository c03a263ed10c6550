"""Point-spread functions of unit flux: Gaussian, Moffat, or an image."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

_TO_SIGMA = 1.0 / (2.0 * math.sqrt(2.0 * math.log(2.0)))


class Psf(Protocol):
    """What a point of unit flux looks like."""

    @property
    def fwhm(self) -> float:
        """Full width at half maximum, pixels."""

    def render(self, shape: tuple[int, int], x: float, y: float) -> Array:
        """Its image, ``shape`` (ny, nx), with the point at column ``x`` and row ``y``, 0-based."""


@dataclass(frozen=True, slots=True)
class Gaussian:
    """A round Gaussian, integrated over the pixels."""

    fwhm: float

    def render(self, shape: tuple[int, int], x: float, y: float) -> Array:
        """See :class:`Psf`."""
        from scipy.special import erf

        width = self.fwhm * _TO_SIGMA * math.sqrt(2.0)
        rows = 0.5 * np.diff(erf((np.arange(shape[0] + 1) - 0.5 - y) / width))
        columns = 0.5 * np.diff(erf((np.arange(shape[1] + 1) - 0.5 - x) / width))
        out: Array = rows[:, None] * columns
        return out


@dataclass(frozen=True, slots=True)
class Moffat:
    """A round Moffat (1969, A&A 3, 455) profile, taken at the pixels' centres."""

    fwhm: float
    beta: float = 3.0

    def render(self, shape: tuple[int, int], x: float, y: float) -> Array:
        """See :class:`Psf`."""
        core = 2.0 * math.sqrt(2.0 ** (1.0 / self.beta) - 1.0) / self.fwhm
        rows = ((np.arange(shape[0]) - y) * core) ** 2
        columns = ((np.arange(shape[1]) - x) * core) ** 2
        norm = (self.beta - 1.0) / math.pi * core * core
        out: Array = norm * (1.0 + rows[:, None] + columns) ** -self.beta
        return out


class PsfImage:
    """A PSF measured elsewhere, with its point at the centre of the image.

    Parameters
    ----------
    image : ndarray (ny, nx)
        One pixel of it is one pixel of the cutout. It is scaled to a sum of one.

    Raises
    ------
    ValueError
        Not two-dimensional, not finite, or without a positive sum.
    """

    def __init__(self, image: npt.NDArray[Any]) -> None:
        pixels = np.array(image, float)
        if pixels.ndim != 2 or not np.isfinite(pixels).all() or not pixels.sum() > 0:
            raise ValueError("PSF image: wants finite pixels in two dimensions, of positive sum")
        self._pixels = pixels / pixels.sum()
        self.fwhm = self._width()

    def _width(self) -> float:
        """From the area above half of the maximum."""
        from scipy.ndimage import zoom

        fine = zoom(self._pixels, 5, order=3)
        # Zoom keeps the outer pixels' centres in place: n - 1 steps become 5 n - 1.
        steps = [
            (a - 1) / max(b - 1, 1) for a, b in zip(fine.shape, self._pixels.shape, strict=True)
        ]
        area = float((fine > 0.5 * fine.max()).sum()) / (steps[0] * steps[1])
        return 2.0 * math.sqrt(area / math.pi)

    def render(self, shape: tuple[int, int], x: float, y: float) -> Array:
        """See :class:`Psf`."""
        from scipy.ndimage import map_coordinates

        rows = np.arange(shape[0]) - y + 0.5 * (self._pixels.shape[0] - 1)
        columns = np.arange(shape[1]) - x + 0.5 * (self._pixels.shape[1] - 1)
        grid = np.meshgrid(rows, columns, indexing="ij")
        return np.asarray(map_coordinates(self._pixels, grid, order=3, mode="constant"), float)
