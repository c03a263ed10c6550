"""Weighted inner products of shifted spline coefficients: the moments that a fit rests on."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from vetter.core.fit.fit_facts import Box
from vetter.core.fit.moments import Array, Window
from vetter.core.fit.spline import runs

_VECTOR = 8
"""Numbers that a processor takes at once, at most."""

_SMALL = 1_000_000
"""Multiplications up to which OpenBLAS has a way without copies, for what is not a matrix times its
own transpose. Beyond, and for such squares, the same takes up to twice as long."""

_FEW = 16_000
"""Numbers below which one product of all is quicker."""

_KEPT_BYTES = 2_000_000
"""Larger rooms are not worth the memory: their products take long."""


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
