"""Candidates that a catalogue knows, by the columns of its match, and lists without these."""

from __future__ import annotations

import dataclasses
import re
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.candidates.column_roles import normalise_name
from vetter.core.fakes.mixed_list import NAME_COLUMN
from vetter.core.fakes.neutral import neutral_names

_MATCH = re.compile(
    "(d|v|i)?(ss(name|dist|mag|object|source)|mpc|tns|simbad|vsx|gcvs|cdsxmatch|roid|mangrove"
    "|vartype|varclass|classif|finalclass|xmatch|crossmatch|otype|mainid|isknown|knownobject"
    "|lcfeatures|gaiaclass|gaiavar|asteroid|minorplanet|solarsystem)"
)
"""Beginning of the normalised names of columns that a match fills, at brokers and pipelines."""
_WORDS = re.compile("(ssname|ssobject|tns|simbad|vsx|gcvs|cdsxmatch|xmatch|mainid|otype|mpc)")
"""Part of the names of those whose own value is the match's name."""
_NOTHING = frozenset("unknown none null nan fail n/a na - 0 -99 -999 -999.0 false".split()) | {""}
_DISTANCE = re.compile("(d|v|i)?ssdistnr")
_MAX_ARCSEC = 5.0
"""Distance of a minor planet from the candidate up to which it is the candidate."""


class KnownRows(NamedTuple):
    """Rows with a match, and its words: ``ssnamenr Ceres``."""

    rows: npt.NDArray[np.intp]
    words: list[str]


def match_columns(candidates: CandidateList) -> list[str]:
    """Return the columns that a catalogue's match fills."""
    return [name for name in candidates.columns if _MATCH.match(normalise_name(name))]


def find_known(candidates: CandidateList) -> KnownRows:
    """Return the candidates that a catalogue knows, by the names of their matches."""
    words: dict[int, str] = {}
    far = _far_planets(candidates)
    for name in match_columns(candidates):
        normal = normalise_name(name)
        if not _WORDS.search(normal) or re.search("dist|mag|prob|score|sep", normal):
            continue
        values = candidates.column(name)
        if values.ndim != 1:
            continue
        for row, value in enumerate(values.tolist()):
            text = str(value).strip()
            if text.lower() in _NOTHING or row in words:
                continue
            if normal.startswith("ss") and far[row]:
                continue
            words[row] = f"{name} {text}"
    rows = sorted(words)
    return KnownRows(np.array(rows, np.intp), [words[row] for row in rows])


def hide_matches(candidates: CandidateList) -> tuple[CandidateList, tuple[str, ...]]:
    """Return a list with neutral names and without the columns of matches, and their names."""
    roles, hidden = candidates.roles, match_columns(candidates)
    hidden += [name for name in (roles.key, roles.name) if name and name not in hidden]
    objects = [n for n in candidates.columns if normalise_name(n) in ("objectid", "diaobjectid")]
    hidden += [name for name in objects if name not in hidden]
    table = candidates.table.copy(copy_data=False)
    table.remove_columns(hidden)
    if NAME_COLUMN in table.colnames:
        table.remove_column(NAME_COLUMN)
        hidden.append(NAME_COLUMN)
    table.add_column(neutral_names(len(candidates)), index=0, name=NAME_COLUMN)
    gone = {role: None for role, name in roles._asdict().items() if name in hidden}
    new = roles.with_(**(gone | {"name": NAME_COLUMN}))
    kept = {n: v for n, v in candidates.sentinels.items() if n in table.colnames}
    return dataclasses.replace(candidates, table=table, roles=new, sentinels=kept), tuple(hidden)


def _far_planets(candidates: CandidateList) -> npt.NDArray[np.bool_]:
    """Return which candidates have their nearest minor planet too far away to be it."""
    far = np.zeros(len(candidates), bool)
    for name in candidates.columns:
        if _DISTANCE.fullmatch(normalise_name(name)):
            values = candidates.column(name)
            if values.dtype.kind in "if":
                # errstate: NaN compare as False.
                with np.errstate(invalid="ignore"):
                    far |= ~((values >= 0) & (values <= _MAX_ARCSEC))
    return far
