"""Places of artificial sources on an image: on blank sky, or on the light of template sources."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.cutout.plane import Box, Plane

Array = npt.NDArray[np.float64]

_TILE_SIDE = 128
_TILES = 24
"""Tiles of the template that are searched for light; time does not grow with the image."""
_LIGHT_SIGMA = 5.0
"""Light of a template's source begins this many sigmas above the sky."""
_MAX_LIGHT_SIGMA = 60.0
"""Light of a host ends here: in the cores of bright stars no transient is looked for."""
_TRIES = 60
"""Places tried for each source before the field counts as full."""
_FROM_CANDIDATES = 2.0
"""Distance from each candidate of the list, FWHM: a planted source must not change it."""
_FROM_EACH_OTHER = 4.0
"""Distance between artificial sources, FWHM."""


class Places(NamedTuple):
    """Positions of artificial sources, 0-based pixels with fractions; fewer if the field is full.

    ``on_source`` is True where the template has a source.
    """

    x: Array
    y: Array
    on_source: npt.NDArray[np.bool_]


def choose_places(
    planes: Sequence[Plane],
    template: Plane | None,
    mask: Plane | None,
    taken: Array,
    count: int,
    fwhm: float,
    rng: np.random.Generator,
) -> Places:
    """Choose places for sources: half on a template source's light, half anywhere.

    Parameters
    ----------
    planes : sequence of Plane
        Planes that have to be finite around each place; the first is the image.
    template : Plane or None
    mask : Plane or None
        No place is on a bad pixel.
    taken : ndarray (n, 2)
        Positions x, y to keep away from; NaN is ignored.
    count : int
    fwhm : float
        Pixels.
    rng : Generator
    """
    rows, columns = planes[0].shape
    lit = np.empty((0, 3)) if template is None else _lit_pixels(template, mask, rng)
    margin = math.ceil(1.5 * fwhm) + 1
    if min(rows, columns) <= 2 * margin + 1:
        return Places(np.empty(0), np.empty(0), np.empty(0, bool))
    taken = np.asarray(taken, float).reshape(-1, 2)
    taken = taken[np.isfinite(taken).all(axis=1)]
    # rng draws a fixed set of numbers for each try, whether or not the place will do.
    chosen: list[tuple[float, float, bool]] = []
    for attempt in range(_TRIES * count):
        if len(chosen) == count:
            break
        wants_source = len(lit) > 0 and len(chosen) % 2 == 0 and attempt < _TRIES * count // 2
        draw = rng.uniform(size=4)
        if wants_source:
            pixel = lit[int(draw[0] * len(lit))]
            x, y = pixel[:2] + draw[2:] - 0.5
            if template is not None and _is_beside_bright(template, x, y, pixel[2], fwhm):
                continue
        else:
            x = margin + draw[0] * (columns - 1 - 2 * margin)
            y = margin + draw[1] * (rows - 1 - 2 * margin)
        if not (margin <= x <= columns - 1 - margin and margin <= y <= rows - 1 - margin):
            continue
        others = np.array([place[:2] for place in chosen]).reshape(-1, 2)
        if _is_near(taken, x, y, _FROM_CANDIDATES * fwhm + 2.0):
            continue
        if _is_near(others, x, y, _FROM_EACH_OTHER * fwhm):
            continue
        if _is_usable(planes, mask, x, y, margin, fwhm):
            chosen.append((float(x), float(y), wants_source))
    table = np.array(chosen, float).reshape(-1, 3)
    # In any order: the kinds of place alternate.
    table = table[rng.permutation(len(table))]
    return Places(table[:, 0], table[:, 1], table[:, 2] > 0)


def _is_beside_bright(template: Plane, x: float, y: float, level: float, fwhm: float) -> bool:
    """Return whether a pixel within 1.5 FWHM is above a level."""
    pixels = np.asarray(template.read(Box.around(x, y, 1.5 * fwhm)), float)
    return bool(np.isfinite(pixels).any() and np.nanmax(pixels) > level)


def _is_near(points: Array, x: float, y: float, distance: float) -> bool:
    return bool((np.hypot(points[:, 0] - x, points[:, 1] - y) < distance).any())


def _is_usable(
    planes: Sequence[Plane], mask: Plane | None, x: float, y: float, half: int, fwhm: float
) -> bool:
    """Return whether all planes have pixels around a place, and none of its core is masked."""
    box = Box.around(x, y, half)
    if any(not np.isfinite(plane.read(box)).all() for plane in planes):
        return False
    core = Box.around(x, y, max(fwhm, 1.0))
    return mask is None or not np.asarray(mask.read(core), bool).any()


def _lit_pixels(template: Plane, mask: Plane | None, rng: np.random.Generator) -> Array:
    """Return pixels on the light of sources, from tiles all over a template.

    The columns are x, y and the level of bright light there, shape (n, 3).
    """
    found = []
    for box in sample_boxes(template.shape, rng):
        pixels = np.asarray(template.read(box), float)
        light, blank = light_and_sky(pixels, _MAX_LIGHT_SIGMA)
        if not blank.any():
            continue
        # Blank pixels reach 2 sigmas each way.
        sky, reach = np.median(pixels[blank]), np.ptp(pixels[blank]) / 4.0
        level = sky + _MAX_LIGHT_SIGMA * reach
        if mask is not None:
            light &= ~np.asarray(mask.read(box), bool)
        rows, columns = np.nonzero(light)
        levels = np.full(len(rows), level)
        found.append(np.column_stack([columns + box.x0, rows + box.y0, levels]))
    return np.concatenate(found).astype(float) if found else np.empty((0, 3))


def sample_boxes(shape: tuple[int, int], rng: np.random.Generator) -> list[Box]:
    """Return boxes at random places of an image, the whole image if it is small."""
    rows, columns = shape
    ny, nx = min(rows, _TILE_SIDE), min(columns, _TILE_SIDE)
    count = min(_TILES, math.ceil(rows / ny) * math.ceil(columns / nx))
    x = (rng.uniform(size=count) * (columns - nx + 1)).astype(int)
    y = (rng.uniform(size=count) * (rows - ny + 1)).astype(int)
    return [Box(int(a), int(b), nx, ny) for a, b in zip(x, y, strict=True)]


def light_and_sky(
    pixels: Array, most: float = math.inf
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return which pixels of a box are on sources, and which on blank sky.

    Light of more than ``most`` sigmas of the sky is neither.
    """
    finite = np.isfinite(pixels)
    if not finite.any():
        return np.zeros(pixels.shape, bool), np.zeros(pixels.shape, bool)
    sky = float(np.median(pixels[finite]))
    sigma = 1.4826 * float(np.median(np.abs(pixels[finite] - sky)))
    # errstate: NaN compare as False.
    with np.errstate(invalid="ignore"):
        height = (pixels - sky) / sigma if sigma > 0 else np.zeros(pixels.shape)
        return (height > _LIGHT_SIGMA) & (height <= most), np.abs(height) <= 2.0
