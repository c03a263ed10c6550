"""Records of reviewers: how often each is right, and what their verdicts together imply.

SWAP's method (Marshall et al. 2016, MNRAS 455, 1171, sect. 4): each verdict moves the probability
that a candidate is real by Bayes' rule, as far as the record of its reviewer allows.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.decisions.agreement.kappa import CATEGORIES

PRIOR_RIGHT = 3.0
"""3 verdicts that each reviewer is taken to have got right before any is counted (Beta prior)."""

PRIOR_OTHER = 1.0
"""1 verdict of each other kind before any is counted: a new reviewer is right in 3 of 5."""

MIN_RATE = 0.02
"""2 %, the lowest rate of any verdict: no single verdict changes the odds by more than 49 times."""

PREVALENCE = 0.5
"""0.5, the probability before any verdict if the share of real candidates is unknown."""

_ROUNDS = 50
_CONVERGED = 1e-6

Floats = npt.NDArray[np.float64]


class ReviewerRecord(NamedTuple):
    """Rates of each reviewer's verdicts, and the probability of each candidate.

    Attributes
    ----------
    if_real, if_bogus : ndarray, shape (reviewers, 3)
        Probability of accept, reject and maybe for a real and for a bogus candidate.
    probability : ndarray, shape (candidates,)
        Probability that the candidate is real, given all its verdicts; the prevalence without one.
    prevalence : float
    """

    if_real: Floats
    if_bogus: Floats
    probability: Floats
    prevalence: float

    @property
    def skill(self) -> Floats:
        """Mean of the rates of right verdicts, shape (reviewers,): 0.5 for a guess."""
        return (self.if_real[:, 0] + self.if_bogus[:, 1]) / 2


def rate_reviewers(
    codes: npt.NDArray[np.uint8],
    truth: npt.NDArray[np.float64] | None = None,
    prevalence: float = PREVALENCE,
) -> ReviewerRecord:
    """Return the record of each reviewer, and each candidate's probability of being real.

    With known truths (planted fakes), rates are counted on these candidates alone. Without any,
    rates and probabilities are found together from the verdicts, in rounds (SWAP's offline mode;
    Dawid & Skene 1979, Appl. Stat. 28, 20): who agrees with the others has the better record.

    Parameters
    ----------
    codes : ndarray of uint8, shape (reviewers, candidates)
        Verdict codes; undecided and later count as no verdict.
    truth : ndarray of float, shape (candidates,), optional
        1 for real, 0 for bogus, NaN for unknown.
    prevalence : float
        Share of real candidates expected before any verdict, above 0 and below 1.

    Examples
    --------
    >>> import numpy as np
    >>> codes = np.array([[1, 1, 2, 2], [1, 1, 2, 2], [2, 1, 1, 2]], np.uint8)
    >>> record = rate_reviewers(codes)
    >>> bool(record.skill[0] > record.skill[2])
    True
    >>> bool(record.probability[0] > 0.5 > record.probability[2])
    True
    """
    known = np.full(codes.shape[1], np.nan) if truth is None else np.asarray(truth, np.float64)
    given = np.stack([codes == code for code in CATEGORIES]).astype(np.float64)
    is_known = np.isfinite(known)
    if is_known.any():
        real, bogus = _count_rates(given[:, :, is_known], known[is_known])
        return _finish(given, real, bogus, prevalence)
    total = given.sum(axis=(0, 1))
    # Starts at the share of accepts, a maybe half: unlike a coin it tells the two classes apart.
    rated = total > 0
    probability = np.full(len(total), prevalence)
    probability[rated] = (given[0] + given[2] / 2).sum(axis=0)[rated] / total[rated]
    for _ in range(_ROUNDS):
        real, bogus = _count_rates(given[:, :, rated], probability[rated])
        record = _finish(given, real, bogus, prevalence)
        change = np.abs(record.probability - probability).max(initial=0.0)
        probability = record.probability
        if change < _CONVERGED:
            break
    else:
        real, bogus = _count_rates(given[:, :, rated], probability[rated])
    return _finish(given, real, bogus, prevalence)


def weigh_verdicts(codes: npt.NDArray[np.uint8], record: ReviewerRecord) -> Floats:
    """Return the probability that each candidate is real, by records made on other candidates.

    Parameters
    ----------
    codes : ndarray of uint8, shape (reviewers, candidates)
        Verdict codes, of the record's reviewers in their order.
    record : ReviewerRecord

    Examples
    --------
    >>> import numpy as np
    >>> record = rate_reviewers(np.array([[1, 1, 2, 2]], np.uint8), np.array([1, 1, 0, 0.0]))
    >>> weigh_verdicts(np.array([[1, 2, 0]], np.uint8), record).round(2).tolist()
    [0.82, 0.18, 0.5]
    """
    given = np.stack([codes == code for code in CATEGORIES]).astype(np.float64)
    return _finish(given, record.if_real, record.if_bogus, record.prevalence).probability


def _count_rates(given: Floats, probability: Floats) -> tuple[Floats, Floats]:
    """Return the rates of verdicts on real and on bogus candidates, shape (reviewers, 3) each."""
    prior = np.full(3, PRIOR_OTHER)
    real = np.einsum("crn,n->rc", given, probability)
    bogus = np.einsum("crn,n->rc", given, 1 - probability)
    real += prior + np.array([PRIOR_RIGHT - PRIOR_OTHER, 0.0, 0.0])
    bogus += prior + np.array([0.0, PRIOR_RIGHT - PRIOR_OTHER, 0.0])
    return _bound(real), _bound(bogus)


def _bound(counts: Floats) -> Floats:
    """Return rates that sum to 1, none below MIN_RATE."""
    rates = counts / counts.sum(axis=1, keepdims=True)
    return np.asarray(MIN_RATE + (1 - 3 * MIN_RATE) * rates, np.float64)


def _finish(given: Floats, real: Floats, bogus: Floats, prevalence: float) -> ReviewerRecord:
    odds = np.einsum("crn,rc->n", given, np.log(real / bogus))
    odds += np.log(prevalence / (1 - prevalence))
    # Clipped, since exp() overflows beyond 700; the probability is 1 there to all digits.
    probability = 1 / (1 + np.exp(-np.clip(odds, -500, 500)))
    return ReviewerRecord(real, bogus, probability, prevalence)
