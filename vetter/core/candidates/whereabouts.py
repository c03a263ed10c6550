"""Which candidates are on the image, off it, or nowhere."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
import numpy.typing as npt


class Whereabouts(IntEnum):
    """Code of a candidate's place in an array; ``words`` is what the list shows of it."""

    ON = 0
    OFF = 1
    NOWHERE = 2

    @property
    def words(self) -> str:
        """Text for the list; empty on the image."""
        return ("", "off the image", "no position")[self]


def whereabouts(
    x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], shape: tuple[int, int] | None
) -> npt.NDArray[np.uint8]:
    """Return the `Whereabouts` of each candidate, shape (n,).

    Parameters
    ----------
    x, y : ndarray, shape (n,)
        0-based pixels, NaN unknown.
    shape : (int, int) or None
        Rows and columns of the image; without, none is off it.
    """
    found = np.full(len(x), Whereabouts.ON, np.uint8)
    found[np.isnan(x) | np.isnan(y)] = Whereabouts.NOWHERE
    if shape is not None:
        inside = (x >= -0.5) & (y >= -0.5) & (x < shape[1] - 0.5) & (y < shape[0] - 0.5)
        found[~inside & (found == Whereabouts.ON)] = Whereabouts.OFF
    return found
