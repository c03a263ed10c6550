"""What the fits found, as it goes into files: for each candidate when it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.judgement.fit_table import Disappeared, FitTable


class FitMetadata(Mapping[str, dict[str, Any]]):
    """The ``adjust_*`` metadata by candidate key, of the fits that are done by now.

    Later ones do not change it, so that another thread may go through it. That of a hundred
    thousand made in the window's thread held the window up for seconds.

    Parameters
    ----------
    candidates : CandidateList
    table : FitTable
    """

    def __init__(self, candidates: CandidateList, table: FitTable) -> None:
        self._candidates = candidates
        self._fits = table.fits.copy()
        self._done = table.codes != Disappeared.NOT_FITTED

    def __getitem__(self, key: str) -> dict[str, Any]:
        row = self._candidates.row_of(key)
        if row >= len(self._done) or not self._done[row]:
            raise KeyError(key)
        return self._fits.get(row).as_meta()

    def __iter__(self) -> Iterator[str]:
        return (str(self._candidates.keys[row]) for row in np.flatnonzero(self._done))

    def __len__(self) -> int:
        return int(np.count_nonzero(self._done))
