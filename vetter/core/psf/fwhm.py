"""The FWHM of a field's PSF from its own stars."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from vetter.core.cutout.plane import ArrayPlane, Box, Plane
from vetter.core.number_text import counted

Array = npt.NDArray[np.float64]

_SIDE = 1024
"""Boxes of a large image are read one at a time: 8 MB of floats each, whatever the image's size."""

_BOXES = 5
_ENOUGH = 40
_BRIGHTEST = 60
_BRIGHTEST_PEAK = 1e300
"""A higher peak is a damaged number: lstsq raises where its terms overflow."""
_UNEVEN = 2.0
"""Sigmas of a pixel that the sky's values spread by, from which on it is looked at in parts."""
_PART = 64
HALF = 10
"""A star is looked at in a stamp of twice this and one pixel on each side."""


@dataclass(frozen=True, slots=True)
class FieldStar:
    """An unsaturated star, the brightest within 10 pixels: place and FWHM, pixels of the image."""

    x: float
    y: float
    fwhm: float


@dataclass(frozen=True, slots=True)
class StarWidths:
    """Median FWHM in pixels, its scatter from star to star, and the number of stars."""

    fwhm: float
    scatter: float
    stars: int

    @property
    def note(self) -> str:
        """One line for the user."""
        return f"FWHM {self.fwhm:.2f} px from {counted(self.stars, 'star')} of the field"


def star_fwhm(plane: Plane | npt.NDArray[Any], mask: Plane | None = None) -> StarWidths | None:
    """Median FWHM of the brightest isolated, unsaturated stars.

    Boxes of 1024 pixels are read one after another, the centre first, until there are 40 stars:
    a tenth of a second and some 60 MB for each.

    Parameters
    ----------
    plane : Plane or ndarray (ny, nx)
        The image; NaN where not known.
    mask : Plane, optional
        True where bad.

    Returns
    -------
    StarWidths or None
        None where fewer than 3 stars are found.
    """
    image: Plane = ArrayPlane("image", plane) if isinstance(plane, np.ndarray) else plane
    stars: list[FieldStar] = []
    for box in star_boxes(image.shape):
        stars += new_stars(stars_in(box, read_unmasked(image, mask, box)), stars)
        if len(stars) >= _ENOUGH:
            break
    return typical_width(np.array([star.fwhm for star in stars]))


def star_boxes(shape: tuple[int, int]) -> list[Box]:
    """The parts of an image that are searched for stars, the centre first."""
    ny, nx = min(shape[0], _SIDE), min(shape[1], _SIDE)
    places = [(0.5, 0.5), (0.2, 0.2), (0.8, 0.8), (0.2, 0.8), (0.8, 0.2)][:_BOXES]
    boxes = [
        Box(round(fx * (shape[1] - nx)), round(fy * (shape[0] - ny)), nx, ny) for fx, fy in places
    ]
    return list(dict.fromkeys(boxes))


def read_unmasked(image: Plane, mask: Plane | None, box: Box) -> Array:
    """Pixels of a box; NaN where not known, and where masked."""
    pixels = np.array(image.read(box), float)
    if mask is not None:
        pixels[np.asarray(mask.read(box)) != 0] = np.nan
    return pixels


def new_stars(stars: list[FieldStar], known: list[FieldStar]) -> list[FieldStar]:
    """Those that are not known from a box that overlaps."""
    return [
        star
        for star in stars
        if all(abs(star.x - old.x) > 3 or abs(star.y - old.y) > 3 for old in known)
    ]


def typical_width(widths: Array) -> StarWidths | None:
    """Median after clipping what lies over 3 robust sigmas off: galaxies, blends, cosmic rays."""
    for _ in range(5):
        if widths.size < 3:
            return None
        middle = float(np.median(widths))
        scatter = 1.4826 * float(np.median(np.abs(widths - middle)))
        kept = np.abs(widths - middle) <= 3.0 * max(scatter, 0.02 * middle)
        if kept.all():
            break
        widths = widths[kept]
    return StarWidths(middle, scatter, int(widths.size))


def stars_in(box: Box, pixels: Array) -> list[FieldStar]:
    """The usable stars of a box with these pixels, the brightest first."""
    # Numbers near the end of their range, as a damaged file has them.
    with np.errstate(all="ignore"):
        return _stars_in(box, pixels)


def _stars_in(box: Box, pixels: Array) -> list[FieldStar]:
    good = np.isfinite(pixels)
    if np.count_nonzero(good) < 100:
        return []
    sample = pixels[good][:: max(1, pixels.size // 100_000)]
    sky = float(np.median(sample))
    noise = 1.4826 * float(np.median(np.abs(sample - sky)))
    filled = np.where(good, pixels, sky) - sky
    own = _noise_of_pixels(filled, good)
    if noise > _UNEVEN * own > 0.0:
        filled = np.where(good, filled - _sky(filled, good), 0.0)
        noise = own
    found = []
    for y, x in _peaks(filled, good, max(20.0 * noise, 1e-300)):
        profile = star_profile(filled[y - HALF : y + HALF + 1, x - HALF : x + HALF + 1], noise)
        if profile is not None:
            dx, dy, fwhm = profile
            found.append(FieldStar(box.x0 + x + dx, box.y0 + y + dy, fwhm))
    return found


def _noise_of_pixels(pixels: Array, good: npt.NDArray[np.bool_]) -> float:
    """Sigma of a pixel, from pixels two apart: a sky that is not even does not count."""
    both = good[::4, 2:] & good[::4, :-2]
    apart = np.abs(pixels[::4, 2:] - pixels[::4, :-2])[both]
    return 1.4826 * float(np.median(apart)) / math.sqrt(2.0) if apart.size else 0.0


def _sky(pixels: Array, good: npt.NDArray[np.bool_]) -> Array:
    """Medians of parts of `_PART` pixels, straight in between: amplifiers differ, skies slope."""
    from scipy.ndimage import zoom

    rows, columns = (np.array_split(np.arange(n), max(1, n // _PART)) for n in pixels.shape)
    parts = np.zeros((len(rows), len(columns)))
    for j, down in enumerate(rows):
        for i, along in enumerate(columns):
            part = slice(down[0], down[-1] + 1, 2), slice(along[0], along[-1] + 1, 2)
            known = pixels[part][good[part]]
            parts[j, i] = np.median(known) if known.size else 0.0
    steps = [n / m for n, m in zip(pixels.shape, parts.shape, strict=True)]
    out: Array = zoom(parts, steps, order=1, mode="nearest", grid_mode=True)
    return out


def _peaks(pixels: Array, good: npt.NDArray[np.bool_], above: float) -> list[tuple[int, int]]:
    """The brightest local maxima with all pixels around them good and no brighter one near."""
    from scipy.ndimage import maximum_filter, uniform_filter

    if min(pixels.shape) < 2 * HALF + 1:
        return []
    smooth = uniform_filter(pixels, 3)
    top = (smooth == maximum_filter(smooth, 2 * HALF + 1)) & (smooth > above)
    rows, columns = np.nonzero(top)
    inside = (rows >= HALF) & (rows < pixels.shape[0] - HALF)
    inside &= (columns >= HALF) & (columns < pixels.shape[1] - HALF)
    rows, columns = rows[inside], columns[inside]
    order = np.argsort(-smooth[rows, columns])
    found = []
    for k in order.tolist():
        y, x = int(rows[k]), int(columns[k])
        if good[y - 3 : y + 4, x - 3 : x + 4].all() and not _saturated(pixels, y, x):
            found.append((y, x))
        if len(found) == _BRIGHTEST:
            break
    return found


def _saturated(pixels: Array, y: int, x: int) -> bool:
    """A flat top: several pixels within a thousandth of the highest."""
    core = pixels[y - 2 : y + 3, x - 2 : x + 3]
    return int(np.count_nonzero(core > 0.999 * core.max())) > 2


def star_profile(stamp: Array, noise: float) -> tuple[float, float, float] | None:
    """A Gaussian by a weighted fit of the logarithm (Guo 2011, IEEE SPM 28, 134).

    Of the pixels within the half-maximum circle or a little outside: a Moffat's wings do not count.

    Parameters
    ----------
    stamp : ndarray (21, 21)
        Centred on the star's highest pixel.
    noise : float
        Sigma of a pixel of the sky.

    Returns
    -------
    (float, float, float) or None
        Place from the central pixel in x and y, and geometric mean of the FWHM along both axes,
        pixels. None where the profile is no star's: too sharp, too long, off the peak.
    """
    edge = np.concatenate([stamp[0], stamp[-1], stamp[:, 0], stamp[:, -1]])
    stamp = stamp - float(np.median(edge))
    peak = float(stamp[HALF - 1 : HALF + 2, HALF - 1 : HALF + 2].max())
    if not peak < _BRIGHTEST_PEAK:
        return None
    y, x = np.mgrid[-HALF : HALF + 1, -HALF : HALF + 1]
    core = stamp > max(0.35 * peak, 5.0 * noise)
    core &= _connected(core)
    if np.count_nonzero(core) < 5:
        return None
    dx, dy, value = x[core].astype(float), y[core].astype(float), stamp[core]
    terms = np.stack([np.ones_like(dx), dx, dy, dx * dx, dx * dy, dy * dy], axis=1)
    fit, _, rank, _ = np.linalg.lstsq(terms * value[:, None], np.log(value) * value, rcond=None)
    if rank < 5:
        return None
    curve = np.array([[-2.0 * fit[3], -fit[4]], [-fit[4], -2.0 * fit[5]]])
    narrow, wide = np.linalg.eigvalsh(curve)
    if not narrow > 0 or not wide > 0 or wide / narrow > 2.0:
        return None
    sigma = (narrow * wide) ** -0.25
    fwhm = 2.0 * math.sqrt(2.0 * math.log(2.0)) * sigma
    place = np.linalg.solve(curve, fit[1:3])
    if not 1.0 < fwhm < 1.5 * HALF or np.abs(place).max() > 0.5 * HALF:
        return None
    return float(place[0]), float(place[1]), float(fwhm)


def _connected(core: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """The part of ``core`` that holds the centre."""
    from scipy.ndimage import label

    parts, _ = label(core)
    return np.asarray((parts == parts[HALF, HALF]) & core)
