"""One opinion out of those of several reviewers, by a policy that the user names."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.decisions.agreement.kappa import CATEGORIES
from vetter.core.decisions.agreement.ratings import Ratings, majority_codes
from vetter.core.decisions.agreement.reviewer_record import (
    ReviewerRecord,
    rate_reviewers,
    weigh_verdicts,
)
from vetter.core.decisions.decision import UNDECIDED, Opinion, Verdict

SURE = 0.95
"""0.95, the probability from which the weighted policy accepts; below 1 - 0.95 it rejects."""

_VERDICT_OF_CODE = {verdict.code: verdict for verdict in Verdict}


class Policy(StrEnum):
    """Rule that makes one verdict out of several reviewers'."""

    LATEST = "latest"
    MAJORITY = "majority"
    UNANIMOUS = "unanimous"
    WEIGHTED = "weighted"
    ARBITER = "arbiter"


DESCRIPTIONS = {
    Policy.LATEST: "the verdict given last, whoever gave it",
    Policy.MAJORITY: "the verdict of more than half of those who gave one; none in a tie",
    Policy.UNANIMOUS: "the verdict of all who gave one; none if two differ",
    Policy.WEIGHTED: "accept or reject at 95 % by the reviewers' records, otherwise maybe",
    Policy.ARBITER: "the arbiter's verdict; where there is none, the unanimous one",
}
"""Description of each policy for the user."""


class CombinedOpinion(NamedTuple):
    """Opinion of all reviewers together, and its basis in words: '2 of 3', 'arbiter ann'."""

    opinion: Opinion
    basis: str


class CombinedOpinions:
    """Opinions on a candidate list by a policy; exports read it like a ledger.

    Tags are those that anybody set, comments are joined with their reviewers' names, and the
    reviewers are named whose verdict it is. The date is the last of theirs.

    Parameters
    ----------
    ratings : Ratings
    policy : Policy
    record : ReviewerRecord, optional
        Records of the reviewers for the weighted policy, as test rows gave them; by default these
        come from the ratings themselves.

    Attributes
    ----------
    codes : ndarray of uint8, shape (candidates,)
    policy : Policy
    """

    def __init__(
        self,
        ratings: Ratings,
        policy: Policy,
        record: ReviewerRecord | None = None,
    ) -> None:
        self.policy = policy
        self._ratings = ratings
        self._counts = ratings.counts
        self._probability: npt.NDArray[np.float64] | None = None
        if policy is Policy.WEIGHTED:
            if record is None:
                self._probability = rate_reviewers(ratings.codes).probability
            else:
                self._probability = weigh_verdicts(ratings.codes, record)
        self.codes = self._combine()

    @property
    def reviewer(self) -> str:
        """Name for the combination: the policy and the reviewers."""
        return f"{self.policy.value} of {', '.join(self._ratings.reviewers)}"

    def opinion(self, row: int) -> Opinion:
        """Return the combined opinion of a candidate."""
        return self.combined(row).opinion

    def combined(self, row: int) -> CombinedOpinion:
        """Return the combined opinion of a candidate, with its basis."""
        opinions = [
            (index, opinion)
            for index in range(len(self._ratings.reviewers))
            if (opinion := self._ratings.opinion(index, row)).has_content
        ]
        if not opinions:
            return CombinedOpinion(UNDECIDED, "")
        code = int(self.codes[row])
        holders = self._find_holders(row, code)
        dates = [opinion for index, opinion in opinions if index in holders]
        last = max(dates or [opinion for _, opinion in opinions], key=lambda one: one.decided_at)
        combined = Opinion(
            _VERDICT_OF_CODE[code],
            tuple(dict.fromkeys(tag for _, opinion in opinions for tag in opinion.tags)),
            _join_comments([opinion for _, opinion in opinions]),
            ", ".join(self._ratings.reviewers[index] for index in holders),
            last.decided_at,
            last.seconds,
        )
        return CombinedOpinion(combined, self._basis(row, code, holders))

    def remarked_rows(self) -> list[int]:
        """Return the rows with tags or a comment of any reviewer, in order."""
        return sorted({row for ledger in self._ratings.final for row in ledger.remarked_rows()})

    def _combine(self) -> npt.NDArray[np.uint8]:
        codes, counts = self._ratings.codes, self._counts
        if self.policy is Policy.LATEST:
            return self._latest_codes()
        if self.policy is Policy.MAJORITY:
            return majority_codes(codes)
        if self._probability is not None:
            sure = np.where(self._probability >= SURE, Verdict.ACCEPT.code, Verdict.MAYBE.code)
            sure = np.where(self._probability <= 1 - SURE, Verdict.REJECT.code, sure)
            return np.where(counts.sum(axis=-1) > 0, sure, 0).astype(np.uint8)
        same = np.count_nonzero(counts, axis=-1) == 1
        unanimous = np.where(same, counts.argmax(axis=-1) + 1, 0).astype(np.uint8)
        if self.policy is Policy.ARBITER:
            arbitrated = self._ratings.arbitrated
            return np.where(arbitrated > 0, arbitrated, unanimous).astype(np.uint8)
        return unanimous

    def _latest_codes(self) -> npt.NDArray[np.uint8]:
        """Return the code of the opinion with the latest date among those with a verdict."""
        if not self._ratings.final:
            return np.zeros(len(self._ratings.arbitrated), np.uint8)
        final = np.stack([ledger.codes for ledger in self._ratings.final])
        final[~np.isin(final, CATEGORIES)] = 0
        has_verdict = final > 0
        latest = has_verdict.argmax(axis=0)
        # Dates are read only where two reviewers have decided differently.
        several = np.flatnonzero(final.max(axis=0) != _smallest_above_zero(final))
        for row in several.tolist():
            latest[row] = max(
                np.flatnonzero(has_verdict[:, row]).tolist(),
                key=lambda index: (self._ratings.opinion(index, row).decided_at, -index),
            )
        return np.asarray(final[latest, np.arange(final.shape[1])], np.uint8)

    def _find_holders(self, row: int, code: int) -> list[int]:
        """Return the reviewers whose verdict the combined one is; all who rated if it is nobody's.

        For the latest policy, the last of those who gave it.
        """
        ratings = self._ratings
        if self.policy is Policy.ARBITER and ratings.arbitrated[row]:
            return [ratings.arbiter[row]]
        if self.policy is Policy.LATEST:
            same = [
                index
                for index in range(len(ratings.reviewers))
                if code and int(ratings.final[index].codes[row]) == code
            ]
            dated = [(ratings.opinion(index, row).decided_at, -index) for index in same]
            return [-max(dated)[1]] if dated else []
        raters = np.flatnonzero(np.isin(ratings.codes[:, row], CATEGORIES))
        agreeing = [index for index in raters.tolist() if ratings.codes[index, row] == code]
        return agreeing or raters.tolist()

    def _basis(self, row: int, code: int, holders: list[int]) -> str:
        counts = self._counts[row]
        total = int(counts.sum())
        if self.policy is Policy.ARBITER and self._ratings.arbitrated[row]:
            return f"arbiter {self._ratings.reviewers[holders[0]]}"
        if self.policy is Policy.LATEST:
            return f"latest: {self._ratings.reviewers[holders[0]]}" if holders else ""
        if not total:
            return ""
        if self._probability is not None:
            return f"p {self._probability[row]:.3f} of {total}"
        return f"{int(counts[code - 1])} of {total}" if code else _spell_split(counts)


def spell_votes(counts: npt.NDArray[np.int64]) -> str:
    """Return a candidate's numbers of ratings in words: '2 accept, 1 reject'.

    Examples
    --------
    >>> import numpy as np
    >>> spell_votes(np.array([2, 0, 1]))
    '2 accept, 1 maybe'
    """
    words = zip(CATEGORIES, counts.tolist(), strict=True)
    return ", ".join(f"{number} {_VERDICT_OF_CODE[code].value}" for code, number in words if number)


def _spell_split(counts: npt.NDArray[np.int64]) -> str:
    return f"split: {spell_votes(counts)}"


def _smallest_above_zero(codes: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Return the smallest code above 0 of each column; 0 for a column of zeros."""
    filled = np.where(codes > 0, codes, 255).min(axis=0)
    return np.where(filled == 255, 0, filled).astype(np.uint8)


def _join_comments(opinions: list[Opinion]) -> str:
    """Return all comments: one as it is, several with the names of their reviewers."""
    comments = [(one.reviewer, one.comment) for one in opinions if one.comment]
    if len({comment for _, comment in comments}) <= 1:
        return comments[0][1] if comments else ""
    return "; ".join(f"{reviewer}: {comment}" for reviewer, comment in comments)
