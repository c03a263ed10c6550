"""Candidates without a fit's result, and which of them wait for what the session may hold."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from vetter.core.judgement.fit_table import Disappeared, FitTable
from vetter.review.fits.field_fits import FieldFits
from vetter.review.fits.stored_fits import StoredFits
from vetter.review.session import Session

LOT = 10_000
"""Candidates that are wished for together: to list 100,000 takes the window's thread 20 ms."""


class Unfitted:
    """What is still to be fitted behind the vetter.

    Candidates of an image wait while the results that the session holds for it are read, and
    before that is known: else many are fitted again that come out of the session a moment later.

    Parameters
    ----------
    session : Session
    table : FitTable
    fields : FieldFits
    stored : StoredFits
    """

    def __init__(
        self, session: Session, table: FitTable, fields: FieldFits, stored: StoredFits
    ) -> None:
        self._session, self._table = session, table
        self._fields, self._stored = fields, stored
        self._waiting: frozenset[int] | None = None
        self._wished, self._more = 0, False

    def look(self, first: Iterable[int]) -> bool:
        """See which images wait, as these rows are fitted first; whether others do than before.

        True the first time.

        What their images' results are kept under is known soon; where nothing else asks for it,
        as of an image that the vetter is far from, nothing waits for that either.
        """
        before, known, names = self._waiting, self._fields.known, set(self._stored.reading)
        reading = {number for number in known if self._fields.signature_in(number) in names}
        # While the list is being read, what they are kept under does not become known.
        coming = {self._session.source.field_of(row) for row in first if self._session.complete}
        self._waiting = frozenset(reading | coming.difference(known))
        return self._waiting != before

    def rows(self) -> list[int]:
        """The next, from the vetter's place to the end of the list and around; then the hidden."""
        queue, row = self._session.queue, self._session.current_row
        place = max(queue.position_of(row), 0)
        listed = np.concatenate([queue.order[place:], queue.order[:place]])
        hidden = np.ones(len(self._table.codes), bool)
        hidden[listed] = False
        rows = np.concatenate([listed, np.flatnonzero(hidden)])
        # numpy compares bytes with a plain int twelve times faster than with a member.
        rows = rows[self._table.codes[rows] == Disappeared.NOT_FITTED.value]
        waiting = self._session.source.on_field(rows, *(self._waiting or ()))
        rows = rows[~waiting]
        found: list[int] = rows[:LOT].tolist()
        self._wished, self._more = len(found), len(rows) > LOT
        return found

    def count(self, fitted: int) -> bool:
        """So many are fitted; whether others are to be wished for before these come to an end."""
        self._wished -= fitted
        return self._more and self._wished < LOT // 2
