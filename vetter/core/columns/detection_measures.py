"""Columns that measure a detection: S/N, flux and sign, by the names of pipelines."""

from __future__ import annotations

from functools import partial

from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.columns.broker_columns import find_first_column
from vetter.core.columns.facts import Fact, cell_text
from vetter.core.columns.review_columns import ReviewColumns

MEASURES = {
    "S/N": "snr sn s2n psfsnr snrpsf snrwin sigtonoise signaltonoise significance nsigma".split(),
    "flux": "psfflux psflux fluxpsf flux fluxauto fluxiso fluxaper fluxbest totalflux".split(),
    "sign": "sign polarity isdiffpos isnegative".split(),
}
"""Normalised names by caption, the most telling first."""


def find_measures(columns: ReviewColumns, candidates: CandidateList) -> dict[str, str]:
    """Return the columns that measure the detections, by caption; empty without any.

    Columns with several values per candidate are left out.

    Parameters
    ----------
    columns : ReviewColumns
    candidates : CandidateList
    """
    found = {}
    for caption, names in MEASURES.items():
        column = find_first_column(candidates.columns, names)
        if column is None:
            continue
        name = column if column in columns.names else f"list.{column}"
        if columns.values(name).ndim == 1:
            found[caption] = name
    return found


def measure_facts(columns: ReviewColumns, candidates: CandidateList) -> list[Fact]:
    """Return the card's facts of a list without a score: S/N and sign, and flux without magnitude.

    Parameters
    ----------
    columns : ReviewColumns
    candidates : CandidateList
    """
    measures = find_measures(columns, candidates)
    if candidates.roles.mag is not None:
        measures.pop("flux", None)
    return [
        Fact(
            caption,
            partial(cell_text, columns.writer(name), columns.values(name)),
            f"column {name}" + (f" ({columns.unit(name)})" if columns.unit(name) else ""),
            (name,),
            False,
        )
        for caption, name in measures.items()
    ]
