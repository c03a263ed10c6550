"""Where the error of the cubic spline may matter, from what is known of a fit already.

At a fraction f of a pixel a cubic spline is off by f^2 (1 - f)^2 / 24 of the fourth derivative (the
first term of the error of its interpolation), which the fourth differences of its coefficients
tell; their sum of squares in sigmas follows from the moments.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from vetter.core.fit.adjustment import FitOptions
from vetter.core.fit.cell_descent import End
from vetter.core.fit.figures import Found, Stack
from vetter.core.fit.moments import windows
from vetter.core.fit.spline import fourth_differences

Array = npt.NDArray[np.float64]

_UNNOTICED = 0.05 * 24.0**2 / 3.0
"""What the cubic spline may add to chi2: 0.05 of its scatter, sqrt(2 df). The estimate is low by
about 3, since it holds the leading term only, and leaves out that term's factor of 1/24."""

_FAR = 2.0
"""Largest shift, pixels, that the estimate is good for. Further away a star leaves the weights of
its own light, and which of several windows holds it decides: there the quintic spline is tried
for each."""

_FROM_THIRD = 9.0
"""A fourth difference is that of two third ones: in power it is below four times theirs, were it
not for what weights and edges do. Where this may be too much, the fourth ones are looked at."""


def where_it_matters(
    moments: list[Array], found: Found, stack: Stack, options: FitOptions
) -> list[int]:
    """Which of a stack the cubic spline may not do for.

    Parameters
    ----------
    moments : list of ndarray
        One for each window; not looked at where ``found`` has those of cells.
    found : Found
        The cubic spline's solutions.
    stack : Stack
    options : FitOptions
    """
    if options.max_shift == 0:
        return []
    if options.max_shift > _FAR:
        return list(range(len(stack.inputs)))
    if found.cells is not None:
        differences = _third_differences()
        power = (differences @ found.cells @ differences.T).tolist()
        masked = [k for k, data in enumerate(stack.inputs) if data.usable is not None]
        likely = sorted({*_noticed(range(len(power)), power, found, stack), *masked})
        return _noticed(likely, _powers(stack, likely), found, stack) if likely else []
    which: list[int] = []
    several = windows(options.max_shift)
    for index, window in enumerate(several):
        matrices = moments[index]
        differences = _fourth_differences(window.half, matrices.shape[1])
        power = (differences @ matrices @ differences.T).tolist()
        here: Sequence[int] = range(len(power))
        if len(several) > 1:
            here = np.flatnonzero(found.window == index).tolist()
            power = [power[k] for k in here]
        which += _noticed(here, power, found, stack)
    return sorted(which)


def needs_finer(end: End, pixels: int, options: FitOptions) -> bool:
    """Whether the cubic spline may not do for one search's end, by the moments of its cell."""
    if options.max_shift == 0:
        return False
    if options.max_shift > _FAR:
        return True
    differences = _third_differences()
    power = (differences @ end.moments @ differences.T).tolist()
    return _is_noticed(power, end.dx, end.dy, end.scale, pixels)


def _noticed(
    which: Sequence[int], power: list[list[list[float]]], found: Found, stack: Stack
) -> list[int]:
    """Those of a stack whose error would be noticed; ``power`` is of the fourth differences."""
    # In plain numbers: numpy's calls would cost more, for one and for a stack.
    dx, dy, scale = found.dx.tolist(), found.dy.tolist(), found.scale.tolist()
    pixels = stack.pixels.tolist()
    return [
        k
        for k, one in zip(which, power, strict=True)
        if _is_noticed(one, dx[k], dy[k], scale[k], pixels[k])
    ]


def _is_noticed(power: list[list[float]], dx: float, dy: float, scale: float, pixels: int) -> bool:
    (xx, xy), (_, yy) = power
    u, v = dx % 1.0, dy % 1.0
    x, y = (u - u * u) ** 2, (v - v * v) ** 2
    added = (x * x * xx + 2.0 * x * y * xy + y * y * yy) * scale * scale
    # Not a number is not more either.
    return added > _UNNOTICED * math.sqrt(2.0 * pixels)


def _powers(stack: Stack, which: list[int]) -> list[list[list[float]]]:
    """Inner products of the fourth differences in sigmas along x and along y."""
    box = stack.inputs[0].about.box
    template, weight = stack.template, stack.weight[(slice(None), *box)]
    if len(which) < len(template):
        template, weight = template[which], weight[which]
    ny, nx = template.shape[1:]
    along = (template[:, box[0]] @ fourth_differences(nx)[:, box[1]]) * weight
    across = (fourth_differences(ny)[:, box[0]].T @ template[:, :, box[1]]) * weight
    both = np.stack((along, across), axis=1).reshape(len(along), 2, -1)
    products: list[list[list[float]]] = (both @ both.transpose(0, 2, 1)).tolist()
    return products


@lru_cache(maxsize=1)
def _third_differences() -> Array:
    """Third differences along x and y, to count for fourth: (2, 17), of a cell's coefficients."""
    along, across = np.array([-1.0, 3.0, -3.0, 1.0]), np.array([1.0, 4.0, 1.0, 0.0]) / 6.0
    out = np.zeros((2, 17))
    out[0, :16] = np.outer(across, along).ravel()
    out[1, :16] = np.outer(along, across).ravel()
    out *= math.sqrt(_FROM_THIRD)
    return out


@lru_cache(maxsize=16)
def _fourth_differences(half: float, size: int) -> Array:
    """Weights (2, size) of a window's shifted coefficients: along x, and along y."""
    taps, middle = int(2 * half) + 3, int(half) + 1
    along, across = np.zeros(taps), np.zeros(taps)
    along[middle - 2 : middle + 3] = 1.0, -4.0, 6.0, -4.0, 1.0
    across[middle - 1 : middle + 2] = 1.0 / 6.0, 2.0 / 3.0, 1.0 / 6.0
    out = np.zeros((2, size))
    out[0, : taps * taps] = np.outer(across, along).ravel()
    out[1, : taps * taps] = np.outer(along, across).ravel()
    return out
