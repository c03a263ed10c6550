"""Samples of a difference: boxes all over a field, with their background and sources found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vetter.core.cutout.plane import Box, Plane
from vetter.core.noise.robust import clipped_scatter, find_step, fit_surfaces, trimmed_means

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Convolved = Plane | Callable[[Box], npt.NDArray[np.floating]]
"""Matched template of a field: a plane, or a function that returns a box of it."""

CELL_SIDE = 64
"""Side of a box, pixels: enough pixels for a scatter to 2%, small against a field."""
MAX_CELLS = 12
"""Number of boxes along an axis: time and memory do not grow with the image."""
_BLOCK = 8
_MIN_BLOCK_PIXELS = 24
_SOURCE_SIGMA, _STRANGE_SIGMA = 3.0, 4.0
_SOURCE_REACH = 2
"""Pixels around a source that do not count as blank."""
_SMALL_SIGNAL = 0.5
"""Signal that never counts as a source, in sigmas of the difference: its photons add little."""
MIN_BLANK = 0.03
"""Fraction of a box that has to be blank."""
_FAINTEST = 0.3
_MAX_ABOVE = 1.15
"""Ratio of scatter and second differences, relative to the field's, that is a structure."""
_ROUNDING = 1e-12
"""Scatter that is rounding alone, relative to the pixels."""
_PLATEAU, _MIN_PLATEAU = 0.02, 6
"""Depth of a plateau of saturated pixels, as a fraction of its height, and its pixels."""


@dataclass(frozen=True, eq=False)
class SkySamples:
    """Boxes of a field, (k, n, n) each; NaN where a pixel is unknown or masked.

    Attributes
    ----------
    boxes : tuple of Box
    x, y : ndarray
        Columns and rows of the middles of the cells.
    difference : ndarray (k, n, n)
        Image minus matched template and background.
    light, signal : ndarray (k, n, n)
        Matched template above its sky; the same smoothed over 3 x 3 pixels.
    blank : bool ndarray (k, n, n)
        True where there is neither a source nor an outlier of the difference.
    sigma : ndarray (k,)
        Scatter of the difference's blank pixels; NaN if too few.
    count : ndarray of int (k,)
        Blank pixels.
    rough : ndarray (k, n, n)
        Second differences of the difference along both axes: what is smooth falls out.
    rough_sigma : ndarray (k,)
        Scatter of ``rough`` in blank pixels.
    steady : bool ndarray (k,)
        False where the blank pixels have a structure, as an edge of an amplifier, that is not
        noise; ``sigma`` is then that of their second differences.
    background, level : ndarray (k,)
        Background of the difference and of the template in the middle of each box.
    step : float
        Step of the values of a quantised image; 0 for others.
    """

    boxes: tuple[Box, ...]
    x: Array
    y: Array
    difference: Array
    light: Array
    signal: Array
    blank: Flags
    sigma: Array
    count: npt.NDArray[np.int_]
    rough: Array
    rough_sigma: Array
    steady: Flags
    background: Array
    level: Array
    step: float


def sample_sky(image: Plane, convolved: Convolved, mask: Plane | None) -> SkySamples:
    """Read boxes all over a field, and find their background and blank pixels."""
    x, boxes_x, nx = _place_boxes(image.shape[1])
    y, boxes_y, ny = _place_boxes(image.shape[0])
    boxes = [Box(x0, y0, nx, ny) for y0 in boxes_y for x0 in boxes_x]
    read = convolved if callable(convolved) else convolved.read
    difference = np.empty((len(boxes), ny, nx))
    template = np.empty_like(difference)
    # errstate: damaged pixels may be infinite, or near the end of the float range.
    with np.errstate(all="ignore"):
        for k, box in enumerate(boxes):
            template[k] = read_inside(read, box, image.shape)
            difference[k] = read_inside(image.read, box, image.shape)
            if mask is not None:
                difference[k][np.asarray(mask.read(box)) != 0] = np.nan
        middle = len(boxes) // 2
        step = max(find_step(difference[middle]), find_step(template[middle]))
        for plane in (difference, template):
            _cut_plateau(plane)
        difference -= template
        difference[~(np.abs(difference) < 1e150)] = np.nan
        template[np.isnan(difference)] = np.nan
        return _analyse(tuple(boxes), x, y, difference, template, step)


def _cut_plateau(boxes: Array) -> None:
    """Set saturated pixels to NaN: those at the top, if more than just below it."""
    from scipy.ndimage import binary_dilation

    highest = float(np.max(boxes, where=np.isfinite(boxes), initial=-np.inf))
    if not np.isfinite(highest):
        return
    typical = float(np.median(boxes[np.isfinite(boxes)][::64]))
    height = highest - typical
    top = boxes > highest - _PLATEAU * height
    near = np.count_nonzero(boxes > highest - 5.0 * _PLATEAU * height) - np.count_nonzero(top)
    # A star has four times as many pixels in the four steps below the highest one.
    if np.count_nonzero(top) >= _MIN_PLATEAU and np.count_nonzero(top) > near:
        boxes[binary_dilation(top, np.ones((1, 3, 3), bool), iterations=2)] = np.nan


def read_inside(
    read: Callable[[Box], npt.NDArray[np.floating]], box: Box, shape: tuple[int, int]
) -> Array:
    """Read a box; pixels off the image are NaN, whatever the reader returns for them."""
    overlap = box.overlap(shape)
    if overlap is not None and overlap[1] == (slice(0, box.ny), slice(0, box.nx)):
        return np.asarray(read(box), np.float64)
    out = np.full(box.shape, np.nan)
    if overlap is not None:
        (rows, columns), inside = overlap
        part = Box(columns.start, rows.start, *(s.stop - s.start for s in (columns, rows)))
        out[inside] = read(part)
    return out


def _place_boxes(size: int) -> tuple[Array, list[int], int]:
    """Return the middles of the cells along an axis, the first pixel of each box, and its side."""
    count = int(np.clip(round(size / CELL_SIDE), 1, MAX_CELLS))
    side = CELL_SIDE if count > 1 else -(-min(size, 3 * CELL_SIDE // 2) // _BLOCK) * _BLOCK
    middles = (np.arange(count) + 0.5) * size / count - 0.5
    starts = np.floor(middles - (min(side, size) - 1) / 2 + 0.5).astype(int)
    return middles, np.clip(starts, 0, max(size - side, 0)).tolist(), side


def _analyse(
    boxes: tuple[Box, ...],
    x: Array,
    y: Array,
    difference: Array,
    template: Array,
    step: float,
) -> SkySamples:
    from scipy.ndimage import binary_dilation, uniform_filter

    shape = difference.shape[1:]
    background = _fit_background(difference, _make_terms(shape, 2), 3.0)
    level = _fit_background(template, _make_terms(shape, 1), 2.0)
    difference = difference - background
    light = template - level
    signal = _smooth(light, uniform_filter)
    known = np.isfinite(difference)
    strange = _smooth(difference, uniform_filter)
    # Every fourth pixel is enough for limits.
    rough = clipped_scatter(_flatten(difference[:, ::2, ::2]), step)[1][:, None, None]
    limits = []
    for smoothed in (signal, strange):
        limits.append(clipped_scatter(_flatten(smoothed[:, ::2, ::2]))[1][:, None, None])
    source = signal > np.maximum(_SOURCE_SIGMA * limits[0], _SMALL_SIGNAL * rough)
    source |= np.abs(strange) > _STRANGE_SIGMA * limits[1]
    reach = np.ones((1, 2 * _SOURCE_REACH + 1, 2 * _SOURCE_REACH + 1), bool)
    blank = known & ~binary_dilation(source, reach)
    # A crowded box has no blank pixel: the faintest signal there is its sky.
    for k in np.flatnonzero(_share(blank, known) < MIN_BLANK).tolist():
        if known[k].any():
            blank[k] = known[k] & (signal[k] < np.quantile(signal[k][known[k]], _FAINTEST))
    # The mean of what is blank, not the surface, is the background: sources pulled at that.
    mean, sigma, count = clipped_scatter(_flatten(np.where(blank, difference, np.nan)), step)
    difference = difference - mean[:, None, None]
    blank &= np.abs(difference) < 5.0 * sigma[:, None, None]
    sigma[count < max(30, MIN_BLANK * shape[0] * shape[1] / 2)] = np.nan
    middle = (slice(None), shape[0] // 2, shape[1] // 2)
    sigma = np.where(sigma > _ROUNDING * np.abs(background[middle]), sigma, np.nan)
    rough = _take_second_differences(difference)
    rough_sigma = clipped_scatter(_flatten(np.where(blank, rough, np.nan)), step / 6.0)[1]
    ratio = sigma / np.where(rough_sigma > 0, rough_sigma, np.nan)
    usual = float(np.median(ratio[np.isfinite(ratio)])) if np.isfinite(ratio).any() else 1.0
    steady = ~(ratio > _MAX_ABOVE * usual)
    sigma = np.where(steady, sigma, usual * rough_sigma)
    return SkySamples(
        boxes,
        x,
        y,
        difference,
        light,
        signal,
        blank,
        sigma,
        count,
        rough,
        rough_sigma,
        steady,
        background[middle] + mean,
        level[middle],
        step,
    )


def _take_second_differences(difference: Array) -> Array:
    """Return second differences along both axes, of unit scatter for white noise of scatter 1."""
    from scipy.ndimage import correlate1d, minimum_filter

    known = np.isfinite(difference)
    second = [1.0, -2.0, 1.0]
    filled = np.where(known, difference, 0.0)
    rough = correlate1d(correlate1d(filled, second, axis=1), second, axis=2) / 6.0
    inner = minimum_filter(known, (1, 3, 3), mode="constant", cval=False)
    return np.where(inner, rough, np.nan)


def _share(part: Flags, whole: Flags) -> Array:
    total = np.maximum(whole.sum(axis=(1, 2)), 1)
    share: Array = part.sum(axis=(1, 2)) / total
    return share


def _flatten(boxes: Array) -> Array:
    return boxes.reshape(len(boxes), -1)


def _make_terms(shape: tuple[int, ...], degree: int) -> Array:
    """Return x^i y^j, i + j <= degree, at all pixels, (ny, nx, terms)."""
    y, x = (np.linspace(-1.0, 1.0, size) for size in shape)
    grid_y, grid_x = np.meshgrid(y, x, indexing="ij")
    powers = [(i, j) for i in range(degree + 1) for j in range(degree + 1 - i)]
    return np.stack([grid_x**i * grid_y**j for i, j in powers], axis=-1)


def _fit_background(boxes: Array, terms: Array, high_clip: float) -> Array:
    """Return a smooth surface below the sources of each box, shape as ``boxes``."""
    count, ny, nx = boxes.shape
    by, bx = ny // _BLOCK, nx // _BLOCK
    blocks = boxes.reshape(count, by, _BLOCK, bx, _BLOCK).transpose(0, 1, 3, 2, 4)
    means = trimmed_means(blocks.reshape(count, by * bx, _BLOCK * _BLOCK), _MIN_BLOCK_PIXELS)
    at_blocks = terms.reshape(by, _BLOCK, bx, _BLOCK, -1).mean(axis=(1, 3)).reshape(by * bx, -1)
    coefficients = fit_surfaces(means, at_blocks, high_clip)
    # Too few blocks for a surface: their mean.
    plain = np.isnan(coefficients[:, 0])
    coefficients[plain] = 0.0
    known = np.isfinite(means)
    lone = np.where(known, means, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    coefficients[plain, 0] = lone[plain]
    surface: Array = np.tensordot(coefficients, terms, axes=(1, 2))
    return surface


def _smooth(boxes: Array, uniform_filter: Callable[..., Array]) -> Array:
    """Return means of the known pixels among 3 x 3; NaN where the pixel is unknown."""
    known = np.isfinite(boxes)
    weight = uniform_filter(known.astype(float), (1, 3, 3), mode="constant")
    total = uniform_filter(np.where(known, boxes, 0.0), (1, 3, 3), mode="constant")
    return np.where(known, total / np.maximum(weight, 1e-9), np.nan)
