"""Rows in the order of a column, into which new rows are merged."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.intp]
NUMBERS = "biuf"


class SortedRows:
    """A stable order: numbers by size, all else as text, empty ones last both ways.

    Parameters
    ----------
    values : ndarray, shape (n, ...)
        One per row; masked values and NaN are empty.
    descending : bool
    """

    def __init__(self, values: npt.NDArray[Any], descending: bool) -> None:
        self._descending = descending
        self._numeric = _is_numeric(values)
        self._filled, self._values, self._empty = _sorted(values, 0, descending)

    @property
    def rows(self) -> Rows:
        """All rows, in their order."""
        return np.concatenate([self._filled, self._empty])

    def takes(self, values: npt.NDArray[Any]) -> bool:
        """Whether new values compare as those known do: both are numbers, or both are text.

        A column whose first rows are numbers may turn into text while a list is read; the order
        is then that of all its values as text, and has to be made anew.
        """
        return _is_numeric(values) == self._numeric

    def add(self, values: npt.NDArray[Any]) -> None:
        """Merge the rows that come after those known; equal ones stay as in the file."""
        first = len(self._filled) + len(self._empty)
        filled, new, empty = _sorted(values, first, self._descending)
        self._empty = np.concatenate([self._empty, empty])
        if self._descending:
            places = len(self._values) - np.searchsorted(self._values[::-1], new, "left")
        else:
            places = np.searchsorted(self._values, new, "right")
        kind = np.result_type(self._values, new)
        self._values = np.insert(self._values.astype(kind), places, new)
        self._filled = np.insert(self._filled, places, filled)


def _is_numeric(values: npt.NDArray[Any]) -> bool:
    return values.ndim == 1 and values.dtype.kind in NUMBERS


def _sorted(
    values: npt.NDArray[Any], first: int, descending: bool
) -> tuple[Rows, npt.NDArray[Any], Rows]:
    """Rows that have a value, in their order, their values, and the rows that have none."""
    mask = np.ma.getmaskarray(values) if isinstance(values, np.ma.MaskedArray) else None
    plain = np.asarray(np.ma.getdata(values))
    if plain.ndim > 1:
        plain = np.asarray([str(value) for value in plain], dtype=str)
    if plain.dtype.kind not in NUMBERS:
        plain = plain.astype(str)
        empty = plain == ""
    else:
        empty = np.isnan(plain) if plain.dtype.kind == "f" else np.zeros(len(plain), bool)
    if mask is not None:
        empty = empty | mask.reshape(len(plain), -1).all(axis=1)
    filled = np.flatnonzero(~empty)
    # Descending keeps ties in the file's order too, hence the double reversal.
    if descending:
        order = filled[::-1][np.argsort(plain[filled[::-1]], kind="stable")][::-1]
    else:
        order = filled[np.argsort(plain[filled], kind="stable")]
    return order + first, plain[order], np.flatnonzero(empty) + first
