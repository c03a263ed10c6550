"""Pixels of a cutout: those that a fit may use, the fill of a template's holes, and the mode."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from vetter.core.fit.chi2.spline import SPLINE_REACH

Array = npt.NDArray[np.float64]
Box = tuple[slice, slice]
Flags = npt.NDArray[np.bool_]

_FILL_REACH = 1
"""Pixels beyond the spline's own four that a wrong fill could change too much. The spline's memory
of a value falls by 0.27 a pixel: at the next pixel it changes a star cut by the chip's edge by
0.003 of its peak at worst (FWHM 3; 0.002 at 5), and p-values are as uniform as a pixel further."""

_OUTLIER_RANGES = 3.0
"""Distance from the range of the neighbours, in widths of this range, that makes an outlier."""


@lru_cache(maxsize=256)
def central_box(shape: tuple[int, int], side: float | None) -> tuple[slice, slice]:
    """Return rows and columns with \\|offset from centre\\| <= side / 2 on each axis; None: all."""
    if side is None or not side > 0:
        return slice(0, shape[0]), slice(0, shape[1])
    rows, columns = (_central_slice(n, side) for n in shape)
    return rows, columns


def _central_slice(size: int, side: float) -> slice:
    centre = 0.5 * (size - 1)
    first = max(0, math.ceil(centre - 0.5 * side - 1e-9))
    last = min(size - 1, math.floor(centre + 0.5 * side + 1e-9))
    return slice(first, max(first, last + 1))


def bad_pixel_reach(max_shift: float) -> int:
    """Return the distance to the template's bad pixels, on each axis, up to which none may enter.

    It is the largest shift, plus the spline's reach, plus one pixel for the error of the fill.
    """
    return math.ceil(max_shift) + SPLINE_REACH + _FILL_REACH


def find_bad_template_pixels(
    template: Array, mask: Flags | None, template_mask: Flags | None, err: Array
) -> Flags | None:
    """Return the template's own bad pixels; None if all are good.

    Bad are non-finite pixels and those of ``template_mask``, if present. Without this mask,
    outliers among the pixels of the common ``mask`` are bad: they are beyond the range of the good
    template pixels around them by more than three times its width. A hot pixel or hotpants' fill
    value would, through shift and spline, reach unmasked pixels. A masked pixel that resembles its
    neighbours is bad in the image only and harmless.

    Parameters
    ----------
    template, err : ndarray (ny, nx)
    mask, template_mask : bool ndarray (ny, nx), optional
        True where bad.
    """
    bad: Flags | None = None
    if not math.isfinite(float(template.sum())):
        bad = ~np.isfinite(template)
    if template_mask is not None and template_mask.any():
        bad = template_mask.copy() if bad is None else bad | template_mask
    elif mask is not None and mask.any():
        masked = mask if bad is None else mask | bad
        outliers = _find_outliers(template, masked, err)
        if outliers.any():
            bad = outliers if bad is None else bad | outliers
    return bad if bad is not None and bad.any() else None


def _find_outliers(template: Array, masked: Flags, err: Array) -> Flags:
    """Return the masked pixels that differ strongly from the unmasked ones within two pixels."""
    out = np.zeros(masked.shape, bool)
    good = template[~masked]
    rows, columns = np.nonzero(masked & np.isfinite(template))
    if rows.size == 0 or good.size == 0:
        return out
    low, high = _measure_ranges(template, masked, rows, columns)
    isolated = ~np.isfinite(low)
    low[isolated], high[isolated] = good.min(), good.max()
    noise = np.nan_to_num(err[rows, columns], nan=0.0, posinf=0.0)
    slack = _OUTLIER_RANGES * np.maximum(high - low, noise)
    value = template[rows, columns]
    out[rows, columns] = (value > high + slack) | (value < low - slack)
    return out


def _measure_ranges(
    template: Array, masked: Flags, rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp]
) -> tuple[Array, Array]:
    steps = np.arange(-2, 3)
    ny, nx = template.shape
    y = np.clip(rows[:, None, None] + steps[:, None], 0, ny - 1)
    x = np.clip(columns[:, None, None] + steps, 0, nx - 1)
    around, near = template[y, x], ~masked[y, x]
    low = np.where(near, around, np.inf).min(axis=(1, 2))
    high = np.where(near, around, -np.inf).max(axis=(1, 2))
    return low, high


def fill_bad_pixels(template: Array, bad: Flags) -> Array:
    """Return the template with each bad pixel replaced by the nearest good one; all bad: zeros."""
    from scipy.ndimage import distance_transform_edt

    if bad.all():
        return np.zeros(template.shape)
    nearest = distance_transform_edt(bad, return_distances=False, return_indices=True)
    out: Array = template[tuple(nearest)]
    return out


def widen_flags(bad: Flags, by: int) -> Flags:
    """Return all pixels within ``by`` rows and columns of a bad one."""
    out = np.array(bad, bool)
    # Shifts of booleans: a tenth of the time of scipy's maximum_filter() on a cutout.
    for along in (out, out.T):
        reach = 0
        while reach < by:
            # No further: beside the edge, only one side of what is flagged is there.
            step = min(reach + 1, by - reach)
            before = along.copy()
            along[step:] |= before[:-step]
            along[:-step] |= before[step:]
            reach += step
    return out


def mode(pixels: npt.NDArray[Any]) -> Array:
    """Return SExtractor's estimate of the mode, 2.5 median - 1.5 mean, along the last axis."""
    count = pixels.shape[-1]
    half = count // 2
    ordered = np.partition(pixels, (half - 1, half) if count % 2 == 0 and half else half, axis=-1)
    median = ordered[..., half]
    if count % 2 == 0 and half:
        median = 0.5 * (median + ordered[..., half - 1])
    result: Array = 2.5 * median - 1.5 * (pixels.sum(axis=-1) / count)
    return result


def mode_from_sum(pixels: Array, total: float) -> float:
    """Return the :func:`mode` of a one-dimensional array, given its sum."""
    half = len(pixels) // 2
    ordered = pixels.copy()
    ordered.partition(half)
    median = float(ordered[half])
    if len(pixels) % 2 == 0 and half:
        median = 0.5 * (median + float(ordered[:half].max()))
    return 2.5 * median - 1.5 * (total / len(pixels))
