"""Retirement of candidates with enough verdicts, and the reviewer who should look next."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.decisions.agreement.kappa import CATEGORIES
from vetter.core.decisions.agreement.ratings import Ratings, count_ratings
from vetter.core.decisions.agreement.reviewer_record import rate_reviewers


class State(IntEnum):
    """State of a candidate under the rules of retirement."""

    OPEN = 0
    AGREED = 1
    DISPUTED = 2


class RetirementRules(NamedTuple):
    """Rules by which a candidate needs no more verdicts.

    The defaults are those of Rubin Difference Detectives (DMTN-337): two agreeing verdicts, or
    seven in all.

    Attributes
    ----------
    agreeing : int
        Equal verdicts that retire a candidate whose verdicts are all equal; after a first
        disagreement, the majority has to reach one more than half of ``most``.
    most : int
        Verdicts after which a candidate without agreement is retired as disputed.
    low, high : float
        A candidate is also retired if its probability of being real is at most ``low`` or at
        least ``high``, from two verdicts on.
    """

    agreeing: int = 2
    most: int = 7
    low: float = 0.01
    high: float = 0.99


RULES = RetirementRules()


def find_states(
    codes: npt.NDArray[np.uint8],
    probability: npt.NDArray[np.float64] | None = None,
    rules: RetirementRules = RULES,
) -> npt.NDArray[np.uint8]:
    """Return the state of each candidate, see `State`.

    Parameters
    ----------
    codes : ndarray of uint8, shape (reviewers, candidates)
    probability : ndarray, shape (candidates,), optional
        Probability of being real, as `rate_reviewers` returns it; None to count verdicts alone.
    rules : RetirementRules

    Examples
    --------
    >>> import numpy as np
    >>> find_states(np.array([[1, 1, 2], [1, 2, 0]], np.uint8)).tolist()
    [1, 0, 0]
    """
    counts = count_ratings(codes)
    total, largest = counts.sum(axis=-1), counts.max(axis=-1)
    agreed = (largest == total) & (largest >= rules.agreeing)
    agreed |= (largest > rules.most // 2) & (largest >= rules.agreeing)
    if probability is not None:
        sure = (probability <= rules.low) | (probability >= rules.high)
        agreed |= sure & (total >= 2)
    disputed = ~agreed & (total >= rules.most)
    return np.where(agreed, State.AGREED, np.where(disputed, State.DISPUTED, 0)).astype(np.uint8)


def assign_next(
    codes: npt.NDArray[np.uint8],
    probability: npt.NDArray[np.float64],
    skill: npt.NDArray[np.float64],
    rules: RetirementRules = RULES,
) -> npt.NDArray[np.int64]:
    """Return the reviewer who should look next at each candidate; -1 for none.

    Candidates that are open get the reviewer with the best record who has not rated them; equal
    records share the work in turn. Disputed candidates go to whoever has not rated them too:
    their verdict is an arbiter's.

    Parameters
    ----------
    codes : ndarray of uint8, shape (reviewers, candidates)
    probability : ndarray, shape (candidates,)
        Probability of being real.
    skill : ndarray, shape (reviewers,)
        Record of each reviewer, 1 at best.
    rules : RetirementRules

    Returns
    -------
    ndarray of int64, shape (candidates,)
        Index of the reviewer.

    Examples
    --------
    >>> import numpy as np
    >>> codes = np.array([[1, 1], [2, 1], [0, 0]], np.uint8)
    >>> assign_next(codes, np.array([0.5, 0.999]), np.array([0.9, 0.8, 0.7])).tolist()
    [2, -1]
    """
    following = np.full(codes.shape[1], -1, np.int64)
    if not len(codes):
        return following
    # Records are compared to a tenth: smaller differences are within their scatter.
    grades = np.where(np.isin(codes, CATEGORIES), -1.0, np.round(skill, 1)[:, np.newaxis])
    best = grades.max(axis=0)
    is_choice = grades == best
    # The least certain candidates come first, in turns among reviewers of equal record.
    doubt = np.argsort(np.abs(probability - 0.5), kind="stable")
    waiting = (find_states(codes, probability, rules) != State.AGREED) & (best >= 0)
    rows = doubt[waiting[doubt]]
    turns = np.arange(len(rows)) % is_choice[:, rows].sum(axis=0)
    ranks = np.cumsum(is_choice[:, rows], axis=0) - 1
    following[rows] = ((ranks == turns) & is_choice[:, rows]).argmax(axis=0)
    return following


def name_next(
    ratings: Ratings,
    truth: npt.NDArray[np.float64] | None = None,
    rules: RetirementRules = RULES,
) -> npt.NDArray[np.object_]:
    """Return the name of the reviewer who should look next at each candidate; '' for none.

    Candidates that an arbiter has decided need nobody. ``truth`` is that of `rate_reviewers`.
    """
    record = rate_reviewers(ratings.codes, truth)
    following = assign_next(ratings.codes, record.probability, record.skill, rules)
    following[ratings.arbitrated > 0] = -1
    return np.array([*ratings.reviewers, ""], object)[following]
