"""Shifts all over a field: the typical shift at a position, and comparison of a shift with it."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

NEIGHBOURS, MIN_NEIGHBOURS = 12, 4
_MIN_PLANE_STARS = 7
"""Number of stars from which a rotation or a change of scale is fitted, not only the median."""
_MAX_DISTANCE = 4.0
"""Distance from the plane, in medians of this distance, above which a star moves independently."""
_MIN_DIFFERENCE = 0.1
"""Difference in pixels below which shifts count as equal; those of faint sources vary so much."""
_MIN_DIFFERENCE_SIGMA = 4.5
"""Difference, in errors of one axis, below which shifts count as equal. These errors neglect the
covariance of shift and scale, and are a quarter too small; by chance, 0.2% exceed the limit."""


class TypicalShift(NamedTuple):
    """Median dx and dy of some shifts, their scatter about it (pixels), and their number."""

    dx: float
    dy: float
    scatter: float
    number: int

    @property
    def length(self) -> float:
        """Length of the median shift, pixels."""
        return math.hypot(self.dx, self.dy)

    @property
    def text(self) -> str:
        """Text for the user: ``dx +0.43, dy -0.29 px, scatter 0.05``."""
        return f"dx {self.dx:+.2f}, dy {self.dy:+.2f} px, scatter {self.scatter:.2f}"


def typical_shift(shifts: Array) -> TypicalShift | None:
    """Return median and scatter of shifts (n, 2), without NaN; None if all are NaN."""
    known = shifts[np.isfinite(shifts).all(axis=1)]
    if not len(known):
        return None
    dx, dy = (float(value) for value in np.median(known, axis=0))
    scatter = float(np.median(np.hypot(known[:, 0] - dx, known[:, 1] - dy)))
    return TypicalShift(dx, dy, scatter, len(known))


def typical_shift_at(places: Array, shifts: Array, x: float, y: float) -> TypicalShift | None:
    """Return the typical shift of the `NEIGHBOURS` nearest to (x, y); None below `MIN_NEIGHBOURS`.

    Seven or more shifts may change along x and y, as in a rotated field.

    Parameters
    ----------
    places, shifts : ndarray (n, 2)
        x and y, dx and dy, pixels; rows with NaN do not count.
    x, y : float
        Position, pixels.
    """
    known = np.isfinite(places).all(axis=1) & np.isfinite(shifts).all(axis=1)
    count = min(int(np.count_nonzero(known)), NEIGHBOURS)
    if count < MIN_NEIGHBOURS or not (math.isfinite(x) and math.isfinite(y)):
        return None
    steps, here = places[known] - (x, y), shifts[known]
    nearest = np.argpartition(np.hypot(steps[:, 0], steps[:, 1]), count - 1)[:count]
    steps, here = steps[nearest], here[nearest]
    return typical_shift(here) if count < _MIN_PLANE_STARS else _fit_plane(steps, here)


def _fit_plane(steps: Array, shifts: Array) -> TypicalShift:
    """Fit a plane to shifts (n, 2) at offsets ``steps`` (n, 2); return its value at offset 0."""
    terms = np.column_stack([np.ones(len(steps)), steps / max(float(np.abs(steps).max()), 1e-300)])
    kept = np.ones(len(steps), bool)
    plane: Array = np.zeros((3, 2))
    distance: Array = np.zeros(len(steps))
    for _ in range(3):
        plane = np.asarray(np.linalg.lstsq(terms[kept], shifts[kept], rcond=1e-6)[0], float)
        residual = shifts - terms @ plane
        distance = np.hypot(residual[:, 0], residual[:, 1])
        near = distance <= _MAX_DISTANCE * float(np.median(distance))
        if np.count_nonzero(near) < _MIN_PLANE_STARS or (near == kept).all():
            break
        kept = near
    # Three fitted parameters per axis make the residuals smaller than the scatter.
    scatter = float(np.median(distance[kept])) * math.sqrt(len(steps) / (len(steps) - 3))
    return TypicalShift(float(plane[0, 0]), float(plane[0, 1]), scatter, len(steps))


def describe_shift(dx: float, dy: float, field: TypicalShift, error: float = 0.0) -> str:
    """Describe a shift relative to those around it; ``error`` is that of one axis."""
    difference = math.hypot(dx - field.dx, dy - field.dy)
    limit = max(_MIN_DIFFERENCE, 4 * field.scatter)
    if _MIN_DIFFERENCE_SIGMA * error > limit and difference <= _MIN_DIFFERENCE_SIGMA * error:
        return f"as the field is here, to its error of {error:.2f} px"
    if difference > limit:
        return "alone in its shift: proper motion, or a source off the template's"
    if field.length > _MIN_DIFFERENCE:
        return "shifted as the field is here: misregistration"
    if math.hypot(dx, dy) > _MIN_DIFFERENCE:
        return "within the scatter of the field here"
    return "no shift, as the field here"
