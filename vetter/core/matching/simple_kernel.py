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
    from scipy.linalg import cholesky, solve_triangular
    from scipy.optimize import least_squares

    n = len(images)
    flat = images.reshape(n, -1)
    own = flat @ flat.T
    project = np.linalg.solve(own + 1e-9 * np.trace(own) / n * np.eye(n), flat)
    radius = images.shape[1] // 2
    ridge = 1e-10 * np.trace(products) / n + 1e-300
    root = cholesky(products + ridge * np.eye(n))
    wanted = solve_triangular(root, cross, trans="T")
    size = max(float(np.linalg.norm(wanted)), 1e-300)
    moved = root @ project / size
    wanted = wanted / size

    def amplitude(shape: Array) -> float:
        return max(float(shape @ wanted), 0.0) / max(float(shape @ shape), 1e-300)

    def residual(parameters: Array) -> Array:
        shape = moved @ _render(parameters, radius).ravel()
        return np.asarray(amplitude(shape) * shape - wanted, np.float64)

    starts = [np.array([0.0, 0.0, sigma, 0.0, sigma]) for sigma in _STARTS]
    start = min(starts, key=lambda each: float(np.sum(residual(each) ** 2)))
    found: Any = least_squares(residual, start, method="lm", diff_step=[1e-4], max_nfev=150)
    image = _render(found.x, radius).ravel()
    return np.asarray(amplitude(moved @ image) * (project @ image), np.float64)


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
