"""chi2 on a coarse grid of shifts, and where on it the search for its least value starts."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from vetter.core.fit.moments import Array

MOST = 3
"""Starts in a window of up to four pixels a side."""


_TINY = 1e-300
"""Of power, where there is no template: any scale does."""


def scan(moments: Array, weights: Array, scales: tuple[float, float]) -> Array:
    """chi2 of the best scale at each of the grid's shifts, (..., shifts)."""
    power = np.vecdot(weights @ moments[..., :-1, :-1], weights)
    cross = moments[..., -1, :-1] @ weights.T
    return least(power, cross, moments[..., -1, -1, None], scales)


def least(power: Array, cross: Array, image: Array, scales: tuple[float, float]) -> Array:
    """chi2 of the best scale, from the template's power, its product with the image, and the
    image's own power; (..., shifts), written into ``power``; ``cross``
    is spoilt."""
    scale = cross / np.maximum(power, _TINY)
    np.minimum(np.maximum(scale, scales[0], out=scale), scales[1], out=scale)
    power *= scale
    cross += cross
    power -= cross
    power *= scale
    power += image
    return power


def starts_of_one(chi2: Array, gx: Array, gy: Array, most: int = MOST) -> list[tuple[float, float]]:
    """As :func:`starts`, of one: u and v, lowest first.

    Parameters
    ----------
    chi2 : ndarray (gy * gx,)
    gx, gy : ndarray
    """
    wide, high = len(gx) + 2, len(gy) + 2
    grid = np.full((high, wide), math.inf)
    grid[1:-1, 1:-1] = chi2.reshape(len(gy), len(gx))
    values = grid.ravel().tolist()
    # In plain numbers, the fewest for most points: numpy's calls would cost more.
    found = [
        p
        for first in range(wide + 1, wide * (high - 1), wide)
        for p in range(first, first + len(gx))
        if values[p] <= values[p - 1]
        and values[p] <= values[p + 1]
        and values[p] <= values[p - wide]
        and values[p] <= values[p + wide]
        and values[p] <= min(values[p - wide - 1 : p - wide + 2 : 2])
        and values[p] <= min(values[p + wide - 1 : p + wide + 2 : 2])
    ]
    if not math.isfinite(values[wide + 1]):
        # Not a number anywhere on the grid: the fit will say so, from wherever it starts.
        found.append(wide + 1)
    found.sort(key=values.__getitem__)
    out = []
    for p in found[:most]:
        j, i = divmod(p - wide - 1, wide)
        u = float(gx[i]) + _vertex(values[p - 1], values[p], values[p + 1]) * _step(gx)
        v = float(gy[j]) + _vertex(values[p - wide], values[p], values[p + wide]) * _step(gy)
        out.append((u, v))
    return out


def starts(
    chi2: Array, gx: Array, gy: Array, most: int = MOST
) -> tuple[npt.NDArray[np.intp], Array, Array]:
    """The grid's local minima, up to ``most`` of each of a stack: which of it, u and v.

    Parameters
    ----------
    chi2 : ndarray (k, gy * gx)
    gx, gy : ndarray
        The grid's points along each axis.
    """
    grid = _bordered(chi2.reshape(-1, len(gy), len(gx)))
    lowest = local_minima(grid).reshape(chi2.shape)
    # Not a number anywhere on the grid: the fit will say so, from wherever it starts.
    lowest[~np.isfinite(chi2[:, 0]), 0] = True
    which, point = np.nonzero(lowest)
    if len(which) > len(chi2):
        order = np.lexsort((chi2[which, point], which))
        which, point = which[order], point[order]
        rank = np.arange(len(which)) - np.searchsorted(which, which)
        which, point = which[rank < most], point[rank < most]
    j, i = np.divmod(point, len(gx))
    middle = grid[which, j + 1, i + 1]
    across = _vertices(grid[which, j + 1, i], middle, grid[which, j + 1, i + 2])
    along = _vertices(grid[which, j, i + 1], middle, grid[which, j + 2, i + 1])
    return which, gx[i] + across * _step(gx), gy[j] + along * _step(gy)


def _step(points: Array) -> float:
    return float(points[1] - points[0]) if len(points) > 1 else 0.0


def _vertex(left: float, middle: float, right: float) -> float:
    """Of the parabola through a lowest point and its neighbours, in steps; 0 at an edge."""
    curve = left + right - 2.0 * middle
    return 0.5 * (left - right) / curve if 0.0 < curve < math.inf else 0.0


def _vertices(left: Array, middle: Array, right: Array) -> Array:
    """As :func:`_vertex`, of arrays."""
    place = 0.5 * (left - right) / (left + right - 2.0 * middle)
    return np.where(np.abs(place) <= 0.5, place, 0.0)


def _bordered(chi2: Array) -> Array:
    """With one more point on each side, infinitely high; (k, gy, gx) to (k, gy + 2, gx + 2)."""
    out = np.full((chi2.shape[0], chi2.shape[1] + 2, chi2.shape[2] + 2), np.inf)
    out[:, 1:-1, 1:-1] = chi2
    return out


def local_minima(grid: Array) -> npt.NDArray[np.bool_]:
    """Where no neighbour on the grid is lower; (k, gy + 2, gx + 2) to (k, gy, gx)."""
    rows = np.minimum(np.minimum(grid[:, :-2], grid[:, 2:]), grid[:, 1:-1])
    lowest = np.minimum(np.minimum(rows[:, :, :-2], rows[:, :, 2:]), rows[:, :, 1:-1])
    return np.asarray(grid[:, 1:-1, 1:-1] <= lowest)
