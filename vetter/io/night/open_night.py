"""Opens a field file: the lists and the images' headers, and no pixel."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np

from vetter.core.candidates.candidate_list import CandidateList, Roles
from vetter.core.candidates.joined_lists import Part, joined
from vetter.core.cutout.plane import ORDER
from vetter.core.cutout_source import Fingerprint
from vetter.core.number_text import counted
from vetter.errors import InputError
from vetter.io.field.field_planes import FieldPlanes, open_planes
from vetter.io.field.field_source import FieldSource
from vetter.io.field.fwhm import known_fwhm
from vetter.io.files.fingerprint import list_fingerprint, plane_fingerprint
from vetter.io.files.hdu_names import parse_fits_name
from vetter.io.fits.exposure import filter_of, middle
from vetter.io.input_options import InputOptions, InputOrigin
from vetter.io.night.field_file import FieldEntry, FieldFile
from vetter.io.night.night_epochs import epochs_of, object_columns
from vetter.io.night.night_source import NightField, NightSource, OpenFields, renamed

_SAID_ALONE = 3


def open_night(
    file: FieldFile, options: InputOptions, radius: float, origin: InputOrigin
) -> NightSource:
    """The images of a field file as one source.

    Parameters
    ----------
    file : FieldFile
        As it was read.
    options : InputOptions
        Of the command line; they go before those in the file.
    radius : float
        Of the cutouts, where neither names one.
    origin : InputOrigin

    Raises
    ------
    InputError
        The file, a list or an image's header cannot be used; one line names the file and the field.
    """
    path = file.path
    if options.planes or options.variance or options.weight:
        given = options.for_lists()
        raise InputError(f"{path}: a field file names its own planes, found {given} too")
    masked = [bool(entry.options.planes.get("mask")) for entry in file.entries]
    if (options.mask_bits or options.mask_good) and not any(masked):
        raise InputError(f"{path}: no field has a mask to choose bits of")
    open_fields = OpenFields()
    fields = []
    unmasked = dataclasses.replace(options, mask_bits=None, mask_good=None)
    for entry, has_mask in zip(file.entries, masked, strict=True):
        own = options if has_mask else unmasked
        try:
            fields.append(_field(entry, own.over(entry.options), open_fields))
        except InputError as error:
            raise InputError(f"{path}: field {entry.name!r}: {error}") from error
    columns = object_columns(file.path, file.matching, fields)
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
    candidates = joined(parts)
    if not len(candidates):
        raise InputError(f"{path}: no candidate in {counted(len(fields), 'list')}")
    epochs, said = epochs_of(fields, columns, candidates, file.matching)
    prints = [renamed(f, one.name) for one in fields for f in one.fingerprints]
    names = dict.fromkeys(name for one in fields for name in one.plane_names)
    return NightSource(
        path.name,
        dataclasses.replace(candidates, notes=(), cautions=tuple(_cautions(fields))),
        fields,
        np.repeat(np.arange(len(fields)), [len(one.candidates) for one in fields]),
        tuple(sorted(names, key=lambda name: _place(name, list(names)))),
        epochs,
        options.radius or file.radius or radius,
        (list_fingerprint("fields", path), *prints),
        (_summary(fields, candidates), said, *candidates.notes, *_said(fields)),
        origin.record,
        open_fields,
        origin.notes_with(),
        origin.cautions,
    )


def _field(entry: FieldEntry, options: InputOptions, open_fields: OpenFields) -> NightField:
    options, notes = _with_planes(entry, options)
    specs = {name: spec for name, spec in options.planes.items() if spec}
    first = next((name for name in ORDER if name in specs), next(iter(specs), "image"))
    # The grid of all planes is the first one's; the others are opened when they are looked at.
    grid = open_planes({name: spec for name, spec in specs.items() if name == first})
    grid.close()
    candidates = _list(entry, options, grid)
    prints = _fingerprints(entry, options)

    def opening() -> FieldSource:
        # The others of its planes show where one was damaged or taken away meanwhile.
        how = options.variance, options.weight, options.mask_bits, options.mask_good
        planes = open_planes(specs, *how, lenient=True)
        if planes.shape != grid.shape:
            planes.close()
            raise InputError(f"{specs[first]}: changed its shape while it was open")
        # The radius is the night's to say.
        return FieldSource(entry.name, candidates, planes, 0.0, prints, {}, (), options.fwhm)

    mjd = entry.mjd if entry.mjd is not None else middle(grid.header)
    made = {f"{name}: {note}" for name, note in grid.plane_notes.items()}
    return NightField(
        entry.name,
        candidates,
        grid.wcs,
        grid.shape,
        float("nan") if mjd is None else mjd,
        entry.filter or filter_of(grid.header) or "",
        _plane_names(options),
        prints,
        (*notes, *candidates.notes, *(note for note in grid.notes if note not in made)),
        opening,
        open_fields,
        known_fwhm(options.fwhm, candidates, grid.header, grid.wcs),
    )


def _with_planes(entry: FieldEntry, options: InputOptions) -> tuple[InputOptions, tuple[str, ...]]:
    """The options with the planes that lie beside the list, where none is named."""
    if options.planes or entry.candidates is None:
        return options, ()
    from vetter.io.field.nearby_planes import planes_beside
    from vetter.io.tables.kinds import kind_of

    table = parse_fits_name(entry.candidates)
    specs, said = planes_beside(table, kind_of(table.path))
    return dataclasses.replace(options, planes=specs), said


def _list(entry: FieldEntry, options: InputOptions, grid: FieldPlanes) -> CandidateList:
    from vetter.io.tables.candidates import read_candidates

    if entry.candidates is None:
        return _no_candidates("no list: nothing was found here")
    try:
        return read_candidates(
            entry.candidates,
            grid.wcs,
            grid.shape,
            options.columns,
            options.one_based,
            grid.header,
        )
    except InputError:
        if _has_rows(entry.candidates):
            raise
        # On a field of its own that is refused; among others it is a night without a find.
        return _no_candidates(f"{Path(entry.candidates).name}: no rows: nothing was found here")


def _has_rows(table: str) -> bool:
    from vetter.io.tables.reading import read_table

    try:
        return len(read_table(parse_fits_name(table)).table) > 0
    except InputError:
        # It is another matter that is wrong with it, and said already.
        return True


def _no_candidates(note: str) -> CandidateList:
    from astropy.table import Table

    none = np.empty(0)
    keys = np.empty(0, dtype=object)
    return CandidateList(Table(), Roles(), keys, none, none, none, none, (note,))


def _fingerprints(entry: FieldEntry, options: InputOptions) -> tuple[Fingerprint, ...]:
    """Of the list whole, of the planes by samples, with how their pixels are read."""
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


def _plane_names(options: InputOptions) -> tuple[str, ...]:
    """What the planes will be once they are opened, those that are made among them."""
    names = {name for name, spec in options.planes.items() if spec}
    if options.variance or options.weight or "image" in names:
        names.add("err")
    if {"image", "convolved"} <= names:
        names.add("diff")
    extra = [name for name in options.planes if name in names and name not in ORDER]
    return (*(name for name in ORDER if name in names), *extra)


def _place(name: str, found: list[str]) -> int:
    return ORDER.index(name) if name in ORDER else len(ORDER) + found.index(name)


def _summary(fields: list[NightField], candidates: CandidateList) -> str:
    filters = dict.fromkeys(one.filter for one in fields if one.filter)
    words = f"{counted(len(fields), 'field')}, {counted(len(candidates), 'candidate')}"
    words += f"; filters {', '.join(filters)}" if filters else ""
    lacking = [one.name for one in fields if not one.time]
    if lacking:
        words += f"; no time of {', '.join(lacking)}: give time = ..."
    return words


def _said(fields: list[NightField]) -> list[str]:
    """The notes of the fields, with their names in front; one that many have is said once."""
    return _gathered(fields, [one.notes for one in fields])


def _cautions(fields: list[NightField]) -> list[str]:
    """The same of what the user should see at once."""
    return _gathered(fields, [one.candidates.cautions for one in fields])


def _gathered(fields: list[NightField], notes: list[tuple[str, ...]]) -> list[str]:
    holders: dict[str, list[str]] = {}
    for one, own in zip(fields, notes, strict=True):
        for note in dict.fromkeys(own):
            holders.setdefault(note, []).append(one.name)
    return [f"{_named(names, len(fields))}: {note}" for note, names in holders.items()]


def _named(names: list[str], count: int) -> str:
    if len(names) == count > 1:
        return "all fields"
    more = len(names) - _SAID_ALONE
    return ", ".join(names[:_SAID_ALONE]) + (f" and {more} more" if more > 0 else "")
