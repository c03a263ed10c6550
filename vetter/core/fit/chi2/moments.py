"""Moments of a window of shifts: sums over the pixels from which a fit finds chi2 at any shift.

Within a window of shifts the shifted template is a sum of a few shifted images of its spline
coefficients, ``t(dx, dy) = sum_k v_k(dx, dy) c_k`` with ``v`` products of B-spline weights. So chi2
at any shift and scale follows from the weighted inner products of the ``c_k``, of the image, of a
constant and of a PSF: one small matrix, computed once from the pixels.
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

from vetter.core.fit.chi2.pixels import Box
from vetter.core.fit.chi2.spline import POLYNOMIALS, fraction_weights, view_runs

Array = npt.NDArray[np.float64]

_MAX_HALF = 2
"""Half the side of a window, pixels, at most."""
_STARTS_PER_PIXEL = 2

_VECTOR = 8
"""Numbers in the largest vector register of a processor."""

_MAX_PLAIN_SHIFTS = 3
"""Number of shifts whose weights are computed one by one: calls on arrays would cost more."""

_MAX_SMALL_PRODUCT = 1_000_000
"""Multiplications up to which OpenBLAS does not copy its operands, unless a matrix is multiplied by
its own transpose. Larger products, and such squares, take up to twice as long."""

_MIN_SPLIT_SIZE = 16_000
"""Numbers in the images below which one product of all is faster."""

_MAX_CACHED_BUFFERS = 2
"""Number of sizes of buffers that a thread caches."""

_MAX_CACHED_BYTES = 2_000_000
"""Size up to which buffers are cached; the products of larger ones take long anyway."""


@dataclass(frozen=True, slots=True)
class Window:
    """Shifts ``cx + u, cy + v`` with ``low <= u <= high`` (for each axis), within ``half`` pixels.

    A window extends from one whole shift to another. For a cell of one pixel ``half`` is 0.5, and
    the centre is between two whole shifts.
    """

    cx: float
    cy: float
    half: float
    x_range: tuple[float, float]
    y_range: tuple[float, float]

    @property
    def taps(self) -> int:
        """Number of coefficients along one axis that shifts of the window use."""
        return int(2 * self.half) + 3


@lru_cache(maxsize=64)
def windows(max_shift: float) -> tuple[Window, ...]:
    """Return windows that cover \\|dx\\|, \\|dy\\| <= max_shift; a single one up to 2."""
    whole = max(1, math.ceil(max_shift))
    half = min(whole, _MAX_HALF)
    count = math.ceil(whole / half)
    span = whole - half
    centres = [round(-span + 2 * span * i / (count - 1)) if count > 1 else 0 for i in range(count)]
    ranges = [(max(-half, -max_shift - c), min(half, max_shift - c)) for c in centres]
    axis = list(zip(centres, ranges, strict=True))
    return tuple(Window(cx, cy, half, rx, ry) for cy, ry in axis for cx, rx in axis)


def margin(max_shift: float) -> int:
    """Return the number of coefficients needed beyond the edges of the cutout."""
    return max(1, math.ceil(max_shift)) + 1


def tapped_runs(taps: int, ny: int, nx: int) -> tuple[Array, Array]:
    """Allocate an image for each tap along x, and a view of it shifted by each tap along y.

    Each shift along x is copied once; shifts along y are then runs of the copy.

    Returns
    -------
    ndarray (taps, ny + taps - 1, nx), ndarray (taps, taps, ny * nx)
        The view's first axis is y.
    """
    columns = np.empty((taps, ny + taps - 1, nx))
    high, row, size = columns.strides
    return columns, np.ndarray((taps, taps, ny * nx), float, columns, 0, (row, high, size))


def project_out(moments: Array, index: int) -> Array:
    """Return the moments with the image ``index`` fitted to all others and subtracted."""
    column = moments[..., :, index]
    norm = moments[..., index, index]
    out: Array = column[..., :, None] * (column / norm[..., None])[..., None, :]
    return np.subtract(moments, out, out=out)


def tap_weights(u: float, v: float, half: float) -> Array:
    """Return the weights of all taps for a shift (u, v), with derivatives.

    Returns
    -------
    ndarray (2, 3, 2 half + 3)
        First the x axis, then y; values, first and second derivatives.
    """
    if half == 0.5:
        (a, b, c), (d, e, f) = fraction_weights(u + 0.5), fraction_weights(v + 0.5)
        # One flat list: np.array() converts it faster than nested lists.
        return np.array([*a, *b, *c, *d, *e, *f]).reshape(2, 3, 4)
    flat: list[float] = []
    for shift in (u, v):
        # The weights of a NaN shift are NaN, so their taps do not matter.
        whole = min(max(math.floor(shift), -half), half - 1) if math.isfinite(shift) else -half
        before, after = [0.0] * int(half - 1 - whole), [0.0] * int(half + whole)
        for row in fraction_weights(shift - whole):
            flat += before
            flat += row
            flat += after
    return np.array(flat).reshape(2, 3, -1)


def tap_weights_stack(shift: Array, half: float) -> Array:
    """Return one axis of :func:`tap_weights` for many shifts, (k, 3, 2 half + 3)."""
    whole = np.minimum(np.maximum(np.floor(shift), -half), half - 1)
    powers = np.empty((4, len(shift)))
    powers[0] = 1.0
    np.subtract(shift, whole, out=powers[1])
    np.multiply(powers[1], powers[1], out=powers[2])
    np.multiply(powers[2], powers[1], out=powers[3])
    weights = (powers.T @ POLYNOMIALS.reshape(4, 12)).reshape(-1, 3, 4)
    if half == 0.5:
        return weights
    taps = int(2 * half) + 3
    out = np.zeros((len(shift), 3, taps))
    # The weights of a NaN shift are NaN, so their column does not matter.
    first = np.fmax(half - 1 - whole, 0.0).astype(np.intp)
    first += np.arange(0, out.size, 3 * taps)
    # Flat indices: put_along_axis() takes twice as long as all the rest.
    out.ravel()[first[:, None, None] + _tap_places(taps)] = weights
    return out


def tap_weights_both(u: Array, v: Array, half: float) -> tuple[Array, Array]:
    """Return :func:`tap_weights_stack` of both axes, in one pass."""
    if 0 < len(u) <= _MAX_PLAIN_SHIFTS:
        shifts = zip(u.tolist(), v.tolist(), strict=True)
        plain = np.array([tap_weights(x, y, half) for x, y in shifts])
        return plain[:, 0], plain[:, 1]
    both = tap_weights_stack(np.concatenate((u, v)), half)
    return both[: len(u)], both[len(u) :]


@lru_cache(maxsize=8)
def _tap_places(taps: int) -> npt.NDArray[np.intp]:
    """Return flat indices of four taps in each of three rows, (3, 4)."""
    return taps * np.arange(3)[:, None] + np.arange(4)


@lru_cache(maxsize=64)
def scan_points(window: Window) -> tuple[Array, Array, Array, Array]:
    """Return a coarse grid of shifts (gx,), (gy,), and weights (gx, taps) and (gy, taps)."""
    count = int(2 * _STARTS_PER_PIXEL * window.half) + 1
    gx, gy = (
        np.linspace(low, high, count if high > low else 1)
        for low, high in (window.x_range, window.y_range)
    )
    wx = np.array([tap_weights(u, 0.0, window.half)[0, 0] for u in gx])
    wy = np.array([tap_weights(0.0, v, window.half)[1, 0] for v in gy])
    return gx, gy, wx, wy


@lru_cache(maxsize=64)
def scan_weights(window: Window) -> Array:
    """Return the weights (gy * gx, taps^2) of the taps at each point of :func:`scan_points`."""
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
    """Compute weighted inner products of the shifted coefficients and of further images.

    Parameters
    ----------
    coefs : ndarray (k, ny + 2 edge, nx + 2 edge)
        Spline coefficients of the templates, C-contiguous.
    box : (slice, slice)
        Rows and columns of the cutouts that are fitted.
    places : sequence of (int, Window)
        Index in the stack and window of shifts; all windows have the same number of taps.
    weight : ndarray (k, rows of the box, columns of the box)
        1 / sigma; 0 where a pixel does not count.
    rows : ndarray (k, m, rows of the box, columns of the box)
        Further images, at least one, weighted already.

    Returns
    -------
    ndarray (places, taps^2 + m, taps^2 + m), ndarray (taps^2 + m, pixels of the box)
        The moments, and the weighted images of the last entry of ``places``. The next call in this
        thread overwrites these images.
    """
    ny, nx = weight.shape[1:]
    taps, pixels = places[0][1].taps, ny * nx
    shifts = taps * taps
    buffers = _get_buffers(taps, rows.shape[1], ny, nx)
    shifted = buffers.stacked[:shifts].reshape(buffers.tapped.shape)
    out = np.empty((len(places), len(buffers.stacked), len(buffers.stacked)))
    flat_weight, flat_rows = weight.reshape(len(weight), -1), rows.reshape(*rows.shape[:2], -1)
    for matrix, (k, window) in zip(out, places, strict=True):
        first = box[0].start + edge - window.cy - window.half - 1
        left = box[1].start + edge - window.cx - window.half - 1
        buffers.columns[...] = view_runs(coefs[k], int(first), int(left), buffers.columns.shape)
        buffers.weight[:pixels] = flat_weight[k]
        np.multiply(buffers.tapped, buffers.weight, out=shifted)
        buffers.stacked[shifts:, :pixels] = flat_rows[k]
        inner_products(buffers.stacked, matrix)
    return out, buffers.stacked[:, :pixels]


def inner_products(images: Array, out: Array) -> None:
    """Compute ``images @ images.T``, (n, pixels) to (n, n), faster than that product."""
    count, pixels = images.shape
    transposed, first, end = images.T, 0, _count_rows(count, pixels)
    if images.size < _MIN_SPLIT_SIZE or end < 4:
        np.matmul(images, transposed, out=out)
        return
    # The last image is left out: with it the rest would be a square, which is slow.
    while end < count - 1:
        np.matmul(images[first:end], transposed[:, first:], out=out[first:end, first:])
        out[end:, first:end] = out[first:end, end:].T
        first, end = end, end + _count_rows(count - end, pixels)
    np.matmul(images[first:-1], transposed[:, first:], out=out[first:-1, first:])
    out[-1, first:-1] = out[first:-1, -1]
    out[-1, -1] = images[-1] @ images[-1]


def _count_rows(remaining: int, pixels: int) -> int:
    """Return the rows of one product with the remaining images, in fours to fill a vector."""
    rows = _MAX_SMALL_PRODUCT // (remaining * pixels)
    return rows - rows % 4


class _Buffers(NamedTuple):
    """Buffers for the images of one window; ``tapped`` views each tap along y of ``columns``."""

    columns: Array
    tapped: Array
    weight: Array
    stacked: Array


class _BufferCache(threading.local):
    """The last buffers of each thread: those of a fit's box and of its PSF's box.

    Memory that is still in the processor's cache, and needs no layout, saves a third of the time
    of the moments of one cell.
    """

    def __init__(self) -> None:
        self.entries: dict[tuple[int, ...], _Buffers] = {}


_cache = _BufferCache()


def _get_buffers(*size: int) -> _Buffers:
    """Return buffers for (taps, further images, ny, nx); their old contents are invalid."""
    entries = _cache.entries
    buffers = entries.get(size)
    if buffers is None:
        buffers = _allocate_buffers(*size)
        if len(entries) == _MAX_CACHED_BUFFERS:
            entries.clear()
        if buffers.stacked.nbytes <= _MAX_CACHED_BYTES:
            entries[size] = buffers
    return buffers


def _allocate_buffers(taps: int, further: int, ny: int, nx: int) -> _Buffers:
    """Allocate rows aligned with the processor's vectors: products take two thirds of the time.

    A row beyond its pixels has weight 0. A tap runs on into the memory after its column, the last
    tap into zeros.
    """
    pixels, run = ny * nx, taps * (ny + taps - 1) * nx
    width, end = _round_up(pixels), _round_up(run + _VECTOR)
    count = 1 + taps * taps + further
    memory = np.empty(end + count * width + _VECTOR)
    start = -memory.ctypes.data % (8 * _VECTOR) // 8
    columns = memory[start : start + run].reshape(taps, -1, nx)
    high, row, size = columns.strides
    shape, steps = (taps, taps, width), (row, high, size)
    tapped = np.ndarray(shape, float, memory, 8 * start, steps)
    rows = memory[start + end : start + end + count * width].reshape(count, width)
    memory[start + run : start + end] = 0.0
    rows[0, pixels:] = 0.0
    rows[1 + taps * taps :, pixels:] = 0.0
    return _Buffers(columns, tapped, rows[0], rows[1:])


def _round_up(count: int) -> int:
    """Round a count up to whole vectors."""
    return count + -count % _VECTOR
