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
MAX_STEPS = 40
"""Number of Gaussians that are tried from the start on, at most."""


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
    binning = np.repeat(np.eye(2 * radius + 1), _FINE, axis=1)

    def amplitude(shape: Array) -> float:
        return max(float(shape @ wanted), 0.0) / max(float(shape @ shape), 1e-300)

    def residual(parameters: Array) -> Array:
        shape = moved @ _render(parameters, binning)[0]
        return np.asarray(amplitude(shape) * shape - wanted, np.float64)

    def jacobian(parameters: Array) -> Array:
        shape, *slopes = _render(parameters, binning, slopes=True) @ moved.T
        factor, change = amplitude(shape), np.array(slopes)
        if factor > 0:
            factors = (change @ (wanted - 2.0 * factor * shape)) / float(shape @ shape)
            change = factor * change + factors[:, None] * shape
        else:
            change = np.zeros_like(change)
        return np.asarray(change.T, np.float64)

    starts = [np.array([0.0, 0.0, sigma, 0.0, sigma]) for sigma in _STARTS]
    start = min(starts, key=lambda each: float(np.sum(residual(each) ** 2)))
    found: Any = least_squares(residual, start, jac=jacobian, method="lm", max_nfev=MAX_STEPS)
    image = _render(found.x, binning)[0]
    return np.asarray(amplitude(moved @ image) * (project @ image), np.float64)


def _render(parameters: Array, binning: Array, slopes: bool = False) -> Array:
    """Render a Gaussian, 9 at its middle.

    Parameters
    ----------
    parameters : ndarray (5,)
        Place x, y, and the root of the matrix of moments: first, mixed, second.
    binning : ndarray (side, count)
        1 where a sample lies in a pixel.
    slopes : bool, default False
        Whether the changes of the image with the five parameters follow it.

    Returns
    -------
    ndarray (1 or 6, pixels)
    """
    x0, y0, first, mixed, second = parameters.tolist()
    xx, xy = first * first + _MIN_SIGMA**2, first * mixed
    yy = mixed * mixed + second * second + _MIN_SIGMA**2
    determinant = xx * yy - xy * xy
    count = binning.shape[1]
    offsets = (np.arange(count) - (count - 1) / 2) / _FINE
    x, y = offsets - x0, (offsets - y0)[:, None]
    # The inverse matrix of moments times the offset.
    along, across = (yy * x - xy * y) / determinant, (xx * y - xy * x) / determinant
    fine = np.exp(-0.5 * np.minimum(x * along + y * across, 80.0))
    planes = fine[None]
    if slopes:
        cross = along * across
        changes = (
            along,
            across,
            first * along * along + mixed * cross,
            first * cross + mixed * across * across,
            second * across * across,
        )
        planes = np.stack([fine, *(fine * change for change in changes)])
    return np.asarray((binning @ planes @ binning.T).reshape(len(planes), -1), np.float64)
