"""Background plane of a fit: two slopes besides the constant, orthonormal on the fitted pixels.

Weighted by 1 / sigma, the slopes are orthogonal to the constant and to each other. So they can be
removed from moments and residuals after everything else was computed, and a constant that was
fitted without them stays the best one. On pixels that determine no slope (a single column, say)
this slope is zero, and removing it changes nothing.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.fit.chi2.pixels import Box

Array = npt.NDArray[np.float64]

_MIN_VARIANCE = 1e-9
"""Variance of the coordinate over the pixels below which it has no slope, in half sides squared."""


class Slopes(NamedTuple):
    """Slopes of a stack of boxes.

    Attributes
    ----------
    images : ndarray (k, 2, rows of the box, columns of the box)
        Weighted slopes of unit norm, or zero.
    coefficients : ndarray (k, 2, 3)
        Each slope, unweighted, as a sum of 1, x and y, see `_coordinates`.
    """

    images: Array
    coefficients: Array


def make_slopes(weight: Array) -> Slopes:
    """Return the slopes for weights 1 / sigma of boxes, (k, ny, nx); 0 where a pixel is bad."""
    count, ny, nx = weight.shape
    terms = _coordinates((ny, nx), (slice(0, ny), slice(0, nx)))
    flat = weight.reshape(count, -1)
    one, x, y, xx, xy, yy = ((flat * flat) @ _products((ny, nx)).T).T
    safe = np.where(one > 0, one, 1.0)
    x, y, xx, xy, yy = x / safe, y / safe, xx / safe, xy / safe, yy / safe
    xx, xy, yy = xx - x * x, xy - x * y, yy - y * y
    has_x = xx > _MIN_VARIANCE
    tilt = np.where(has_x, xy / np.where(has_x, xx, 1.0), 0.0)
    yy = yy - tilt * xy
    has_y = yy > _MIN_VARIANCE
    along = np.where(has_x, 1.0 / np.sqrt(safe * np.where(has_x, xx, 1.0)), 0.0)
    across = np.where(has_y, 1.0 / np.sqrt(safe * np.where(has_y, yy, 1.0)), 0.0)
    zero = np.zeros(count)
    coefficients = np.stack(
        [-x * along, along, zero, (tilt * x - y) * across, -tilt * across, across], axis=1
    ).reshape(count, 2, 3)
    images = (coefficients @ terms).reshape(count, 2, ny, nx)
    images *= weight[:, None]
    return Slopes(images, coefficients)


def remove_slopes(products: Array) -> Array:
    """Return inner products (..., n, n) without the slopes, which are the last two images."""
    columns = products[..., :-2, -2:]
    out: Array = products[..., :-2, :-2] - columns @ np.swapaxes(columns, -1, -2)
    return out


def fit_plane(slopes: Slopes, pulls: Array, box: Box, shape: tuple[int, int]) -> Array:
    """Fit the slopes to weighted residuals of the box; return the plane on the whole cutout.

    Parameters
    ----------
    slopes : Slopes
    pulls : ndarray (k, rows of the box, columns of the box)
        Residuals times the weights.
    box : (slice, slice)
    shape : (int, int)
        Rows and columns of the cutout.

    Returns
    -------
    ndarray (k, ny, nx)
        Without the constant: its weighted mean over the box is zero. Beyond the box each pixel has
        the value at the box's edge.
    """
    count = len(pulls)
    images = slopes.images.reshape(count, 2, -1)
    amplitudes = images @ pulls.reshape(count, -1, 1)
    plane = np.swapaxes(amplitudes, 1, 2) @ slopes.coefficients
    out: Array = (plane[:, 0] @ _coordinates(shape, box)).reshape(count, *shape)
    return out


def _coordinates(shape: tuple[int, int], box: Box) -> Array:
    """Return 1, x and y of all pixels, (3, ny * nx): from the box's centre, in half sides.

    Beyond the box, x and y are those at its edge.
    """
    (rows, columns), (ny, nx) = box, shape
    return _cached_coordinates(ny, nx, rows.start, rows.stop, columns.start, columns.stop)


@lru_cache(maxsize=64)
def _cached_coordinates(ny: int, nx: int, top: int, bottom: int, left: int, right: int) -> Array:
    half = 0.5 * max(bottom - top, right - left)
    # Beyond the box the plane keeps the value at the box's edge: no pixel there determines it.
    y = (np.clip(np.arange(ny), top, bottom - 1) - 0.5 * (top + bottom - 1)) / half
    x = (np.clip(np.arange(nx), left, right - 1) - 0.5 * (left + right - 1)) / half
    out = np.ones((3, ny, nx))
    out[1], out[2] = x, y[:, None]
    out.flags.writeable = False
    return out.reshape(3, -1)


@lru_cache(maxsize=64)
def _products(shape: tuple[int, int]) -> Array:
    """Return 1, x, y, xx, xy and yy of the pixels of a box, (6, ny * nx)."""
    ny, nx = shape
    one, x, y = _coordinates(shape, (slice(0, ny), slice(0, nx)))
    return np.stack([one, x, y, x * x, x * y, y * y])
