"""Shares with Wilson intervals, and medians with bootstrap intervals, of a reviewer's verdicts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.decisions.agreement.kappa import WilsonShare, wilson_share

Floats = npt.NDArray[np.float64]

CONFIDENCE = 0.95
_DRAWS = 2000
"""Number of bootstrap samples: their own scatter is a tenth of the interval."""


class Share(WilsonShare):
    """A share of trials, with its interval at `CONFIDENCE`; NaN without trials."""

    __slots__ = ()

    def as_plain(self) -> dict[str, Any]:
        """Return the share in plain types, None for NaN."""
        return {name: plain_number(value) for name, value in self._asdict().items()}

    def __str__(self) -> str:
        if not self.trials:
            return "none"
        interval = f"{100 * self.low:.0f} to {100 * self.high:.0f}%"
        return f"{100 * self.value:.0f}% ({interval}; {self.hits} of {self.trials})"


def share_of(hits: int, trials: int) -> Share:
    """Return a share with Wilson's interval.

    It stays within 0 to 1 and is right for few trials and shares near the ends, where the usual
    square root is not (Brown, Cai and DasGupta 2001, Stat. Sci. 16, 101).
    """
    return Share(*wilson_share(hits, trials))


class Difference(NamedTuple):
    """Difference of two shares or of two medians, later less earlier, with its interval."""

    value: float
    low: float
    high: float

    def as_plain(self) -> dict[str, Any]:
        """Return the difference in plain types, None for NaN."""
        return {name: plain_number(value) for name, value in self._asdict().items()}

    @property
    def is_significant(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0 or self.high < 0


def difference_of_shares(first: Share, last: Share) -> Difference:
    """Return last less first, by Newcombe's method 10 (1998, Stat. Med. 17, 873)."""
    value = last.value - first.value
    down = math.hypot(last.value - last.low, first.high - first.value)
    up = math.hypot(last.high - last.value, first.value - first.low)
    return Difference(value, value - down, value + up)


def difference_of_medians(first: Sequence[float], last: Sequence[float]) -> Difference:
    """Return the median of the last less that of the first, with a bootstrap interval."""
    if not first or not last:
        return Difference(math.nan, math.nan, math.nan)
    rng = np.random.default_rng(0)
    medians = []
    for values in (first, last):
        numbers = np.asarray(values, float)
        drawn = numbers[rng.integers(0, len(numbers), (_DRAWS, len(numbers)))]
        medians.append(np.median(drawn, axis=1))
    tail = 50 * (1 - CONFIDENCE)
    low, high = np.percentile(medians[1] - medians[0], [tail, 100 - tail])
    return Difference(float(np.median(last) - np.median(first)), float(low), float(high))


class Bin(NamedTuple):
    """Share of found sources between two values of S/N or magnitude."""

    low: float
    high: float
    share: Share

    def as_plain(self) -> dict[str, Any]:
        """Return the bin in plain types."""
        return {"from": self.low, "to": self.high, **self.share.as_plain()}


def bin_shares(values: Floats, found: npt.NDArray[np.bool_], edges: Floats) -> list[Bin]:
    """Return the share of found sources in each bin; the last one includes its upper edge."""
    place = np.clip(np.searchsorted(edges, values, "right") - 1, 0, len(edges) - 2)
    return [
        Bin(
            float(edges[k]),
            float(edges[k + 1]),
            share_of(int((inside & found).sum()), int(inside.sum())),
        )
        for k in range(len(edges) - 1)
        for inside in [(place == k) & np.isfinite(values)]
    ]


def filled_bins(bins: list[Bin]) -> list[Bin]:
    """Return the bins without empty ones at both ends."""
    filled = [place for place, one in enumerate(bins) if one.share.trials]
    return bins[filled[0] : filled[-1] + 1] if filled else []


def half_found_at(values: Floats, found: npt.NDArray[np.bool_]) -> float:
    """Return the S/N at which a logistic curve in log S/N has half of the sources found.

    NaN if that is not between the least and the largest S/N, or all or none were found.
    """
    if len(values) < 8 or found.all() or not found.any():
        return math.nan
    logs = np.log(values)
    middles = np.linspace(logs.min(), logs.max(), 81)
    slopes = np.geomspace(1.0, 30.0, 25)
    # Likelihood of each middle and slope; the grid is finer than the data can tell.
    z = slopes[None, :, None] * (logs[None, None, :] - middles[:, None, None])
    signed = np.where(found, -z, z)
    likelihood = -np.logaddexp(0.0, signed).sum(axis=2)
    best = np.unravel_index(int(np.argmax(likelihood)), likelihood.shape)[0]
    inside = 0 < best < len(middles) - 1
    return float(np.exp(middles[best])) if inside else math.nan


def plain_number(value: float) -> float | int | None:
    """Return a number for JSON: None for NaN, four digits for others that are not whole."""
    if isinstance(value, int):
        return value
    return float(f"{value:.4g}") if math.isfinite(value) else None
