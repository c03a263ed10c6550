"""Shifts all over a field: what is typical of a part of it, and what stands alone."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

NEIGHBOURS, LEAST = 8, 4
_ALIKE = 0.1
"""Pixels: shifts of faint sources differ by as much."""


class Typical(NamedTuple):
    """Median dx and dy of some shifts, their scatter about it (pixels), and how many there are."""

    dx: float
    dy: float
    scatter: float
    number: int

    @property
    def length(self) -> float:
        """Of the median shift, pixels."""
        return math.hypot(self.dx, self.dy)

    @property
    def said(self) -> str:
        """``dx +0.43, dy -0.29 px, scatter 0.05``."""
        return f"dx {self.dx:+.2f}, dy {self.dy:+.2f} px, scatter {self.scatter:.2f}"


def typical(shifts: Array) -> Typical | None:
    """What is typical of shifts (n, 2); NaN are left out. None where none is known."""
    known = shifts[np.isfinite(shifts).all(axis=1)]
    if not len(known):
        return None
    dx, dy = (float(value) for value in np.median(known, axis=0))
    scatter = float(np.median(np.hypot(known[:, 0] - dx, known[:, 1] - dy)))
    return Typical(dx, dy, scatter, len(known))


def around(places: Array, shifts: Array, x: float, y: float) -> Typical | None:
    """What is typical of the `NEIGHBOURS` nearest to (x, y), pixels; None of under `LEAST`.

    Parameters
    ----------
    places, shifts : ndarray (n, 2)
        x and y, dx and dy; what is NaN does not count.
    """
    known = np.isfinite(places).all(axis=1) & np.isfinite(shifts).all(axis=1)
    count = min(int(np.count_nonzero(known)), NEIGHBOURS)
    if count < LEAST or not (math.isfinite(x) and math.isfinite(y)):
        return None
    away = np.hypot(places[known, 0] - x, places[known, 1] - y)
    nearest = np.argpartition(away, count - 1)[:count]
    return typical(shifts[known][nearest])


def compared(dx: float, dy: float, field: Typical) -> str:
    """What a shift means beside those around it, in words."""
    apart = math.hypot(dx - field.dx, dy - field.dy)
    if apart > max(_ALIKE, 4 * field.scatter):
        return "alone in its shift: proper motion, or a source off the template's"
    if field.length > _ALIKE:
        return "shifted as the field is here: misregistration"
    if math.hypot(dx, dy) > _ALIKE:
        return "within the scatter of the field here"
    return "no shift, as the field here"
