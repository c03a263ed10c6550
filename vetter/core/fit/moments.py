"""Moments of a window of shifts: all that a fit needs of the pixels, once and for all shifts.

Within a window of shifts the shifted template is a sum of a few shifted images of its spline
coefficients, ``t(dx, dy) = sum_k v_k(dx, dy) c_k`` with ``v`` products of B-spline weights. So chi2
at any shift and scale follows from the weighted inner products of the ``c_k``, of the image, of a
constant and of a PSF: one small matrix, and no pixel is touched again.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.fit.pixels import Box
from vetter.core.fit.spline import POLYNOMIALS, fraction_weights, runs

Array = npt.NDArray[np.float64]

_HALF = 2
_STARTS_A_PIXEL = 2

_VECTOR = 8
"""Numbers that a processor takes at once, at most."""

_SMALL = 1_000_000
"""Multiplications up to which OpenBLAS has a way without copies, for what is not a matrix times its
own transpose. Beyond, and for such squares, the same takes up to twice as long."""

_FEW = 16_000
"""Numbers below which one product of all is quicker."""

_KEPT_BYTES = 2_000_000
"""Larger rooms are not worth the memory: their products take long."""


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


def gram(
    coefs: Array,
    box: Box,
    places: Sequence[tuple[int, Window]],
    edge: int,
    weight: Array,
    rows: Array,
) -> tuple[Array, Array]:
    """Weighted inner products of the shifted coefficients and of further images.

    Parameters
    ----------
    coefs : ndarray (k, ny + 2 edge, nx + 2 edge)
        Spline coefficients of the templates, C-contiguous.
    box : (slice, slice)
        Rows and columns of the cutouts that are fitted.
    places : sequence of (int, Window)
        Which of the stack, and for which shifts; as many taps in all.
    weight : ndarray (k, rows of the box, columns of the box)
        1 / sigma; 0 where a pixel does not count.
    rows : ndarray (k, m, rows of the box, columns of the box)
        Further images, at least one, weighted already.

    Returns
    -------
    ndarray (places, taps^2 + m, taps^2 + m), ndarray (taps^2 + m, pixels of the box)
        The moments, and what those of the last place are of: weighted images, which the next call
        in this thread writes over.
    """
    ny, nx = weight.shape[1:]
    taps, pixels = places[0][1].taps, ny * nx
    shifts = taps * taps
    room = _room(taps, rows.shape[1], ny, nx)
    shifted = room.stacked[:shifts].reshape(room.tapped.shape)
    out = np.empty((len(places), len(room.stacked), len(room.stacked)))
    flat_weight, flat_rows = weight.reshape(len(weight), -1), rows.reshape(*rows.shape[:2], -1)
    for matrix, (k, window) in zip(out, places, strict=True):
        first = box[0].start + edge - window.cy - window.half - 1
        left = box[1].start + edge - window.cx - window.half - 1
        room.columns[...] = runs(coefs[k], int(first), int(left), room.columns.shape)
        room.weight[:pixels] = flat_weight[k]
        np.multiply(room.tapped, room.weight, out=shifted)
        room.stacked[shifts:, :pixels] = flat_rows[k]
        inner_products(room.stacked, matrix)
    return out, room.stacked[:, :pixels]


def inner_products(images: Array, out: Array) -> None:
    """Of each image with each, (n, pixels) to (n, n): as ``images @ images.T``, but quicker."""
    count, pixels = images.shape
    transposed, first, end = images.T, 0, _at_once(count, pixels)
    if images.size < _FEW or end < 4:
        np.matmul(images, transposed, out=out)
        return
    # All but the last, or a square would be left.
    while end < count - 1:
        np.matmul(images[first:end], transposed[:, first:], out=out[first:end, first:])
        out[end:, first:end] = out[first:end, end:].T
        first, end = end, end + _at_once(count - end, pixels)
    np.matmul(images[first:-1], transposed[:, first:], out=out[first:-1, first:])
    out[-1, first:-1] = out[first:-1, -1]
    out[-1, -1] = images[-1] @ images[-1]


def _at_once(left: int, pixels: int) -> int:
    """Rows of the product with the images that are left: by fours, which fill a vector."""
    rows = _SMALL // (left * pixels)
    return rows - rows % 4


class _Room(NamedTuple):
    """Room for the images of one place; ``tapped`` views each tap along y of ``columns``."""

    columns: Array
    tapped: Array
    weight: Array
    stacked: Array


class _Kept(threading.local):
    """The last room of each thread: memory that is still in the processor's cache, and a place
    that need not be laid out, take a third from the moments of one cell."""

    room: tuple[tuple[int, ...], _Room] | None = None


_kept = _Kept()


def _room(*size: int) -> _Room:
    """Room for so many taps and further images of (ny, nx) pixels; what it held is gone."""
    if _kept.room is None or _kept.room[0] != size:
        room = _new_room(*size)
        _kept.room = (size, room) if room.stacked.nbytes <= _KEPT_BYTES else None
        return room
    return _kept.room[1]


def _new_room(taps: int, further: int, ny: int, nx: int) -> _Room:
    """Rows that start where the processor's vectors do: the products take two thirds of the time.

    What fills a row beyond the pixels has no weight; taps run on into what follows their column,
    the last into zeros.
    """
    pixels, run = ny * nx, taps * (ny + taps - 1) * nx
    width, end = _whole_vectors(pixels), _whole_vectors(run + _VECTOR)
    count = 1 + taps * taps + further
    room = np.empty(end + count * width + _VECTOR)
    start = -room.ctypes.data % (8 * _VECTOR) // 8
    columns = room[start : start + run].reshape(taps, -1, nx)
    high, row, size = columns.strides
    shape, steps = (taps, taps, width), (row, high, size)
    tapped = np.ndarray(shape, float, room, 8 * start, steps)
    rows = room[start + end : start + end + count * width].reshape(count, width)
    room[start + run : start + end] = 0.0
    rows[0, pixels:] = 0.0
    rows[1 + taps * taps :, pixels:] = 0.0
    return _Room(columns, tapped, rows[0], rows[1:])


def _whole_vectors(count: int) -> int:
    return count + -count % _VECTOR
