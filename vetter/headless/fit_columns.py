"""The results of a run, held as columns: of a long list a few numbers a row, not an object."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from vetter.core.fit.adjustment import Adjustment

_BLANK = Adjustment(converged=False).as_meta()
_KINDS: dict[type, type[np.generic]] = {bool: np.bool_, int: np.int64, float: np.float64}


class FitColumns:
    """``Adjustment.as_meta()`` of each row of a list, by column; text is kept once for all rows.

    Parameters
    ----------
    count : int
        Length of the list. Rows that were not given are fits without a result.
    """

    def __init__(self, count: int) -> None:
        self._numbers: dict[str, npt.NDArray[Any]] = {}
        self._words: dict[str, npt.NDArray[np.int32]] = {}
        self._texts: list[str] = []
        self._places: dict[str, int] = {}
        for name, value in _BLANK.items():
            if isinstance(value, str):
                self._words[name] = np.full(count, self._place(value), np.int32)
            else:
                self._numbers[name] = np.full(count, value, _KINDS[type(value)])

    @property
    def names(self) -> tuple[str, ...]:
        """The columns, in the order of ``as_meta()``."""
        return tuple(_BLANK)

    def set(self, rows: Sequence[int], metas: Iterable[dict[str, Any]]) -> None:
        """Take the results of rows."""
        for row, meta in zip(rows, metas, strict=True):
            for name, numbers in self._numbers.items():
                numbers[row] = meta[name]
            for name, words in self._words.items():
                words[row] = self._place(meta[name])

    def column(self, name: str, start: int, stop: int) -> npt.NDArray[Any]:
        """Values of the rows from start to before stop."""
        if name in self._numbers:
            return self._numbers[name][start:stop]
        places = self._words[name][start:stop].tolist()
        return np.array([self._texts[place] for place in places], np.str_)

    def results(self, start: int, stop: int) -> list[Adjustment]:
        """The rows from start to before stop as they were found, without residuals."""
        columns = [self.column(name, start, stop).tolist() for name in _BLANK]
        found = []
        for values in zip(*columns, strict=True):
            result = Adjustment.from_meta(dict(zip(_BLANK, values, strict=True)))
            assert result is not None
            found.append(result)
        return found

    def _place(self, text: str) -> int:
        place = self._places.setdefault(text, len(self._texts))
        if place == len(self._texts):
            self._texts.append(text)
        return place
