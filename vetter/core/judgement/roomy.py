"""Arrays that become longer now and then without being copied each time."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt


def lengthened(values: npt.NDArray[Any], count: int, fill: Any) -> npt.NDArray[Any]:
    """An array of more rows: the same memory where that has room, else a copy with room to spare.

    Parameters
    ----------
    values : ndarray, shape (n, ...)
        Made by this function, or an array that is nobody's part; its owner uses it no more.
    count : int
        Length wanted, at least n.
    fill : scalar
        What the new rows hold.
    """
    room = values.base
    if isinstance(room, np.ndarray) and len(room) >= count and room.dtype == values.dtype:
        return room[:count]
    room = np.full((count + count // 2, *values.shape[1:]), fill, values.dtype)
    room[: len(values)] = values
    return room[:count]
