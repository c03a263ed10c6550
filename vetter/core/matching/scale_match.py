"""Match of a template that has the image's PSF, but other flux units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from vetter.core.matching.match import MatchedPlanes

Array = npt.NDArray[np.float64]

MIN_STARS = 5
"""Number of stars below which no flux scale is concluded."""
_MIN_DIFFERENCE = 0.02
"""Difference of the flux scale from 1 that is worth a correction; the fits take up less."""
_MAX_SCATTER = 0.15
"""Relative scatter of the stars' scales above which they have none in common."""


@dataclass(frozen=True, slots=True)
class ScaleMatch:
    """A match that multiplies the convolved template as given.

    Attributes
    ----------
    scale : float
        Flux of the image over that of the template.
    stars : int
        Number of stars that it rests on.
    """

    scale: float
    stars: int

    @property
    def margin(self) -> int:
        """Pixels needed around a box: none."""
        return 0

    @property
    def description(self) -> str:
        """The match in words, for the user."""
        return f"convolved times {self.scale:.4g}, the flux scale of {self.stars} stars"

    def apply(self, planes: Mapping[str, npt.NDArray[Any]], x0: float, y0: float) -> MatchedPlanes:
        """See `Match`: ``image`` and ``convolved`` are read."""
        image = np.asarray(planes["image"], np.float64)
        return MatchedPlanes(image, self.scale * np.asarray(planes["convolved"], np.float64))


def find_scale(scales: npt.ArrayLike, errors: npt.ArrayLike) -> ScaleMatch | None:
    """Return the match for the flux scale that a field's stars have in common.

    Parameters
    ----------
    scales, errors : array_like (n,)
        Fitted scale of each star with its error; NaN where there is none.

    Returns
    -------
    ScaleMatch or None
        None if the scale is 1 to 2% and its error, for fewer than `MIN_STARS` stars, and for stars
        that disagree.

    Examples
    --------
    >>> find_scale([2.29, 2.31, 2.30, 2.32, 2.28, 9.0], [0.01] * 6).scale
    2.305
    >>> find_scale([1.01, 0.99, 1.0, 1.0, 1.01], [0.01] * 5) is None
    True
    """
    known = np.isfinite(np.asarray(scales, float)) & np.isfinite(np.asarray(errors, float))
    values, sigmas = np.asarray(scales, float)[known], np.asarray(errors, float)[known]
    if len(values) < MIN_STARS:
        return None
    scale = float(np.median(values))
    scatter = 1.4826 * float(np.median(np.abs(values - scale)))
    if not scale > 0 or scatter > _MAX_SCATTER * scale + float(np.median(sigmas)):
        return None
    error = 1.2533 * scatter / np.sqrt(len(values))
    if abs(scale - 1.0) <= max(_MIN_DIFFERENCE, 3.0 * error):
        return None
    return ScaleMatch(float(f"{scale:.6g}"), len(values))
