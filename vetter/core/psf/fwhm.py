"""The FWHM of a field's PSF, measured on its stars."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from vetter.core.cutout.plane import ArrayPlane, Box, Plane
from vetter.core.number_text import format_count

Array = npt.NDArray[np.float64]

_BOX_SIDE = 1024
"""Side of a box, pixels; boxes are read one at a time, each 8 MB of floats in any image."""

_MAX_BOXES = 5
"""Number of boxes that are read, at most."""
_MIN_STARS = 40
"""Number of stars after which no further box is read."""
_MAX_STARS_PER_BOX = 60
"""Number of stars measured in a box, at most; the brightest come first."""
_MAX_PEAK = 1e300
"""Peak above which a number is damaged: lstsq() raises if its terms overflow."""
_MAX_SKY_SPREAD = 2.0
"""Spread of the sky's values, in sigmas of a pixel, above which the sky is measured in parts."""
_SKY_PART = 64
"""Side of a part in which the sky is measured, pixels."""
STAMP_HALF = 10
"""Half a star's stamp, pixels: its sides have 2 HALF + 1 pixels."""


@dataclass(frozen=True, slots=True)
class FieldStar:
    """An unsaturated star, the brightest within 10 pixels: position and FWHM in image pixels."""

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
        """Line for the user."""
        return f"FWHM {self.fwhm:.2f} px from {format_count(self.stars, 'star')} of the field"


def star_fwhm(plane: Plane | npt.NDArray[Any], mask: Plane | None = None) -> StarWidths | None:
    """Measure the median FWHM of the brightest isolated, unsaturated stars.

    Boxes of 1024 pixels are read one after another, the centre first, until there are 40 stars:
    a tenth of a second and some 60 MB for each.

    Parameters
    ----------
    plane : Plane or ndarray (ny, nx)
        The image; NaN where unknown.
    mask : Plane, optional
        True where bad.

    Returns
    -------
    StarWidths or None
        None for fewer than 3 stars.
    """
    image: Plane = ArrayPlane("image", plane) if isinstance(plane, np.ndarray) else plane
    stars: list[FieldStar] = []
    for box in star_boxes(image.shape):
        stars += new_stars(find_box_stars(box, read_unmasked(image, mask, box)), stars)
        if len(stars) >= _MIN_STARS:
            break
    return typical_width(np.array([star.fwhm for star in stars]))


def star_boxes(shape: tuple[int, int]) -> list[Box]:
    """Return the parts of an image to search for stars, the centre first."""
    ny, nx = min(shape[0], _BOX_SIDE), min(shape[1], _BOX_SIDE)
    fractions = [(0.5, 0.5), (0.2, 0.2), (0.8, 0.8), (0.2, 0.8), (0.8, 0.2)][:_MAX_BOXES]
    boxes = [
        Box(round(fx * (shape[1] - nx)), round(fy * (shape[0] - ny)), nx, ny)
        for fx, fy in fractions
    ]
    return list(dict.fromkeys(boxes))


def read_unmasked(image: Plane, mask: Plane | None, box: Box) -> Array:
    """Read the pixels of a box; NaN where unknown or masked."""
    pixels = np.array(image.read(box), float)
    if mask is not None:
        pixels[np.asarray(mask.read(box)) != 0] = np.nan
    return pixels


def new_stars(stars: list[FieldStar], known: list[FieldStar]) -> list[FieldStar]:
    """Return the stars that are not yet known from an overlapping box."""
    return [
        star
        for star in stars
        if all(abs(star.x - old.x) > 3 or abs(star.y - old.y) > 3 for old in known)
    ]


def typical_width(widths: Array) -> StarWidths | None:
    """Return the median width without outliers, over 3 robust sigmas off; None below 3 stars.

    Outliers are galaxies, blends and cosmic rays.
    """
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


def find_box_stars(box: Box, pixels: Array) -> list[FieldStar]:
    """Return the usable stars of a box with these pixels, the brightest first."""
    # errstate: a damaged file may hold numbers near the end of the float range.
    with np.errstate(all="ignore"):
        return _find_stars(box, pixels)


def _find_stars(box: Box, pixels: Array) -> list[FieldStar]:
    good = np.isfinite(pixels)
    if np.count_nonzero(good) < 100:
        return []
    sample = pixels[good][:: max(1, pixels.size // 100_000)]
    sky = float(np.median(sample))
    noise = 1.4826 * float(np.median(np.abs(sample - sky)))
    filled = np.where(good, pixels, sky) - sky
    pixel_noise = _measure_pixel_noise(filled, good)
    if noise > _MAX_SKY_SPREAD * pixel_noise > 0.0:
        filled = np.where(good, filled - _measure_sky(filled, good), 0.0)
        noise = pixel_noise
    stars = []
    for y, x in _find_peaks(filled, good, max(20.0 * noise, 1e-300)):
        profile = star_profile(
            filled[y - STAMP_HALF : y + STAMP_HALF + 1, x - STAMP_HALF : x + STAMP_HALF + 1], noise
        )
        if profile is not None:
            dx, dy, fwhm = profile
            stars.append(FieldStar(box.x0 + x + dx, box.y0 + y + dy, fwhm))
    return stars


def _measure_pixel_noise(pixels: Array, good: npt.NDArray[np.bool_]) -> float:
    """Measure the sigma of a pixel from pixels two apart, so that an uneven sky does not count."""
    both = good[::4, 2:] & good[::4, :-2]
    differences = np.abs(pixels[::4, 2:] - pixels[::4, :-2])[both]
    return 1.4826 * float(np.median(differences)) / math.sqrt(2.0) if differences.size else 0.0


def _measure_sky(pixels: Array, good: npt.NDArray[np.bool_]) -> Array:
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


def _find_peaks(pixels: Array, good: npt.NDArray[np.bool_], above: float) -> list[tuple[int, int]]:
    """Return (row, column) of the brightest local maxima whose neighbourhood is good."""
    from scipy.ndimage import maximum_filter, uniform_filter

    if min(pixels.shape) < 2 * STAMP_HALF + 1:
        return []
    smooth = uniform_filter(pixels, 3)
    top = (smooth == maximum_filter(smooth, 2 * STAMP_HALF + 1)) & (smooth > above)
    rows, columns = np.nonzero(top)
    inside = (rows >= STAMP_HALF) & (rows < pixels.shape[0] - STAMP_HALF)
    inside &= (columns >= STAMP_HALF) & (columns < pixels.shape[1] - STAMP_HALF)
    rows, columns = rows[inside], columns[inside]
    order = np.argsort(-smooth[rows, columns])
    peaks = []
    for k in order.tolist():
        y, x = int(rows[k]), int(columns[k])
        if good[y - 3 : y + 4, x - 3 : x + 4].all() and not _is_saturated(pixels, y, x):
            peaks.append((y, x))
        if len(peaks) == _MAX_STARS_PER_BOX:
            break
    return peaks


def _is_saturated(pixels: Array, y: int, x: int) -> bool:
    """Return whether a peak has a flat top: several pixels within a thousandth of the highest."""
    core = pixels[y - 2 : y + 3, x - 2 : x + 3]
    return int(np.count_nonzero(core > 0.999 * core.max())) > 2


def star_profile(stamp: Array, noise: float) -> tuple[float, float, float] | None:
    """Fit a Gaussian by weighted least squares of the logarithm (Guo 2011, IEEE SPM 28, 134).

    Pixels within the half-maximum circle or a little outside count: a Moffat's wings do not.

    Parameters
    ----------
    stamp : ndarray (21, 21)
        Pixels centred on the star's highest pixel.
    noise : float
        Sigma of a pixel of the sky.

    Returns
    -------
    (float, float, float) or None
        Offset from the central pixel in x and y, and geometric mean of the FWHM along both axes,
        pixels. None if the profile is not a star's: too sharp, too elongated, off the peak.
    """
    edge = np.concatenate([stamp[0], stamp[-1], stamp[:, 0], stamp[:, -1]])
    stamp = stamp - float(np.median(edge))
    peak = float(stamp[STAMP_HALF - 1 : STAMP_HALF + 2, STAMP_HALF - 1 : STAMP_HALF + 2].max())
    if not peak < _MAX_PEAK:
        return None
    y, x = np.mgrid[-STAMP_HALF : STAMP_HALF + 1, -STAMP_HALF : STAMP_HALF + 1]
    core = stamp > max(0.35 * peak, 5.0 * noise)
    core &= _select_central_part(core)
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
    offset = np.linalg.solve(curve, fit[1:3])
    if not 1.0 < fwhm < 1.5 * STAMP_HALF or np.abs(offset).max() > 0.5 * STAMP_HALF:
        return None
    return float(offset[0]), float(offset[1]), float(fwhm)


def _select_central_part(core: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return the connected part of ``core`` that contains the centre."""
    from scipy.ndimage import label

    parts, _ = label(core)
    return np.asarray((parts == parts[STAMP_HALF, STAMP_HALF]) & core)
