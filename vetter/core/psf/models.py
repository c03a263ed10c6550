"""Point-spread functions of unit flux: Gaussian, Moffat, or an image."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

_TO_SIGMA = 1.0 / (2.0 * math.sqrt(2.0 * math.log(2.0)))


class Psf(Protocol):
    """The image of a point of unit flux.

    The ``repr`` is unique to each PSF: it is part of the key under which results are stored.
    """

    @property
    def fwhm(self) -> float:
        """Full width at half maximum, pixels."""

    @property
    def description(self) -> str:
        """Description of the PSF in a few words."""

    def render(self, shape: tuple[int, int], x: float, y: float) -> Array:
        """Render an image of ``shape`` (ny, nx), the point at column ``x``, row ``y``, 0-based."""


@lru_cache(maxsize=16)
def _pixel_edges(count: int) -> Array:
    """Return the edges of pixels along an axis, (count + 1,)."""
    edges: Array = np.arange(count + 1, dtype=np.float64) - 0.5
    edges.flags.writeable = False
    return edges


@dataclass(frozen=True, slots=True)
class Gaussian:
    """A round Gaussian, integrated over the pixels."""

    fwhm: float

    @property
    def description(self) -> str:
        """See :class:`Psf`."""
        return "Gaussian PSF"

    def render(self, shape: tuple[int, int], x: float, y: float) -> Array:
        """See :class:`Psf`."""
        from scipy.special import erf

        width = self.fwhm * _TO_SIGMA * math.sqrt(2.0)
        above = erf((_pixel_edges(shape[0]) - y) / width)
        right = erf((_pixel_edges(shape[1]) - x) / width)
        # Slices: np.diff() takes longer than all the rest.
        rows, columns = 0.5 * (above[1:] - above[:-1]), 0.5 * (right[1:] - right[:-1])
        out: Array = rows[:, None] * columns
        return out


@dataclass(frozen=True, slots=True)
class Moffat:
    """A Moffat (1969, A&A 3, 455) profile, round or elliptical.

    It is integrated over the pixels where these are coarse, up to a minor FWHM of 5 pixels; above,
    its value at a pixel's centre is within 1% of that.

    Attributes
    ----------
    fwhm : float
        Geometric mean of the FWHM along both axes, pixels.
    beta : float
        Exponent; a large one is nearly a Gaussian.
    ratio : float
        Minor over major axis, 0 to 1.
    angle : float
        Position angle of the major axis, radians from the x axis towards the y axis.
    """

    fwhm: float
    beta: float = 3.0
    ratio: float = 1.0
    angle: float = 0.0

    @property
    def description(self) -> str:
        """See :class:`Psf`."""
        shape = "" if self.ratio > _ROUND else f", axis ratio {self.ratio:.2f}"
        return f"Moffat PSF of beta {self.beta:.3g}{shape}"

    def render(self, shape: tuple[int, int], x: float, y: float) -> Array:
        """See :class:`Psf`."""
        columns: Array = np.arange(shape[1], dtype=float)[None, :] - x
        rows: Array = np.arange(shape[0], dtype=float)[:, None] - y
        return self.value(columns, rows)

    def value(self, dx: Array, dy: Array) -> Array:
        """Return the flux in pixels at offsets from the point, which are broadcast together."""
        if self.fwhm * math.sqrt(self.ratio) > _MAX_COARSE_FWHM:
            return self._density(dx, dy)
        # One call for all nodes: nine calls take three times as long.
        nodes = self._density(
            np.asarray(dx)[..., None] + _NODES_X, np.asarray(dy)[..., None] + _NODES_Y
        )
        out: Array = nodes @ _NODE_WEIGHTS
        return out

    def _density(self, dx: Array, dy: Array) -> Array:
        core2 = 4.0 * (2.0 ** (1.0 / self.beta) - 1.0) / (self.fwhm * self.fwhm)
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        major, minor = core2 * self.ratio, core2 / self.ratio
        out: Array = (1.0 + (cos * cos * major + sin * sin * minor) * (dx * dx)) + (
            sin * sin * major + cos * cos * minor
        ) * (dy * dy)
        if major != minor:
            out += (2.0 * cos * sin * (major - minor)) * dx * dy
        np.power(out, -self.beta, out=out)
        out *= (self.beta - 1.0) / math.pi * core2
        return out


_ROUND = 0.97
"""Axis ratio above which a PSF is called round."""
_MAX_COARSE_FWHM = 5.0
_NODES = np.array([-0.5 * math.sqrt(0.6), 0.0, 0.5 * math.sqrt(0.6)])
_NODES_X, _NODES_Y = np.tile(_NODES, 3), np.repeat(_NODES, 3)
_NODE_WEIGHTS = np.outer([5.0, 8.0, 5.0], [5.0, 8.0, 5.0]).ravel() / 18.0**2
"""Gauss-Legendre quadrature over a pixel, nine nodes."""


class PsfImage:
    """A measured PSF, with its point at the centre of an image.

    A cubic spline interpolates the samples; outside the image the PSF is zero.

    Parameters
    ----------
    image : ndarray (ny, nx)
        Effective PSF: each sample is the flux in a pixel centred there. Its point is at
        ``((nx - 1) / 2, (ny - 1) / 2)``. It is scaled to unit flux.
    sampling : float
        Samples per pixel of the cutout along an axis.
    said : str
        Description, see :class:`Psf`.

    Raises
    ------
    ValueError
        ``image`` is not two-dimensional, not finite or without a positive sum, or ``sampling`` is
        not above 0.
    """

    def __init__(
        self, image: npt.NDArray[Any], sampling: float = 1.0, said: str = "PSF image"
    ) -> None:
        pixels = np.array(image, float)
        if pixels.ndim != 2 or not np.isfinite(pixels).all() or not pixels.sum() > 0:
            raise ValueError("PSF image: expected finite pixels in two dimensions, of positive sum")
        if not (math.isfinite(sampling) and sampling > 0):
            raise ValueError(f"PSF image: expected a sampling above 0, found {sampling!r}")
        factor = sampling * sampling / float(pixels.sum())
        # Samples already scaled are not multiplied again: their bits enter __repr__().
        self.samples: Array = pixels if abs(factor - 1.0) < 1e-12 else pixels * factor
        self.sampling = float(sampling)
        self.description = said

    def __repr__(self) -> str:
        digest = hashlib.sha256(self.samples.tobytes()).hexdigest()[:16]
        return f"PsfImage({self.samples.shape}, {digest}, {self.sampling!r})"

    @cached_property
    def fwhm(self) -> float:
        """FWHM from the area above half of the maximum, pixels."""
        from scipy.ndimage import zoom

        samples = self._core()
        fine = zoom(samples, 5, order=3)
        # zoom() keeps the centres of the outer samples fixed: n - 1 steps become 5 n - 1.
        steps = [(a - 1) / max(b - 1, 1) for a, b in zip(fine.shape, samples.shape, strict=True)]
        area = float((fine > 0.5 * fine.max()).sum()) / (steps[0] * steps[1])
        return 2.0 * math.sqrt(area / math.pi) / self.sampling

    def _core(self) -> Array:
        """Return the samples above half of the maximum, with all that reach into their spline."""
        sides = []
        for axis in (0, 1):
            high = np.flatnonzero(self.samples.max(axis=1 - axis) > 0.4 * self.samples.max())
            sides.append(slice(max(high[0] - _BORDER, 0), high[-1] + _BORDER + 1))
        return self.samples[sides[0], sides[1]]

    @cached_property
    def _coefficients(self) -> Array:
        """Coefficients of the cubic spline, with a border on which the spline falls to zero."""
        from scipy.ndimage import spline_filter

        bordered = np.pad(self.samples, _BORDER)
        return np.asarray(spline_filter(bordered, order=3, mode="mirror"), float)

    def render(self, shape: tuple[int, int], x: float, y: float) -> Array:
        """See :class:`Psf`."""
        ny, nx = self._coefficients.shape
        out: Array = self._weights(shape[0], y, ny) @ self._coefficients
        return out @ self._weights(shape[1], x, nx).T

    def _weights(self, count: int, position: float, size: int) -> Array:
        """Return the weight of each coefficient in each pixel along an axis, (count, size)."""
        first = 0.5 * (size - 1) - position * self.sampling
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
"""Four weights of the cubic B-spline by powers of the fraction between two samples."""

_BORDER = 12
"""Width of the border, samples: the spline's memory of an edge, 0.27^12, is below a millionth."""


def broaden_psf(psf: Psf, kernel: Array) -> PsfImage:
    """Return the PSF of an image that was convolved with a kernel.

    Parameters
    ----------
    psf : Psf
        PSF of the image before.
    kernel : ndarray (side, side)
        Kernel, pixels of the image, its origin in the middle; its sum does not matter. A kernel
        that moves the image moves the point within the PSF by as much.

    Examples
    --------
    >>> broad = broaden_psf(Gaussian(3.0), Gaussian(4.0).render((25, 25), 12, 12))
    >>> round(broad.fwhm, 1)
    5.1
    """
    from scipy.signal import fftconvolve

    if isinstance(psf, PsfImage) and psf.sampling.is_integer():
        samples, step = psf.samples, int(psf.sampling)
    else:
        half = math.ceil(3.0 * psf.fwhm)
        samples, step = psf.render((2 * half + 1, 2 * half + 1), half, half), 1
    spread = np.zeros([step * (size - 1) + 1 for size in kernel.shape])
    spread[::step, ::step] = kernel / kernel.sum()
    return PsfImage(fftconvolve(samples, spread), step, f"{psf.description}, convolved")
