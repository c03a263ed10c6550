"""Bright sources of a box of an image, with their shapes by adaptive moments."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vetter.core.cutout.plane import Box, Plane

Array = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

STAMP_HALF = 12
"""Half a source's stamp, pixels: its sides have 2 HALF + 1 pixels."""
MIN_SNR = 20.0
"""Peak of a source in sigmas of a pixel of the sky: the shape is then good to some 5%."""
REACH, CROWDED_REACH = 10, 4
"""A source is the brightest within this many pixels on each axis; the other in crowded fields."""
_MAX_SOURCES = 300
"""Number of sources measured in a box, at most; the brightest come first."""
_MAX_PEAKS = 20_000
"""Number of local maxima of a box that are looked at, at most."""
_MAX_PEAK = 1e300
"""Peak above which a number is damaged: sums of it overflow."""
_MAX_SKY_SPREAD = 1.3
"""Spread of the sky's values, in sigmas of a pixel, above which the sky is measured in parts."""
_SKY_PART = 64
"""Side of a part in which the sky is measured, pixels."""
_MIN_SHARP_SNR = 10.0
"""Pixel in sigmas of the sky below which it is no cosmic ray."""
_MIN_SHARPNESS = 0.15
"""Higher neighbour on each axis relative to the peak: stars of FWHM 1.3 px have 0.28 or more."""
_ITERATIONS = 16
"""Number of times that the weight of the moments is fitted to the source."""
_MIN_SIGMA, _MAX_SIGMA = 0.45, 0.6 * STAMP_HALF
"""Sigmas of the weight, pixels: a single pixel is narrower, a wider one leaves the stamp."""
_WEIGHT_MARGIN = np.array([[1.0], [0.0], [1.0]])
"""Covariance by which a weight is wider than its source, square pixels.

A sum over the pixels is then an integral, down to an FWHM of 1.5 pixels.
"""
_FLAT, _NEARLY_FLAT = 0.999, 0.97
"""Fractions of the highest pixel above which pixels belong to a flat top, which a flat field or
the sky may have roughened."""
_MIN_FLAT_SNR = 50.0
"""Peak in sigmas of the sky below which equal pixels are noise, or whole numbers."""
_TEMPLATE_SNR = 10.0
_RIVAL_SIGMAS = (3.0, 6.0)
"""Elliptical radii in sigmas between which a bright pixel is of a neighbour; 6 are 2.5 FWHM."""


@dataclass(frozen=True, slots=True, eq=False)
class Sources:
    """Sources of a box, the brightest peak first; arrays of shape (n,), image pixels.

    Attributes
    ----------
    x, y : ndarray
        Centre in the image, 0-based.
    flux : ndarray
        Flux of the Gaussian that fits best.
    covariance : ndarray (n, 3)
        xx, xy and yy of that Gaussian, square pixels.
    peak : ndarray
        Highest pixel, sky included.
    snr : ndarray
        Highest pixel above the sky, in sigmas of a pixel.
    rival : ndarray
        Highest pixel from 3 to 6 sigma relative to the peak.
    flat : ndarray of bool
        Whether the top is flat: saturated, or no star.
    """

    x: Array
    y: Array
    flux: Array
    covariance: Array
    peak: Array
    snr: Array
    rival: Array
    flat: Bools

    @property
    def size(self) -> int:
        """Number of sources."""
        return int(self.x.size)

    def take(self, index: npt.NDArray[np.intp] | Bools) -> Sources:
        """Return the sources of an index."""
        return Sources(*(getattr(self, name)[index] for name in self.__slots__))

    @property
    def sigma(self) -> Array:
        """Geometric mean of the sigmas along both axes, pixels."""
        xx, xy, yy = self.covariance.T
        return np.asarray((xx * yy - xy * xy) ** 0.25)

    @property
    def ellipticity(self) -> Array:
        """Components (xx - yy) and 2 xy of (a^2 - b^2) / (a^2 + b^2), shape (n, 2)."""
        xx, xy, yy = self.covariance.T
        return np.asarray(np.stack([xx - yy, 2.0 * xy], axis=1) / (xx + yy)[:, None])


def join_sources(parts: list[Sources]) -> Sources:
    """Return the sources of several boxes, those of overlaps once."""
    if not parts:
        return no_sources()
    columns = [np.concatenate([getattr(p, n) for p in parts]) for n in Sources.__slots__]
    joined = Sources(*columns)
    joined = joined.take(np.argsort(-joined.snr, kind="stable"))
    return joined.take(_first_of_each(joined.x, joined.y))


def _first_of_each(x: Array, y: Array) -> Bools:
    """Return whether no earlier position is within 3 pixels."""
    from scipy.spatial import cKDTree

    first = np.ones(x.size, bool)
    if x.size:
        for one, other in sorted(cKDTree(np.stack([x, y], axis=1)).query_pairs(3.0)):
            if first[one]:
                first[other] = False
    return first


def no_sources() -> Sources:
    """Return an empty table."""
    none = np.zeros(0)
    return Sources(none, none, none, np.zeros((0, 3)), none, none, none, np.zeros(0, bool))


def read_unmasked(image: Plane, mask: Plane | None, box: Box) -> Array:
    """Read the pixels of a box; NaN where unknown or masked."""
    pixels = np.array(image.read(box), float)
    if mask is not None:
        pixels[np.asarray(mask.read(box)) != 0] = np.nan
    return pixels


def find_sources(box: Box, pixels: Array, reach: int = REACH) -> Sources:
    """Find and measure the sources of a box with these pixels (ny, nx); NaN where unknown.

    A source is the brightest within ``reach`` pixels. Cosmic rays, hot pixels and bad columns are
    unknown pixels by their sharpness; sources with unknown pixels within 3 pixels are left out.
    """
    # errstate: a damaged file may hold numbers near the end of the float range.
    with np.errstate(all="ignore"):
        good = np.isfinite(pixels) & (np.abs(pixels) < _MAX_PEAK)
        if np.count_nonzero(good) < 100 or min(pixels.shape) < 2 * STAMP_HALF + 1:
            return no_sources()
        flat, noise = subtract_sky(pixels, good)
        sharp = _find_sharp(flat, noise)
        good.ravel()[sharp], flat.ravel()[sharp] = False, 0.0
        rows, columns = _find_peaks(flat, good, max(MIN_SNR * noise, 1e-300), reach)
        if not rows.size:
            return no_sources()
        return _measure(box, pixels, flat, good, noise, rows, columns)


def select_in_template(sources: Sources, box: Box, pixels: Array) -> Sources:
    """Return the sources that a template with these pixels shows; flat where it is flat."""
    from scipy.ndimage import maximum_filter, minimum_filter

    with np.errstate(all="ignore"):
        good = np.isfinite(pixels)
        if np.count_nonzero(good) < 100:
            return sources.take(np.zeros(0, np.intp))
        flat, noise = subtract_sky(pixels, good)
        top = maximum_filter(flat, 5)
        rows = np.clip(np.rint(sources.y - box.y0).astype(int), 0, box.ny - 1)
        columns = np.clip(np.rint(sources.x - box.x0).astype(int), 0, box.nx - 1)
        shown = top[rows, columns] > _TEMPLATE_SNR * noise
        shown &= minimum_filter(good, 7, mode="constant", cval=False)[rows, columns]
        steps = np.arange(-2, 3)
        near = (
            np.clip(rows[:, None, None] + steps[:, None], 0, box.ny - 1),
            np.clip(columns[:, None, None] + steps, 0, box.nx - 1),
        )
        plateau = (flat[near] > 0.999 * top[rows, columns, None, None]).sum((1, 2)) > 2
    columns_ = {name: getattr(sources, name) for name in Sources.__slots__}
    columns_["flat"] = sources.flat | plateau
    return Sources(**columns_).take(shown)


def subtract_sky(pixels: Array, good: Bools) -> tuple[Array, float]:
    """Return pixels without their sky, 0 where not good, and the sigma of a pixel."""
    sample = pixels[good][:: max(1, pixels.size // 100_000)]
    sky = float(np.median(sample))
    noise = 1.4826 * float(np.median(np.abs(sample - sky)))
    flat = np.where(good, pixels, sky) - sky
    pixel_noise = _measure_pixel_noise(flat, good)
    if noise > _MAX_SKY_SPREAD * pixel_noise > 0.0:
        flat = np.where(good, flat - _measure_sky(flat, good), 0.0)
        noise = pixel_noise
    return flat, noise


def _measure_pixel_noise(pixels: Array, good: Bools) -> float:
    """Measure the sigma of a pixel from pixels two apart, so that an uneven sky does not count."""
    both = good[::4, 2:] & good[::4, :-2]
    differences = np.abs(pixels[::4, 2:] - pixels[::4, :-2])[both]
    return 1.4826 * float(np.median(differences)) / math.sqrt(2.0) if differences.size else 0.0


def _measure_sky(pixels: Array, good: Bools) -> Array:
    """Interpolate medians of parts of `_SKY_PART` pixels: amplifiers differ, skies slope."""
    from scipy.ndimage import zoom

    rows, columns = (np.array_split(np.arange(n), max(1, n // _SKY_PART)) for n in pixels.shape)
    parts = np.zeros((len(rows), len(columns)))
    for j, down in enumerate(rows):
        for i, along in enumerate(columns):
            part = slice(down[0], down[-1] + 1, 2), slice(along[0], along[-1] + 1, 2)
            known = pixels[part][good[part]]
            parts[j, i] = np.median(known) if known.size else 0.0
    steps = [n / m for n, m in zip(pixels.shape, parts.shape, strict=True)]
    out: Array = zoom(parts, steps, order=1, mode="nearest", grid_mode=True)
    return out


def _find_peaks(
    pixels: Array, good: Bools, above: float, reach: int
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return rows and columns of the brightest local maxima whose neighbourhood is good.

    Bright pixels are few: they are gathered, which takes a third of the time of a filter.
    """
    from scipy.ndimage import uniform_filter
    from scipy.spatial import cKDTree

    smooth = uniform_filter(pixels, 3)
    inside = np.zeros(pixels.shape, bool)
    edge = slice(STAMP_HALF, -STAMP_HALF)
    inside[edge, edge] = smooth[edge, edge] > 0.3 * above
    at = np.flatnonzero(inside)
    flat, width = smooth.ravel(), pixels.shape[1]
    heights = flat[at]
    for step in (-width - 1, -width, -width + 1, -1, 1, width - 1, width, width + 1):
        highest = heights >= flat[at + step]
        at, heights = at[highest], heights[highest]
    at = at[np.argsort(-heights, kind="stable")][:_MAX_PEAKS]
    rows, columns = np.divmod(at, width)
    # Of two within reach the second, which is fainter, is none.
    pairs = cKDTree(np.column_stack([rows, columns])).query_pairs(reach, math.inf, 0, "ndarray")
    alone = np.ones(at.size, bool)
    alone[pairs.max(axis=1, initial=0)[: len(pairs)]] = False
    rows, columns = rows[alone][: 2 * _MAX_SOURCES], columns[alone][: 2 * _MAX_SOURCES]
    steps = np.arange(-3, 4)
    clean = good[rows[:, None, None] + steps[:, None], columns[:, None, None] + steps].all((1, 2))
    return rows[clean][:_MAX_SOURCES], columns[clean][:_MAX_SOURCES]


def _measure(
    box: Box,
    pixels: Array,
    flat: Array,
    good: Bools,
    noise: float,
    rows: npt.NDArray[np.intp],
    columns: npt.NDArray[np.intp],
) -> Sources:
    """Measure the sources at these pixels, without those that are too sharp or have no shape."""
    steps = np.arange(-STAMP_HALF, STAMP_HALF + 1)
    index = rows[:, None, None] + steps[:, None], columns[:, None, None] + steps
    stamps, known = flat[index], good[index]
    edges = np.concatenate(
        [stamps[:, 0], stamps[:, -1], stamps[:, 1:-1, 0], stamps[:, 1:-1, -1]], axis=1
    )
    stamps = stamps - np.median(edges, axis=1)[:, None, None]
    core = stamps[:, STAMP_HALF - 2 : STAMP_HALF + 3, STAMP_HALF - 2 : STAMP_HALF + 3]
    heights = core.max((1, 2))
    raw = pixels[index][:, STAMP_HALF - 2 : STAMP_HALF + 3, STAMP_HALF - 2 : STAMP_HALF + 3]
    peaks = raw.max((1, 2), where=np.isfinite(raw), initial=-np.inf)
    usable = heights > max(MIN_SNR * noise, 1e-300)
    scaled = np.where(known, stamps, 0.0) / heights[:, None, None]
    flux, centre, covariance = adaptive_moments(scaled[usable])
    sources = Sources(
        box.x0 + columns[usable] + centre[:, 0],
        box.y0 + rows[usable] + centre[:, 1],
        flux * heights[usable],
        covariance,
        peaks[usable],
        heights[usable] / max(noise, 1e-300),
        _measure_rivals(scaled[usable], centre, covariance),
        _is_flat(core[usable], covariance, noise),
    )
    return sources.take(np.isfinite(flux) & (flux > 0.0) & np.isfinite(covariance).all(1))


def _is_flat(core: Array, covariance: Array, noise: float) -> Bools:
    """Return whether more pixels are near the highest than a profile of this width has."""
    height = core.max((1, 2), initial=0.0)[:, None, None]
    flat = (core > _FLAT * height).sum((1, 2)) > 2
    xx, xy, yy = covariance.T
    most = 4.0 + 4.0 * math.pi * (1.0 - _NEARLY_FLAT) * np.sqrt(xx * yy - xy * xy)
    nearly = (core > _NEARLY_FLAT * height).sum((1, 2)) > most
    return np.asarray((flat | nearly) & (height[:, 0, 0] > _MIN_FLAT_SNR * noise))


def _find_sharp(pixels: Array, noise: float) -> npt.NDArray[np.intp]:
    """Return flat indices of pixels that stand out of their row or column as no star does."""
    ny, nx = pixels.shape
    at = np.flatnonzero(pixels > max(_MIN_SHARP_SNR * noise, 1e-300))
    row, column = np.divmod(at, nx)
    across = np.maximum(
        pixels[row, np.maximum(column - 1, 0)], pixels[row, np.minimum(column + 1, nx - 1)]
    )
    along = np.maximum(
        pixels[np.maximum(row - 1, 0), column], pixels[np.minimum(row + 1, ny - 1), column]
    )
    return np.asarray(at[np.minimum(across, along) < _MIN_SHARPNESS * pixels[row, column]])


def adaptive_moments(stamps: Array) -> tuple[Array, Array, Array]:
    """Measure sources with Gaussian weights of their own shape (Bernstein and Jarvis 2002, AJ 123).

    Parameters
    ----------
    stamps : ndarray (n, side, side)
        Pixels without sky, the source near the central pixel.

    Returns
    -------
    flux : ndarray (n,)
        Flux of the Gaussian; NaN where there is no such shape.
    centre : ndarray (n, 2)
        Offset from the central pixel in x and y.
    covariance : ndarray (n, 3)
        xx, xy and yy, square pixels, those of the pixel included.
    """
    half = stamps.shape[-1] // 2
    steps = np.arange(-half, half + 1.0)
    n = len(stamps)
    centre, covariance = np.zeros((n, 2)), np.tile([2.0, 0.0, 2.0], (n, 1))
    flux = np.full(n, np.nan)
    alive = np.ones(n, bool)
    for _ in range(_ITERATIONS):
        dx = steps[None, None, :] - centre[:, 0, None, None]
        dy = steps[None, :, None] - centre[:, 1, None, None]
        xx, xy, yy = covariance.T + _WEIGHT_MARGIN
        determinant = xx * yy - xy * xy
        a, b, c = (
            v[:, None, None] for v in (yy / determinant, -xy / determinant, xx / determinant)
        )
        weighted = np.exp(-0.5 * (a * dx * dx + 2.0 * b * dx * dy + c * dy * dy)) * stamps
        total = weighted.sum((1, 2))
        alive &= total > 0.0
        safe = np.where(total > 0.0, total, 1.0)
        mx, my = (weighted * dx).sum((1, 2)) / safe, (weighted * dy).sum((1, 2)) / safe
        sxx = (weighted * dx * dx).sum((1, 2)) / safe - mx * mx
        sxy = (weighted * dx * dy).sum((1, 2)) / safe - mx * my
        syy = (weighted * dy * dy).sum((1, 2)) / safe - my * my
        # A Gaussian source under a Gaussian weight: inverse covariances add.
        product = sxx * syy - sxy * sxy
        safe_product = np.where(product > 1e-9, product, 1.0)
        p = syy / safe_product - yy / determinant
        q = -sxy / safe_product + xy / determinant
        r = sxx / safe_product - xx / determinant
        left = p * r - q * q
        fits = alive & (product > 1e-9) & (left > 1e-9) & (p > 0.0)
        new = np.stack([r, -q, p], axis=1) / np.where(fits, left, 1.0)[:, None]
        new = _bounded(np.where(fits[:, None], new, 1.5 * covariance))
        centre = np.clip(centre + 2.0 * np.stack([mx, my], axis=1), -half / 3, half / 3)
        # Flux of a Gaussian of covariance S under a weight of covariance W.
        both = (new[:, 0] + xx) * (new[:, 2] + yy) - (new[:, 1] + xy) ** 2
        flux = np.where(fits, total * np.sqrt(both / determinant), np.nan)
        covariance = new
    return np.where(alive, flux, np.nan), centre, covariance


def _bounded(covariance: Array) -> Array:
    """Return covariances (n, 3) whose sigmas are within the bounds."""
    xx, xy, yy = covariance.T
    mean, half = 0.5 * (xx + yy), np.hypot(0.5 * (xx - yy), xy)
    angle = 0.5 * np.arctan2(2.0 * xy, xx - yy)
    wide, narrow = (
        np.clip(np.nan_to_num(v, nan=2.0), _MIN_SIGMA**2, _MAX_SIGMA**2)
        for v in (mean + half, mean - half)
    )
    cos, sin = np.cos(angle), np.sin(angle)
    return np.stack(
        [
            wide * cos * cos + narrow * sin * sin,
            (wide - narrow) * sin * cos,
            wide * sin * sin + narrow * cos * cos,
        ],
        axis=1,
    )


def _measure_rivals(stamps: Array, centre: Array, covariance: Array) -> Array:
    """Return the highest pixel outside 3 sigma of each source, in the unit of the stamps."""
    if not len(stamps):
        return np.zeros(0)
    steps = np.arange(-STAMP_HALF, STAMP_HALF + 1.0)
    dx = steps[None, None, :] - centre[:, 0, None, None]
    dy = steps[None, :, None] - centre[:, 1, None, None]
    xx, xy, yy = (v[:, None, None] for v in covariance.T)
    radius2 = (yy * dx * dx - 2.0 * xy * dx * dy + xx * dy * dy) / (xx * yy - xy * xy)
    inner, outer = _RIVAL_SIGMAS
    near = (radius2 > inner * inner) & (radius2 < outer * outer)
    return np.asarray(np.where(near, stamps, 0.0).max((1, 2)))
