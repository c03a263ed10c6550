"""Columns of fits rebuilt from the metadata that a session stores, for filters without a window."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.fit.adjustment import Adjustment
from vetter.core.judgement.answer import Answer, Judgement
from vetter.core.judgement.fit_table import FitTable

_ANSWERS = {answer.value: answer for answer in Answer}


def stored_fit_table(
    candidates: CandidateList, metas: Mapping[str, Mapping[str, Any]]
) -> FitTable | None:
    """Return the columns of fits of a list; None if no fit of it is stored.

    Parameters
    ----------
    candidates : CandidateList
    metas : mapping
        The ``adjust_*`` metadata of each key's fit, with those of its answer.
    """
    table = FitTable(len(candidates))
    for key, meta in metas.items():
        answer = _ANSWERS.get(str(meta.get("adjust_answer", "")))
        fit = Adjustment.from_meta(meta)
        if answer is None or fit is None:
            continue
        try:
            row = candidates.row_of(key)
        except KeyError:
            continue
        limit, power = (
            float(meta.get(name, math.nan)) for name in ("adjust_flux_limit", "adjust_power")
        )
        stars = int(meta.get("adjust_stars", 0))
        table.set(row, fit, Judgement(answer, "", limit, power, stars))
    return table if table.rows() else None
