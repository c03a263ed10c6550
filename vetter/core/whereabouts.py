"""Which candidates are on the image, off it, or nowhere."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

ON, OFF, NOWHERE = 0, 1, 2
WORDS = ("", "off the image", "no position")


def whereabouts(
    x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], shape: tuple[int, int] | None
) -> npt.NDArray[np.uint8]:
    """For each candidate `ON`, `OFF` or `NOWHERE`, shape (n,).

    Parameters
    ----------
    x, y : ndarray, shape (n,)
        0-based pixels, NaN unknown.
    shape : (int, int) or None
        Rows and columns of the image; without, none is off it.
    """
    found = np.where(np.isnan(x) | np.isnan(y), NOWHERE, ON).astype(np.uint8)
    if shape is not None:
        inside = (x >= -0.5) & (y >= -0.5) & (x < shape[1] - 0.5) & (y < shape[0] - 0.5)
        found[~inside & (found == ON)] = OFF
    return found
