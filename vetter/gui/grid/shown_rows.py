"""Rows that the grid shows: those of the queue, or only the undecided among them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vetter.review.session import Session

Rows = npt.NDArray[np.intp]


class ShownRows:
    """Order of the grid's tiles.

    With `only_undecided` a candidate leaves the grid as soon as it is decided, and returns when
    its verdict is taken back.

    Parameters
    ----------
    session : Session
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._undecided: Rows | None = None
        self._places: Rows = np.zeros(0, np.intp)

    def __len__(self) -> int:
        return len(self.order)

    @property
    def order(self) -> Rows:
        """The rows, in the order of the queue."""
        return self._session.queue.order if self._undecided is None else self._undecided

    @property
    def only_undecided(self) -> bool:
        """Whether decided candidates are left out."""
        return self._undecided is not None

    def set_only_undecided(self, on: bool) -> None:
        """Leave out decided candidates, or show all again."""
        self._undecided = np.zeros(0, np.intp) if on else None
        self.refresh()

    def refresh(self) -> None:
        """Find the undecided candidates again."""
        if self._undecided is None:
            return
        order = np.asarray(self._session.queue.order, np.intp)
        self._undecided = order[self._session.codes[order] == 0]
        self._places = np.full(len(self._session.candidates), -1, np.intp)
        self._places[self._undecided] = np.arange(len(self._undecided))

    def position_of(self, row: int) -> int:
        """Return the place of a row; -1 if the row is left out."""
        if self._undecided is None:
            return self._session.queue.position_of(row)
        return int(self._places[row]) if 0 <= row < len(self._places) else -1

    def leaves_out(self, row: int) -> bool:
        """Return whether a candidate is left out."""
        return row >= 0 and self.position_of(row) < 0
