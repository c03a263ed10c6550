"""Intervals: rules for the values of a plane that become the darkest and the brightest pixel."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from vetter.core.display.zscale import zscale_limits

Array = npt.NDArray[Any]

INTERVALS = ("noise", "percentile", "zscale", "sigma", "minmax", "manual")
SIGMAS = (-2.0, 10.0)
"""Limits of 'sigma' at first."""

_MAX_LIMIT = 0.25 * float(np.finfo(np.float64).max)
"""Largest absolute limit: neither difference nor sum of two such limits overflows."""
_MAX_SIGMAS = 1e6
_MIN_SPAN = 1e-300
"""Difference of limits up to which they count as equal: drawing multiplies by the number of levels
over this difference, which must not overflow."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Rule for the limits of a plane.

    Attributes
    ----------
    kind : str
        'noise' (from 2 sigma below the sky to the candidate, see `vetter.core.display.scale`),
        'percentile' (`low` and `high` are percentages), 'zscale' (IRAF's), 'sigma' (`low` and
        `high` are sigmas above the sky, with sources clipped), 'minmax', or 'manual' (`low` and
        `high` are values of the plane).
    low, high : float
        Unused by 'noise', 'zscale' and 'minmax'.
    """

    kind: str = "noise"
    low: float = 0.5
    high: float = 99.5

    @property
    def has_limits(self) -> bool:
        """Whether `low` and `high` have a meaning."""
        return self.kind in ("percentile", "sigma", "manual")

    def __post_init__(self) -> None:
        if self.kind not in INTERVALS:
            raise ValueError(
                f"interval: expected one of {', '.join(INTERVALS)}, found {self.kind!r}"
            )
        if not (math.isfinite(self.low) and math.isfinite(self.high)):
            raise ValueError(f"interval: expected finite limits, found {self.low!r}, {self.high!r}")
        if self.kind == "percentile" and not 0 <= self.low < self.high <= 100:
            raise ValueError(
                "interval: expected 0 <= low < high <= 100 percent, "
                f"found {self.low!r}, {self.high!r}"
            )
        if self.kind == "sigma" and not -_MAX_SIGMAS <= self.low < self.high <= _MAX_SIGMAS:
            raise ValueError(
                f"interval: expected low < high, up to {_MAX_SIGMAS:g} sigma, "
                f"found {self.low!r}, {self.high!r}"
            )

    @property
    def in_sigmas(self) -> bool:
        """Whether the limits follow the plane's noise."""
        return self.kind in ("noise", "sigma")


def find_limits(
    array: Array | Sequence[Array], interval: Interval, symmetric: bool = False
) -> tuple[float, float]:
    """Return the values that become the darkest and the brightest pixel.

    Parameters
    ----------
    array : ndarray or sequence of ndarray
        A plane of any shape, or several that share limits. NaN and infinite pixels do not
        count. Without a finite pixel the limits are 0 and 1 (-1 and 1 if symmetric).
    interval : Interval
        Rule for the limits. 'zscale' is IRAF's as in `astropy.visualization.ZScaleInterval`.
        Rules in sigmas need the plane's noise: here they are percentages of 0.5 and 99.5.
    symmetric : bool
        For differences: the limits are -v and v, where v is the quantile `interval.high` of
        |value| for 'percentile' and the larger of the two sides for the other rules.

    Returns
    -------
    (float, float)
        In the plane's units, finite, the first below the second. The limits of a constant
        plane are below and above its value.
    """
    if interval.kind == "manual":
        low, high = min(interval.low, interval.high), max(interval.low, interval.high)
    else:
        finite = _finite_values(array)
        if not len(finite):
            return (-1.0, 1.0) if symmetric else (0.0, 1.0)
        if interval.in_sigmas:
            interval = Interval("percentile")
        if symmetric and interval.kind == "percentile":
            high = float(_quantiles(np.abs(finite), (interval.high,))[0])
            low = -high
        else:
            low, high = _measure_limits(finite, interval)
    if symmetric:
        high = max(abs(low), abs(high))
        low = -high
    return separate(low, high)


def _finite_values(array: Array | Sequence[Array]) -> Array:
    arrays = [array] if isinstance(array, np.ndarray) else list(array)
    with np.errstate(invalid="ignore"):
        # A damaged file may hold signalling NaN.
        parts = [np.asarray(part, float).ravel() for part in arrays]
    joined = np.concatenate(parts) if parts else np.empty(0)
    return joined[np.isfinite(joined)]


def _measure_limits(finite: Array, interval: Interval) -> tuple[float, float]:
    if interval.kind == "minmax":
        return float(finite.min()), float(finite.max())
    if interval.kind == "percentile":
        low, high = _quantiles(finite, (interval.low, interval.high))
        return low, high
    with np.errstate(all="ignore"):
        low, high = zscale_limits(finite)
    if np.isfinite([low, high]).all():
        return low, high
    # The sums overflow if pixels are near the largest float.
    return float(finite.min()), float(finite.max())


def _quantiles(finite: Array, percents: Sequence[float]) -> list[float]:
    """Return the nearest values at these percentages; np.percentile takes four times as long."""
    last = len(finite) - 1
    indices = [int(math.floor(last * percent / 100 + 0.5)) for percent in percents]
    ordered = np.partition(finite, sorted(set(indices)))
    return [float(ordered[index]) for index in indices]


def separate(low: float, high: float) -> tuple[float, float]:
    """Return finite limits, equal ones moved apart: a constant plane has its middle tone."""
    low, high = (min(max(value, -_MAX_LIMIT), _MAX_LIMIT) for value in (low, high))
    min_span = max(1e-9 * max(abs(low), abs(high)), _MIN_SPAN)
    if high - low > min_span:
        return low, high
    middle = 0.5 * (low + high)
    half = max(abs(middle) * 1e-3, 1e-12) if middle else 0.5
    return middle - half, middle + half
