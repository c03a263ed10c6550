"""Requests to the worker process: first the fits the user waits for, then the background ones.

Background fits are of candidates without a result. Candidates whose results the session may hold
wait until these have been read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from vetter.core.judgement.answer import NOT_FITTED
from vetter.core.judgement.fit_table import FitTable
from vetter.review.cutouts.cutout_cache import CutoutCache
from vetter.review.fits.field_fits import FieldFits
from vetter.review.fits.fit_process import FitProcess
from vetter.review.fits.fit_storage import FitStorage
from vetter.review.session import Session

ROWS_PER_REQUEST = 10_000
"""10,000 candidates in one background request; to list 100,000 takes the GUI thread 20 ms."""
_PIECE = 2 * ROWS_PER_REQUEST
"""Number of rows looked at together; the first piece often has enough without a result."""


class FitRequests:
    """Requests for fits; each begins with the rows that the user waits for, and replaces the last.

    Attributes
    ----------
    asked : set of int
        Rows without a result whose fits the user has requested.
    followed : sequence of int
        The row on screen and the rows that come next.

    Parameters
    ----------
    cache : CutoutCache
        Its fit panels show which results have arrived.
    ahead : FitProcess
        The worker process.
    rest : Unfitted
        The background rows.
    """

    def __init__(self, cache: CutoutCache, ahead: FitProcess, rest: BackgroundRows) -> None:
        self.asked: set[int] = set()
        self.followed: Sequence[int] = ()
        self._cache, self._ahead, self._rest = cache, ahead, rest

    def request(self, rows: Sequence[int] = (), anew: bool = False, rest: bool = True) -> None:
        """Request these rows first; the request replaces the last one.

        The background rows stay as requested before, unless ``anew`` is set or other images
        wait. Without ``rest`` only ``anew`` changes them.
        """
        first = self._rows_to_fit_first(rows)
        anew |= self._rest.update_waiting(first) and rest
        self._ahead.request(first, self._rest.rows() if anew else None)

    def request_if_waiting_changed(self) -> None:
        """Request the background rows again if other images wait for stored results."""
        if self._rest.update_waiting(self._rows_to_fit_first()):
            self.request(anew=True)

    def drop(self) -> None:
        """Request only the fits that the user has requested; drop all others."""
        self.followed = ()
        if self._ahead.running:
            self._ahead.request(sorted(self.asked), [])

    def _rows_to_fit_first(self, rows: Sequence[int] = ()) -> list[int]:
        """Return these rows, then those that the user waits for already."""
        coming = (row for row in self.followed if not self._cache.has_fit_panel(row))
        first = dict.fromkeys([*rows, *coming, *sorted(self.asked)])
        return [row for row in first if row >= 0]


class BackgroundRows:
    """Background rows: candidates without a result, to be fitted after the requested ones.

    Candidates of an image wait while its stored results are read, and before its signature is
    known: else many would be fitted again whose stored results arrive a moment later.

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
        self._requested, self._has_more = 0, False

    def update_waiting(self, first: Iterable[int]) -> bool:
        """Update which images wait for stored results, given the rows to fit first.

        Return whether that has changed; True the first time. The signatures of these rows' images
        are known soon, so these images wait. An image far from the user does not wait for its
        signature, since no fit of it is requested.
        """
        before, known, names = self._waiting, self._fields.known, set(self._storage.reading)
        reading = {number for number in known if self._fields.signature_in(number) in names}
        # While the list is being read, signatures do not become known.
        coming = {self._session.source.field_of(row) for row in first if self._session.complete}
        self._waiting = frozenset(reading | coming.difference(known))
        return self._waiting != before

    def rows(self) -> list[int]:
        """Return the next background rows: from the current one around, then those filtered out."""
        found: list[npt.NDArray[np.intp]] = []
        count = 0
        for rows in self._in_order():
            rows = rows[self._table.codes[rows] == NOT_FITTED]
            rows = rows[~self._session.source.on_field(rows, *(self._waiting or ()))]
            found.append(rows)
            count += len(rows)
            if count > ROWS_PER_REQUEST:
                break
        batch: list[int] = np.concatenate(found)[:ROWS_PER_REQUEST].tolist()
        self._requested, self._has_more = len(batch), count > ROWS_PER_REQUEST
        return batch

    def _in_order(self) -> Iterator[npt.NDArray[np.intp]]:
        """Yield all rows in the order of their fits, a piece of the list at a time."""
        queue = self._session.queue
        place = max(queue.position_of(self._session.current_row), 0)
        yield from _split(queue.order[place:])
        yield from _split(queue.order[:place])
        hidden = np.ones(len(self._table.codes), bool)
        hidden[queue.order] = False
        yield np.flatnonzero(hidden)

    def count(self, fitted: int) -> bool:
        """Count finished fits; return whether to request other rows before these run out."""
        self._requested -= fitted
        return self._has_more and self._requested < ROWS_PER_REQUEST // 2


def _split(rows: npt.NDArray[np.intp]) -> Iterator[npt.NDArray[np.intp]]:
    """Yield pieces of an array: what is not needed of a long list is not looked at."""
    for start in range(0, len(rows), _PIECE):
        yield rows[start : start + _PIECE]
