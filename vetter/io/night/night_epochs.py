"""Which candidates of a night are one object, as its field file says or as its lists allow."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.candidates.column_roles import listed, normal
from vetter.core.candidates.column_values import cell
from vetter.core.candidates.epochs import Epochs, by_identity, by_place
from vetter.core.candidates.joined_lists import names_objects
from vetter.core.number_text import counted
from vetter.errors import InputError
from vetter.io.night.field_file import Matching
from vetter.io.night.night_source import NightField

OBJECTS = ("objectid", "diaobjectid", "objid", "objectname", "objname", "object")
"""What columns of objects are called, as `vetter.core.candidates.column_roles.normal` writes it."""

Columns = Sequence[str | None]


def object_columns(path: Path, matching: Matching, fields: Sequence[NightField]) -> Columns:
    """For each list the column that names its objects; None for all where epochs go by position.

    Raises
    ------
    InputError
        Epochs are to go by id, and a list has no such column.
    """
    if matching.by == "position":
        return [None] * len(fields)
    found = [_column(matching, one.candidates) for one in fields]
    lacking = [
        one for one, name in zip(fields, found, strict=True) if name is None and len(one.candidates)
    ]
    if not lacking:
        return found
    if matching.by == "id":
        one = lacking[0]
        wanted = f"no column {matching.column}" if matching.column else "no column of objects' ids"
        raise InputError(
            f'{path}: match = "id": the list of field {one.name!r} has {wanted} (its columns are '
            f"{listed(one.candidates.columns)}); name it with object = ..., or use match_radius"
        )
    return [None] * len(fields)


def epochs_of(
    fields: Sequence[NightField], columns: Columns, candidates: CandidateList, matching: Matching
) -> tuple[Epochs, str]:
    """The epochs of each object, and in words how they were found.

    Parameters
    ----------
    fields : sequence of NightField
    columns : sequence of str or None
        See `object_columns`.
    candidates : CandidateList
        All, in the order of the fields.
    matching : Matching
    """
    times = np.repeat([one.mjd for one in fields], [len(one.candidates) for one in fields])
    if any(columns):
        identities = [
            text
            for one, column in zip(fields, columns, strict=True)
            for text in _texts(one.candidates, column)
        ]
        epochs = Epochs(by_identity(np.array(identities)), times)
        how = f"by {', '.join(dict.fromkeys(filter(None, columns)))}"
    else:
        labels = by_place(candidates.ra, candidates.dec, matching.radius)
        epochs = Epochs(labels, times)
        how = f"by position, within {matching.radius:g} arcsec"
        if not np.isfinite(candidates.ra).any():
            how += '; no candidate has a place on the sky: give match = "id"'
    _, counts = np.unique(epochs.labels, return_counts=True)
    several = counted(int((counts > 1).sum()), "object was", "objects were")
    return epochs, f"epochs {how}: {several} found more than once"


def _column(matching: Matching, candidates: CandidateList) -> str | None:
    names = candidates.columns
    if matching.column is not None:
        wanted = matching.column
        return next((name for name in names if name.lower() == wanted.lower()), None)
    by_normal = {normal(name): name for name in reversed(names)}
    known = next((by_normal[word] for word in OBJECTS if word in by_normal), None)
    if known is None and matching.by == "id" and names_objects(candidates):
        return candidates.roles.key
    return known


def _texts(candidates: CandidateList, column: str | None) -> list[str]:
    # Not as an array: a gap would make floats of long identities.
    if column is None:
        return [""] * len(candidates)
    values = candidates.table[column]
    found = (cell(values, row) for row in range(len(candidates)))
    return ["" if value is None else str(value).strip() for value in found]
