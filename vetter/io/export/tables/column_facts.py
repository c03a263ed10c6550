"""Descriptions, units and UCDs of exported columns: those of a role, and those that are added.

UCDs are words of the IVOA's list "UCD1+ controlled vocabulary", version 1.5.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.columns.rubin_facts import is_in_njy


class ColumnFacts(NamedTuple):
    """Description, UCD and unit of a column; empty where unknown."""

    description: str = ""
    ucd: str = ""
    unit: str = ""


ADDED: Mapping[str, ColumnFacts] = {
    "verdict": ColumnFacts(
        "verdict of the reviewer: accept, reject, maybe, later or none", "meta.code.class"
    ),
    "tags": ColumnFacts("tags of the reviewer, joined by ;", "meta.note"),
    "comment": ColumnFacts("comment of the reviewer", "meta.note"),
    "reviewer": ColumnFacts("name of the person who decided", "meta.curation"),
    "decided_at": ColumnFacts("time of the last decision, UTC, ISO 8601", "time.processing"),
    "seconds": ColumnFacts(
        "time that the candidate was looked at before the decision", "time.duration", "s"
    ),
    "until": ColumnFacts("time when a candidate put off is due, UTC, ISO 8601", "time.processing"),
    "program": ColumnFacts("version of vetter at the decision", "meta.version;meta.software"),
    "adjust_answer": ColumnFacts(
        "answer of the fit: explained, variable, ordinary, nothing, kept or not judged",
        "meta.code.class",
    ),
    "adjust_flux_limit": ColumnFacts(
        "faintest flux here that would survive the fit at S/N 7, in units of the image",
        "phot.flux;stat.min",
    ),
    "adjust_power": ColumnFacts(
        "S/N at which a source of the candidate's own flux would survive the fit, at the field's"
        " own shift and scale",
        "stat.snr",
    ),
    "adjust_stars": ColumnFacts("number of stars that the answer is calibrated on", "meta.number"),
}
"""Facts of the columns that an export adds."""

ROLE_FACTS: Mapping[str, ColumnFacts] = {
    "key": ColumnFacts("identity of the candidate", "meta.id;meta.main"),
    "name": ColumnFacts("name of the candidate", "meta.id"),
    "x": ColumnFacts("", "pos.cartesian.x;instr.det", "pix"),
    "y": ColumnFacts("", "pos.cartesian.y;instr.det", "pix"),
    "ra": ColumnFacts("right ascension", "pos.eq.ra;meta.main", "deg"),
    "dec": ColumnFacts("declination", "pos.eq.dec;meta.main", "deg"),
    "mag": ColumnFacts("magnitude", "phot.mag", "mag"),
    "mag_err": ColumnFacts("error of the magnitude, 1 sigma", "stat.error;phot.mag", "mag"),
    "time": ColumnFacts("time of the observation", "time.epoch"),
    "filter": ColumnFacts("filter of the observation", "meta.id;instr.filter"),
    "fwhm": ColumnFacts("full width at half maximum", "instr.det.psf", "pix"),
}
"""Facts of the list's own columns, by role; the list's own words come first."""

_FLUXES = ("psfFlux", "scienceFlux", "templateFlux", "apFlux")
"""Columns of Rubin's tables in nJy; each may have an error, as ``psfFluxErr``."""


def facts_of_list(candidates: CandidateList) -> dict[str, ColumnFacts]:
    """Return the facts that the roles of a list's columns give, by column.

    A unit is given for numbers alone; for a position only if the column holds the degrees or
    pixels that the program uses.
    """
    facts: dict[str, ColumnFacts] = {}
    for role, known in ROLE_FACTS.items():
        column = getattr(candidates.roles, role)
        if column is None or column in facts or column not in candidates.table.colnames:
            continue
        if role in ("x", "y"):
            first = "from 1" if candidates.roles.one_based else "from 0"
            known = known._replace(description=f"position along {role}, pixels counted {first}")
        facts[column] = known if _has_unit(candidates, role, column) else known._replace(unit="")
    if is_in_njy(candidates):
        for name in _FLUXES:
            facts.setdefault(name, ColumnFacts("", "phot.flux.density", "nJy"))
            facts.setdefault(f"{name}Err", ColumnFacts("", "stat.error;phot.flux.density", "nJy"))
    return facts


def _has_unit(candidates: CandidateList, role: str, column: str) -> bool:
    """Return whether a column holds numbers in the unit of its role."""
    values = candidates.table[column]
    dtype = getattr(values, "dtype", None)
    if dtype is None or dtype.kind not in "iuf" or np.ndim(values) != 1:
        return False
    if role not in ("ra", "dec"):
        return True
    listed: Any = np.ma.filled(np.ma.asarray(values).astype(float), np.nan)
    used = getattr(candidates, role)
    return bool(np.array_equal(listed, used, equal_nan=True))
