"""The sky of the demo field and how its image and its template see it, all simulated.

Units are counts (ADU) with zero point ``ZERO_POINT``; arrays have shape (rows, columns).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from scipy.optimize import nnls

Array = NDArray[np.float64]

SIZE = 1024
ZERO_POINT = 27.0
GAIN = 1.6  # electrons per count
READ_NOISE = 6.0  # electrons
SKY = 45.0  # counts per pixel, subtracted but for its noise
SATURATION = 42_000.0
TEMPLATE_DEPTH = 6.0  # the template is that many exposures
TEMPLATE_SIGMA = 1.15  # px
BAD_COLUMN = 397
TEMPLATE_EDGE = 1012  # the template covers no column from here on

BITS = {"BAD": 0, "SAT": 1, "CR": 2, "EDGE": 3}


def flux_of(magnitude: Array | float) -> Array:
    """Counts of a source."""
    return np.asarray(10 ** (0.4 * (ZERO_POINT - np.asarray(magnitude))))


def kernel_variance(x: Array, y: Array) -> Array:
    """sigma^2 (px^2) of the kernel that takes the template's PSF to the image's, at a place."""
    u, v = x / SIZE - 0.5, y / SIZE - 0.5
    return 0.9 + 0.45 * u + 0.7 * (u**2 + v**2)


def shift(x: Array, y: Array) -> tuple[Array, Array]:
    """How far (px) the image lies off the template at a place.

    A hundredth of a pixel or two nearly everywhere; up to 0.75 px in the upper right quadrant.
    """
    bump = np.exp(-0.5 * (((x - 750) / 165) ** 2 + ((y - 730) / 180) ** 2))
    wave = 0.02 * np.sin(x / 170) * np.cos(y / 210)
    return 0.66 * bump + wave, -0.42 * bump * (1 + 0.3 * np.sin(y / 90)) - wave


def fwhm(x: Array, y: Array) -> Array:
    """Full width at half maximum of the image's PSF (px)."""
    return 2.3548 * np.sqrt(TEMPLATE_SIGMA**2 + kernel_variance(x, y))


def _mixture(index: float) -> tuple[Array, Array]:
    """Weights and sigmas (half-light radii) of Gaussians that add up to a Sersic profile."""
    b = 2 * index - 1 / 3
    r = np.geomspace(0.02, 6, 300)
    sigmas = np.geomspace(0.04, 4, 9)
    profile = np.exp(-b * r ** (1 / index))
    gaussians = np.exp(-0.5 * (r[:, None] / sigmas) ** 2)
    weights, _ = nnls(gaussians * r[:, None], profile * r)
    fluxes = weights * sigmas**2
    keep = fluxes > 0
    return fluxes[keep] / fluxes.sum(), sigmas[keep]


EXPONENTIAL, DE_VAUCOULEURS = _mixture(1.0), _mixture(4.0)


@dataclass
class Sources:
    """Elliptical Gaussians; a star is two of them with no size of their own.

    ``moved`` (px) is the motion between template and image; ``ratio`` the flux in the image over
    that in the template's epoch, ``template_flux`` 0 for what was not there.
    """

    rows: list[tuple[float, ...]] = field(default_factory=list)

    def star(
        self, x: float, y: float, flux: float, then: float, moved: tuple[float, float] = (0, 0)
    ) -> None:
        """A point source of ``flux`` counts now and ``then`` in the template."""
        for share, wing in ((0.86, 0.0), (0.14, 4.5)):
            self.rows.append((x, y, share * flux, share * then, wing, 0.0, wing, *moved))

    def galaxy(
        self, x: float, y: float, flux: float, radius: float, ratio: float, angle: float, disc: bool
    ) -> None:
        """A galaxy of half-light radius ``radius`` px, axis ratio ``ratio``."""
        cos, sin = np.cos(angle), np.sin(angle)
        for share, sigma in zip(*(EXPONENTIAL if disc else DE_VAUCOULEURS), strict=True):
            a2, b2 = (sigma * radius) ** 2, (sigma * radius * ratio) ** 2
            xx, yy = a2 * cos**2 + b2 * sin**2, a2 * sin**2 + b2 * cos**2
            xy = (a2 - b2) * sin * cos
            self.rows.append((x, y, share * flux, share * flux, xx, xy, yy, 0.0, 0.0))


def draw(sources: Sources, of_image: bool) -> Array:
    """The noiseless scene in the image's or the template's PSF, shape (SIZE, SIZE)."""
    out = np.zeros((SIZE, SIZE))
    for x, y, now, then, xx, xy, yy, move_x, move_y in sources.rows:
        total = now if of_image else then
        if total <= 0:
            continue
        extra = np.full(2, TEMPLATE_SIGMA**2)
        if of_image:
            dx, dy = shift(np.float64(x), np.float64(y))
            stretched = kernel_variance(np.float64(x), np.float64(y))
            # Slightly out of round, more so to the left.
            extra += stretched * (1 + np.array([1, -1]) * 0.02 * (0.5 - x / SIZE))
            x, y = x + float(dx) + move_x, y + float(dy) + move_y
        _add_gaussian(out, x, y, total, xx + extra[0], xy, yy + extra[1])
    return out


def _add_gaussian(
    out: Array, x: float, y: float, flux: float, xx: float, xy: float, yy: float
) -> None:
    reach = int(np.ceil(5.5 * np.sqrt(max(xx, yy)))) + 1
    x0, x1 = max(int(x) - reach, 0), min(int(x) + reach + 1, SIZE)
    y0, y1 = max(int(y) - reach, 0), min(int(y) + reach + 1, SIZE)
    if x0 >= x1 or y0 >= y1:
        return
    u, v = np.arange(x0, x1) - x, (np.arange(y0, y1) - y)[:, None]
    det = xx * yy - xy * xy
    form = (yy * u * u - 2 * xy * u * v + xx * v * v) / det
    out[y0:y1, x0:x1] += flux / (2 * np.pi * np.sqrt(det)) * np.exp(-0.5 * form)


def noise_variance(scene: Array, exposures: float) -> Array:
    """Poisson and read noise per pixel, counts^2, of an average of exposures."""
    return ((scene + SKY) / GAIN + (READ_NOISE / GAIN) ** 2) / exposures


def convolve(plane: Array, power: int = 1) -> Array:
    """A plane through the matching kernel (its square for ``power=2``: variances).

    The kernel varies: convolutions with a few widths, and between them linearly in sigma^2; the
    fitted widths are a little off, as a fit's are.
    """
    y, x = np.mgrid[:SIZE, :SIZE].astype(float)
    wanted = kernel_variance(x, y) * (1 + 0.012 * np.sin(x / 140 + y / 200))
    nodes = np.linspace(wanted.min(), wanted.max(), 12)
    step = nodes[1] - nodes[0]
    out = np.zeros_like(plane)
    for node in nodes:
        weight = np.clip(1 - np.abs(wanted - node) / step, 0, None)
        if power == 1:
            out += weight * gaussian_filter(plane, np.sqrt(node), truncate=6)
        else:
            out += (
                weight * gaussian_filter(plane, np.sqrt(node / 2), truncate=6) / (4 * np.pi * node)
            )
    return out
