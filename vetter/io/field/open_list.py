"""Opening of a candidate list with its planes."""

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
from vetter.io.tables.candidates import WcsNeeded, check_is_list, read_candidates
from vetter.io.tables.kinds import kind_of

_SUFFICIENT_PLANES = frozenset(("image", "diff"))
"""Planes of which one suffices: if the user names it, none are looked for beside the list."""


def open_list(
    table: FitsName, options: InputOptions, origin: InputOrigin, title: str = ""
) -> FieldSource:
    """Open a list with the planes that the options name, else with those in its folder.

    If the options name only an error plane or a mask, these join the planes in the folder. The
    default title is the list's file name.

    Raises
    ------
    InputError
        The list or a plane cannot be used.
    PlanesWanted
        The options name no planes, and the list's folder has none.
    """
    kind = kind_of(table.path)
    record = origin.record
    notes: tuple[str, ...] = ()
    specs: Mapping[str, str] = options.planes
    if _SUFFICIENT_PLANES.isdisjoint(specs):
        try:
            specs, notes = planes_beside(table, kind, specs)
        except PlanesWanted:
            if not specs:
                # check_is_list() raises first for another kind of file, which needs no planes.
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
    except WcsNeeded as error:
        planes.close()
        raise WcsNeeded(f"{error} ({planes.wcs_reason})") from error
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
        origin.notes_with(notes),
        options.fwhm,
        (*origin.cautions, *planes.cautions),
    )
