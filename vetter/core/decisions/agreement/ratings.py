"""Ratings: the verdicts of all reviewers on one candidate list, an array for each reviewer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from vetter.core.decisions.agreement.kappa import CATEGORIES, Codes
from vetter.core.decisions.carry_over import PositionedList
from vetter.core.decisions.decision import Decision, How, Opinion
from vetter.core.decisions.ledger import Ledger


class ReviewerOpinions(Protocol):
    """Present opinions of one reviewer: a ledger, or a copy of its state."""

    @property
    def codes(self) -> npt.NDArray[np.uint8]:
        """Verdict code of each candidate."""

    def opinion(self, row: int) -> Opinion:
        """Return the opinion on a candidate."""

    def remarked_rows(self) -> Sequence[int]:
        """Return the rows with tags or a comment."""


class Ratings(NamedTuple):
    """Opinions of reviewers on a candidate list.

    Attributes
    ----------
    reviewers : tuple of str
        In alphabetical order, so that no result depends on the order of events.
    codes : ndarray of uint8, shape (reviewers, candidates)
        Verdict codes of each reviewer's own rating; verdicts given as arbiter are left out.
    final : tuple of ReviewerOpinions
        Each reviewer's present opinions, for tags, comments and dates.
    arbitrated : ndarray of uint8, shape (candidates,)
        Code of the verdict that an arbiter gave last; 0 without one.
    arbiter : dict of int to int
        Row to index of the reviewer whose arbitration holds.
    """

    reviewers: tuple[str, ...]
    codes: npt.NDArray[np.uint8]
    final: tuple[ReviewerOpinions, ...]
    arbitrated: npt.NDArray[np.uint8]
    arbiter: dict[int, int]

    def opinion(self, reviewer: int, row: int) -> Opinion:
        """Return the present opinion of a reviewer, given by index, on a candidate."""
        return self.final[reviewer].opinion(row)

    @property
    def counts(self) -> npt.NDArray[np.int64]:
        """Number of ratings of each candidate, shape (candidates, 3): accept, reject, maybe."""
        return count_ratings(self.codes)

    @property
    def disputed(self) -> npt.NDArray[np.bool_]:
        """Whether the ratings of each candidate differ, and no arbiter has decided."""
        return np.asarray(find_disputes(self.counts) & (self.arbitrated == 0), np.bool_)


def count_ratings(codes: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
    """Return the number of ratings in each category.

    Parameters
    ----------
    codes : ndarray of uint8, shape (reviewers, candidates)

    Returns
    -------
    ndarray of int64, shape (candidates, 3)

    Examples
    --------
    >>> import numpy as np
    >>> count_ratings(np.array([[1, 0], [2, 3]], np.uint8)).tolist()
    [[1, 1, 0], [0, 0, 1]]
    """
    by_category = [(codes == code).sum(axis=0) for code in CATEGORIES]
    return np.stack(by_category, axis=-1).astype(np.int64)


def find_disputes(counts: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Return whether each candidate's ratings are in more than one category."""
    return np.asarray(np.count_nonzero(counts, axis=-1) > 1, np.bool_)


def collect_ratings(
    candidates: PositionedList, decisions: Sequence[Decision], reviewers: Iterable[str] = ()
) -> Ratings:
    """Apply the decisions of every reviewer to a candidate list.

    Parameters
    ----------
    candidates : PositionedList
    decisions : sequence of Decision
        The events of all reviewers; those of one reviewer in their order.
    reviewers : iterable of str
        Reviewers to list even without a decision.
    """
    by_reviewer: dict[str, list[Decision]] = {name: [] for name in reviewers}
    for decision in decisions:
        by_reviewer.setdefault(decision.reviewer, []).append(decision)
    names = tuple(sorted(by_reviewer))
    codes = np.zeros((len(names), len(candidates)), np.uint8)
    ledgers, verdicts = [], []
    for index, name in enumerate(names):
        events = by_reviewer[name]
        ledger = replay(candidates, name, events)
        ledgers.append(ledger)
        own = without_arbitration(events)
        if len(own) == len(events):
            codes[index] = ledger.codes
        else:
            codes[index] = replay(candidates, name, own).codes
            verdicts += [(at, row, index) for row, at in _find_arbitrations(ledger, events)]
    arbitrated = np.zeros(len(candidates), np.uint8)
    arbiter = {}
    # Times in ISO 8601 sort as text; the reviewer's index settles equal times.
    for _, row, index in sorted(verdicts):
        arbitrated[row], arbiter[row] = ledgers[index].codes[row], index
    return Ratings(names, codes, tuple(ledgers), arbitrated, arbiter)


def replay(candidates: PositionedList, reviewer: str, events: Iterable[Decision]) -> Ledger:
    """Return the ledger of one reviewer after the given events."""
    ledger = Ledger(candidates, reviewer)
    ledger.replay(events)
    return ledger


def without_arbitration(events: Sequence[Decision]) -> Sequence[Decision]:
    """Return one reviewer's events without verdicts as arbiter, and without their undo and redo."""
    steps = {event.step for event in events if event.how == How.ARBITER}
    if not steps:
        return events
    return [event for event in events if event.how != How.ARBITER and event.undoes not in steps]


def _find_arbitrations(ledger: Ledger, events: Sequence[Decision]) -> list[tuple[int, str]]:
    """Return the rows on which a reviewer's arbitration is in force, with its time.

    Undo and redo return to earlier events, whose dates opinions keep: an arbitration is in force
    if the opinion has its date and verdict.
    """
    made = {
        (event.key, event.at): event.verdict.code for event in events if event.how == How.ARBITER
    }
    found = []
    for key in {key for key, _ in made}:
        try:
            row = ledger.candidates.row_of(key)
        except KeyError:  # a decision on a candidate that the list no longer holds
            continue
        opinion = ledger.opinion(row)
        code = made.get((key, opinion.decided_at))
        if code in CATEGORIES and code == opinion.verdict.code:
            found.append((row, opinion.decided_at))
    return found


def majority_codes(codes: Codes) -> Codes:
    """Return the verdict code of more than half of the ratings of each candidate; 0 without one.

    Parameters
    ----------
    codes : ndarray of uint8, shape (reviewers, candidates)

    Examples
    --------
    >>> import numpy as np
    >>> majority_codes(np.array([[1, 1, 2], [1, 2, 0], [2, 0, 0]], np.uint8)).tolist()
    [1, 0, 2]
    """
    counts = count_ratings(codes)
    most = counts.argmax(axis=-1)
    wins = 2 * counts.max(axis=-1) > counts.sum(axis=-1)
    return np.where(wins, most + 1, 0).astype(np.uint8)
