"""What a fit needs to know of the pixels, once and for all shifts: the moments of a window.

Within a window of shifts the shifted template is a sum of a few shifted images of its spline
coefficients, ``t(dx, dy) = sum_k v_k(dx, dy) c_k`` with ``v`` the product of cubic B-spline weights.
So chi2 at any shift and scale follows from the weighted inner products of the ``c_k``, of the
image, of a constant and of a PSF: one small matrix, and no pixel is touched again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import as_strided

from vetter.core.shift import fraction_weights

Array = npt.NDArray[np.float64]

_HALF = 2
_STARTS = 9


@dataclass(frozen=True, slots=True)
class Window:
    """Shifts ``cx + u, cy + v`` with ``low <= u <= high`` (for each axis), within ``half`` pixels.

    ``taps`` is the number of coefficients along an axis.
    """

    cx: int
    cy: int
    half: int
    x_range: tuple[float, float]
    y_range: tuple[float, float]

    @property
    def taps(self) -> int:
        """Coefficients along one axis that shifts of the window rest on."""
        return 2 * self.half + 3


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


def gram(
    coefs: Array, box: tuple[slice, slice], window: Window, edge: int, weight: Array, rows: Array
) -> Array:
    """Weighted inner products of the shifted coefficients and of further images.

    Parameters
    ----------
    coefs : ndarray (ny + 2 edge, nx + 2 edge)
        Spline coefficients of the template.
    box : (slice, slice)
        Rows and columns of the cutout that are fitted.
    weight : ndarray, box's shape
        1 / sigma; 0 where a pixel does not count.
    rows : ndarray (k, pixels of the box)
        Further images, weighted already.

    Returns
    -------
    ndarray (taps^2 + k, taps^2 + k)
    """
    taps = window.taps
    ny, nx = weight.shape
    first_y = box[0].start + edge - window.cy - window.half - 1
    first_x = box[1].start + edge - window.cx - window.half - 1
    step_y, step_x = coefs.strides
    corner = coefs[first_y : first_y + ny + taps - 1, first_x : first_x + nx + taps - 1]
    tapped = as_strided(corner, (taps, taps, ny, nx), (step_y, step_x, step_y, step_x))
    stacked = np.empty((taps * taps + len(rows), ny * nx))
    np.multiply(tapped, weight, out=stacked[: taps * taps].reshape(taps, taps, ny, nx))
    stacked[taps * taps :] = rows
    product: Array = stacked @ stacked.T
    return product


def projected(moments: Array, index: int) -> Array:
    """The moments with the image ``index`` fitted and taken out of all others."""
    column = moments[..., :, index]
    norm = moments[..., index, index]
    out: Array = moments - column[..., :, None] * (column / norm[..., None])[..., None, :]
    return out


def tap_weights(shift: float, half: int) -> Array:
    """Values, first and second derivatives of all taps' weights, shape (3, 2 half + 3)."""
    out = np.zeros((3, 2 * half + 3))
    whole = min(max(math.floor(shift), -half), half - 1)
    start = half - 1 - whole
    out[:, start : start + 4] = fraction_weights(shift - whole)
    return out


@lru_cache(maxsize=64)
def scan_points(window: Window) -> tuple[Array, Array, Array]:
    """Shifts of a coarse grid over the window: (gx,), (gy,) and their taps' weights (gy * gx, taps^2)."""
    gx, gy = (
        np.linspace(low, high, _STARTS if high > low else 1)
        for low, high in (window.x_range, window.y_range)
    )
    wx = np.array([tap_weights(u, window.half)[0] for u in gx])
    wy = np.array([tap_weights(v, window.half)[0] for v in gy])
    weights = (wy[:, None, :, None] * wx[None, :, None, :]).reshape(len(gy) * len(gx), -1)
    return gx, gy, weights
