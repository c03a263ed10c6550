"""Error of a matched template, as a fraction of its light, set by the field's bright stars.

A template is never matched exactly: the PSF varies, and interpolation errs. The residual grows with
the star, so chi2 of bright stars is too large with noise alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

MAX_FRACTION = 0.2
"""Largest error of the template: more is no match."""
DEFAULT_FWHM = 4.0
"""FWHM where none is known, pixels; only the size of stamps follows from it."""
_REACH_FWHM = 0.55
_BRIGHT = 20.0
"""Highest pixel of a bright star, in sigmas."""
_MIN_PIXELS = 20
_SIGNIFICANCE = 3.0
_MIN_EXCESS = 1.1
"""Median chi2/df below which no error of the template is needed: 5% of the error."""


def known_width(fwhm: float | None) -> float:
    """Return a FWHM, or the default if it is not positive and finite."""
    return fwhm if fwhm is not None and math.isfinite(fwhm) and fwhm > 0 else DEFAULT_FWHM


def model_reach(fwhm: float | None) -> int:
    """Return the radius within which the range of the template's light sets its error, pixels."""
    return max(1, round(_REACH_FWHM * known_width(fwhm)))


def spread_light(light: Array, reach: int) -> Array:
    """Return the range of the light within ``reach`` pixels along both axes.

    A wrong width or position errs by a small part of a star's core and by a large part of its
    wings; a fraction of the range nearby serves for both. On smooth light, as a galaxy's, it is
    the slope that errs: with the highest light instead, sources on galaxies drown.
    """
    from scipy.ndimage import maximum_filter, minimum_filter

    known = np.where(np.isfinite(light), light, 0.0)
    highest: Array = maximum_filter(known, 2 * reach + 1)
    return highest - minimum_filter(known, 2 * reach + 1)


class StarResidual(NamedTuple):
    """Stamp of a star after the fit of shift, scale and background; NaN does not count.

    Attributes
    ----------
    residual, err, signal : ndarray
        Residual, 1 sigma without the template's error, and the range of the template's light
        nearby, see `spread_light`; of one shape.
    parameters : int
        Number of fitted parameters.
    """

    residual: Array
    err: Array
    signal: Array
    parameters: int = 4


class ModelError(NamedTuple):
    """Error of the template as a fraction of its light, the stars that gave it, and words."""

    fraction: float
    stars: int
    description: str


def fit_model_error(stamps: Iterable[StarResidual]) -> ModelError:
    """Find the fraction of the template that brings the bright stars' chi2/df to 1.

    Parameters
    ----------
    stamps : iterable of StarResidual
        Stars of the field; stars with no pixel over 20 sigma do not count.

    Returns
    -------
    ModelError
        Fraction 0, and an empty description, if the median chi2/df of the stars does not exceed 1
        by 3 sigma and 10%. The median leaves out variable and blended stars up to half of all.

    Examples
    --------
    >>> rng = np.random.default_rng(3)
    >>> y, x = np.mgrid[-8:9, -8:9]
    >>> signal = 1e5 * np.exp(-(x**2 + y**2) / 8)
    >>> err = np.sqrt(100 + signal)
    >>> true = np.hypot(err, 0.02 * signal)
    >>> stamps = [StarResidual(rng.normal(0, true), err, signal, 0) for _ in range(30)]
    >>> found = fit_model_error(stamps)
    >>> bool(abs(found.fraction - 0.02) < 0.002), found.stars
    (True, 30)
    """
    stars = [star for star in map(_select_pixels, stamps) if star is not None]
    if not stars:
        return ModelError(0.0, 0, "")
    freedom = np.array([len(squares) - parameters for squares, *_, parameters in stars])
    chance = 1.2533 * math.sqrt(float(np.mean(2.0 / freedom)) / len(stars))
    if not _median_chi2(stars, 0.0) > max(_MIN_EXCESS, 1.0 + _SIGNIFICANCE * chance):
        return ModelError(0.0, len(stars), "")
    low, high = 0.0, MAX_FRACTION
    capped = _median_chi2(stars, high) > 1.0
    if not capped:
        for _ in range(40):
            middle = (low + high) / 2
            low, high = (middle, high) if _median_chi2(stars, middle) > 1.0 else (low, middle)
    most = "at least " if capped else ""
    plural = "star" if len(stars) == 1 else "stars"
    text = f"model error {most}{100 * high:.2g}% of the template, from {len(stars)} bright {plural}"
    return ModelError(high, len(stars), text)


Pixels = tuple[Array, Array, Array, int]


def _select_pixels(stamp: StarResidual) -> Pixels | None:
    """Return squares of residual, error and signal of the pixels that count; None if faint."""
    known = np.isfinite(stamp.residual) & np.isfinite(stamp.signal) & (stamp.err > 0)
    if np.count_nonzero(known) < _MIN_PIXELS + stamp.parameters:
        return None
    residual, err, signal = (np.asarray(plane)[known] for plane in stamp[:3])
    if not (signal / err).max() > _BRIGHT:
        return None
    return residual**2, err**2, signal**2, stamp.parameters


def _median_chi2(stars: list[Pixels], fraction: float) -> float:
    """Return the median chi2/df for an error of the template."""
    values = []
    for squares, variance, signal, parameters in stars:
        chi2 = float((squares / (variance + fraction**2 * signal)).sum())
        values.append(chi2 / (len(squares) - parameters))
    return float(np.median(values))
