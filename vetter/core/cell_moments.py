"""The moments of a cell of shifts, a pixel wide: of the 16 shifted images of coefficients that all
of its shifts rest on, and of the image."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vetter.core.fit_facts import Box
from vetter.core.moments import Array, Window, tapped_runs
from vetter.core.shift import runs

_TAPS = 4
_SHIFTS = _TAPS * _TAPS


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
    columns, tapped = tapped_runs(_TAPS, ny, nx)
    stacked = np.empty((_SHIFTS + 1, ny * nx))
    left, transposed = stacked[:_SHIFTS], stacked.T
    shifted = left.reshape(tapped.shape)
    out = np.empty((len(places), _SHIFTS + 1, _SHIFTS + 1))
    top, side = box[0].start + edge - 1, box[1].start + edge - 1
    flat_weight, flat_image = weight.reshape(len(weight), -1), image.reshape(len(image), -1)
    for matrix, (k, window) in zip(out, places, strict=True):
        first, first_column = top - int(window.cy + 0.5), side - int(window.cx + 0.5)
        columns[...] = runs(coefs[k], first, first_column, columns.shape)
        np.multiply(tapped, flat_weight[k], out=shifted)
        stacked[_SHIFTS] = pulls = flat_image[k]
        # BLAS has a way without copies, but not for what it sees to be symmetric.
        np.matmul(left, transposed, out=matrix[:_SHIFTS])
        matrix[_SHIFTS, _SHIFTS] = pulls @ pulls
    out[:, _SHIFTS, :_SHIFTS] = out[:, :_SHIFTS, _SHIFTS]
    return out, stacked
