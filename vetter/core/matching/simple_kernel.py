"""Gaussian kernel that a regularised fit starts from and falls back on."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

_FINE = 3
"""Samples of a pixel along each axis."""
_MIN_SIGMA = 0.25
_STARTS = (0.3, 1.0, 2.0, 4.0)
"""Widths that the search starts from, 1 sigma in pixels."""


def fit_gaussian(images: Array, products: Array, cross: Array) -> Array:
    """Return the coefficients of the elliptical Gaussian kernel of least chi2.

    Its sum, place and three moments are free.

    Parameters
    ----------
    images : ndarray, shape (n, side, side)
        Basis images.
    products : ndarray (n, n)
        Normal matrix of the basis' coefficients.
    cross : ndarray (n,)
        Right-hand side.
    """
    from scipy.optimize import minimize

    flat = images.reshape(len(images), -1)
    own = flat @ flat.T
    project = np.linalg.solve(own + 1e-9 * np.trace(own) / len(own) * np.eye(len(own)), flat)
    radius = images.shape[1] // 2
    # Products and cross are of the size of the stars' light: the search sees numbers around 1.
    size = max(float(np.abs(cross).max()) ** 2 / max(float(np.trace(products)), 1e-300), 1e-300)

    def shape_of(parameters: Array) -> Array:
        return np.asarray(project @ _render(parameters, radius).ravel(), np.float64)

    def loss(parameters: Array) -> float:
        shape = shape_of(parameters)
        return -_amplitude(shape, products, cross) * float(shape @ cross) / size

    starts = [np.array([0.0, 0.0, sigma, 0.0, sigma]) for sigma in _STARTS]
    start = min(starts, key=loss)
    found: Any = minimize(
        loss, start, method="Nelder-Mead", options={"maxiter": 300, "xatol": 3e-3, "fatol": 1e-7}
    )
    shape = shape_of(found.x)
    return _amplitude(shape, products, cross) * shape


def _amplitude(shape: Array, products: Array, cross: Array) -> float:
    return max(float(shape @ cross), 0.0) / max(float(shape @ products @ shape), 1e-300)


def _render(parameters: Array, radius: int) -> Array:
    """Render a Gaussian of unit sum; parameters: x, y, and the root of its moments' matrix."""
    x0, y0, first, mixed, second = parameters
    root = np.array([[first, 0.0], [mixed, second]])
    inverse = np.linalg.inv(root @ root.T + _MIN_SIGMA**2 * np.eye(2))
    count = (2 * radius + 1) * _FINE
    offsets = (np.arange(count) - (count - 1) / 2) / _FINE
    x, y = offsets[None, :] - x0, offsets[:, None] - y0
    power = inverse[0, 0] * x * x + 2.0 * inverse[0, 1] * x * y + inverse[1, 1] * y * y
    fine = np.exp(-0.5 * np.minimum(power, 80.0))
    side = 2 * radius + 1
    image = fine.reshape(side, _FINE, side, _FINE).sum(axis=(1, 3))
    return np.asarray(image / max(float(image.sum()), 1e-300), np.float64)
