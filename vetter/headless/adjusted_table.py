"""The table that ``vetter adjust`` writes: the list's columns, the fit's, and what was judged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from vetter.core.judgement.disappeared import Judgement
from vetter.headless.fit_columns import FitColumns
from vetter.io.export.table_writing import plain_table

_REASON = "disappeared_reason"


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
