"""Noise of planes for their display: sky level, 1 sigma, and the candidate's own range."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

DEFAULT_FWHM = 4.0
"""FWHM in pixels where none is known: the candidate's own pixels are those within two of them."""

_MAX_REACH = 16.0
_SAMPLE = 5000
_CLIP_HIGH, _CLIP_LOW = 3.0, 4.0
_MAX_STEPS = 10
_STRUCTURE = 3.0
"""Ratio of scatter to noise plane from which a box holds an object rather than a sky."""
_FAR_FROM_ZERO = 3.0
_MEDIAN_STEP_TO_SIGMA = 1.4826 / math.sqrt(6)


class PlaneNoise(NamedTuple):
    """Statistics of one plane of a cutout, in the plane's units.

    Attributes
    ----------
    level : float
        Sky: the median, with sources clipped.
    sigma : float
        1 sigma of the sky, from the pixels below the level, which sources do not widen; 0 for a
        constant plane.
    lowest, highest : float
        Range of the candidate's own pixels: those within 2 FWHM.
    zero : float
        Value without a difference: 0, but the level of pictures, whose values are all positive.
    """

    level: float
    sigma: float
    lowest: float
    highest: float
    zero: float = 0.0

    @property
    def is_usable(self) -> bool:
        """Whether limits in units of sigma can be drawn."""
        return self.sigma > 1e-9 * abs(self.level) and 1e-290 < self.sigma < 1e150


def measure_noise(
    planes: Mapping[str, Array],
    position: tuple[float, float] | None = None,
    fwhm: float = DEFAULT_FWHM,
) -> dict[str, PlaneNoise]:
    """Measure the planes of a cutout once, for all styles that it is drawn in.

    Parameters
    ----------
    planes : mapping of str to ndarray, shape (ny, nx)
        Planes by name. Boolean planes are left out; bad pixels of `mask` do not count if others
        remain. A plane `err` limits the noise of a box that an extended object fills.
    position : (float, float), optional
        The candidate, x and y in cutout pixels, 0-based; default: the middle.
    fwhm : float
        FWHM of the PSF, pixels.

    Returns
    -------
    dict of str to PlaneNoise
        Planes without a finite pixel are left out.

    Examples
    --------
    >>> image = np.random.default_rng(1).normal(100, 5, (41, 41))
    >>> image[20, 20], image[3, 3] = 500, 60_000
    >>> noise = measure_noise({"image": image})["image"]
    >>> round(noise.level), round(noise.sigma), noise.highest
    (100, 5, 500.0)
    """
    mask = planes.get("mask")
    good = None if mask is None or mask.dtype.kind != "b" else ~mask
    err = _median_noise(planes.get("err"))
    measured = {}
    # A damaged file may hold signalling NaN, and numbers near the end of their range.
    with np.errstate(all="ignore"):
        for name, plane in planes.items():
            found = None if plane.dtype.kind == "b" else _measure(plane, good, position, fwhm, err)
            if found is not None:
                measured[name] = found
    return measured


def _median_noise(err: Array | None) -> float:
    if err is None or err.dtype.kind != "f":
        return math.nan
    known = err[np.isfinite(err)]
    return float(np.partition(known, len(known) // 2)[len(known) // 2]) if len(known) else math.nan


def _measure(
    plane: Array,
    good: Array | None,
    position: tuple[float, float] | None,
    fwhm: float,
    err: float,
) -> PlaneNoise | None:
    finite = np.isfinite(plane)
    counted = finite if good is None or good.shape != plane.shape else finite & good
    if not counted.any():
        counted = finite
    values = np.asarray(plane[counted], np.float64)
    if not len(values):
        return None
    ordered = np.sort(values[:: max(1, len(values) // _SAMPLE)])
    level, sigma = _sky(ordered)
    if sigma > _STRUCTURE * err > 0:
        # An object fills the box: its structure is no noise. The neighbours tell too small an err.
        sigma = min(max(err, _neighbour_noise(plane)), sigma)
    lowest, highest = _own_range(plane, counted, position, fwhm, level)
    one_sided = ordered[0] >= 0 or ordered[-1] <= 0
    is_far = one_sided and 0 < _FAR_FROM_ZERO * sigma < abs(level)
    return PlaneNoise(level, sigma, lowest, highest, level if is_far else 0.0)


def _sky(ordered: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Return level and 1 sigma of sorted values, clipped until they converge."""
    begin, end = 0, len(ordered)
    for _ in range(_MAX_STEPS):
        level = float(ordered[(begin + end) // 2])
        below = level - ordered[begin : max((begin + end) // 2, begin + 1)]
        sigma = float(np.sqrt(np.mean(below**2)))
        if not sigma > 0:
            # More than half of the integers in an image may have the same value.
            sigma = float(np.std(ordered[begin:end]))
        clipped = (
            int(np.searchsorted(ordered, level - _CLIP_LOW * sigma, "left")),
            int(np.searchsorted(ordered, level + _CLIP_HIGH * sigma, "right")),
        )
        if clipped == (begin, end) or clipped[1] - clipped[0] < 10:
            break
        begin, end = clipped
    return level, sigma


def _neighbour_noise(plane: Array) -> float:
    """Return 1 sigma from second differences along rows; NaN for rows of less than three pixels."""
    steps = np.abs(np.diff(plane.astype(np.float64), n=2, axis=1)).ravel()
    steps = steps[np.isfinite(steps)]
    steps = steps[:: max(1, len(steps) // _SAMPLE)]
    if not len(steps):
        return math.nan
    return float(np.partition(steps, len(steps) // 2)[len(steps) // 2]) * _MEDIAN_STEP_TO_SIGMA


def _own_range(
    plane: Array,
    counted: npt.NDArray[np.bool_],
    position: tuple[float, float] | None,
    fwhm: float,
    level: float,
) -> tuple[float, float]:
    """Return the lowest and the highest value within 2 FWHM of the candidate."""
    rows, columns = plane.shape
    x, y = position or ((columns - 1) / 2, (rows - 1) / 2)
    if not (math.isfinite(x) and math.isfinite(y)):
        return level, level
    reach = min(2 * fwhm, _MAX_REACH) if math.isfinite(fwhm) and fwhm > 0 else 2 * DEFAULT_FWHM
    left, right = max(math.ceil(x - reach), 0), min(math.floor(x + reach), columns - 1) + 1
    bottom, top = max(math.ceil(y - reach), 0), min(math.floor(y + reach), rows - 1) + 1
    if left >= right or bottom >= top:
        return level, level
    down, across = np.ogrid[bottom:top, left:right]
    near = counted[bottom:top, left:right] & ((across - x) ** 2 + (down - y) ** 2 <= reach**2)
    own = plane[bottom:top, left:right][near]
    return (float(own.min()), float(own.max())) if len(own) else (level, level)
