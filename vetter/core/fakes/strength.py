"""Fluxes of artificial sources: signal-to-noise ratios over a range, and the noise of a place."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

_USUAL_LIMIT = 5.0
"""Detection limit if the list's own candidates do not show theirs."""
_LIMITS = 3.0, 8.0
"""Least and largest detection limit that a list may show."""
_SPAN = 6.0
"""Ratio of the brightest artificial source to the faintest: from hardly visible to obvious."""
_LIMIT_PERCENT = 5.0
_MIN_CANDIDATES = 20

_SATURATED = 0.9
"""Fraction of the brightest pixel above which light may be saturated."""


def snr_range(listed: Array) -> tuple[float, float]:
    """Return the range of artificial sources: from the list's own detection limit upwards.

    A source below the limit would stand out as a candidate with nothing to see.

    Parameters
    ----------
    listed : ndarray (n,)
        Ratios of the list's candidates, NaN where unknown.
    """
    known = np.abs(listed[np.isfinite(listed)])
    low = _USUAL_LIMIT
    if len(known) >= _MIN_CANDIDATES:
        low = float(np.clip(np.percentile(known, _LIMIT_PERCENT), *_LIMITS))
    return low, _SPAN * low


def draw_snr(count: int, rng: np.random.Generator, limits: tuple[float, float]) -> Array:
    """Draw ratios evenly in their logarithm, one from each of ``count`` equal parts, in any order.

    Parts of equal size leave no gap in the range, however few the sources are.
    """
    low, high = map(math.log, limits)
    parts = (rng.permutation(count) + rng.uniform(size=count)) / max(count, 1)
    return np.asarray(np.exp(low + (high - low) * parts))


def flux_sigma(psf: Array, variance: Array) -> float:
    """Return the error of a PSF's fitted flux; NaN without a usable pixel.

    Parameters
    ----------
    psf : ndarray (ny, nx)
        PSF of unit flux at the source's place.
    variance : ndarray (ny, nx)
        Variance of each pixel; pixels that are not positive and finite do not count.
    """
    good = np.isfinite(variance) & (variance > 0)
    weight = float((psf[good] ** 2 / variance[good]).sum())
    return 1.0 / math.sqrt(weight) if weight > 0 else math.nan


def flux_of_snr(snr: float, psf: Array, variance: Array, slope: float) -> float:
    """Return the flux whose ratio to its own error, photon noise included, is ``snr``.

    Parameters
    ----------
    snr : float
    psf, variance : ndarray (ny, nx)
        See `flux_sigma`; the variance is that of the place without the source.
    slope : float
        Variance per unit of light.
    """
    flux = snr * flux_sigma(psf, variance)
    # The error grows at most as the root of the flux, so that a few rounds suffice.
    for _ in range(20):
        flux = snr * flux_sigma(psf, variance + np.maximum(slope * flux * psf, 0.0))
    return flux


def photon_slope(
    pixels: Array, variance: Array, light: npt.NDArray[np.bool_], sky: npt.NDArray[np.bool_]
) -> float:
    """Return the growth of a given variance with the signal; 0 if it does not grow.

    Parameters
    ----------
    pixels, variance : ndarray (n,)
        Image and the variance of its error plane.
    light, sky : ndarray of bool (n,)
        Pixels on sources, and on blank sky.
    """
    if np.count_nonzero(light) < 20 or np.count_nonzero(sky) < 20:
        return 0.0
    signal = pixels[light] - np.median(pixels[sky])
    growth = variance[light] - np.median(variance[sky])
    unsaturated = signal < _SATURATED * signal.max()
    if not unsaturated.any():
        return 0.0
    # The brighter half: faint pixels that noise has lifted over the limit would bias the ratio.
    bright = unsaturated & (signal >= max(float(np.median(signal[unsaturated])), 0.0))
    if not bright.any():
        return 0.0
    # The median: saturated and damaged pixels have errors that do not follow their light.
    return max(float(np.median(growth[bright] / signal[bright])), 0.0)
