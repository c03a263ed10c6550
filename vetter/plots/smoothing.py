"""Smoothing that leaves unknown pixels unknown."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt


def smooth(image: npt.NDArray[Any], sigma: float) -> npt.NDArray[np.float64]:
    """A plane smoothed by a Gaussian, each pixel from the finite ones around it.

    Parameters
    ----------
    image : ndarray, shape (rows, columns)
        NaN and infinite pixels have no weight, and are NaN in the result.
    sigma : float
        Of the Gaussian, pixels.
    """
    from scipy.ndimage import gaussian_filter

    finite = np.isfinite(image)
    values = gaussian_filter(np.where(finite, image, 0.0).astype(np.float64), sigma, mode="nearest")
    weights = gaussian_filter(finite.astype(np.float64), sigma, mode="nearest")
    smoothed = np.full(image.shape, np.nan)
    np.divide(values, weights, out=smoothed, where=finite & (weights > 0))
    return smoothed
