"""A list of candidates opened with the planes that they are on."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from vetter.errors import InputError
from vetter.io.field.field_planes import open_planes
from vetter.io.field.field_source import FieldSource
from vetter.io.field.nearby_planes import PlanesWanted, planes_beside
from vetter.io.files.fingerprint import list_fingerprint
from vetter.io.files.hdu_names import FitsName
from vetter.io.input_options import DEFAULT_RADIUS, InputOptions, InputOrigin
from vetter.io.tables.candidates import check_is_list, read_candidates
from vetter.io.tables.kinds import kind_of

_ENOUGH = frozenset(("image", "diff"))
"""Who names one of these planes names all that are meant."""


def open_list(
    table: FitsName, options: InputOptions, origin: InputOrigin, title: str = ""
) -> FieldSource:
    """The list's candidates on the planes that the options name, else on those beside it.

    An error plane or a mask that is named goes with those beside the list. The source is called
    as its file where no title is given.

    Raises
    ------
    InputError
        The list or a plane cannot be used.
    PlanesWanted
        No planes are named, and none are beside the list.
    """
    kind = kind_of(table.path)
    record = origin.record
    said: tuple[str, ...] = ()
    specs: Mapping[str, str] = options.planes
    if _ENOUGH.isdisjoint(specs):
        try:
            specs, said = planes_beside(table, kind, specs)
        except PlanesWanted:
            if not specs:
                # Planes are asked for where it is a list, and only then.
                check_is_list(table, options.columns)
                raise
        record = {
            **record,
            "options": dataclasses.replace(options, planes=specs).plain(),
        }
    planes = open_planes(
        specs, options.variance, options.weight, options.mask_bits, options.mask_good
    )
    try:
        candidates = read_candidates(
            str(table),
            planes.wcs,
            planes.shape,
            options.columns,
            options.one_based,
            planes.header,
        )
        prints = (list_fingerprint("candidates", table.path), *planes.fingerprints())
    except InputError:
        planes.close()
        raise
    return FieldSource(
        title or table.path.name,
        candidates,
        planes,
        options.radius or DEFAULT_RADIUS,
        prints,
        record,
        origin.notes_with(said),
        options.fwhm,
        origin.cautions,
    )
