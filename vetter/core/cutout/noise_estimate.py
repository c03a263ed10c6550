"""Noise of an image estimated from itself, where no error plane was given."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from vetter.core.cutout.plane import Array

ESTIMATED_NOISE = "estimated from the image"
"""Note on a plane that `estimate_err` made."""

_MAD_TO_SIGMA = 1.4826
_CLIP = 3.0
_ENOUGH = 4000
_LARGEST_SIGMA = 1e150
"""Upper limit of a noise whose square, and the photons beside it, stay within the floats."""


def background(image: Array, mask: Array | None = None) -> tuple[float, float]:
    """Median and 1 sigma of the background, sources clipped away.

    Parameters
    ----------
    image : ndarray, shape (rows, columns)
        NaN and inf are not data.
    mask : ndarray of bool, optional
        True where bad.

    Returns
    -------
    level, sigma : float
        NaN where no pixel is good. Sigma is from the median absolute deviation, clipped at
        3 sigma until it settles, five times at most.
    """
    good = np.isfinite(image) if mask is None else np.isfinite(image) & ~mask
    values = np.asarray(image[good], np.float64)
    # Every third pixel serves as well, and decorrelates neighbours.
    values = values[:: max(1, len(values) // _ENOUGH)]
    if not len(values):
        return float("nan"), float("nan")
    # Numbers near the end of their range, as a damaged file has them.
    with np.errstate(all="ignore"):
        return _clipped(values)


def _clipped(values: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Return median and scatter of one or more finite numbers, clipped until they settle."""
    for _ in range(5):
        level = _median(values)
        away = np.abs(values - level)
        sigma = _MAD_TO_SIGMA * _median(away)
        if sigma <= 0:
            # Whole numbers with few values: the middle half may be one number.
            sigma = float(np.std(values))
        kept = values[away <= _CLIP * sigma]
        if len(kept) == len(values) or len(kept) < 10:
            break
        values = kept
    return level, sigma


def _median(values: npt.NDArray[np.float64]) -> float:
    """As ``np.median`` of one or more finite numbers, in a quarter of its time."""
    half = len(values) // 2
    parted = np.partition(values, half)
    upper = float(parted[half])
    return upper if len(values) % 2 else float(parted[:half].max()) / 2 + upper / 2


def estimate_err(
    image: Array,
    mask: Array | None = None,
    gain: float | None = None,
    around: Array | None = None,
) -> npt.NDArray[Any]:
    """1 sigma of each pixel, from the background's scatter and the photons of what is above it.

    Parameters
    ----------
    image : ndarray, shape (rows, columns)
    mask : ndarray of bool, optional
        True where bad; left out of the background.
    gain : float, optional
        Electrons per unit of the image. Given and above 0, the flux above the background
        adds its Poisson variance; else the error is that of the background everywhere.
    around : ndarray, optional
        A larger part of the image to measure the background on.

    Returns
    -------
    ndarray of float64, shape as ``image``
        NaN where the image is not finite, and everywhere where no background can be measured or
        its noise cannot be squared.

    Notes
    -----
    The scatter of neighbours in resampled images underestimates the error of one pixel, which
    is why a fit that rests on this is not judged.
    """
    level, sigma = background(image, mask) if around is None else background(around)
    if not 0 < sigma < _LARGEST_SIGMA:
        return np.full(image.shape, np.nan)
    variance = np.full(image.shape, sigma**2)
    if gain is not None and gain > 0:
        with np.errstate(all="ignore"):
            # Pixels that are not finite, and numbers near the end of their range.
            variance += np.clip(np.nan_to_num(image - level, nan=0.0), 0, None) / gain
    return np.where(np.isfinite(image), np.sqrt(variance), np.nan)
