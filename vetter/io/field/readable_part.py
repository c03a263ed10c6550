"""A plane for those who make do with what can be read of it: a damaged part is not known."""

from __future__ import annotations

import numpy as np

from vetter.core.cutout.plane import Array, Box, Plane
from vetter.errors import InputError

_LEAST = 128
"""A box that cannot be read is tried in quarters, down to about this many pixels a side."""


class ReadablePart:
    """What is measured on a whole field does without a damaged tile of it.

    Parameters
    ----------
    plane : Plane
    """

    def __init__(self, plane: Plane) -> None:
        self._plane = plane
        self.name, self.shape, self.is_mask = plane.name, plane.shape, plane.is_mask

    def read(self, box: Box) -> Array:
        """Pixels of a box; where they cannot be read NaN, and not masked in a mask."""
        try:
            return self._plane.read(box)
        except InputError:
            unknown = np.full(box.shape, False if self.is_mask else np.nan)
            if max(box.shape) < 2 * _LEAST or box.overlap(self.shape) is None:
                return unknown
        for part in _quarters(box):
            y, x = part.y0 - box.y0, part.x0 - box.x0
            unknown[y : y + part.ny, x : x + part.nx] = self.read(part)
        return unknown


def _quarters(box: Box) -> list[Box]:
    halves_x = (box.x0, box.nx // 2), (box.x0 + box.nx // 2, box.nx - box.nx // 2)
    halves_y = (box.y0, box.ny // 2), (box.y0 + box.ny // 2, box.ny - box.ny // 2)
    every = [Box(x0, y0, nx, ny) for y0, ny in halves_y for x0, nx in halves_x]
    return [part for part in every if part.nx and part.ny]
