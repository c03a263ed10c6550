"""Residuals of a field's stars after a fit of shift, scale and background.

A quick fit for the noise alone: Gauss-Newton steps on stamps of the matched template, shifted by
cubic splines.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from vetter.core.cutout.plane import Box, Plane
from vetter.core.noise.coarse_map import CoarseMap
from vetter.core.noise.model_error import (
    ModelError,
    StarResidual,
    fit_model_error,
    known_width,
    model_reach,
    spread_light,
)
from vetter.core.noise.sky_samples import Convolved
from vetter.core.psf.new_light import choose_places, draw_new_light, find_free

Array = npt.NDArray[np.float64]
Err = Callable[[Array, Array, float, float], Array]
"""1 sigma of a box, from image, matched template and the box's first pixel."""

_TO_FWHM = 2.3548
_MARGIN = 3
_MAX_SHIFT = 2.0
_STRANGE_SIGMA, _STRANGE_PART = 6.0, 0.5
_STEPS = 3
MAX_STARS = 100
"""Number of stars that are fitted, at most."""


def fit_stars(
    image: Plane,
    convolved: Convolved,
    mask: Plane | None,
    err: Err,
    level: CoarseMap,
    background: CoarseMap,
    stars: Sequence[Any],
    fwhm: float | None,
    new: Sequence[Any] = (),
    fraction: float = 0.0,
) -> Iterator[StarResidual]:
    """Fit stars at (x, y, ...), and yield their residuals; stars with few good pixels are left out.

    Parameters
    ----------
    image, convolved, mask, stars, fwhm
        See :func:`vetter.core.noise.measured_noise.measure_noise`.
    err : function
        1 sigma without the template's error.
    level, background : CoarseMap
        Sky of the matched template, and background of the difference.
    new : sequence of (x, y)
        Places of new light, which is free beside a star.
    fraction : float
        Error of the template that the pixels' weights include.
    """
    reach = model_reach(fwhm)
    width = known_width(fwhm)
    radius = math.ceil(1.5 * width) + 1 + _MARGIN
    moments = np.eye(2) * (width / _TO_FWHM) ** 2
    places = np.array(new, np.float64).reshape(-1, 2)
    read = convolved if callable(convolved) else convolved.read
    for star in list(stars)[:: max(1, len(stars) // MAX_STARS)]:
        x, y = float(star[0]), float(star[1])
        if not (math.isfinite(x) and math.isfinite(y)):
            continue
        box = Box.around(x, y, radius)
        if box.overlap(image.shape) is None:
            continue
        with np.errstate(all="ignore"):
            pixels = np.asarray(image.read(box), np.float64)
            template = np.asarray(read(box), np.float64)
            noise = np.array(err(pixels, template, box.x0, box.y0))
            light = template - level.at(box)
            if mask is not None:
                noise[np.asarray(mask.read(box)) != 0] = np.nan
            near = places - [box.x0, box.y0]
            beside = draw_new_light(box.shape, near[choose_places(box.shape, near)], moments)
            difference = pixels - template - background.at(box)
            stamp = _fit_star(difference, light, noise, beside, fraction, reach)
        if stamp is not None and not _is_saturated(pixels):
            yield stamp


def fit_stars_error(
    image: Plane,
    convolved: Convolved,
    mask: Plane | None,
    err: Err,
    level: CoarseMap,
    background: CoarseMap,
    stars: Sequence[Any],
    fwhm: float | None,
    new: Sequence[Any] = (),
) -> ModelError:
    """Return the error of the template by :func:`fit_stars`, with weights that include it."""
    given = (image, convolved, mask, err, level, background, stars, fwhm, new)
    error = fit_model_error(fit_stars(*given))
    if error.fraction > 0:
        error = fit_model_error(fit_stars(*given, error.fraction))
    return error


def _is_saturated(pixels: Array) -> bool:
    """Return whether several pixels are within a thousandth of the highest."""
    highest = float(np.nanmax(pixels))
    return int(np.count_nonzero(pixels > highest - 1e-3 * abs(highest))) > 2


def _fit_star(
    difference: Array, light: Array, err: Array, beside: Array, fraction: float, reach: int
) -> StarResidual | None:
    """Return the residual of one star inside the margin; None if it cannot be fitted."""
    from scipy.ndimage import shift as shift_spline
    from scipy.ndimage import spline_filter

    inside = (slice(_MARGIN, -_MARGIN), slice(_MARGIN, -_MARGIN))
    known = np.isfinite(difference) & np.isfinite(light) & (err > 0)
    use = known[inside]
    # Holes near the star would ring through the spline.
    if np.count_nonzero(use) < 0.8 * use.size or not known[len(known) // 2, len(known) // 2]:
        return None
    spline = spline_filter(np.where(np.isfinite(light), light, 0.0), 3, mode="nearest")
    image = (difference + light)[inside][use]
    spread = spread_light(light, reach)[inside]
    noise = np.hypot(err[inside], fraction * spread)
    weight = 1.0 / noise[use]
    beside = beside.reshape(len(beside), *light.shape)[:, *inside][:, use]
    beside = find_free(light[inside][use], weight**2, beside)[1:] / weight
    # The background in units of the noise: images in Jy or W have pixels of 1e-20.
    unit = float(np.median(err[inside][use]))
    dx = dy = 0.0
    for _ in range(_STEPS):
        shifted = np.asarray(shift_spline(spline, (dy, dx), mode="nearest", prefilter=False))
        along_y, along_x = np.gradient(shifted)[:2]
        columns = [shifted, -along_x, -along_y, np.full(light.shape, unit)]
        terms = np.stack([*(column[inside][use] for column in columns), *beside], axis=1)
        fitted = np.linalg.lstsq(terms * weight[:, None], image * weight, rcond=1e-10)[0]
        if not (np.isfinite(fitted).all() and fitted[0] > 0):
            return None
        step = np.clip(fitted[1:3] / fitted[0], -0.5, 0.5)
        dx, dy = dx + float(step[0]), dy + float(step[1])
        if max(abs(dx), abs(dy)) > _MAX_SHIFT:
            return None
        residual = np.full(use.shape, np.nan)
        residual[use] = image - terms @ fitted
        # Cosmic rays and new sources: no template errs by half of its light.
        size = np.nan_to_num(np.abs(residual))
        strange = (size > _STRANGE_SIGMA * err[inside]) & (size > _STRANGE_PART * spread)
        weight = np.where(strange[use], 0.0, 1.0 / noise[use])
    residual[strange] = np.nan
    return StarResidual(residual, err[inside], spread, terms.shape[1])
