"""The moments of a cell of shifts, a pixel wide: of the 16 shifted images of coefficients that all
of its shifts rest on, and of the image."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from vetter.core.fit_facts import Box
from vetter.core.moments import Array, Window
from vetter.core.shift import runs

_TAPS = 4
_SHIFTS = _TAPS * _TAPS
_VECTOR = 8
"""Numbers that a processor takes at once, at most."""


def cell_moments(
    coefs: Array,
    box: Box,
    places: Sequence[tuple[int, Window]],
    edge: int,
    weight: Array,
    image: Array,
) -> tuple[Array, Array]:
    """As :func:`vetter.core.moments.gram`, of cells and one further image.

    Parameters
    ----------
    coefs : ndarray (k, ny + 2 edge, nx + 2 edge)
        Spline coefficients of the templates, C-contiguous.
    box : (slice, slice)
        Rows and columns of the cutouts that are fitted.
    places : sequence of (int, Window)
        Which of the stack, and which cell.
    weight, image : ndarray (k, rows of the box, columns of the box)
        1 / sigma, 0 where a pixel does not count; the image times that.

    Returns
    -------
    ndarray (places, 17, 17), ndarray (17, pixels of the box)
        The moments, and what those of the last place are of: weighted images.
    """
    ny, nx = weight.shape[1:]
    room = _room(ny, nx)
    left, transposed = room.stacked[:_SHIFTS], room.stacked.T
    shifted, pixels = left.reshape(room.tapped.shape), ny * nx
    out = np.empty((len(places), _SHIFTS + 1, _SHIFTS + 1))
    top, side = box[0].start + edge - 1, box[1].start + edge - 1
    flat_weight, flat_image = weight.reshape(len(weight), -1), image.reshape(len(image), -1)
    for matrix, (k, window) in zip(out, places, strict=True):
        first, first_column = top - int(window.cy + 0.5), side - int(window.cx + 0.5)
        room.columns[...] = runs(coefs[k], first, first_column, room.columns.shape)
        room.weight[:pixels] = flat_weight[k]
        np.multiply(room.tapped, room.weight, out=shifted)
        room.stacked[_SHIFTS, :pixels] = pulls = flat_image[k]
        # BLAS has a way without copies, but not for what it sees to be symmetric.
        np.matmul(left, transposed, out=matrix[:_SHIFTS])
        matrix[_SHIFTS, _SHIFTS] = pulls @ pulls
    out[:, _SHIFTS, :_SHIFTS] = out[:, :_SHIFTS, _SHIFTS]
    return out, room.stacked[:, :pixels]


class _Room(NamedTuple):
    """Room for the images of one cell; ``tapped`` views each tap along y of ``columns``."""

    columns: Array
    tapped: Array
    weight: Array
    stacked: Array


def _room(ny: int, nx: int) -> _Room:
    """Rows that start where the processor's vectors do: the products take two thirds of the time.

    What fills a row beyond the pixels has no weight; taps run on into what follows their column,
    the last into zeros.
    """
    pixels, run = ny * nx, _TAPS * (ny + _TAPS - 1) * nx
    width, end = _whole_vectors(pixels), _whole_vectors(run + _VECTOR)
    room = np.empty(end + (_SHIFTS + 2) * width + _VECTOR)
    start = -room.ctypes.data % (8 * _VECTOR) // 8
    columns = room[start : start + run].reshape(_TAPS, -1, nx)
    high, row, size = columns.strides
    shape, steps = (_TAPS, _TAPS, width), (row, high, size)
    tapped = np.ndarray(shape, float, room, 8 * start, steps)
    rows = room[start + end : start + end + (_SHIFTS + 2) * width].reshape(-1, width)
    room[start + run : start + end] = 0.0
    rows[0, pixels:] = rows[-1, pixels:] = 0.0
    return _Room(columns, tapped, rows[0], rows[1:])


def _whole_vectors(count: int) -> int:
    return count + -count % _VECTOR
