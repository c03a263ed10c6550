"""Opening of a candidate list with its planes."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.candidates.chip_rows import chip_columns
from vetter.core.candidates.placement.listed_pixels import ImageFrame
from vetter.core.coordinates.parent_pixels import parent_pixels
from vetter.errors import ColumnsWanted, InputError
from vetter.io.field.field_planes import FieldPlanes, open_planes
from vetter.io.field.field_source import FieldSource
from vetter.io.field.nearby_planes import PlanesWanted, planes_beside
from vetter.io.files.fingerprint import list_fingerprint
from vetter.io.files.hdu_names import FitsName, parse_fits_name
from vetter.io.input_options import DEFAULT_RADIUS, InputOptions, InputOrigin
from vetter.io.tables.candidates import (
    ReadList,
    WcsNeeded,
    check_is_list,
    place_candidates,
    read_list,
)
from vetter.io.tables.kinds import kind_of

_SUFFICIENT_PLANES = frozenset(("image", "diff"))
"""Planes of which one suffices: if the user names it, none are looked for beside the list."""


@dataclass(frozen=True, slots=True)
class ListToOpen:
    """A list that was read, with the planes to open for it.

    ``options`` name the planes; ``record`` and ``notes`` go into the source.
    """

    table: FitsName
    listed: ReadList
    options: InputOptions
    origin: InputOrigin

    @property
    def names_chips(self) -> bool:
        """Whether a column has a name that may tell chips apart."""
        return bool(chip_columns(self.listed.file.table.colnames))


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
    return open_read_list(read_list_to_open(table, options, origin), title)


def read_list_to_open(table: FitsName, options: InputOptions, origin: InputOrigin) -> ListToOpen:
    """Read a list and find its planes, without opening them; see `open_list`.

    Raises
    ------
    InputError
        The list cannot be used.
    PlanesWanted
        The options name no planes, and the list's folder has none.
    """
    specs: Mapping[str, str] = options.planes
    if _SUFFICIENT_PLANES.isdisjoint(specs):
        try:
            specs, notes = planes_beside(table, kind_of(table.path), specs)
        except PlanesWanted:
            if not specs:
                # check_is_list() raises first for another kind of file, which needs no planes.
                check_is_list(table, options.columns)
                raise
        else:
            origin = dataclasses.replace(origin, notes=(*origin.notes, *notes))
        options = dataclasses.replace(options, planes=specs)
        origin = dataclasses.replace(
            origin, record={**origin.record, "options": options.as_plain()}
        )
    try:
        listed = read_list(str(table), options.columns)
    except ColumnsWanted as wanted:
        wanted.image = _image_of(options)
        raise
    return ListToOpen(table, listed, options, origin)


def _image_of(options: InputOptions) -> ImageFrame | None:
    """Return the image by which the user chooses columns; None if it cannot be used."""
    try:
        planes = open_planes(options.planes, options.variance, options.weight)
    except InputError:
        # It is opened again with the columns, and refused then.
        return None
    planes.close()
    return ImageFrame(planes.wcs, planes.shape, parent_pixels(planes.header))


def open_read_list(to_open: ListToOpen, title: str = "") -> FieldSource:
    """Open the planes of a list that was read; see `open_list`."""
    table, options, origin = to_open.table, to_open.options, to_open.origin
    planes = open_planes(
        options.planes, options.variance, options.weight, options.mask_bits, options.mask_good
    )
    try:
        candidates = candidates_on(to_open.listed, planes, options)
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
        origin.record,
        origin.notes_with(),
        options.fwhm,
        (*origin.cautions, *planes.cautions),
    )


def candidates_on(listed: ReadList, planes: FieldPlanes, options: InputOptions) -> CandidateList:
    """Return the candidates of a list on the image of these planes, without those of other chips.

    Raises
    ------
    InputError
        The list gives no position on the image, or all its rows belong to other chips.
    """
    from vetter.io.field.chip_lists import on_chip, without_chip_column

    cautions: tuple[str, ...] = ()
    plane = next(iter(planes.files))
    if not listed.is_of_chip and chip_columns(listed.file.table.colnames):
        listed, cautions = on_chip(listed, planes.headers, planes.image_name, plane)
    is_unsettled = not listed.is_of_chip and not cautions and listed.roles.ra is None
    if is_unsettled and planes.primary is not None and plane in options.planes:
        cautions = without_chip_column(parse_fits_name(options.planes[plane]), plane)
    return place_candidates(
        listed, planes.wcs, planes.shape, options.one_based, planes.header, cautions
    )
