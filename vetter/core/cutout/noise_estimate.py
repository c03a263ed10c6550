"""Noise of an image estimated from its pixels, in place of a missing error plane."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from vetter.core.cutout.plane import Array

ESTIMATED_NOISE = "estimated from the image"
"""Note on a plane from `estimate_err`."""

MEASURED_NOISE = "measured on the difference"
"""Beginning of the note on a plane of noise measured on image - matched template."""

_MAD_TO_SIGMA = 1.4826
_CLIP_SIGMA = 3.0
_MIN_SAMPLE = 4000
_MAX_SIGMA = 1e150
"""Noise above which its square plus the photon noise could exceed the float range."""


def background(image: Array, mask: Array | None = None) -> tuple[float, float]:
    """Measure median and 1 sigma of the background, with sources clipped.

    Parameters
    ----------
    image : ndarray, shape (rows, columns)
        Image; NaN and infinities are ignored.
    mask : ndarray of bool, optional
        True where bad.

    Returns
    -------
    level, sigma : float
        NaN if no pixel is good. Sigma is from the median absolute deviation, clipped at 3 sigma
        until it converges, five times at most.
    """
    good = np.isfinite(image) if mask is None else np.isfinite(image) & ~mask
    values = np.asarray(image[good], np.float64)
    # A sample of at least 4000 pixels is accurate enough, and its pixels are less correlated.
    values = values[:: max(1, len(values) // _MIN_SAMPLE)]
    if not len(values):
        return float("nan"), float("nan")
    # errstate: a damaged file may hold numbers near the end of the float range.
    with np.errstate(all="ignore"):
        return _clip_outliers(values)


def _clip_outliers(values: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Return median and scatter of one or more finite numbers, clipped until they converge."""
    # In order: the median is in the middle, and numbers to clip are at both ends.
    values = np.sort(values)
    for _ in range(5):
        level = _middle(values)
        deviation = values - level
        sizes = np.abs(deviation)
        sizes.sort()
        sigma = _MAD_TO_SIGMA * _middle(sizes)
        if sigma <= 0:
            # std(): more than half of the integers in an image may have the same value.
            sigma = float(np.std(values))
        limit = _CLIP_SIGMA * sigma
        first, end = deviation.searchsorted(-limit), deviation.searchsorted(limit, "right")
        if end - first == len(values) or end - first < 10:
            break
        values = values[first:end]
    return level, sigma


def _middle(ordered: npt.NDArray[np.float64]) -> float:
    """Return the median of one or more ordered numbers."""
    half = len(ordered) // 2
    upper = float(ordered[half])
    return upper if len(ordered) % 2 else float(ordered[half - 1]) / 2 + upper / 2


def estimate_err(
    image: Array,
    mask: Array | None = None,
    gain: float | None = None,
    around: Array | None = None,
) -> npt.NDArray[Any]:
    """Estimate 1 sigma of each pixel from the background's scatter and the photons above it.

    Parameters
    ----------
    image : ndarray, shape (rows, columns)
    mask : ndarray of bool, optional
        True where bad; excluded from the background.
    gain : float, optional
        Electrons per unit of the image. If positive, the flux above the background adds its
        Poisson variance; else the error is that of the background everywhere.
    around : ndarray, optional
        A larger part of the image to measure the background on.

    Returns
    -------
    ndarray of float64, shape as ``image``
        NaN where the image is not finite; NaN everywhere if no background can be measured or its
        noise cannot be squared.

    Notes
    -----
    The scatter of neighbours in resampled images underestimates the error of one pixel, so a fit
    with this error is not judged.
    """
    level, sigma = background(image, mask) if around is None else background(around)
    if not 0 < sigma < _MAX_SIGMA:
        return np.full(image.shape, np.nan)
    if gain is None or not gain > 0:
        return np.where(np.isfinite(image), sigma, np.nan)
    # errstate: pixels may be infinite, or near the end of the float range.
    with np.errstate(all="ignore"):
        photons = np.clip(np.nan_to_num(image - level, nan=0.0), 0, None) / gain
    return np.where(np.isfinite(image), np.sqrt(sigma**2 + photons), np.nan)
