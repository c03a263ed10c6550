"""Stamps of a field's stars, cut from image and template, and the two planes' sky and noise."""

from __future__ import annotations

import math
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from vetter.core.cutout.plane import Box, Plane
from vetter.core.matching.match import fill_unknown

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_SKY_GRID = 8
_SKY_SIDE = 32
_MAX_UNKNOWN = 0.3
"""Largest part of a stamp that may be unknown."""
_MIN_SNR = 12.0
_MIN_PEAK = 20.0
"""Least S/N of the mean of 3 x 3 pixels at a source's peak."""
_SEARCHED = 512
"""Side of the parts of a field that are searched for sources, pixels."""
_CELLS = 10
"""Number of cells of the field along each axis, from which stars are taken in turn."""


class Positions(Protocol):
    """Stars with image pixels in arrays."""

    x: Array
    y: Array


def read_positions(stars: Positions | npt.ArrayLike) -> Array:
    """Return x and y of stars that are known, shape (n, 2)."""
    given: Any = stars
    if hasattr(given, "x") and hasattr(given, "y"):
        given = np.stack([np.asarray(given.x, float), np.asarray(given.y, float)], axis=-1)
    positions = np.asarray(given, np.float64).reshape(-1, 2)
    return positions[np.isfinite(positions).all(axis=1)]


class Side(NamedTuple):
    """One of the two planes of a match: its stamps, sky level and noise.

    Attributes
    ----------
    pixels : ndarray, shape (stars, side, side)
        Less the sky; unknown pixels are filled.
    known : ndarray of bool, shape (stars, side, side)
    sky, noise : float
        Level of the field's sky, and 1 sigma per pixel.
    flux : ndarray (stars,)
        Flux above the local sky around each star.
    """

    pixels: Array
    known: Mask
    sky: float
    noise: float
    flux: Array


class Stamps(NamedTuple):
    """Stamps around stars; ``x``, ``y`` are the image pixels of their middles."""

    x: Array
    y: Array
    half: int
    image: Side
    template: Side

    def choose(self, chosen: npt.NDArray[Any]) -> Stamps:
        """Return the stamps of some of the stars."""
        sides = (
            side._replace(
                pixels=side.pixels[chosen], known=side.known[chosen], flux=side.flux[chosen]
            )
            for side in (self.image, self.template)
        )
        return Stamps(self.x[chosen], self.y[chosen], self.half, *sides)


class Sky(NamedTuple):
    """Sky of a plane in boxes all over a field: levels at pixels, and the noise of one pixel."""

    x: Array
    y: Array
    levels: Array
    noise: float


def measure_skies(planes: tuple[Plane, Plane], mask: Plane | None) -> tuple[Sky, Sky] | str:
    """Measure the sky of two planes in boxes of a grid; return a reason if none has pixels."""
    rows, columns = planes[0].shape
    side = min(_SKY_SIDE, rows, columns)
    found: list[list[tuple[float, float, float, float]]] = [[], []]
    for y0 in _spread(rows, side):
        for x0 in _spread(columns, side):
            box = Box(int(x0), int(y0), side, side)
            bad = None if mask is None else np.asarray(mask.read(box)) != 0
            for values, plane in zip(found, planes, strict=True):
                pixels = _read(plane, box)
                if bad is not None:
                    pixels[bad] = np.nan
                good = pixels[np.isfinite(pixels)]
                if len(good) > 0.5 * pixels.size:
                    level, noise = _clip_sky(good)
                    values.append((x0 + (side - 1) / 2, y0 + (side - 1) / 2, level, noise))
    skies = []
    for values, plane in zip(found, planes, strict=True):
        if not values:
            return f"{plane.name}: no part of the field has known pixels"
        x, y, levels, noises = np.array(values).T
        noise = _typical_noise(noises)
        if not noise > 0:
            return f"{plane.name}: its pixels have no noise, so nothing can be weighed"
        skies.append(Sky(x, y, levels, noise))
    return skies[0], skies[1]


def _typical_noise(noises: Array) -> float:
    positive = noises[noises > 0]
    return float(np.percentile(positive, 40)) if len(positive) else 0.0


def _spread(size: int, side: int) -> npt.NDArray[np.intp]:
    number = max(1, min(_SKY_GRID, size // side))
    return np.unique(np.linspace(0, size - side, number).astype(np.intp))


def _read(plane: Plane, box: Box) -> Array:
    # errstate: a damaged file may hold signalling NaN.
    with np.errstate(all="ignore"):
        pixels = np.array(plane.read(box), np.float64)
    pixels[~np.isfinite(pixels)] = np.nan
    return pixels


def _clip_sky(values: Array) -> tuple[float, float]:
    """Return level and noise of the sky; sources are clipped."""
    level, noise = 0.0, 0.0
    for _ in range(4):
        level = float(np.median(values))
        noise = 1.4826 * float(np.median(np.abs(values - level)))
        if noise == 0:
            return level, float(np.std(values))
        values = values[np.abs(values - level) < 3.0 * noise]
    return level, noise


def find_sources(
    planes: tuple[Plane, Plane], mask: Plane | None, fwhm: float, skies: tuple[Sky, Sky]
) -> Array:
    """Find sources that are bright in image and template, blends and galaxies too.

    A kernel is measured on any source that is constant, not on stars alone.

    Parameters
    ----------
    planes : (Plane, Plane)
        Image and template.
    mask : Plane, optional
    fwhm : float
        Pixels; sources nearer than this to a brighter one are omitted.
    skies : (Sky, Sky)

    Returns
    -------
    ndarray (n, 2)
        x and y, whole pixels.
    """
    rows, columns = planes[0].shape
    side = min(_SEARCHED, max(rows, columns))
    numbers = [max(1, min(4, -(-size // side))) for size in (rows, columns)]
    found = []
    for y0 in np.unique(np.linspace(0, max(rows - side, 0), numbers[0]).astype(int)):
        for x0 in np.unique(np.linspace(0, max(columns - side, 0), numbers[1]).astype(int)):
            box = Box(int(x0), int(y0), min(side, columns), min(side, rows))
            found.append(_find_peaks(planes, mask, box, fwhm, skies))
    return np.unique(np.concatenate(found), axis=0)


def _find_peaks(
    planes: tuple[Plane, Plane],
    mask: Plane | None,
    box: Box,
    fwhm: float,
    skies: tuple[Sky, Sky],
) -> Array:
    from scipy.ndimage import maximum_filter, median_filter, uniform_filter

    lowest = np.full(box.shape, np.inf)
    for plane, sky in zip(planes, skies, strict=True):
        pixels = _read(plane, box) - float(np.median(sky.levels))
        known = np.isfinite(pixels)
        if mask is not None:
            known &= np.asarray(mask.read(box)) == 0
        smooth = uniform_filter(np.where(known, pixels, 0.0), 3)
        # A bright galaxy or gradient is no source: the level around is taken off.
        coarse = median_filter(smooth[::4, ::4], max(5, round(1.5 * fwhm) | 1))
        around = coarse.repeat(4, 0).repeat(4, 1)[: box.ny, : box.nx]
        lowest = np.minimum(lowest, np.where(known, (smooth - around) / sky.noise * 3.0, 0.0))
    peak = lowest == maximum_filter(lowest, 2 * max(round(fwhm), 2) + 1)
    rows, columns = np.nonzero(peak & (lowest > _MIN_PEAK))
    return np.stack([columns + box.x0, rows + box.y0], axis=-1).astype(np.float64)


def read_stamps(
    planes: tuple[Plane, Plane],
    mask: Plane | None,
    positions: Array,
    half: int,
    skies: tuple[Sky, Sky],
) -> Stamps:
    """Read the stamps of stars that are usable in both planes.

    A star is omitted where its S/N is low in either plane, its core has unknown pixels or a
    plateau, or over 30% of the stamp are unknown.

    Parameters
    ----------
    planes : (Plane, Plane)
        Image and template.
    mask : Plane, optional
    positions : ndarray (n, 2)
        x and y of the stars.
    half : int
        Half side of the stamps.
    skies : (Sky, Sky)
    """
    side = 2 * half + 1
    kept: list[tuple[Any, ...]] = []
    middles = np.floor(positions + 0.5).astype(int)
    levels = [float(np.median(sky.levels)) for sky in skies]
    aperture = np.hypot(*np.mgrid[-half : half + 1, -half : half + 1]) <= max(3.0, 0.4 * half)
    core = slice(half - 2, half + 3)
    for x, y in np.unique(middles, axis=0).tolist() if len(middles) else []:
        box = Box(x - half, y - half, side, side)
        bad = np.zeros(box.shape, bool) if mask is None else np.asarray(mask.read(box)) != 0
        row: list[Any] = [x, y]
        for plane, sky, level in zip(planes, skies, levels, strict=True):
            pixels = _read(plane, box) - level
            known = np.isfinite(pixels) & ~bad
            if not known[core, core].all() or np.mean(known) < 1 - _MAX_UNKNOWN:
                break
            local = _clip_sky(pixels[known & ~aperture])[0] if (known & ~aperture).any() else 0.0
            flux = float((pixels - local)[known & aperture].sum())
            noise = sky.noise * math.sqrt(np.count_nonzero(aperture))
            if not flux > _MIN_SNR * noise or _has_plateau(pixels[core, core]):
                break
            row += [fill_unknown(pixels, known), known, flux]
        else:
            kept.append(tuple(row))
    return _stack(kept, half, levels, skies)


def _stack(
    rows: list[tuple[Any, ...]], half: int, levels: list[float], skies: tuple[Sky, Sky]
) -> Stamps:
    side = 2 * half + 1
    columns = list(zip(*rows, strict=True)) if rows else [()] * 8
    sides = []
    for number, (level, sky) in enumerate(zip(levels, skies, strict=True)):
        pixels, known, flux = columns[2 + 3 * number : 5 + 3 * number]
        sides.append(
            Side(
                np.array(pixels, np.float64).reshape(-1, side, side),
                np.array(known, bool).reshape(-1, side, side),
                level,
                sky.noise,
                np.array(flux, np.float64),
            )
        )
    x, y = (np.array(column, np.float64) for column in columns[:2])
    return Stamps(x, y, half, *sides)


def _has_plateau(core: Array) -> bool:
    """Return whether several pixels are within a thousandth of the highest."""
    highest = float(core.max())
    return int(np.count_nonzero(core > highest - 1e-3 * abs(highest))) > 2


def spread_stars(stamps: Stamps, shape: tuple[int, int], number: int) -> npt.NDArray[np.intp]:
    """Return the numbers of stars all over a field: the brightest of each cell, then the next."""
    snr = np.minimum(
        stamps.image.flux / stamps.image.noise, stamps.template.flux / stamps.template.noise
    )
    cell = (stamps.y * _CELLS // shape[0]) * _CELLS + stamps.x * _CELLS // shape[1]
    order = np.argsort(-snr, kind="stable")
    rank = np.empty(len(snr), int)
    seen: dict[float, int] = {}
    for star in order.tolist():
        rank[star] = seen.get(cell[star], 0)
        seen[cell[star]] = rank[star] + 1
    return np.lexsort((-snr, rank))[:number]


def measure_shape(side: Side, half: int) -> Array:
    """Return the second moments of the field's median star, pixels squared, shape (2, 2).

    They are those of the Gaussian weight that adapts to the star (Bernstein and Jarvis 2002,
    AJ 123, 583), which noise far from the star does not reach.
    """
    peaks = np.maximum(side.flux, 1e-300)
    star = np.median(side.pixels / peaks[:, None, None], axis=0)
    ring = np.hypot(*np.mgrid[-half : half + 1, -half : half + 1]) > 0.85 * half
    star = star - np.median(star[ring])
    y, x = np.mgrid[-half : half + 1, -half : half + 1].astype(np.float64)
    shape = np.eye(2) * 4.0
    for _ in range(60):
        inverse = np.linalg.inv(shape)
        radius = inverse[0, 0] * x * x + 2 * inverse[0, 1] * x * y + inverse[1, 1] * y * y
        weight = np.exp(-0.5 * radius) * star
        total = float(weight.sum())
        if not total > 0:
            break
        products = (x * x, x * y, y * y)
        xx, xy, yy = (2.0 * float((weight * each).sum()) / total for each in products)
        # A weighted Gaussian has half the variance: twice it is the fixed point.
        found = np.array([[xx, xy], [xy, yy]])
        low, high = np.linalg.eigvalsh(found)
        if not 0.05 < low <= high < half * half:
            break
        if np.abs(found - shape).max() < 1e-3:
            break
        shape = found
    return shape
