"""A plane: a named two-dimensional image that can read a box of itself."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Flag, auto
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
ORDER = ("image", "template", "convolved", "diff", "err", "mask")

NOT_COVERING = "does not cover this place"
"""Note on a plane of another image that has no pixel in the cutout."""


class Box(NamedTuple):
    """A rectangle of whole pixels, possibly reaching beyond the image.

    Attributes
    ----------
    x0, y0 : int
        Column and row of its first pixel, 0-based.
    nx, ny : int
        Numbers of columns and rows.
    """

    x0: int
    y0: int
    nx: int
    ny: int

    @classmethod
    def around(cls, x: float, y: float, radius: float) -> Box:
        """Return the square of side 2 ceil(radius) + 1 whose central pixel contains (x, y).

        Pixel i spans [i - 0.5, i + 0.5): halves are rounded up, never to even, so that
        two candidates half a pixel apart do not share a box by accident of parity.
        """
        half = math.ceil(radius)
        return cls(
            math.floor(x + 0.5) - half, math.floor(y + 0.5) - half, 2 * half + 1, 2 * half + 1
        )

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns), numpy's order."""
        return self.ny, self.nx

    def overlap(
        self, shape: tuple[int, int]
    ) -> tuple[tuple[slice, slice], tuple[slice, slice]] | None:
        """Return slices of the image and of the box where they overlap; None if they do not.

        Parameters
        ----------
        shape : (int, int)
            Rows and columns of the image.
        """
        y1, y2 = max(self.y0, 0), min(self.y0 + self.ny, shape[0])
        x1, x2 = max(self.x0, 0), min(self.x0 + self.nx, shape[1])
        if y1 >= y2 or x1 >= x2:
            return None
        inside = slice(y1 - self.y0, y2 - self.y0), slice(x1 - self.x0, x2 - self.x0)
        return (slice(y1, y2), slice(x1, x2)), inside


def make_blank(shape: tuple[int, int], dtype: np.dtype[Any]) -> Array:
    """Return the pixels off an image: NaN for floats, True (bad) for booleans, 0 for integers."""
    if dtype.kind == "b":
        return np.ones(shape, bool)
    if dtype.kind == "f":
        return np.full(shape, np.nan, dtype)
    return np.zeros(shape, dtype)


class Provenance(Flag):
    """The origin of a plane's pixels; the notes of a plane describe it in words."""

    GIVEN = 0
    CONVERTED = auto()
    """1 sigma from a variance or a weight map."""
    COMPUTED = auto()
    """Computed from other planes, as ``image - convolved``."""
    ESTIMATED = auto()
    """Measured on another plane, as noise on the image: fits with it are not judged."""
    REPROJECTED = auto()
    """Interpolated from another pixel grid: no longer matched to the image's PSF."""
    TURNED = auto()
    """Times -1: the file holds template - image."""
    MEASURED = auto()
    """Measured on the difference, as its noise: fits with it are judged."""


class Plane(Protocol):
    """An image plane, in memory or in a file."""

    @property
    def name(self) -> str:
        """Name of the plane: ``image``, ``template``, ``diff``..., or the user's choice."""

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""

    @property
    def is_mask(self) -> bool:
        """Whether the plane holds booleans, True where bad."""

    def read(self, box: Box) -> Array:
        """Read the pixels of a box, shape ``box.shape``, native byte order.

        Pixels off the image are NaN, in a mask True.
        """


@dataclass(frozen=True, eq=False)
class ArrayPlane:
    """A plane in memory; ``pixels`` has shape (rows, columns)."""

    name: str
    pixels: Array

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        return int(self.pixels.shape[0]), int(self.pixels.shape[1])

    @property
    def is_mask(self) -> bool:
        """Whether the plane holds booleans."""
        return self.pixels.dtype.kind == "b"

    def read(self, box: Box) -> Array:
        """Read the pixels of a box, shape ``box.shape``; integers become floats beyond an edge."""
        overlap = box.overlap(self.shape)
        inside = overlap is not None and overlap[0][0].stop - overlap[0][0].start == box.ny
        inside &= overlap is not None and overlap[0][1].stop - overlap[0][1].start == box.nx
        dtype = self.pixels.dtype
        if dtype.kind in "iu" and not inside:
            dtype = np.dtype(np.float64)
        out = make_blank(box.shape, dtype)
        if overlap is not None:
            out[overlap[1]] = self.pixels[overlap[0]]
        return out
