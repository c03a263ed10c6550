"""Opening of a field file, which reads the lists and the images' headers, but no pixels."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from vetter.core.candidates.candidate_list import CandidateList, Roles
from vetter.core.candidates.joined_lists import Part, join_lists
from vetter.core.cutout.plane import ORDER
from vetter.core.cutout_source import Fingerprint
from vetter.core.number_text import format_count
from vetter.errors import InputError
from vetter.io.field.field_planes import FieldPlanes, open_planes
from vetter.io.field.field_source import FieldSource
from vetter.io.field.fwhm import known_fwhm
from vetter.io.field.open_list import candidates_on
from vetter.io.field.planes import image_of
from vetter.io.files.fingerprint import list_fingerprint, plane_fingerprint
from vetter.io.files.hdu_names import parse_fits_name
from vetter.io.fits.exposure import exposure_middle
from vetter.io.fits.filters import filter_of
from vetter.io.input_options import InputOptions, InputOrigin
from vetter.io.night.chips import NamedChips, find_chips
from vetter.io.night.field_file import FieldEntry, FieldFile, Matching
from vetter.io.night.night_epochs import epochs_of, object_columns
from vetter.io.night.night_source import NightField, NightSource, OpenFields, with_image_name

_MAX_NAMES = 3
"""Fields that a note names; more are counted."""


def open_night(
    file: FieldFile, options: InputOptions, radius: float, origin: InputOrigin
) -> NightSource:
    """Open the images of a field file as one source.

    Parameters
    ----------
    file : FieldFile
    options : InputOptions
        Options of the command line, which take precedence over those of the file.
    radius : float
        Radius of the cutouts, pixels, if neither options nor file give one.
    origin : InputOrigin

    Raises
    ------
    InputError
        The file, a list or an image's header cannot be used; one line names the file and the field.
    """
    path = file.path
    if options.planes or options.variance or options.weight:
        given = options.first_list_option()
        raise InputError(f"{path}: a field file names its own planes, found {given} too")
    masked = [bool(entry.options.planes.get("mask")) for entry in file.entries]
    if (options.mask_bits or options.mask_good) and not any(masked):
        raise InputError(f"{path}: no field has a mask to choose bits of; give mask = FILE")
    fields = _open_fields(file, options, OpenFields())
    return night_of(path, fields, file.matching, options.radius or file.radius or radius, origin)


def _open_fields(
    file: FieldFile, options: InputOptions, open_fields: OpenFields
) -> list[NightField]:
    fields = []
    masked = [bool(entry.options.planes.get("mask")) for entry in file.entries]
    unmasked = dataclasses.replace(options, mask_bits=None, mask_good=None)
    for entry, has_mask in zip(file.entries, masked, strict=True):
        over = options if has_mask else unmasked
        try:
            fields += _open_entry(entry, over.with_defaults(entry.options), open_fields)
        except InputError as error:
            raise InputError(f"{file.path}: field {entry.name!r}: {error}") from error
    return fields


def _open_entry(
    entry: FieldEntry, options: InputOptions, open_fields: OpenFields
) -> list[NightField]:
    """Open the image of an entry, or each chip of its file that the list names."""
    options, notes = _with_planes(entry, options)
    grid = _open_grid(options)
    # An image that is an extension may have others beside it.
    if entry.candidates is not None and grid.primary is not None:
        from vetter.io.tables.candidates import read_list

        try:
            chips = find_chips(read_list(entry.candidates, options.columns), options)
        except InputError:
            # open_field() raises it, or finds the list without rows.
            chips = None
        if chips is not None:
            chip_notes = tuple(text for text in (chips.note, chips.caution) if text)
            return open_chips_of_entry(entry, chips, open_fields, (*notes, *chip_notes))
    return [_open_field(entry, options, open_fields, grid, notes)]


def open_chips_of_entry(
    entry: FieldEntry,
    chips: NamedChips,
    open_fields: OpenFields,
    notes: tuple[str, ...] = (),
) -> list[NightField]:
    """Return an image for each chip with candidates, with the notes on the first.

    Raises
    ------
    InputError
        A header cannot be used.
    """
    fields = []
    for number, grid in zip(chips.numbers, chips.grids(), strict=True):
        name = f"{entry.name} {chips.title(number)}".strip()
        of_chip = dataclasses.replace(
            entry, name=name, candidates=None, listed=chips.list_of(number)
        )
        options = chips.planes.options(number)
        fields.append(_open_field(of_chip, options, open_fields, grid, notes))
        notes = ()
    return fields


def _open_grid(options: InputOptions) -> FieldPlanes:
    """Return the first plane, which gives the grid of all, with its file closed again."""
    specs = {name: spec for name, spec in options.planes.items() if spec}
    first = _first_plane(options)
    # The other planes are opened at the first cutout.
    given = {*specs, *(["err"] if options.variance or options.weight else [])}
    grid = open_planes({name: spec for name, spec in specs.items() if name == first}, given=given)
    grid.close()
    return grid


def _first_plane(options: InputOptions) -> str:
    specs = [name for name, spec in options.planes.items() if spec]
    return next((name for name in ORDER if name in specs), next(iter(specs), "image"))


def night_of(
    path: Path,
    fields: list[NightField],
    matching: Matching,
    radius: float,
    origin: InputOrigin,
    is_one_exposure: bool = False,
) -> NightSource:
    """Return images, at least one, as one source.

    Parameters
    ----------
    path : Path
        Field file, or the list of all chips of an exposure; its name is the title.
    fields : list of NightField
        They share their `OpenFields`.
    matching : Matching
    radius : float
        Radius of the cutouts, pixels.
    origin : InputOrigin
    is_one_exposure : bool, optional
        Whether the images are chips, so that no candidate has epochs.

    Raises
    ------
    InputError
        No image has a candidate, or a list lacks the column of objects.
    """
    columns = object_columns(path, matching, fields)
    parts = [
        Part(
            one.name,
            one.candidates,
            one.time,
            one.filter,
            column is not None and column == one.candidates.roles.key,
        )
        for one, column in zip(fields, columns, strict=True)
    ]
    candidates = join_lists(parts)
    if not len(candidates):
        raise InputError(f"{path}: no candidate in {format_count(len(fields), 'list')}")
    epochs, epochs_note = epochs_of(fields, columns, candidates, matching)
    role = "candidates" if is_one_exposure else "fields"
    notes = () if is_one_exposure else (_summary(fields, candidates), epochs_note)
    prints = [with_image_name(f, one.name) for one in fields for f in one.fingerprints]
    names = dict.fromkeys(name for one in fields for name in one.plane_names)
    return NightSource(
        path.name,
        dataclasses.replace(candidates, notes=(), cautions=tuple(_cautions(fields))),
        fields,
        np.repeat(np.arange(len(fields)), [len(one.candidates) for one in fields]),
        tuple(sorted(names, key=lambda name: _panel_order(name, list(names)))),
        epochs,
        radius,
        (list_fingerprint(role, path), *prints),
        (*notes, *candidates.notes, *_notes(fields)),
        origin.record,
        fields[0].open_fields,
        origin.notes_with(),
        origin.cautions,
    )


def _open_field(
    entry: FieldEntry,
    options: InputOptions,
    open_fields: OpenFields,
    grid: FieldPlanes,
    notes: tuple[str, ...],
) -> NightField:
    """Read the list of an image; its planes but the grid are opened at the first cutout."""
    specs = {name: spec for name, spec in options.planes.items() if spec}
    first, shape = _first_plane(options), grid.shape
    candidates = _read_list(entry, options, grid)
    cautions = (*candidates.cautions, *grid.cautions)
    candidates = dataclasses.replace(candidates, cautions=cautions)
    beside = {name: image_of(plane) for name, plane in grid.files.items() if name != first}
    prints = _fingerprints(entry, options)
    prints += tuple(
        plane_fingerprint(name, image.name.path, image.name.suffix)
        for name, image in beside.items()
    )

    def opening() -> FieldSource:
        # lenient: if a plane was damaged or removed meanwhile, the others are still shown.
        how = options.variance, options.weight, options.mask_bits, options.mask_good
        planes = open_planes(specs, *how, lenient=True)
        if planes.shape != shape:
            planes.close()
            raise InputError(f"{specs[first]}: changed its shape while it was open")
        # 0.0: the radius comes from the NightSource.
        return FieldSource(entry.name, candidates, planes, 0.0, prints, {}, (), options.fwhm)

    moment = entry.moment or exposure_middle(*grid.headers)
    made = {f"{name}: {note}" for name, note in grid.plane_notes.items()}
    return NightField(
        entry.name,
        candidates,
        grid.wcs,
        grid.shape,
        moment,
        entry.filter or filter_of(*grid.headers) or "",
        _plane_names(options, beside),
        prints,
        (*notes, *candidates.notes, *(note for note in grid.notes if note not in made)),
        opening,
        open_fields,
        known_fwhm(options.fwhm, candidates, grid.header, grid.wcs),
    )


def _with_planes(entry: FieldEntry, options: InputOptions) -> tuple[InputOptions, tuple[str, ...]]:
    """Return the options, with the planes found beside the list if they name no planes."""
    if options.planes or entry.candidates is None:
        return options, ()
    from vetter.io.field.nearby_planes import planes_beside
    from vetter.io.tables.kinds import kind_of

    table = parse_fits_name(entry.candidates)
    specs, notes = planes_beside(table, kind_of(table.path))
    return dataclasses.replace(options, planes=specs), notes


def _read_list(entry: FieldEntry, options: InputOptions, grid: FieldPlanes) -> CandidateList:
    from vetter.io.tables.candidates import read_list

    if entry.listed is not None:
        return candidates_on(entry.listed, grid, options)
    if entry.candidates is None:
        return _no_candidates("no list: nothing was found here")
    try:
        listed = read_list(entry.candidates, options.columns)
    except InputError:
        if _has_rows(entry.candidates):
            raise
        # A single field without rows is refused; among several fields it is a night with no find.
        return _no_candidates(f"{Path(entry.candidates).name}: no rows: nothing was found here")
    from vetter.io.field.chip_lists import NoCandidateOnChip

    try:
        return candidates_on(listed, grid, options)
    except NoCandidateOnChip as error:
        return _no_candidates(str(error))


def _has_rows(table: str) -> bool:
    from vetter.io.tables.reading import read_table

    try:
        return len(read_table(parse_fits_name(table)).table) > 0
    except InputError:
        # The list is damaged in another way; the caller raises that error.
        return True


def _no_candidates(note: str) -> CandidateList:
    from astropy.table import Table

    none = np.empty(0)
    keys = np.empty(0, dtype=object)
    return CandidateList(Table(), Roles(), keys, none, none, none, none, (note,))


def _fingerprints(entry: FieldEntry, options: InputOptions) -> tuple[Fingerprint, ...]:
    """Return fingerprints of the whole list and of samples of the planes, with their options."""
    prints = []
    if entry.candidates is not None:
        prints.append(list_fingerprint("candidates", parse_fits_name(entry.candidates).path))
    files: dict[str, tuple[str, str]] = {name: (f, "") for name, f in options.planes.items() if f}
    if "mask" in files and (options.mask_bits or options.mask_good):
        files["mask"] = files["mask"][0], f" bits {options.mask_bits} good {options.mask_good}"
    for kind in ("variance", "weight"):
        spec = getattr(options, kind)
        if spec:
            files["err"] = spec, f" {kind}"
    for name, (spec, reading) in files.items():
        file = parse_fits_name(spec)
        prints.append(plane_fingerprint(name, file.path, file.suffix + reading))
    return tuple(prints)


def _plane_names(options: InputOptions, beside: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the planes that the opened image will have, with those that will be computed."""
    names = {name for name, spec in options.planes.items() if spec} | set(beside)
    if options.variance or options.weight or "image" in names:
        names.add("err")
    if {"image", "convolved"} <= names:
        names.add("diff")
    extra = [name for name in options.planes if name in names and name not in ORDER]
    return (*(name for name in ORDER if name in names), *extra)


def _panel_order(name: str, names: list[str]) -> int:
    return ORDER.index(name) if name in ORDER else len(ORDER) + names.index(name)


def _summary(fields: list[NightField], candidates: CandidateList) -> str:
    filters = dict.fromkeys(one.filter for one in fields if one.filter)
    summary = f"{format_count(len(fields), 'field')}, {format_count(len(candidates), 'candidate')}"
    summary += f"; filters {', '.join(filters)}" if filters else ""
    untimed = [one.name for one in fields if not one.time]
    if untimed:
        summary += f"; no time of {', '.join(untimed)}: give time = ..."
    return summary


def _notes(fields: list[NightField]) -> list[str]:
    """Return the notes of the fields, each once, with the names of its fields in front."""
    return _merge_notes(fields, [one.notes for one in fields])


def _cautions(fields: list[NightField]) -> list[str]:
    """Return the cautions of the fields, as `_notes` does."""
    return _merge_notes(fields, [one.candidates.cautions for one in fields])


def _merge_notes(fields: list[NightField], notes: list[tuple[str, ...]]) -> list[str]:
    names_by_note: dict[str, list[str]] = {}
    for one, of_field in zip(fields, notes, strict=True):
        for note in dict.fromkeys(of_field):
            names_by_note.setdefault(note, []).append(one.name)
    return [f"{_join_names(names, len(fields))}: {note}" for note, names in names_by_note.items()]


def _join_names(names: list[str], count: int) -> str:
    if len(names) == count > 1:
        return "all fields"
    more = len(names) - _MAX_NAMES
    return ", ".join(names[:_MAX_NAMES]) + (f" and {more} more" if more > 0 else "")
