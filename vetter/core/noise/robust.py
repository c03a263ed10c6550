"""Scatter and levels of many samples at once, with outliers clipped; NaN does not count."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

_MAD_TO_SIGMA = 1.4826
_CLIP_SIGMA = 3.0
_MAX_STEPS = 8
_MIN_STEPS = 3.5
"""Steps within which quantised values count: photons of a mean of 0.4 reach as far."""
_CLIPPED_SIGMA = 0.98658
"""Standard deviation of a normal variable of scatter 1, cut at 3 sigma."""


def clipped_scatter(samples: Array, step: float = 0.0) -> tuple[Array, Array, npt.NDArray[np.int_]]:
    """Measure the scatter of each row, with values clipped at 3 sigma until it converges.

    The standard deviation of what is left, not the median absolute deviation: that is a multiple
    of the step in an image of integers, and 1.6 times less precise for a given number of pixels.

    Parameters
    ----------
    samples : ndarray (k, n)
        NaN does not count.
    step : float
        Step of quantised values: values within 3.5 steps are never clipped.

    Returns
    -------
    level, sigma : ndarray (k,)
        Mean and 1 sigma; NaN for rows without values.
    count : ndarray of int (k,)
        Values that count.
    """
    ordered = np.sort(samples, axis=1)
    count = np.count_nonzero(np.isfinite(ordered), axis=1)
    level = _quantile(ordered, count, 0.5)
    width = _quantile(ordered, count, 0.75) - _quantile(ordered, count, 0.25)
    sigma = width / 1.349
    # Sums over the sorted values between two places: no pass over the pixels in each iteration.
    known = np.where(np.isfinite(ordered), ordered - level[:, None], 0.0)
    sums = np.concatenate([np.zeros((len(known), 1)), np.cumsum(known, axis=1)], axis=1)
    squares = np.concatenate([np.zeros((len(known), 1)), np.cumsum(known**2, axis=1)], axis=1)
    mean, counts = np.zeros(len(level)), count
    rows = np.arange(len(level))
    for _ in range(_MAX_STEPS):
        low, high = _places(
            ordered, level + mean, np.maximum(_CLIP_SIGMA * sigma, _MIN_STEPS * step)
        )
        high = np.minimum(high, count)
        counts = np.maximum(high - low, 1)
        mean = (sums[rows, high] - sums[rows, low]) / counts
        variance = (squares[rows, high] - squares[rows, low]) / counts - mean**2
        before, sigma = sigma, np.sqrt(np.maximum(variance, 0.0)) / _CLIPPED_SIGMA
        if np.all(np.abs(sigma - before) <= 1e-4 * before):
            break
    empty = count == 0
    return np.where(empty, np.nan, level + mean), np.where(empty, np.nan, sigma), counts * ~empty


def _places(ordered: Array, level: Array, reach: Array) -> tuple[npt.NDArray[np.int_], ...]:
    """Return where the values within reach of a level begin and end in each sorted row."""
    low, high = level - reach, level + reach
    begin = [np.searchsorted(row, value, "left") for row, value in zip(ordered, low, strict=True)]
    end = [np.searchsorted(row, value, "right") for row, value in zip(ordered, high, strict=True)]
    return np.array(begin, int), np.array(end, int)


def find_step(pixels: Array) -> float:
    """Return the step of quantised pixels; 0 for pixels that are not.

    Examples
    --------
    >>> noise = np.random.default_rng(1).normal(0, 0.4, 1000)
    >>> find_step(2.0 * np.round(noise)), find_step(noise)
    (2.0, 0.0)
    """
    known = pixels[np.isfinite(pixels)]
    different = np.unique(known)
    if len(different) < 2 or len(different) > len(known) / 8:
        return 0.0
    return float(np.min(np.diff(different)))


def _quantile(ordered: Array, count: npt.NDArray[np.int_], part: float) -> Array:
    place = np.clip((part * (count - 1)).astype(int), 0, ordered.shape[1] - 1)
    out: Array = ordered[np.arange(len(ordered)), place]
    return out


def trimmed_means(samples: Array, min_count: int) -> Array:
    """Return the mean of the middle half of each row; NaN if fewer than ``min_count`` count."""
    ordered = np.sort(samples, axis=-1)
    count = np.count_nonzero(np.isfinite(ordered), axis=-1)
    place = np.arange(ordered.shape[-1])
    low, high = count // 4, count - count // 4
    middle = (place >= low[..., None]) & (place < high[..., None])
    total = np.where(middle, ordered, 0.0).sum(axis=-1)
    means: Array = np.where(count >= min_count, total / np.maximum(high - low, 1), np.nan)
    return means


def fit_surfaces(values: Array, terms: Array, high_clip: float = 3.0) -> Array:
    """Fit surfaces to the block means of each box, outliers clipped.

    Parameters
    ----------
    values : ndarray (k, n)
        Means of the blocks of k boxes; NaN does not count.
    terms : ndarray (n, p)
        Values of the terms at the blocks.
    high_clip : float
        Scatters above the surface beyond which a block is an outlier; below it 3.

    Returns
    -------
    ndarray (k, p)
        Coefficients; NaN if fewer than 2 p blocks count.
    """
    known = np.isfinite(values)
    filled = np.where(known, values, 0.0)
    used = known
    size = terms.shape[1]
    coefficients = np.full((len(values), size), np.nan)
    for _ in range(6):
        weight = used.astype(float)
        matrix = np.einsum("kn,np,nq->kpq", weight, terms, terms)
        right = np.einsum("kn,np->kp", weight * filled, terms)
        fitted = used.sum(axis=1) >= 2 * size
        if not fitted.any():
            break
        # A row of blocks alone does not fix a surface: the pseudo-inverse leaves it flat.
        inverse = np.linalg.pinv(matrix[fitted], rcond=1e-8, hermitian=True)
        coefficients[fitted] = (inverse @ right[fitted][..., None])[..., 0]
        residual = np.where(known, values - coefficients @ terms.T, np.nan)
        spread = np.sort(np.abs(residual), axis=1)
        scatter = _MAD_TO_SIGMA * _quantile(spread, known.sum(axis=1), 0.5)[:, None]
        inside = (residual < high_clip * scatter) & (residual > -3.0 * scatter)
        used = np.where(inside.sum(axis=1, keepdims=True) >= 2 * size, inside, used)
    return coefficients
