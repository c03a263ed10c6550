"""Hatch of the bad pixels of a mask, to be drawn over the pixels of other planes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def hatch_strokes(bad: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Return diagonal strokes through bad pixels, in one piece where the pixels touch.

    Parameters
    ----------
    bad : ndarray of bool, shape (ny, nx)
        True where bad.

    Returns
    -------
    ndarray of int64, shape (k, 4)
        x0, y0, x1, y1 of each stroke in edges of pixels: 0 is the lower or left edge of the
        first pixel. x1 - x0 = y1 - y0 is the number of pixels.

    Examples
    --------
    >>> hatch_strokes(np.eye(3, dtype=bool)).tolist()
    [[0, 0, 3, 3]]
    """
    framed = np.pad(bad, 1)
    inner = framed[1:-1, 1:-1]
    first = _along_diagonals(inner & ~framed[:-2, :-2])
    last = _along_diagonals(inner & ~framed[2:, 2:])
    # Each diagonal has as many beginnings as ends, in the same order.
    return np.column_stack([first, last + 1])


def _along_diagonals(pixels: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Return x, y of the True pixels, diagonal by diagonal."""
    y, x = np.nonzero(pixels)
    order = np.lexsort((x, x - y))
    return np.column_stack([x[order], y[order]]).astype(np.int64)
