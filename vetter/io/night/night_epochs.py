"""Epochs of a night's objects, matched as the field file asks or as the lists allow."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.candidates.column_roles import format_names, normalise_name
from vetter.core.candidates.column_values import cell
from vetter.core.candidates.epochs import (
    Epochs,
    label_by_identity,
    label_by_position,
    one_per_image,
)
from vetter.core.candidates.joined_lists import has_own_keys
from vetter.core.number_text import format_count
from vetter.errors import InputError
from vetter.io.night.field_file import Matching
from vetter.io.night.night_source import NightField

OBJECT_COLUMN_NAMES = ("objectid", "diaobjectid", "objid", "objectname", "objname", "object")
"""Names of columns of object ids, normalised by
`vetter.core.candidates.column_roles.normalise_name`."""

Columns = Sequence[str | None]


def object_columns(path: Path, matching: Matching, fields: Sequence[NightField]) -> Columns:
    """Return each list's column of object ids; None for all if epochs are matched by position.

    Raises
    ------
    InputError
        Epochs should be matched by id, and a list has no such column.
    """
    if matching.by == "position":
        return [None] * len(fields)
    columns = [_id_column(matching, field.candidates) for field in fields]
    without = [
        field
        for field, name in zip(fields, columns, strict=True)
        if name is None and len(field.candidates)
    ]
    if not without:
        return columns
    if matching.by == "id":
        field = without[0]
        missing = f"no column {matching.column}" if matching.column else "no column of objects' ids"
        raise InputError(
            f'{path}: match = "id": the list of field {field.name!r} has {missing} (its columns '
            f"are {format_names(field.candidates.columns)}); name it with object = ..., or use "
            "match_radius"
        )
    return [None] * len(fields)


def epochs_of(
    fields: Sequence[NightField], columns: Columns, candidates: CandidateList, matching: Matching
) -> tuple[Epochs, str]:
    """Return the epochs of each object, and a note on how they were matched.

    Two candidates of one image are never epochs of one object.

    Parameters
    ----------
    fields : sequence of NightField
    columns : sequence of str or None
        See `object_columns`.
    candidates : CandidateList
        Those of all fields, in the order of the fields.
    matching : Matching
    """
    times = np.repeat([one.mjd for one in fields], [len(one.candidates) for one in fields])
    if any(columns):
        identities = [
            text
            for one, column in zip(fields, columns, strict=True)
            for text in _texts(one.candidates, column)
        ]
        labels = label_by_identity(np.array(identities))
        how = f"by {', '.join(dict.fromkeys(filter(None, columns)))}"
    else:
        labels = label_by_position(candidates.ra, candidates.dec, matching.radius)
        how = f"by position, within {matching.radius:g} arcsec"
        if not np.isfinite(candidates.ra).any():
            how += '; no candidate has a place on the sky: give match = "id"'
    images = np.repeat(np.arange(len(fields)), [len(one.candidates) for one in fields])
    labels = one_per_image(labels, images, times, candidates.ra, candidates.dec)
    epochs = Epochs(labels, times)
    _, counts = np.unique(epochs.labels, return_counts=True)
    several = format_count(int((counts > 1).sum()), "object was", "objects were")
    return epochs, f"epochs {how}: {several} found more than once"


def _id_column(matching: Matching, candidates: CandidateList) -> str | None:
    names = candidates.columns
    if matching.column is not None:
        lower = matching.column.lower()
        return next((name for name in names if name.lower() == lower), None)
    by_normal = {normalise_name(name): name for name in reversed(names)}
    known = next((by_normal[word] for word in OBJECT_COLUMN_NAMES if word in by_normal), None)
    if known is None and matching.by == "id" and has_own_keys(candidates):
        return candidates.roles.key
    return known


def _texts(candidates: CandidateList, column: str | None) -> list[str]:
    # Cell by cell: as an array with a gap, long integer ids would become floats.
    if column is None:
        return [""] * len(candidates)
    values = candidates.table[column]
    cells = (cell(values, row) for row in range(len(candidates)))
    return ["" if value is None else str(value).strip() for value in cells]
