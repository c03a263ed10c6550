"""The table that ``vetter adjust`` writes: the list's columns, the fit's, and the judgements.

Results are held as columns: a few numbers a row, not an object.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from vetter.core.fit.adjustment import Adjustment
from vetter.core.judgement.disappeared import Judgement
from vetter.io.export.table_writing import plain_table

_REASON = "disappeared_reason"

_BLANK = Adjustment(converged=False).as_meta()
_KINDS: dict[type, type[np.generic]] = {bool: np.bool_, int: np.int64, float: np.float64}


class AdjustedTable:
    """Rows of the table, made as they are asked for.

    ``disappeared`` is masked where it was not judged. Columns of the list with such names are
    replaced, and said.

    Parameters
    ----------
    table : astropy.table.Table
        The list as it was read.
    results : FitColumns
    kind : str
        The format to write.

    Attributes
    ----------
    notes : tuple of str
        What was replaced, and what of the list the format cannot hold.
    """

    def __init__(self, table: Any, results: FitColumns, kind: str) -> None:
        self._results = results
        names = (*results.names, "disappeared", _REASON)
        kept = table[[name for name in table.colnames if name not in names]]
        # Of the whole list at once: what a column holds is told from all of it.
        self._list, self.notes = plain_table(kept, kind)
        self._list.meta = table.meta
        replaced = [name for name in names if name in table.colnames]
        if replaced:
            said = f"columns of the list that were replaced: {', '.join(replaced)}"
            self.notes = (said, *self.notes)

    def piece(self, start: int, judgements: Sequence[Judgement]) -> Any:
        """The rows from ``start`` on, one for each judgement."""
        from astropy.table import MaskedColumn

        stop = start + len(judgements)
        out = self._list[start:stop]
        for name in self._results.names:
            out[name] = self._results.column(name, start, stop)
        answers = [judgement.disappeared for judgement in judgements]
        gaps = np.array([answer is None for answer in answers], bool)
        out["disappeared"] = MaskedColumn(np.array(list(map(bool, answers)), bool), mask=gaps)
        out[_REASON] = np.array([judgement.reason for judgement in judgements], np.str_)
        return out


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
