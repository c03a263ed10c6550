"""The other reviewers of an open session: their opinions beside those of the user."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from vetter.core.decisions.agreement.kappa import CATEGORIES
from vetter.core.decisions.agreement.ratings import (
    Ratings,
    ReviewerOpinions,
    collect_ratings,
    count_ratings,
    without_arbitration,
)
from vetter.core.decisions.agreement.stored_opinions import (
    OpinionTable,
    StoredOpinions,
    tabulate_opinions,
)
from vetter.core.decisions.decision import Decision, How, Verdict
from vetter.core.decisions.ledger import Ledger

DISAGREE_WORDS = ("", "no", "yes", "settled")
"""Values of the column ``disagree``: fewer than two verdicts, equal ones, different ones, and
different ones of which an arbiter has chosen."""


class OtherReviewers:
    """Opinions of the other reviewers, as they were when the session was opened.

    They are replayed when they are first asked for, which takes 0.15 s for 100,000 decisions.

    Parameters
    ----------
    ledger : Ledger
        The user's own ledger, which goes on; its list is the candidate list.
    decisions : sequence of Decision
        Events of all reviewers.
    stored : tuple of OpinionTable and Ratings, optional
        The others' opinions on the ledger's complete list, in place of their events.

    Attributes
    ----------
    names : tuple of str
        The other reviewers, sorted.
    is_arbiter : bool
        Whether the user gives verdicts as arbiter, which settle disagreements.
    """

    def __init__(
        self,
        ledger: Ledger,
        decisions: Sequence[Decision] = (),
        stored: tuple[OpinionTable, Ratings] | None = None,
    ) -> None:
        self.is_arbiter = False
        self._ledger = ledger
        own = [decision for decision in decisions if decision.reviewer == ledger.reviewer]
        self._others = [one for one in decisions if one.reviewer != ledger.reviewer]
        self._stored = stored
        names = stored[0].reviewers if stored else {one.reviewer for one in self._others}
        self.names = tuple(sorted(names))
        self._own_votes: dict[str, int] = {}
        rated = without_arbitration(own)
        if len(rated) < len(own):
            self._own_votes = {decision.key: decision.verdict.code for decision in rated}
        self._built: tuple[int, Ratings] | None = None
        self._next: npt.NDArray[Any] = np.empty(0, object)
        if stored:
            self._built = len(ledger.candidates), stored[1]

    def note_arbitrations(self, decisions: Sequence[Decision]) -> None:
        """Keep the user's own verdicts, before arbitrations of these candidates take effect."""
        for decision in decisions:
            row = self._ledger.candidates.row_of(decision.key)
            if decision.how is How.ARBITER and not self._ledger.is_arbitrated(row):
                self._own_votes[decision.key] = int(self._ledger.codes[row])

    @property
    def ratings(self) -> Ratings:
        """Ratings of the others, on the present candidate list."""
        listed = self._ledger.candidates
        if self._built is None or self._built[0] != len(listed):
            self._built = len(listed), collect_ratings(listed, self._others)
            self._clear_texts()
        return self._built[1]

    def tabulate(self) -> OpinionTable | None:
        """Return the others' opinions in sequence numbers, of events that are all in the file.

        None if one of the others ever was an arbiter.
        """
        if self._stored:
            return self._stored[0]
        return tabulate_opinions(self.ratings, len(self._others))

    def _clear_texts(self) -> None:
        self.__dict__.pop("_texts", None)

    def own_codes(self) -> npt.NDArray[np.uint8]:
        """Return the codes of the user's own verdicts; those given as arbiter are left out."""
        codes = np.array(self._ledger.codes)
        keys = self._ledger.candidates.keys
        for row in self._ledger.arbitrated_rows():
            codes[row] = self._own_votes.get(str(keys[row]), 0)
        return codes

    def disagreements(self, first: int = 0) -> npt.NDArray[Any]:
        """Return the word of `DISAGREE_WORDS` for each candidate from row ``first`` on."""
        ratings = self.ratings
        counts = ratings.counts + count_ratings(self.own_codes()[np.newaxis])
        kinds = np.count_nonzero(counts, axis=-1)
        codes = np.where(kinds > 1, 2, np.where(counts.sum(axis=-1) > 1, 1, 0))
        settled = ratings.arbitrated > 0
        settled[self._ledger.arbitrated_rows()] = True
        codes[settled & (kinds > 1)] = 3
        return np.array(DISAGREE_WORDS, object)[codes[first:]]

    def take_next(self, names: npt.NDArray[Any]) -> None:
        """Take over who should look next at each candidate, see `retirement.name_next`."""
        self._next = names

    def next_reviewers(self, first: int = 0) -> npt.NDArray[Any]:
        """Return who should look next at each candidate, as last taken over; '' before."""
        names = np.full(len(self._ledger.candidates), "", object)
        known = self._next[: len(names)]
        names[: len(known)] = known
        return names[first:]

    def texts(self, first: int = 0) -> npt.NDArray[Any]:
        """Return the others' verdicts on each candidate: ``bob: reject, cat: accept``."""
        assert self.ratings is not None
        return np.asarray(self._texts[first:])

    @cached_property
    def _texts(self) -> npt.NDArray[Any]:
        ratings = self.ratings
        parts: list[list[str]] = [[] for _ in range(ratings.codes.shape[1])]
        for name, codes in zip(ratings.reviewers, ratings.codes, strict=True):
            for code in CATEGORIES:
                text = f"{name}: {_WORD_OF_CODE[code]}"
                for row in np.flatnonzero(codes == code).tolist():
                    parts[row].append(text)
        return np.array([", ".join(one) for one in parts] or [""], object)[: len(parts)]

    def remarks(self, row: int) -> str:
        """Return the others' verdicts, tags and comments on a candidate in one line; '' for none.

        An arbiter's verdict says so.
        """
        ratings, words = self.ratings, []
        for index, name in enumerate(ratings.reviewers):
            known = ratings.final[index]
            # On the way of each candidate to the screen nothing is read.
            brief = known.brief_opinion if isinstance(known, StoredOpinions) else known.opinion
            opinion = brief(row)
            if not opinion.has_content:
                continue
            role = " (arbiter)" if ratings.arbiter.get(row) == index else ""
            parts = [opinion.verdict.value if opinion.verdict is not Verdict.NONE else ""]
            parts += [", ".join(opinion.tags), opinion.comment]
            words.append(f"{name}{role}: {'; '.join(filter(None, parts))}")
        return " | ".join(words)

    def all_ratings(self, present: ReviewerOpinions | None = None) -> Ratings:
        """Return the ratings of the others and of the user at this moment.

        ``present`` is a copy of the user's opinions for another thread; by default the ledger.
        """
        others, own = self.ratings, self._ledger
        names = tuple(sorted((*others.reviewers, own.reviewer)))
        place = names.index(own.reviewer)
        final = list(others.final)
        final.insert(place, own if present is None else present)
        arbitrated = np.array(others.arbitrated)
        arbiter = {row: index + (index >= place) for row, index in others.arbiter.items()}
        for row in own.arbitrated_rows():
            last = arbiter.get(row)
            earlier = "" if last is None else final[last].opinion(row).decided_at
            if own.opinion(row).decided_at >= earlier:
                arbitrated[row], arbiter[row] = own.codes[row], place
        codes = np.insert(others.codes, place, self.own_codes(), axis=0)
        return Ratings(names, codes, tuple(final), arbitrated, arbiter)


_WORD_OF_CODE = {verdict.code: verdict.value for verdict in Verdict}
