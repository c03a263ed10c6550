"""What a fit needs to know of the pixels, once and for all shifts: the moments of a window.

Within a window of shifts the shifted template is a sum of a few shifted images of its spline
coefficients, ``t(dx, dy) = sum_k v_k(dx, dy) c_k`` with ``v`` products of B-spline weights. So chi2
at any shift and scale follows from the weighted inner products of the ``c_k``, of the image, of a
constant and of a PSF: one small matrix, and no pixel is touched again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from vetter.core.fit.spline import POLYNOMIALS, fraction_weights

Array = npt.NDArray[np.float64]

_HALF = 2
_STARTS_A_PIXEL = 2


@dataclass(frozen=True, slots=True)
class Window:
    """Shifts ``cx + u, cy + v`` with ``low <= u <= high`` (for each axis), within ``half`` pixels.

    From one whole shift to another: ``half`` is 0.5, and the centre between two whole shifts, for
    a cell of one pixel.
    """

    cx: float
    cy: float
    half: float
    x_range: tuple[float, float]
    y_range: tuple[float, float]

    @property
    def taps(self) -> int:
        """Coefficients along one axis that shifts of the window rest on."""
        return int(2 * self.half) + 3


@lru_cache(maxsize=64)
def windows(max_shift: float) -> tuple[Window, ...]:
    """Windows that cover \\|dx\\|, \\|dy\\| <= max_shift; one where this is up to 2."""
    whole = max(1, math.ceil(max_shift))
    half = min(whole, _HALF)
    count = math.ceil(whole / half)
    span = whole - half
    centres = [round(-span + 2 * span * i / (count - 1)) if count > 1 else 0 for i in range(count)]
    ranges = [(max(-half, -max_shift - c), min(half, max_shift - c)) for c in centres]
    axis = list(zip(centres, ranges, strict=True))
    return tuple(Window(cx, cy, half, rx, ry) for cy, ry in axis for cx, rx in axis)


def margin(max_shift: float) -> int:
    """Coefficients wanted beyond the edges of the cutout."""
    return max(1, math.ceil(max_shift)) + 1


def tapped_runs(taps: int, ny: int, nx: int) -> tuple[Array, Array]:
    """Room for an image shifted by each tap along x, and a view of it for each tap along y too.

    Each shift along x is copied once; shifts along y are then runs of the copy.

    Returns
    -------
    ndarray (taps, ny + taps - 1, nx), ndarray (taps, taps, ny * nx)
        The view's first axis is y.
    """
    columns = np.empty((taps, ny + taps - 1, nx))
    high, row, size = columns.strides
    return columns, np.ndarray((taps, taps, ny * nx), float, columns, 0, (row, high, size))


def projected(moments: Array, index: int) -> Array:
    """The moments with the image ``index`` fitted and taken out of all others."""
    column = moments[..., :, index]
    norm = moments[..., index, index]
    out: Array = moments - column[..., :, None] * (column / norm[..., None])[..., None, :]
    return out


def tap_weights(u: float, v: float, half: float) -> Array:
    """Weights of all taps for a shift (u, v), with derivatives.

    Returns
    -------
    ndarray (2, 3, 2 half + 3)
        First the x axis, then y; values, first and second derivatives.
    """
    if half == 0.5:
        (a, b, c), (d, e, f) = fraction_weights(u + 0.5), fraction_weights(v + 0.5)
        # Numpy takes one long list faster than lists in lists.
        return np.array([*a, *b, *c, *d, *e, *f]).reshape(2, 3, 4)
    flat: list[float] = []
    for shift in (u, v):
        whole = min(max(math.floor(shift), -half), half - 1)
        before, after = [0.0] * int(half - 1 - whole), [0.0] * int(half + whole)
        for row in fraction_weights(shift - whole):
            flat += before
            flat += row
            flat += after
    return np.array(flat).reshape(2, 3, -1)


def tap_weights_stack(shift: Array, half: float) -> Array:
    """As one axis of :func:`tap_weights` for many shifts, (k, 3, 2 half + 3)."""
    whole = np.minimum(np.maximum(np.floor(shift), -half), half - 1)
    powers = np.empty((4, len(shift)))
    powers[0] = 1.0
    np.subtract(shift, whole, out=powers[1])
    np.multiply(powers[1], powers[1], out=powers[2])
    np.multiply(powers[2], powers[1], out=powers[3])
    weights = (powers.T @ POLYNOMIALS.reshape(4, 12)).reshape(-1, 3, 4)
    if half == 0.5:
        return weights
    out = np.zeros((len(shift), 3, int(2 * half) + 3))
    # A shift that is not a number has weights that are none, at any place.
    place = np.where(np.isfinite(whole), half - 1 - whole, 0.0).astype(int)
    columns = place[:, None, None] + np.arange(4)
    np.put_along_axis(out, np.broadcast_to(columns, weights.shape), weights, axis=2)
    return out


@lru_cache(maxsize=64)
def scan_points(window: Window) -> tuple[Array, Array, Array, Array]:
    """A coarse grid over the window: shifts (gx,), (gy,), and weights (gx, taps) and (gy, taps)."""
    count = int(2 * _STARTS_A_PIXEL * window.half) + 1
    gx, gy = (
        np.linspace(low, high, count if high > low else 1)
        for low, high in (window.x_range, window.y_range)
    )
    wx = np.array([tap_weights(u, 0.0, window.half)[0, 0] for u in gx])
    wy = np.array([tap_weights(0.0, v, window.half)[1, 0] for v in gy])
    return gx, gy, wx, wy


@lru_cache(maxsize=64)
def scan_weights(window: Window) -> Array:
    """Weights (gy * gx, taps^2) of the taps at each point of :func:`scan_points`."""
    _, _, wx, wy = scan_points(window)
    return (wy[:, None, :, None] * wx[None, :, None, :]).reshape(len(wy) * len(wx), -1)
