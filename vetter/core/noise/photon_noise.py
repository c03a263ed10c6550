"""Photon noise of sources: the growth of a difference's variance with the signal.

The residuals of stars hold more than noise: shifts and wrong widths leave smooth patterns. So the
variance is measured after second differences along both axes (Immerkaer 1996, Computer Vision and
Image Understanding 64, 300), relative to that of the sky: what is smooth falls out, and the
correlation of pixels does not matter where sources and sky come through the same resampling.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.noise.robust import clipped_scatter
from vetter.core.noise.sky_samples import SkySamples

Array = npt.NDArray[np.float64]

_BY_SCATTER = "photons by the sources' scatter"
_BINS_PER_DECADE = 4
_MIN_PER_BIN = 40
_BINS = np.arange(-2.0, 8.01, 1.0 / _BINS_PER_DECADE)
_CONTRADICTION = 3.0, 0.15
"""Sigmas and relative difference from which on the noise contradicts the header's gain."""
_BAD_FIT = 12.0
"""Chi2 above its expectation from which on residuals of the stars count besides photons."""
_SYSTEMATIC = 0.05
"""Relative error of the variances of bins besides their scatter."""


class PhotonNoise(NamedTuple):
    """Variance per unit of signal, its error, and its origin for the user; 0 if not known."""

    slope: float
    error: float
    description: str


def measure_photon_noise(samples: SkySamples, gain: float | None) -> PhotonNoise:
    """Return the photon noise by the gain, unless the difference contradicts or there is none.

    Parameters
    ----------
    samples : SkySamples
    gain : float, optional
        Electrons per unit of the image; values that are not positive and finite do not count.
    """
    slope, error = fit_slope(samples)
    if gain is None or not (math.isfinite(gain) and gain > 0):
        if slope > 2.0 * error:
            return PhotonNoise(slope, error, f"{_BY_SCATTER}, gain {1.0 / slope:.3g}")
        return PhotonNoise(0.0, error, "photon noise of sources not seen")
    given = 1.0 / gain
    off = abs(slope - given)
    if math.isfinite(error) and off > max(_CONTRADICTION[0] * error, _CONTRADICTION[1] * given):
        seen = (
            f"{_BY_SCATTER}, gain {1.0 / slope:.3g}" if slope > 0 else "no photon noise of sources"
        )
        return PhotonNoise(slope, error, f"{seen} (header's gain {gain:.3g})")
    return PhotonNoise(given, 0.0, f"photons by gain {gain:.3g}")


def fit_slope(samples: SkySamples, err: Array | None = None) -> tuple[float, float]:
    """Fit the growth of the variance with the signal.

    Parameters
    ----------
    samples : SkySamples
    err : ndarray (k, n, n), optional
        1 sigma that is known; default: the scatter of each box's blank pixels.

    Returns
    -------
    slope, error : float
        Variance per unit of signal, beyond that of ``err``; the error is infinite without sources.
    """
    inner = np.isfinite(samples.rough)
    if err is None:
        err = np.broadcast_to(samples.sigma[:, None, None], inner.shape)
    # errstate: boxes without blank pixels, and damaged errors.
    with np.errstate(all="ignore"):
        pulls = samples.rough / (samples.rough_sigma / samples.sigma)[:, None, None] / err
        brightness = samples.signal / err**2
    unit = float(np.nanmedian(samples.sigma))
    # In units of the sky's variance: 1 + slope * brightness, brightness relative to the sky.
    source = inner & ~samples.blank & (samples.signal > samples.sigma[:, None, None])
    source &= np.isfinite(pulls) & np.isfinite(brightness)
    values, levels = pulls[source], brightness[source]
    rows = []
    place = np.digitize(np.log10(np.maximum(levels * unit, 1e-300)), _BINS)
    for number in np.unique(place):
        inside = place == number
        count = np.count_nonzero(inside)
        if count >= _MIN_PER_BIN:
            scatter = float(clipped_scatter(values[inside][np.newaxis])[1][0])
            rows.append((float(np.median(levels[inside])), scatter**2, count))
    if not rows:
        return 0.0, math.inf
    table = np.array(rows, float)
    level, variance, pixels = table[:, 0], table[:, 1], table[:, 2]
    # Pixels of one source share its residual, and second differences overlap: fewer are free.
    relative = np.sqrt(2.0 * 4.0 / pixels + _SYSTEMATIC**2)
    scale = level.max()
    terms = np.stack([level / scale, (level / scale) ** 2], axis=1)
    # Light alone, unless the squares explain much that it does not: the two are nearly alike.
    for columns in (1, 2):
        slope, error, chi2 = _fit_terms(terms[:, :columns], variance, relative)
        if chi2 < len(level) - columns + _BAD_FIT:
            break
    return slope / scale, error / scale


def _fit_terms(terms: Array, variance: Array, relative: Array) -> tuple[float, float, float]:
    """Return the first coefficient of ``variance = 1 + terms``, not negative, error and chi2."""
    from scipy.optimize import nnls

    expected = np.maximum(variance, 1.0)
    for _ in range(5):
        weight = 1.0 / (expected * relative)
        fitted, _ = nnls(terms * weight[:, None], (variance - 1.0) * weight)
        expected = 1.0 + terms @ fitted
    normal = (terms * weight[:, None]).T @ (terms * weight[:, None])
    error = math.sqrt(max(float(np.linalg.pinv(normal)[0, 0]), 0.0))
    chi2 = float((((variance - expected) / (expected * relative)) ** 2).sum())
    return float(fitted[0]), error, chi2
