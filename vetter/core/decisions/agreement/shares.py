"""Shares of a candidate list for several reviewers, with an overlap that measures agreement."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.decisions.agreement.kappa import Z_95

Rows = npt.NDArray[np.intp]

USUAL_KAPPA = 0.8
"""0.8, the agreement for which the width of its interval is predicted: that of good reviewers."""


class Shares(NamedTuple):
    """Rows of each share, rising; and the rows that more than one share holds."""

    rows: tuple[Rows, ...]
    overlap: Rows


def deal_shares(
    labels: Rows, number: int, overlap: float, seed: int = 0, pairs: bool = False
) -> Shares:
    """Distribute candidates to shares at random, equally many to each; an object stays whole.

    Parameters
    ----------
    labels : ndarray of int, shape (candidates,)
        Candidates of one object have the same label, and go to the same shares.
    number : int
        Number of shares, at least 2.
    overlap : float
        Part of the objects, 0 to 1, that more than one share gets.
    seed : int
        The same seed deals the same shares.
    pairs : bool
        False gives the overlap to all shares. True deals it to pairs of neighbouring shares (the
        last and the first too): less work for each, and agreement of pairs alone.

    Examples
    --------
    >>> import numpy as np
    >>> shares = deal_shares(np.arange(10), 2, 0.2)
    >>> [len(rows) for rows in shares.rows], len(shares.overlap)
    ([6, 6], 2)
    """
    if number < 2:
        raise ValueError(f"expected 2 shares or more, found {number}")
    if not 0 <= overlap <= 1:
        raise ValueError(f"expected an overlap of 0 to 1, found {overlap}")
    objects, first = np.unique(labels, return_inverse=True)
    order = np.random.default_rng(seed).permutation(len(objects))
    # ceil: an overlap that was asked for is never empty.
    common = math.ceil(overlap * len(objects) - 1e-9)
    holders = np.zeros((number, len(objects)), bool)
    turns = np.arange(len(objects)) % number
    holders[turns[common:], order[common:]] = True
    if pairs:
        holders[turns[:common], order[:common]] = True
        holders[(turns[:common] + 1) % number, order[:common]] = True
    else:
        holders[:, order[:common]] = True
    is_common = np.zeros(len(objects), bool)
    is_common[order[:common]] = True
    return Shares(
        tuple(np.flatnonzero(has[first]) for has in holders), np.flatnonzero(is_common[first])
    )


def expected_half_width(candidates: int, kappa: float = USUAL_KAPPA) -> float:
    """Return half the width of kappa's interval of 95 % from that many candidates in common.

    For two reviewers who use two verdicts equally often; a rare verdict makes it wider.

    Examples
    --------
    >>> round(expected_half_width(100), 2)
    0.12
    """
    if candidates <= 0:
        return math.inf
    observed = (1 + kappa) / 2
    return 2 * Z_95 * math.sqrt(observed * (1 - observed) / candidates)
