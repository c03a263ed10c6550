"""Shifts all over a field: what is typical of a part of it, and what stands alone."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

NEIGHBOURS, LEAST = 12, 4
_SLOPES = 7
"""With so many stars a rotation or another scale is told from what is common to them."""
_FAR_OFF = 4.0
"""Of the median distance: such stars move on their own."""
_ALIKE = 0.1
"""Pixels: shifts of faint sources differ by as much."""
_SURE = 4.5
"""Errors of one axis: they leave out what shift and scale have to do with each other, and come out
a quarter small; by chance two in a thousand are further off."""


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
    """What is typical at (x, y), from the `NEIGHBOURS` nearest shifts; None of under `LEAST`.

    Where they are enough they may change along x and y, as in a field that is turned.

    Parameters
    ----------
    places, shifts : ndarray (n, 2)
        x and y, dx and dy, pixels; what is NaN does not count.
    """
    known = np.isfinite(places).all(axis=1) & np.isfinite(shifts).all(axis=1)
    count = min(int(np.count_nonzero(known)), NEIGHBOURS)
    if count < LEAST or not (math.isfinite(x) and math.isfinite(y)):
        return None
    steps, here = places[known] - (x, y), shifts[known]
    nearest = np.argpartition(np.hypot(steps[:, 0], steps[:, 1]), count - 1)[:count]
    steps, here = steps[nearest], here[nearest]
    return typical(here) if count < _SLOPES else _on_a_plane(steps, here)


def _on_a_plane(steps: Array, shifts: Array) -> Typical:
    """Shifts (n, 2) that change with the place, where ``steps`` (n, 2) are nought."""
    terms = np.column_stack([np.ones(len(steps)), steps / max(float(np.abs(steps).max()), 1e-300)])
    kept = np.ones(len(steps), bool)
    plane: Array = np.zeros((3, 2))
    apart: Array = np.zeros(len(steps))
    for _ in range(3):
        plane = np.asarray(np.linalg.lstsq(terms[kept], shifts[kept], rcond=1e-6)[0], float)
        away = shifts - terms @ plane
        apart = np.hypot(away[:, 0], away[:, 1])
        near = apart <= _FAR_OFF * float(np.median(apart))
        if np.count_nonzero(near) < _SLOPES or (near == kept).all():
            break
        kept = near
    # Three numbers of each axis were found from them: they lie nearer to the plane than others.
    scatter = float(np.median(apart[kept])) * math.sqrt(len(steps) / (len(steps) - 3))
    return Typical(float(plane[0, 0]), float(plane[0, 1]), scatter, len(steps))


def compared(dx: float, dy: float, field: Typical, error: float = 0.0) -> str:
    """What a shift means beside those around it, in words; ``error`` is its own, of one axis."""
    apart = math.hypot(dx - field.dx, dy - field.dy)
    alike = max(_ALIKE, 4 * field.scatter)
    if _SURE * error > alike and apart <= _SURE * error:
        return f"as the field is here, to its error of {error:.2f} px"
    if apart > alike:
        return "alone in its shift: proper motion, or a source off the template's"
    if field.length > _ALIKE:
        return "shifted as the field is here: misregistration"
    if math.hypot(dx, dy) > _ALIKE:
        return "within the scatter of the field here"
    return "no shift, as the field here"
