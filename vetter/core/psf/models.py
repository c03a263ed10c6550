"""Point-spread functions of unit flux: Gaussian, Moffat, or an image."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

_TO_SIGMA = 1.0 / (2.0 * math.sqrt(2.0 * math.log(2.0)))


class Psf(Protocol):
    """What a point of unit flux looks like.

    Its ``repr`` tells it from every other: results of fits are kept under it.
    """

    @property
    def fwhm(self) -> float:
        """Full width at half maximum, pixels."""

    @property
    def said(self) -> str:
        """What it is, in a few words."""

    def render(self, shape: tuple[int, int], x: float, y: float) -> Array:
        """Its image, ``shape`` (ny, nx), with the point at column ``x`` and row ``y``, 0-based."""


@dataclass(frozen=True, slots=True)
class Gaussian:
    """A round Gaussian, integrated over the pixels."""

    fwhm: float

    @property
    def said(self) -> str:
        """See :class:`Psf`."""
        return "Gaussian PSF"

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

    @property
    def said(self) -> str:
        """See :class:`Psf`."""
        return f"Moffat PSF of beta {self.beta:g}"

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

    Between the samples it is a cubic spline, outside of the image nought.

    Parameters
    ----------
    image : ndarray (ny, nx)
        What a pixel gathers whose centre is there, so an effective PSF; its point is at
        ``((nx - 1) / 2, (ny - 1) / 2)``. It is scaled to unit flux.
    sampling : float
        Samples for each pixel of the cutout along an axis.
    said : str
        See :class:`Psf`.

    Raises
    ------
    ValueError
        Not two-dimensional, not finite, without a positive sum, or ``sampling`` not above 0.
    """

    def __init__(
        self, image: npt.NDArray[Any], sampling: float = 1.0, said: str = "PSF image"
    ) -> None:
        pixels = np.array(image, float)
        if pixels.ndim != 2 or not np.isfinite(pixels).all() or not pixels.sum() > 0:
            raise ValueError("PSF image: wants finite pixels in two dimensions, of positive sum")
        if not (math.isfinite(sampling) and sampling > 0):
            raise ValueError(f"PSF image: wants a sampling above 0, found {sampling!r}")
        factor = sampling * sampling / float(pixels.sum())
        # What is scaled already stays as it is, to the bit.
        self.samples: Array = pixels if abs(factor - 1.0) < 1e-12 else pixels * factor
        self.sampling = float(sampling)
        self.said = said

    def __repr__(self) -> str:
        digest = hashlib.sha256(self.samples.tobytes()).hexdigest()[:16]
        return f"PsfImage({self.samples.shape}, {digest}, {self.sampling!r})"

    @cached_property
    def fwhm(self) -> float:
        """From the area above half of the maximum, pixels."""
        from scipy.ndimage import zoom

        fine = zoom(self.samples, 5, order=3)
        # Zoom keeps the outer samples' centres in place: n - 1 steps become 5 n - 1.
        steps = [
            (a - 1) / max(b - 1, 1) for a, b in zip(fine.shape, self.samples.shape, strict=True)
        ]
        area = float((fine > 0.5 * fine.max()).sum()) / (steps[0] * steps[1])
        return 2.0 * math.sqrt(area / math.pi) / self.sampling

    @cached_property
    def _coefficients(self) -> Array:
        """Of the cubic spline, with a border on which it comes down to nought."""
        from scipy.ndimage import spline_filter

        bordered = np.pad(self.samples, _BORDER)
        return np.asarray(spline_filter(bordered, order=3, mode="mirror"), float)

    def render(self, shape: tuple[int, int], x: float, y: float) -> Array:
        """See :class:`Psf`."""
        ny, nx = self._coefficients.shape
        out: Array = self._weights(shape[0], y, ny) @ self._coefficients
        return out @ self._weights(shape[1], x, nx).T

    def _weights(self, count: int, place: float, size: int) -> Array:
        """What each coefficient adds to each pixel along an axis, (count, size)."""
        first = 0.5 * (size - 1) - place * self.sampling
        low = max(math.ceil((1.0 - first) / self.sampling), 0)
        high = min(math.ceil((size - 2.0 - first) / self.sampling), count)
        out = np.zeros((count, size))
        if low < high:
            at = np.arange(low, high) * self.sampling + first
            base = at.astype(np.intp)
            t = at - base
            powers = np.array([np.ones(high - low), t, t * t, t * t * t])
            taps = (size * np.arange(low, high) + base - 1)[:, None] + _STEPS
            out.ravel()[taps] = powers.T @ _CUBIC
        return out


_STEPS = np.arange(4)
_CUBIC = np.array([[1, 4, 1, 0], [-3, 0, 3, 0], [3, -6, 3, 0], [-1, 3, -3, 1]]) / 6.0
"""The cubic B-spline's four weights by powers of the way from one sample to the next."""

_BORDER = 12
"""Samples: the cubic spline's memory of an edge, 0.27 to this power, is under a millionth."""
