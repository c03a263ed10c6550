"""Limits by IRAF's zscale, as in `astropy.visualization.ZScaleInterval` with its defaults.

Its package would take 130 ms to import, with matplotlib, between a key and its pixels.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

_MAX_SAMPLES = 1000
_CONTRAST = 0.25
_MAX_REJECTED = 0.5
"""Share of rejected samples above which the limits are the extremes."""
_MIN_SAMPLES = 5
_MAX_SIGMAS = 2.5
_MAX_ITERATIONS = 5
_GROWTH = 0.01
"""Share of the samples by which a rejection is widened to both sides."""


def zscale_limits(values: Array) -> tuple[float, float]:
    """Return the limits that a line through the sorted values gives, outliers rejected.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Finite; a sample of `_MAX_SAMPLES` at most is taken at equal steps.

    Returns
    -------
    (low, high) : (float, float)
        Within the values; the extremes if most of the samples are outliers. Infinite or NaN where
        values near the largest float overflow.

    Examples
    --------
    >>> zscale_limits(np.append(np.arange(100.0), 50_000.0))
    (0.0, 254.0)
    """
    step = int(max(1.0, values.size / _MAX_SAMPLES))
    samples = np.sort(values[::step][:_MAX_SAMPLES].astype(np.float64))
    count = len(samples)
    low, high = float(samples[0]), float(samples[-1])
    slope = _fit_slope(samples)
    if slope is None:
        return low, high
    slope /= _CONTRAST
    middle, median = (count - 1) // 2, float(np.median(samples))
    return max(low, median - (middle - 1) * slope), min(high, median + (count - middle) * slope)


def _fit_slope(samples: Array) -> float | None:
    """Return the slope of a line through sorted samples; None if most of them are outliers."""
    count = len(samples)
    least = max(_MIN_SAMPLES, int(count * _MAX_REJECTED))
    place = np.arange(count)
    kernel = np.ones(max(1, int(count * _GROWTH)), np.bool_)
    rejected = np.zeros(count, np.bool_)
    slope, left, before = 0.0, count, count + 1
    for _ in range(_MAX_ITERATIONS):
        if left >= before or left < least:
            break
        good = ~rejected
        x, y = place[good] - place[good].mean(), samples[good] - samples[good].mean()
        slope = float((x * y).sum() / (x * x).sum())
        rest = samples - samples[good].mean() - slope * (place - place[good].mean())
        threshold = _MAX_SIGMAS * rest[good].std()
        rejected = np.convolve(rejected | (np.abs(rest) > threshold), kernel, mode="same")
        before, left = left, int(np.count_nonzero(~rejected))
    return slope if left >= least else None
