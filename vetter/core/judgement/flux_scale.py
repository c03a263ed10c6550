"""Whether a template is in the image's flux units: of one that is not, every fit says the same."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from vetter.core.number_text import counted

Array = npt.NDArray[np.float64]

LEAST = 5
"""Stars, and fits, that have to say so."""
ENOUGH = 30
"""Stars that will do."""
FREE = 1e12
"""Bound of a scale that is to be found whatever the units are."""
_ALIKE = 0.15
"""Scales are one and the same where they differ by no more than this part."""
_NEARLY_ALL = 0.8


def on_one_side(scales: Array, low: float, high: float) -> int:
    """On which side of (low, high) more than half of the scales lie: -1, 1, or 0 for neither.

    That may be chance, or what the candidates are; the field's stars then tell.
    """
    known = scales[np.isfinite(scales)]
    for side, outside in ((-1, known <= low), (1, known >= high)):
        if 2 * np.count_nonzero(outside) > len(known):
            return side
    return 0


def of_stars(scales: Array, low: float, high: float) -> str | None:
    """What stars, fitted with a free scale, say of the template's flux units.

    Parameters
    ----------
    scales : ndarray (n,)
        Image over template.
    low, high : float
        Between these a scale is the fit's own business.

    Returns
    -------
    str or None
        What is wrong, with its mend; empty where nothing is. None where stars are too few or do not
        agree.
    """
    wrong = flux_words(scales, low, high)
    if not wrong:
        return wrong
    common = float(np.median(scales))
    return (
        f"the template is {wrong} all over the field ({counted(len(scales), 'star')}), in other "
        f"flux units; multiply it by {common:.4g}, or give one scaled to the image"
    )


def flux_words(scales: Array, low: float, high: float) -> str | None:
    """``5 times too bright``, of the template: as :func:`of_stars`, in short."""
    common = _common(scales)
    if common is None:
        return None
    return "" if low < common < high else _times(common)


def of_fits(scales: Array, low: float, high: float, max_scale: float) -> str:
    """What the fits of the candidates alone give reason to suspect; empty where nothing.

    Nearly all of at least `LEAST` lie outside, on one side, and are one and the same, or on the
    bound ``max_scale``. New sources on faint galaxies might look so too: it is no judgement.
    """
    known = scales[np.isfinite(scales)]
    side = on_one_side(known, low, high)
    if len(known) < LEAST or side == 0:
        return ""
    middle = float(np.median(known))
    number = np.count_nonzero(_like(known, middle))
    if number < _NEARLY_ALL * len(known):
        return ""
    least = "at least " if abs(math.log(middle)) >= math.log(max_scale) * (1 - 1e-6) else ""
    return (
        f"{number:,} of {counted(len(known), 'fit')} find the template {least}{_times(middle)}: if "
        "it is in other flux units, give one scaled to the image"
    )


def _common(scales: Array) -> float | None:
    """The scale that most have; None where there are too few, or they do not agree."""
    if len(scales) < LEAST:
        return None
    middle = float(np.median(scales))
    if not middle > 0 or 2 * np.count_nonzero(_like(scales, middle)) <= len(scales):
        return None
    return middle


def _like(scales: Array, middle: float) -> npt.NDArray[np.bool_]:
    alike: npt.NDArray[np.bool_] = np.abs(scales - middle) <= _ALIKE * middle
    return alike


def _times(scale: float) -> str:
    """``5 times too bright``, of a template."""
    return f"{1 / scale:.3g} times too bright" if scale < 1 else f"{scale:.3g} times too faint"
