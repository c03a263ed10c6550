"""Opinions of other reviewers in sequence numbers, to be stored and restored without a replay."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.decisions.agreement.ratings import Ratings, ReviewerOpinions
from vetter.core.decisions.decision import UNDECIDED, Decision, Opinion, Verdict
from vetter.core.decisions.ledger import Ledger
from vetter.core.decisions.snapshot import Fetch, Numbers, distinct_numbers


class OpinionTable(NamedTuple):
    """Opinions of reviewers none of whom is an arbiter.

    Attributes
    ----------
    events : int
        Number of the events that they come from.
    reviewers : tuple of str
        Sorted.
    codes : ndarray of uint8, shape (reviewers, candidates)
        Codes of the verdicts.
    numbers : ndarray of int64, shape (reviewers, candidates)
        Sequence number of the event of each opinion; 0 for none.
    remarked : ndarray of bool, shape (reviewers, candidates)
        Whether the opinion has tags or a comment.
    """

    events: int
    reviewers: tuple[str, ...]
    codes: npt.NDArray[np.uint8]
    numbers: Numbers
    remarked: npt.NDArray[np.bool_]

    def needed_events(self) -> list[int]:
        """Return the sequence numbers of the events with tags or a comment, rising."""
        return distinct_numbers(self.numbers[self.remarked])


class StoredOpinions:
    """Opinions of one reviewer; events without tags and comment are read when they are asked for.

    Parameters
    ----------
    reviewer : str
    codes : ndarray of uint8, shape (candidates,)
    numbers : ndarray of int64, shape (candidates,)
        Sequence numbers of the events; 0 for none.
    remarked : dict of int to Decision
        By row, the events with tags or a comment.
    fetch : Fetch
    """

    def __init__(
        self,
        reviewer: str,
        codes: npt.NDArray[np.uint8],
        numbers: Numbers,
        remarked: dict[int, Decision],
        fetch: Fetch,
    ) -> None:
        self.reviewer = reviewer
        self.codes = codes
        self._numbers = numbers
        self._remarked = remarked
        self._fetch = fetch
        self._decisions: Mapping[int, Decision] | None = None

    def opinion(self, row: int) -> Opinion:
        """Return the opinion on a candidate.

        The first one without tags and comment reads the events of all, 0.5 s for 100,000.
        """
        if row in self._remarked:
            return self._remarked[row].opinion
        number = int(self._numbers[row])
        if not number:
            return UNDECIDED
        if self._decisions is None:
            self._decisions = self._fetch(self._numbers[self._numbers > 0].tolist())
        decision = self._decisions.get(number)
        # An event that has become unreadable since leaves its verdict, without its time.
        return self.brief_opinion(row) if decision is None else decision.opinion

    def brief_opinion(self, row: int) -> Opinion:
        """Return verdict, tags and comment alone; nothing is read."""
        if row in self._remarked:
            return self._remarked[row].opinion
        return Opinion(_VERDICT_OF_CODE[int(self.codes[row])], reviewer=self.reviewer)

    def remarked_rows(self) -> list[int]:
        """Return the rows with tags or a comment."""
        return list(self._remarked)


def tabulate_opinions(ratings: Ratings, events: int) -> OpinionTable | None:
    """Return the opinions of ratings from ledgers, whose events are in the file.

    None if a reviewer ever was an arbiter.

    Parameters
    ----------
    ratings : Ratings
    events : int
        Number of the events that they come from.
    """
    numbers = np.zeros(ratings.codes.shape, np.int64)
    remarked = np.zeros(ratings.codes.shape, bool)
    for index, ledger in enumerate(ratings.final):
        if not isinstance(ledger, Ledger) or ledger.has_arbitrated:
            return None
        by_row = ledger.decisions_by_row()
        numbers[index, list(by_row)] = [one.seq or 0 for one in by_row.values()]
        marks = [bool(one.tags or one.comment) for one in by_row.values()]
        remarked[index, list(by_row)] = marks
    return OpinionTable(events, ratings.reviewers, ratings.codes, numbers, remarked)


def restore_ratings(
    table: OpinionTable, candidates: int, decisions: Mapping[int, Decision], fetch: Fetch
) -> Ratings:
    """Return the ratings that a table was made of.

    Parameters
    ----------
    table : OpinionTable
    candidates : int
        Length of the list.
    decisions : mapping
        By sequence number, at least those of `OpinionTable.needed_events`.
    fetch : Fetch
        Reads other decisions later.

    Raises
    ------
    ValueError
        The list has another length; a decision is missing, or another reviewer's.
    """
    if table.codes.shape != (len(table.reviewers), candidates):
        raise ValueError("the table is of another list")
    final: list[ReviewerOpinions] = []
    for name, codes, numbers, marks in zip(*table[1:], strict=True):
        rows = np.flatnonzero(marks).tolist()
        remarked = {row: decisions.get(int(numbers[row])) for row in rows}
        sound = {row: one for row, one in remarked.items() if one and one.reviewer == name}
        if len(sound) < len(rows):
            raise ValueError("a decision of the table is missing")
        final.append(StoredOpinions(name, codes, numbers, sound, fetch))
    nobody = np.zeros(table.codes.shape[1], np.uint8)
    return Ratings(table.reviewers, table.codes, tuple(final), nobody, {})


_VERDICT_OF_CODE = {verdict.code: verdict for verdict in Verdict}
