"""Decisions on candidates that are not listed yet, while the list is still being read."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from vetter.core.decisions.carry_over import Placed, agrees
from vetter.core.decisions.decision import Decision

Place = tuple[float, float, float, float]


class Waiting:
    """Keeps a place in the history for candidates whose row is still to come.

    The history knows a candidate by a number: its row, or, where a decision was replayed before
    its row was read, a negative one. That stays its number when the row arrives, so that the
    order of the steps is that in which they were made.
    """

    def __init__(self) -> None:
        self._keys: list[str] = []
        self._numbers: dict[str, int] = {}
        self._events: dict[str, list[Decision]] = {}
        self._row_of_number: dict[int, int] = {}
        self._number_of_row: dict[int, int] = {}

    @property
    def unsettled(self) -> bool:
        """Whether some have no row yet, or found another candidate under their key."""
        return bool(self._numbers)

    def number(self, decision: Decision) -> int:
        """The number of a candidate that is not listed yet."""
        key = decision.key
        number = self._numbers.get(key)
        if number is None:
            self._keys.append(key)
            number = self._numbers[key] = -len(self._keys)
        self._events.setdefault(key, []).append(decision)
        return number

    def number_of_row(self, row: int) -> int:
        """The number of a listed candidate."""
        return self._number_of_row.get(row, row)

    def row(self, number: int) -> int | None:
        """The row behind a number; None where it is not listed yet."""
        return number if number >= 0 else self._row_of_number.get(number)

    def key(self, number: int) -> str:
        """The key behind a negative number."""
        return self._keys[-1 - number]

    def arrive(self, keys: npt.NDArray[Any], first: int, listed: Placed) -> list[tuple[int, int]]:
        """Rows have been read: those that had been waited for, as (row, number).

        A key under which another candidate stands stays unsettled: what belongs to whom can be
        told only when the list is complete.

        Parameters
        ----------
        keys : ndarray of str
            Of the new rows, the first of which is ``first``.
        first : int
        listed : CandidateList
            The whole list.
        """
        if not self._numbers:
            return []
        arrived = []
        for row, key in enumerate(keys.tolist(), first):
            number = self._numbers.get(key)
            if number is None or not self._is_the_same(key, row, listed):
                continue
            del self._numbers[key], self._events[key]
            self._row_of_number[number] = row
            self._number_of_row[row] = number
            arrived.append((row, number))
        return arrived

    def _is_the_same(self, key: str, row: int, listed: Placed) -> bool:
        x, y = listed.x.item(row), listed.y.item(row)
        ra, dec = listed.ra.item(row), listed.dec.item(row)
        return all(agrees(event, x, y, ra, dec) is True for event in self._events[key])
