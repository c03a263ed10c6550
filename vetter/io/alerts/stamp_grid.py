"""Where stamps lie: all planes of a packet on one grid, and the candidate on it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from vetter.core.cutout.plane import Array
from vetter.io.alerts.packets.producers import Producer

Shape = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Grid:
    """A grid of all stamps of a packet.

    Attributes
    ----------
    shape : (int, int)
        Rows and columns.
    offsets : mapping of str to (int, int)
        Column and row of the grid where a stamp's first pixel lies; stamps that are not here
        cannot be placed.
    middle : (int, int) or None
        Column and row of the pixel that the stamps were cut out around; None where unknown.
    said : str
        What is to be said of it.
    """

    shape: Shape
    offsets: Mapping[str, tuple[int, int]]
    middle: tuple[int, int] | None
    said: str = ""


def half_up(value: float) -> int:
    """The nearest whole number, halves upwards: the pixel that contains a position."""
    return math.floor(value + 0.5)


def stamp_grid(
    shapes: Mapping[str, Shape],
    corners: Mapping[str, tuple[int, int] | None],
    producer: Producer,
    position: tuple[float, float],
) -> Grid:
    """One grid for the stamps of a packet.

    Parameters
    ----------
    shapes : mapping of str to (rows, columns)
        Of the stamps, the most important first.
    corners : mapping of str to (column, row) or None
        Of a stamp's first pixel in the parent image, where its header tells.
    producer : Producer
        Tells the side of a whole stamp.
    position : (x, y)
        Of the candidate in the parent image, NaN where unknown: a stamp that the edge of the
        image cuts lacks columns on the left where x is small, else on the right.
    """
    known = {name: corner for name, corner in corners.items() if corner is not None}
    if set(known) == set(shapes):
        return _by_corners(shapes, known)
    side = producer.side or max(max(shape) for shape in shapes.values())
    if all(shape == (side, side) for shape in shapes.values()):
        return _same(shapes, (side, side))
    first = next(iter(shapes.values()))
    whole = all(max(shape) <= side for shape in shapes.values())
    if not all(map(math.isfinite, position)) or not whole or side % 2 == 0:
        if set(shapes.values()) == {first} and first[0] == first[1]:
            return _same(shapes, first)
        alike = {name: (0, 0) for name, shape in shapes.items() if shape == first}
        said = "" if first[0] == first[1] else "where the candidate lies on the stamp is not known"
        return Grid(first, alike, None, said)
    offsets = {
        name: (
            _missing_before(columns, side, position[0]),
            _missing_before(rows, side, position[1]),
        )
        for name, (rows, columns) in shapes.items()
    }
    said = "cut by the image's edge: filled up to its whole size"
    return Grid((side, side), offsets, (side // 2, side // 2), said)


def placed(image: Array, offset: tuple[int, int], shape: Shape) -> Array:
    """A stamp on the grid; NaN (masks: bad) where it does not reach."""
    if image.shape == shape:
        return image
    fill: object = True if image.dtype.kind == "b" else np.nan if image.dtype.kind == "f" else 0
    out = np.full(shape, fill, image.dtype)
    rows, columns = image.shape
    x, y = offset
    out[y : y + rows, x : x + columns] = image
    return out


def _missing_before(length: int, side: int, position: float) -> int:
    """Pixels that an edge took on the low side: all that are missing, or none."""
    return side - length if position < side else 0


def _same(shapes: Mapping[str, Shape], shape: Shape) -> Grid:
    odd = shape[0] % 2 == 1 and shape[1] % 2 == 1
    middle = (shape[1] // 2, shape[0] // 2) if odd else None
    return Grid(shape, dict.fromkeys(shapes, (0, 0)), middle)


def _by_corners(shapes: Mapping[str, Shape], corners: Mapping[str, tuple[int, int]]) -> Grid:
    """The grid that holds all stamps, by where their headers say that they are cut out."""
    first = next(iter(shapes))
    rows, columns = shapes[first]
    right = max(corners[n][0] + shapes[n][1] for n in shapes)
    top = max(corners[n][1] + shapes[n][0] for n in shapes)
    left, bottom = min(c[0] for c in corners.values()), min(c[1] for c in corners.values())
    if right - left > 2 * columns or top - bottom > 2 * rows:
        # One of the headers is wrong; the first stamp is shown.
        return Grid((rows, columns), {first: (0, 0)}, None)
    offsets = {n: (corners[n][0] - left, corners[n][1] - bottom) for n in shapes}
    return Grid((top - bottom, right - left), offsets, None)
