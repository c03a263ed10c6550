"""Table that ``vetter adjust`` writes: columns of the list, of the fits, and the judgements.

Results are held as columns, since an object for each row would take more memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from vetter.core.fit.adjustment import Adjustment
from vetter.core.judgement.answer import Answer, Judgement
from vetter.io.export.tables.table_writing import plain_table

_REASON = "disappeared_reason"

_BLANK = Adjustment(converged=False).as_meta()
"""Names of the result columns, and their values for a candidate without a fit."""
_UNJUDGED = Judgement(Answer.NOT_JUDGED, "").as_meta()
_KINDS: dict[type, type[np.generic]] = {bool: np.bool_, int: np.int64, float: np.float64}


class AdjustedTable:
    """Table of list, fits and judgements, made in pieces of rows.

    ``adjust_answer`` and the other keys of `Judgement.as_meta` follow the fits' columns;
    ``disappeared`` is masked where the answer decides neither way. Columns of the list with the
    names of result columns are replaced, with a note.

    Parameters
    ----------
    table : astropy.table.Table
        The list as read from its file.
    results : FitColumns
    kind : str
        The format to write.

    Attributes
    ----------
    notes : tuple of str
        Columns of the list that were replaced, and values that the format cannot hold.
    """

    def __init__(self, table: Any, results: FitColumns, kind: str) -> None:
        self._results = results
        names = (*results.names, *_UNJUDGED, "disappeared", _REASON)
        kept = table[[name for name in table.colnames if name not in names]]
        # plain_table() on the whole list: a column's type depends on all of its rows.
        self._list, self.notes = plain_table(kept, kind)
        self._list.meta = table.meta
        replaced = [name for name in names if name in table.colnames]
        if replaced:
            note = f"columns of the list that were replaced: {', '.join(replaced)}"
            self.notes = (note, *self.notes)

    def piece(self, start: int, judgements: Sequence[Judgement]) -> Any:
        """Return the rows from ``start`` on, one for each judgement."""
        from astropy.table import MaskedColumn

        stop = start + len(judgements)
        out = self._list[start:stop]
        for name in self._results.names:
            out[name] = self._results.column(name, start, stop)
        metas = [judgement.as_meta() for judgement in judgements]
        for name, value in _UNJUDGED.items():
            kind = np.str_ if isinstance(value, str) else _KINDS[type(value)]
            out[name] = np.array([meta[name] for meta in metas], kind)
        explained = [judgement.disappeared for judgement in judgements]
        mask = np.array([value is None for value in explained], bool)
        out["disappeared"] = MaskedColumn(np.array(list(map(bool, explained)), bool), mask=mask)
        out[_REASON] = np.array([judgement.reason for judgement in judgements], np.str_)
        return out


class FitColumns:
    """Columns of ``Adjustment.as_meta()`` for the rows of a list; equal texts are stored once.

    Parameters
    ----------
    count : int
        Length of the list. Rows that are never set hold fits without a result.
    """

    def __init__(self, count: int) -> None:
        self._numbers: dict[str, npt.NDArray[Any]] = {}
        # Text columns hold indices into _texts, which _indices gives back.
        self._text_indices: dict[str, npt.NDArray[np.int32]] = {}
        self._texts: list[str] = []
        self._indices: dict[str, int] = {}
        for name, value in _BLANK.items():
            if isinstance(value, str):
                self._text_indices[name] = np.full(count, self._text_index(value), np.int32)
            else:
                self._numbers[name] = np.full(count, value, _KINDS[type(value)])

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in the order of ``as_meta()``."""
        return tuple(_BLANK)

    def set(self, rows: Sequence[int], metas: Iterable[dict[str, Any]]) -> None:
        """Set the results of rows."""
        for row, meta in zip(rows, metas, strict=True):
            for name, numbers in self._numbers.items():
                numbers[row] = meta[name]
            for name, indices in self._text_indices.items():
                indices[row] = self._text_index(meta[name])

    def column(self, name: str, start: int, stop: int) -> npt.NDArray[Any]:
        """Return the values of a column, from row start to before stop."""
        if name in self._numbers:
            return self._numbers[name][start:stop]
        indices = self._text_indices[name][start:stop].tolist()
        return np.array([self._texts[index] for index in indices], np.str_)

    def results(self, start: int, stop: int) -> list[Adjustment]:
        """Return the fits from row start to before stop, without residuals."""
        columns = [self.column(name, start, stop).tolist() for name in _BLANK]
        return [Adjustment.from_meta_values(values) for values in zip(*columns, strict=True)]

    def _text_index(self, text: str) -> int:
        index = self._indices.setdefault(text, len(self._texts))
        if index == len(self._texts):
            self._texts.append(text)
        return index
