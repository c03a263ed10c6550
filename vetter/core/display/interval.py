"""Intervals: which values of a plane become the darkest and the brightest pixel."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

INTERVALS = ("zscale", "percentile", "minmax", "manual")

_LARGEST = 0.25 * float(np.finfo(np.float64).max)
"""Limits are clipped to this, so that neither their difference nor their sum overflows."""
_LEAST_ROOM = 1e-300
"""Limits no further apart than this count as equal: the inverse of their difference is drawn with,
times the number of levels."""


@dataclass(frozen=True, slots=True)
class Interval:
    """How the limits are found.

    Attributes
    ----------
    kind : str
        'zscale' (IRAF's), 'percentile' (`low` and `high` are percentages), 'minmax', or
        'manual' (`low` and `high` are values of the plane).
    low, high : float
        Unused by 'zscale' and 'minmax'.
    """

    kind: str = "percentile"
    low: float = 0.5
    high: float = 99.5

    def __post_init__(self) -> None:
        if self.kind not in INTERVALS:
            raise ValueError(f"interval: wants one of {', '.join(INTERVALS)}, found {self.kind!r}")
        if not (math.isfinite(self.low) and math.isfinite(self.high)):
            raise ValueError(f"interval: wants finite limits, found {self.low!r}, {self.high!r}")
        if self.kind == "percentile" and not 0 <= self.low < self.high <= 100:
            raise ValueError(
                f"interval: wants 0 <= low < high <= 100 percent, found {self.low!r}, {self.high!r}"
            )


def limits(
    array: Array | Sequence[Array], interval: Interval, symmetric: bool = False
) -> tuple[float, float]:
    """The values that become the darkest and the brightest pixel: finite, the first below.

    Parameters
    ----------
    array : ndarray or sequence of ndarray
        A plane of any shape, or several that share limits. NaN and infinite pixels do not
        count. Without a finite pixel the limits are 0 and 1 (-1 and 1 if symmetric).
    interval : Interval
        How they are found. 'zscale' is IRAF's as in `astropy.visualization.ZScaleInterval`.
    symmetric : bool
        For differences: the limits are -v and v, where v is the given quantile of |value|
        for 'percentile' and the larger of the two sides for the others.

    Returns
    -------
    (float, float)
        In the plane's units. A constant plane gets room on both sides.
    """
    if interval.kind == "manual":
        low, high = min(interval.low, interval.high), max(interval.low, interval.high)
    else:
        finite = _finite(array)
        if not len(finite):
            return (-1.0, 1.0) if symmetric else (0.0, 1.0)
        if symmetric and interval.kind == "percentile":
            high = float(_quantiles(np.abs(finite), (interval.high,))[0])
            low = -high
        else:
            low, high = _found(finite, interval)
    if symmetric:
        high = max(abs(low), abs(high))
        low = -high
    return _apart(low, high)


def _finite(array: Array | Sequence[Array]) -> Array:
    arrays = [array] if isinstance(array, np.ndarray) else list(array)
    with np.errstate(invalid="ignore"):
        # A signalling NaN of a damaged file.
        parts = [np.asarray(part, float).ravel() for part in arrays]
    joined = np.concatenate(parts) if parts else np.empty(0)
    return joined[np.isfinite(joined)]


def _found(finite: Array, interval: Interval) -> tuple[float, float]:
    if interval.kind == "minmax":
        return float(finite.min()), float(finite.max())
    if interval.kind == "percentile":
        low, high = _quantiles(finite, (interval.low, interval.high))
        return low, high
    # Imported here: astropy.visualization would double the time that the program takes to start.
    from astropy.visualization import ZScaleInterval

    with np.errstate(all="ignore"):
        low, high = ZScaleInterval().get_limits(finite)
    if np.isfinite([low, high]).all():
        return float(low), float(high)
    # Its sums overflow where pixels reach the end of the floats.
    return float(finite.min()), float(finite.max())


def _quantiles(finite: Array, percents: Sequence[float]) -> list[float]:
    """The nearest values at these percentages; np.percentile takes four times as long."""
    last = len(finite) - 1
    at = [int(math.floor(last * percent / 100 + 0.5)) for percent in percents]
    ordered = np.partition(finite, sorted(set(at)))
    return [float(ordered[index]) for index in at]


def _apart(low: float, high: float) -> tuple[float, float]:
    """Limits with room between them, so that a constant plane is drawn in its middle tone."""
    low, high = (min(max(value, -_LARGEST), _LARGEST) for value in (low, high))
    room = max(1e-9 * max(abs(low), abs(high)), _LEAST_ROOM)
    if high - low > room:
        return low, high
    middle = 0.5 * (low + high)
    half = max(abs(middle) * 1e-3, 1e-12) if middle else 0.5
    return middle - half, middle + half
