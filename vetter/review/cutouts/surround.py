"""Surroundings of a candidate: a wider cutout of its image, north up, with other candidates."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from vetter.core.coordinates.sky import orientation
from vetter.core.display.rendering import Picture, render
from vetter.errors import VetterError

if TYPE_CHECKING:
    from vetter.core.cutout_source import CutoutSource
    from vetter.core.display.style import DisplayStyle

Points = npt.NDArray[np.float64]

WIDER = 4
"""Side of the surroundings in sides of the cutout."""
MAX_SIDE = 1201
"""Largest side of the surroundings, in pixels of the image: 6 MB for a float32 plane."""
SHOWN_SIDE = 320
"""Largest side of their picture; larger surroundings are averaged in blocks."""
MAX_NEIGHBOURS = 100
"""Largest number of candidates that are marked, the nearest first: more rings hide the picture, and
300 take a frame to paint."""


@dataclass(frozen=True, slots=True, eq=False)
class Surround:
    """Picture of a candidate's surroundings, turned so that north is nearest to up.

    Coordinates are fractions of the picture: x from the left to the right edge, y from the lower
    to the upper edge.

    Attributes
    ----------
    row : int
        Row of the candidate.
    picture : ndarray, shape (ny, nx), uint32
        0xffRRGGBB, first row lowest.
    footprint : (float, float, float, float)
        The cutout: left, lower, right and upper edge.
    rows : ndarray of int, shape (k,)
        Other candidates of the same image, the nearest first.
    points : ndarray, shape (k, 2)
        Their positions (x, y).
    north, east : float or None
        Directions in the turned picture, degrees from +x towards +y; None without a WCS.
    wider : float
        Side of the surroundings in sides of the cutout.
    """

    row: int
    picture: Picture
    footprint: tuple[float, float, float, float]
    rows: npt.NDArray[np.intp]
    points: Points
    north: float | None
    east: float | None
    wider: float


def has_surroundings(source: CutoutSource) -> bool:
    """Return whether candidates are on images that are larger than their cutouts."""
    return bool(source.fields) and all(field.shape is not None for field in source.fields)


def render_surround(
    source: CutoutSource, row: int, radius: float, looks: DisplayStyle
) -> Surround | None:
    """Read and draw the surroundings of a candidate; None if they cannot be read.

    Parameters
    ----------
    radius : float
        Radius of the cutout, in pixels; the surroundings are `WIDER` times as wide.
    """
    try:
        return _render(source, row, radius, looks)
    except VetterError:
        # The panels show the reason, since the cutout is read from the same files.
        return None


def _render(source: CutoutSource, row: int, radius: float, looks: DisplayStyle) -> Surround | None:
    side = 2 * math.ceil(radius) + 1
    wide = min(WIDER * side, MAX_SIDE)
    if wide < 2 * side or "image" not in source.plane_names:
        return None
    cutout = source.cutout_with(row, (wide - 1) / 2, ("image",))
    origin = cutout.origin
    if origin is None or "image" not in cutout:
        return None
    block = math.ceil(max(cutout.shape) / SHOWN_SIDE)
    pixels = average_blocks(np.asarray(cutout["image"]), block)
    size = np.array(pixels.shape[::-1]) * block
    x, y = cutout.position
    # Edges of pixels, not centres, in fractions of the picture.
    low = (np.floor(np.array([x, y]) + 0.5) - math.ceil(radius)) / size
    corners = np.array([low, low + side / size])
    rows, points = _neighbours(source, row, origin, size)
    north, east = _directions(source, row, x + origin[0], y + origin[1])
    turns = 0 if north is None else round((90 - north) / 90) % 4
    corners, points = (turn_points(these, turns) for these in (corners, points))
    (left, lower), (right, upper) = corners.min(axis=0), corners.max(axis=0)
    return Surround(
        row,
        # np.rot90 counts from the first axis to the second: clockwise with the first row lowest.
        np.rot90(render({"image": pixels}, looks)[0]["image"], -turns),
        (float(left), float(lower), float(right), float(upper)),
        rows,
        points,
        None if north is None else (north + 90 * turns) % 360,
        None if east is None else (east + 90 * turns) % 360,
        wide / side,
    )


def average_blocks(pixels: npt.NDArray[Any], block: int) -> npt.NDArray[np.float32]:
    """Return the means of square blocks, NaN where a block has no finite pixel.

    Parameters
    ----------
    pixels : ndarray, shape (ny, nx)
        NaN where unknown; the last rows and columns may fill a block only in part.
    block : int
        Side of a block.

    Returns
    -------
    ndarray of float32, shape (ceil(ny / block), ceil(nx / block))

    Examples
    --------
    >>> average_blocks(np.array([[1.0, 3.0], [np.nan, 2.0]]), 2)
    array([[2.]], dtype=float32)
    """
    rows, columns = (math.ceil(length / block) for length in pixels.shape)
    padded = np.full((rows * block, columns * block), np.nan, np.float32)
    padded[: pixels.shape[0], : pixels.shape[1]] = pixels
    blocks = padded.reshape(rows, block, columns, block)
    known = np.isfinite(blocks)
    count = known.sum(axis=(1, 3))
    total = np.where(known, blocks, 0).sum(axis=(1, 3), dtype=np.float64)
    with np.errstate(invalid="ignore"):
        means: npt.NDArray[np.float32] = np.where(
            count > 0, total / np.maximum(count, 1), np.nan
        ).astype(np.float32)
    return means


def turn_points(points: Points, turns: int) -> Points:
    """Turn points (k, 2) in fractions of a picture by quarter turns counter-clockwise.

    Examples
    --------
    >>> turn_points(np.array([[1.0, 0.0]]), 1)
    array([[1., 1.]])
    """
    x, y = points[:, 0], points[:, 1]
    turned = ((x, y), (1 - y, x), (1 - x, 1 - y), (y, 1 - x))[turns % 4]
    return np.column_stack(turned)


def _neighbours(
    source: CutoutSource, row: int, origin: tuple[int, int], size: Points
) -> tuple[npt.NDArray[np.intp], Points]:
    """Return the rows of other candidates in view, the nearest first, and their positions."""
    listed = source.candidates
    positions = np.column_stack([listed.x, listed.y])
    points = (positions - np.array(origin) + 0.5) / size
    # Comparisons with NaN, for a candidate without a position, are False.
    inside = ((points >= 0) & (points <= 1)).all(axis=1)
    inside[row] = False
    rows = np.flatnonzero(inside)
    rows = rows[source.on_field(rows, source.field_of(row))]
    distance = np.hypot(*(positions[rows] - positions[row]).T)
    rows = rows[np.argsort(distance, kind="stable")[:MAX_NEIGHBOURS]]
    return rows, points[rows]


def _directions(
    source: CutoutSource, row: int, x: float, y: float
) -> tuple[float | None, float | None]:
    wcs = source.fields[source.field_of(row)].wcs
    found = None if wcs is None else orientation(wcs, x, y)
    return (None, None) if found is None else found[:2]
