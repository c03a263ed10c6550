"""Check of a template's flux units: in other units than the image's, all fits find one scale."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from vetter.core.number_text import format_count

Array = npt.NDArray[np.float64]

MIN_SCALES = 5
"""Number of stars, or of fits, below which nothing is concluded."""
MAX_FITTED_STARS = 30
"""Number of stars after which no more are fitted."""
MAX_FREE_SCALE = 1e12
"""Bound of the scale of a fit that must find it in any flux units."""
_MAX_DIFFERENCE = 0.15
"""Relative difference from the median up to which scales count as equal."""
_MIN_COMMON_SHARE = 0.8
"""Fraction of the fits that must agree on the scale."""


def find_common_side(scales: Array, low: float, high: float) -> int:
    """Return the side of (low, high) with more than half of the scales: -1, 1, or 0 for neither.

    It may be chance, or the nature of the candidates; the field's stars decide.
    """
    known = scales[np.isfinite(scales)]
    for side, outside in ((-1, known <= low), (1, known >= high)):
        if 2 * np.count_nonzero(outside) > len(known):
            return side
    return 0


def check_stars(scales: Array, low: float, high: float, fluxes: Array | None = None) -> str | None:
    """Check the template's flux units by stars fitted with a free scale.

    Parameters
    ----------
    scales : ndarray (n,)
        Scales of the stars, image over template.
    low, high : float
        Limits between which the fits account for the scale.
    fluxes : ndarray (n,), optional
        Brightness of the stars in the image, in any units. A factor is offered only if faint and
        bright stars agree on it; else the template's pixels are not linear in the image's.

    Returns
    -------
    str or None
        Fault of the template with its remedy; empty for a good template. None for too few stars,
        or stars that disagree.
    """
    fault = describe_flux_fault(scales, low, high)
    if not fault:
        return fault
    common = float(np.median(scales))
    faint, bright = _scales_by_flux(scales, fluxes)
    if not abs(faint - bright) <= _MAX_DIFFERENCE * common:
        return (
            f"the template is {_describe_scale(faint)} at faint stars, {_describe_scale(bright)} "
            "at bright ones: its pixels are not linear in flux; give a linear template"
        )
    return (
        f"the template is {fault} all over the field ({format_count(len(scales), 'star')}), in "
        f"other flux units; multiply it by {common:.4g}, or give one scaled to the image"
    )


def describe_flux_fault(scales: Array, low: float, high: float) -> str | None:
    """Return the template's fault as :func:`check_stars`, in short: ``5 times too bright``."""
    common = _find_common_scale(scales)
    if common is None:
        return None
    return "" if low < common < high else _describe_scale(common)


def check_fits(scales: Array, low: float, high: float, max_scale: float) -> str:
    """Return a suspicion from the candidates' fits alone; empty without one.

    At least 80% of at least `MIN_SCALES` scales lie outside on one side, and are equal or on the
    bound ``max_scale``. New sources on faint galaxies might look the same: it is not a judgement.
    """
    known = scales[np.isfinite(scales)]
    side = find_common_side(known, low, high)
    if len(known) < MIN_SCALES or side == 0:
        return ""
    median = float(np.median(known))
    number = np.count_nonzero(_find_equal(known, median))
    if number < _MIN_COMMON_SHARE * len(known):
        return ""
    least = "at least " if abs(math.log(median)) >= math.log(max_scale) * (1 - 1e-6) else ""
    return (
        f"{number:,} of {format_count(len(known), 'fit')} find the template "
        f"{least}{_describe_scale(median)}: if it is in other flux units, give one scaled to the "
        "image"
    )


def _scales_by_flux(scales: Array, fluxes: Array | None) -> tuple[float, float]:
    """Return the median scales of the faintest and of the brightest third of the stars."""
    if fluxes is None or not np.isfinite(fluxes).all():
        return float(np.median(scales)), float(np.median(scales))
    by_flux = scales[np.argsort(fluxes, kind="stable")]
    third = max(3, len(scales) // 3)
    return float(np.median(by_flux[:third])), float(np.median(by_flux[-third:]))


def _find_common_scale(scales: Array) -> float | None:
    """Return the median scale; None for too few scales, or if less than half of them equal it."""
    if len(scales) < MIN_SCALES:
        return None
    median = float(np.median(scales))
    if not median > 0 or 2 * np.count_nonzero(_find_equal(scales, median)) <= len(scales):
        return None
    return median


def _find_equal(scales: Array, median: float) -> npt.NDArray[np.bool_]:
    is_equal: npt.NDArray[np.bool_] = np.abs(scales - median) <= _MAX_DIFFERENCE * median
    return is_equal


def _describe_scale(scale: float) -> str:
    """Return the fault of a template with this scale: ``5 times too bright``."""
    return f"{1 / scale:.3g} times too bright" if scale < 1 else f"{scale:.3g} times too faint"
