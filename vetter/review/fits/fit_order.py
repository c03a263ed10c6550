"""What the vetter waits for, and what is fitted behind it, told to the process that fits."""

from __future__ import annotations

from collections.abc import Sequence

from vetter.review.cutouts.cutout_cache import CutoutCache
from vetter.review.fits.fit_process import FitAhead
from vetter.review.fits.unfitted import Unfitted


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
    ahead : FitAhead
        The process that fits.
    rest : Unfitted
        What is fitted behind the vetter.
    """

    def __init__(self, cache: CutoutCache, ahead: FitAhead, rest: Unfitted) -> None:
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
        coming = (row for row in self.followed if not self._cache.has_adjusted(row))
        first = dict.fromkeys([*rows, *coming, *sorted(self.asked)])
        return [row for row in first if row >= 0]
