"""Requests to the worker process: first the fits the user waits for, then the background ones.

Background fits are of candidates without a result; those that the session may hold a result for
wait until it has been read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from vetter.core.judgement.fit_table import Disappeared, FitTable
from vetter.review.cutouts.cutout_cache import CutoutCache
from vetter.review.fits.field_fits import FieldFits
from vetter.review.fits.fit_process import FitProcess
from vetter.review.fits.fit_storage import FitStorage
from vetter.review.session import Session

LOT = 10_000
"""Candidates that are wished for together: to list 100,000 takes the window's thread 20 ms."""


class FitWishes:
    """Each wish begins with what the vetter waits for, and replaces the one before.

    Attributes
    ----------
    asked : set of int
        Rows whose fits were asked for by hand and have not come.
    followed : sequence of int
        The candidate on screen and those that come next.

    Parameters
    ----------
    cache : CutoutCache
        Whose panels show what has come already.
    ahead : FitProcess
        The process that fits.
    rest : Unfitted
        What is fitted behind the vetter.
    """

    def __init__(self, cache: CutoutCache, ahead: FitProcess, rest: Unfitted) -> None:
        self.asked: set[int] = set()
        self.followed: Sequence[int] = ()
        self._cache, self._ahead, self._rest = cache, ahead, rest

    def wish(self, rows: Sequence[int] = (), anew: bool = False, rest: bool = True) -> None:
        """Wish for these first: the wish before is forgotten for this one.

        The rest stays as it was wished for, but where it is to be ``anew`` or others of it wait.
        Without ``rest`` it stays in any case.
        """
        first = self._first(rows)
        anew |= self._rest.look(first) and rest
        self._ahead.wish(first, self._rest.rows() if anew else None)

    def wish_where_waiting_changed(self) -> None:
        """Wish for the rest anew where others of it wait for the session's results than before."""
        if self._rest.look(self._first()):
            self.wish(anew=True)

    def drop(self) -> None:
        """Leave only what was asked for by hand."""
        self.followed = ()
        if self._ahead.running:
            self._ahead.wish(sorted(self.asked), [])

    def _first(self, rows: Sequence[int] = ()) -> list[int]:
        """These rows, and what the vetter waits for already."""
        coming = (row for row in self.followed if not self._cache.has_fit_panel(row))
        first = dict.fromkeys([*rows, *coming, *sorted(self.asked)])
        return [row for row in first if row >= 0]


class Unfitted:
    """What is still to be fitted behind the vetter.

    Candidates of an image wait while the results that the session holds for it are read, and
    before that is known: else many are fitted again that come out of the session a moment later.

    Parameters
    ----------
    session : Session
    table : FitTable
    fields : FieldFits
    storage : FitStorage
    """

    def __init__(
        self, session: Session, table: FitTable, fields: FieldFits, storage: FitStorage
    ) -> None:
        self._session, self._table = session, table
        self._fields, self._storage = fields, storage
        self._waiting: frozenset[int] | None = None
        self._wished, self._more = 0, False

    def look(self, first: Iterable[int]) -> bool:
        """See which images wait, as these rows are fitted first; whether others do than before.

        True the first time.

        What their images' results are kept under is known soon; where nothing else asks for it,
        as of an image that the vetter is far from, nothing waits for that either.
        """
        before, known, names = self._waiting, self._fields.known, set(self._storage.reading)
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
