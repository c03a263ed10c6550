"""Agreement beyond chance: kappa of two and of many raters, with intervals; confusion of two."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

CATEGORIES = (1, 2, 3)
"""Verdict codes that are ratings: accept, reject, maybe. Undecided and later are no rating."""

Z_95 = 1.959963984540054
"""Quantile of the normal distribution for a two-sided interval of 95 %."""

Codes = npt.NDArray[np.uint8]
Counts = npt.NDArray[np.int64]


class Kappa(NamedTuple):
    """Kappa with its interval of 95 %.

    Attributes
    ----------
    value : float
        1 for full agreement, 0 for that of chance; NaN if there is nothing to compare, or if all
        ratings are in one category, where chance alone agrees always.
    low, high : float
        Limits of the interval, within -1 and 1; NaN with the value.
    observed, expected : float
        Share of agreeing pairs of ratings, and the share that chance would give.
    candidates : int
        Candidates with at least two ratings.
    """

    value: float
    low: float
    high: float
    observed: float
    expected: float
    candidates: int


NO_KAPPA = Kappa(math.nan, math.nan, math.nan, math.nan, math.nan, 0)
"""Kappa of no candidate."""


class WilsonShare(NamedTuple):
    """Share of a number of trials with its Wilson interval of 95 %; NaN without a trial."""

    hits: int
    trials: int
    value: float
    low: float
    high: float


def confusion(first: Codes, second: Codes) -> Counts:
    """Count the candidates that two reviewers have both rated, by their two verdicts.

    Parameters
    ----------
    first, second : ndarray of uint8, shape (candidates,)
        Verdict codes; candidates that either has not rated are left out.

    Returns
    -------
    ndarray of int64, shape (3, 3)
        Row: the first reviewer's verdict (accept, reject, maybe); column: the second's.

    Examples
    --------
    >>> import numpy as np
    >>> confusion(np.array([1, 2, 2, 0], np.uint8), np.array([1, 2, 3, 1], np.uint8)).tolist()
    [[1, 0, 0], [0, 1, 1], [0, 0, 0]]
    """
    both = np.isin(first, CATEGORIES) & np.isin(second, CATEGORIES)
    cells = (first[both].astype(np.int64) - 1) * 3 + second[both] - 1
    return np.bincount(cells, minlength=9).reshape(3, 3).astype(np.int64)


def cohen_kappa(table: npt.ArrayLike) -> Kappa:
    """Return Cohen's kappa of two raters (Cohen 1960, Educ. Psychol. Meas. 20, 37).

    The interval is that of the large-sample variance (Fleiss, Cohen & Everitt 1969, Psychol.
    Bull. 72, 323, eq. 13). This variance is zero if all agree, however few the candidates; the
    interval is then the Wilson interval of the observed agreement, at the same expected one.

    Parameters
    ----------
    table : array_like, shape (k, k)
        Candidates by the verdicts of the two raters, as `confusion` counts them.

    Examples
    --------
    >>> round(cohen_kappa([[20, 5], [10, 15]]).value, 3)
    0.4
    """
    counts = np.asarray(table, np.float64)
    total = counts.sum()
    if not total:
        return NO_KAPPA
    shares = counts / total
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    observed, expected = float(np.trace(shares)), float(rows @ columns)
    if expected >= 1:
        return Kappa(math.nan, math.nan, math.nan, observed, expected, int(total))
    kappa = (observed - expected) / (1 - expected)
    rest = 1 - kappa
    diagonal = np.diag(shares)
    agreeing = diagonal @ (1 - (rows + columns) * rest) ** 2
    # Element (i, j) of the sum is (share of j among the first + share of i among the second)^2.
    sums = (columns[:, np.newaxis] + rows[np.newaxis, :]) ** 2
    differing = rest**2 * ((shares * sums).sum() - diagonal @ np.diag(sums))
    variance = agreeing + differing - (kappa - expected * rest) ** 2
    variance /= total * (1 - expected) ** 2
    return _with_interval(kappa, variance, observed, expected, int(total))


def fleiss_kappa(counts: npt.ArrayLike) -> Kappa:
    """Return Fleiss' kappa of many raters (Fleiss 1971, Psychol. Bull. 76, 378).

    Candidates may have different numbers of ratings; those with fewer than two are left out. The
    variance is the linearised one (Gwet 2008, Br. J. Math. Stat. Psychol. 61, 29, sect. 4), which
    holds for any true kappa; that of Fleiss (1971) holds for none but zero.

    Parameters
    ----------
    counts : array_like of int, shape (candidates, categories)
        Number of raters that put each candidate into each category.

    Examples
    --------
    >>> round(fleiss_kappa([[2, 0], [0, 2], [1, 1], [2, 0]]).value, 3)
    0.467
    """
    table = np.asarray(counts, np.float64)
    raters = table.sum(axis=1)
    table, raters = table[raters >= 2], raters[raters >= 2]
    total = len(table)
    if not total:
        return NO_KAPPA
    agreement = (table * (table - 1)).sum(axis=1) / (raters * (raters - 1))
    shares = table / raters[:, np.newaxis]
    usual = shares.mean(axis=0)
    observed, expected = float(agreement.mean()), float(usual @ usual)
    if expected >= 1:
        return Kappa(math.nan, math.nan, math.nan, observed, expected, total)
    kappa = (observed - expected) / (1 - expected)
    each = (agreement - expected) / (1 - expected)
    each -= 2 * (1 - kappa) * (shares @ usual - expected) / (1 - expected)
    variance = float(((each - kappa) ** 2).sum()) / (total * max(total - 1, 1))
    return _with_interval(kappa, variance, observed, expected, total)


def wilson_share(hits: int, trials: int) -> WilsonShare:
    """Return a share with its interval (Wilson 1927, J. Am. Stat. Assoc. 22, 209).

    Examples
    --------
    >>> share = wilson_share(8, 10)
    >>> round(share.low, 3), round(share.high, 3)
    (0.49, 0.943)
    """
    if trials <= 0:
        return WilsonShare(hits, trials, math.nan, math.nan, math.nan)
    share, square = hits / trials, Z_95**2
    centre = (share + square / (2 * trials)) / (1 + square / trials)
    half = Z_95 * math.sqrt(share * (1 - share) / trials + square / (4 * trials**2))
    half /= 1 + square / trials
    return WilsonShare(hits, trials, share, max(centre - half, 0.0), min(centre + half, 1.0))


def _with_interval(
    kappa: float, variance: float, observed: float, expected: float, total: int
) -> Kappa:
    """Return a kappa with the normal interval; without variance, with that of its agreement."""
    if variance > 1e-12:
        half = Z_95 * math.sqrt(variance)
        low, high = kappa - half, kappa + half
    else:
        share = wilson_share(round(observed * total), total)
        low, high = ((limit - expected) / (1 - expected) for limit in (share.low, share.high))
    low, high = max(low, -1.0), min(high, 1.0)
    return Kappa(float(kappa), float(low), float(high), observed, expected, total)
