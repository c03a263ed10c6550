"""Candidates that have a decision, known from the decisions alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from vetter.core.decisions.decision import Decision


class DecidedList:
    """Candidates with a decision, at the positions of their last decisions, sorted by key.

    It stands for the candidate list if the list's files are not read.

    Parameters
    ----------
    decisions : sequence of Decision
        Of all reviewers, in order.
    """

    def __init__(self, decisions: Sequence[Decision]) -> None:
        last = {decision.key: decision for decision in decisions}
        ordered = [last[key] for key in sorted(last)]
        self._place(sorted(last), [(d.x, d.y, d.ra, d.dec) for d in ordered])

    @classmethod
    def of_keys(cls, keys: Iterable[str]) -> DecidedList:
        """Return a list of these candidates, each once, without positions."""
        listed, ordered = cls(()), sorted(set(keys))
        listed._place(ordered, [(np.nan,) * 4] * len(ordered))
        return listed

    def _place(self, keys: list[str], places: list[tuple[float, ...]]) -> None:
        self.keys = np.array(keys, object)
        self._rows = {key: row for row, key in enumerate(keys)}
        columns = np.array(places, np.float64).reshape(-1, 4).T
        self.x, self.y, self.ra, self.dec = columns

    def __len__(self) -> int:
        return len(self.keys)

    def row_of(self, key: str) -> int:
        """Return the row of a key; raise KeyError if no decision names it."""
        return self._rows[key]

    def name(self, row: int) -> str:
        """Return the key of a row."""
        return str(self.keys[row])

    def has_keys(self, keys: Iterable[str]) -> npt.NDArray[np.bool_]:
        """Return which rows have one of these keys, shape (rows,)."""
        wanted = np.zeros(len(self.keys), bool)
        wanted[[self._rows[key] for key in keys if key in self._rows]] = True
        return wanted
