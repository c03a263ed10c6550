"""Tiles of a compressed image that are kept once they are unpacked."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from vetter.core.cutout.plane import Array

Region = tuple[slice, slice]


class KeptTiles:
    """Fills with each read: to unpack a whole image at once would hold one cutout up for all.

    Parameters
    ----------
    shape, tile : (int, int)
        Rows and columns of the image and of its tiles.
    unpack : callable
        Values of a region, which consists of whole tiles.
    """

    def __init__(
        self, shape: tuple[int, int], tile: tuple[int, int], unpack: Callable[[Region], Array]
    ) -> None:
        self._shape, self._tile, self._unpack = shape, tile, unpack
        self._known = np.zeros([-(-n // t) for n, t in zip(shape, tile, strict=True)], bool)
        self._values: Array | None = None

    def read(self, region: Region) -> Array:
        """Values of a region, which is not empty: a view of what is kept."""
        spans = [side.indices(n) for side, n in zip(region, self._shape, strict=True)]
        touched = tuple(
            slice(first // t, -(-end // t))
            for (first, end, _), t in zip(spans, self._tile, strict=True)
        )
        lacking = np.argwhere(~self._known[touched])
        if len(lacking):
            corner = np.array([side.start for side in touched])
            self._take(lacking.min(0) + corner, lacking.max(0) + corner + 1)
        assert self._values is not None
        return self._values[region]

    def _take(self, first: Array, end: Array) -> None:
        """Unpack the tiles of a rectangle, which is given in tiles."""
        rows, columns = (
            slice(a * t, min(b * t, n))
            for a, b, t, n in zip(
                first.tolist(), end.tolist(), self._tile, self._shape, strict=True
            )
        )
        values = self._unpack((rows, columns))
        if self._values is None:
            self._values = np.empty(self._shape, values.dtype)
        self._values[rows, columns] = values
        self._known[first[0] : end[0], first[1] : end[1]] = True
