"""Opening of a folder, or of several files at once, as the kind with the most candidates."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from vetter.core.cutout_source import CutoutSource
from vetter.core.number_text import format_count
from vetter.errors import InputError
from vetter.io.cutouts.triplet_names import PlaneSets, sets_by_patterns, sets_by_words
from vetter.io.field.nearby_planes import PlanesWanted, with_one_noise
from vetter.io.files.hdu_names import FitsName
from vetter.io.input_options import DEFAULT_RADIUS, InputOptions, InputOrigin, absolute_name
from vetter.io.inputs.folder_search import (
    FolderContent,
    FoundKind,
    describe_unopened,
    files_below,
    find_inputs,
)
from vetter.io.inputs.input_kind import InputKind


def open_folder(folder: Path, options: InputOptions, origin: InputOrigin) -> CutoutSource:
    """Open the kind of input with the most candidates in a folder and those below it.

    The source's notes name the other inputs. A field file or a list that cannot be used is
    passed over, and named in the notes.

    Parameters
    ----------
    folder : Path
    options : InputOptions
    origin : InputOrigin

    Raises
    ------
    InputError
        No input can be opened; the text is that of the first file tried.
    """
    content = find_inputs(folder, options.schema is not None)
    kinds = content.kinds
    for_lists = options.first_list_option()
    if for_lists:
        kinds = [one for one in kinds if one.kind.is_list]
        if not kinds and content.kinds:
            what = content.kinds[0].kind.value
            raise InputError(f"{folder}: {what} bring their own planes, found {for_lists} too")
    if not kinds:
        raise InputError(_nothing(folder, content))
    failures: dict[str, InputError] = {}
    for kind in kinds:
        if failures and kind.kind is InputKind.LISTS_ALONE:
            # A list alone would ask for an image; the error of a file that names one helps more.
            break
        for file in _tried_apart(kind):
            file_origin = _origin(origin, content, kind, file, folder, failures)
            try:
                return _OPENERS[kind.kind](folder, file, content, options, file_origin)
            except PlanesWanted:
                raise
            except InputError as error:
                failures[file] = error
        if kind.kind.opened_together:
            break
    raise next(iter(failures.values()))


def _tried_apart(kind: FoundKind) -> list[str]:
    """Return the files to try in turn; only the first if all are opened together."""
    return kind.files[:1] if kind.kind.opened_together else kind.files


def _origin(
    origin: InputOrigin,
    content: FolderContent,
    kind: FoundKind,
    file: str,
    folder: Path,
    failures: Mapping[str, InputError],
) -> InputOrigin:
    """Return the origin of a file of a folder, with notes on the files passed over for it."""
    passed_over = tuple(f"not opened: {error}" for error in failures.values())
    left = content.without(failures)
    chosen = next(one for one in left.kinds if one.kind is kind.kind)
    others = describe_unopened(left, chosen, file, folder)
    # Cautions are shown at once: the list on screen may not be the one that the user meant.
    notes, others_ = (*origin.notes, *passed_over), (others,) if others else ()
    return InputOrigin(origin.record, notes, others_, cautions=passed_over)


def _open_packets(
    folder: Path, file: str, content: FolderContent, options: InputOptions, origin: InputOrigin
) -> CutoutSource:
    from vetter.io.alerts.open_alerts import open_alerts

    return open_alerts([folder], options.radius, options.fwhm, options.schema, origin)


def _open_cutouts(
    folder: Path, file: str, content: FolderContent, options: InputOptions, origin: InputOrigin
) -> CutoutSource:
    from vetter.io.cutouts.cutout_folder import open_cutouts

    return open_cutouts([folder], options.radius, origin, options.fwhm)


def _open_stamps(
    folder: Path, file: str, content: FolderContent, options: InputOptions, origin: InputOrigin
) -> CutoutSource:
    content.sets.others = content.others
    return _stamps(_title([folder]), content.sets, options, origin)


def _open_array(
    folder: Path, file: str, content: FolderContent, options: InputOptions, origin: InputOrigin
) -> CutoutSource:
    from vetter.io.alerts.arrays.array_source import open_array

    return open_array(Path(file), None, options, origin)


def _open_field_file(
    folder: Path, file: str, content: FolderContent, options: InputOptions, origin: InputOrigin
) -> CutoutSource:
    from vetter.io.night.field_file import read_field_file
    from vetter.io.night.open_night import open_night

    radius = options.usual_radius or DEFAULT_RADIUS
    return open_night(read_field_file(Path(file)), options, radius, origin)


def _open_list(
    folder: Path, file: str, content: FolderContent, options: InputOptions, origin: InputOrigin
) -> CutoutSource:
    from vetter.io.inputs.open_table import open_table

    options = options.with_usual_radius()
    guessed = content.guesses.get(file)
    if guessed is None or "image" in options.planes:
        return open_table(FitsName(Path(file)), options, origin)
    if not guessed.is_sure:
        raise PlanesWanted(
            f"{file}: cannot tell which of the images in {folder} is which plane",
            file,
            guessed.planes,
            guessed.on_image,
            guessed.on_image,
        )
    # The list alone is recorded as the input, with the planes as options.
    options = replace(options, planes=with_one_noise({**guessed.planes, **options.planes}))
    record = {"inputs": [absolute_name(file)], "options": options.as_plain()}
    taken = ", ".join(f"{plane} = {path}" for plane, path in guessed.planes.items())
    note = f"planes found in this folder by names and pixels: {taken}"
    origin = replace(origin, record=record, notes=(*origin.notes, note))
    return open_table(FitsName(Path(file)), options, origin)


_OPENERS: dict[
    InputKind, Callable[[Path, str, FolderContent, InputOptions, InputOrigin], CutoutSource]
] = {
    InputKind.ALERT_PACKETS: _open_packets,
    InputKind.CUTOUT_FILES: _open_cutouts,
    InputKind.STAMPS: _open_stamps,
    InputKind.ARRAYS: _open_array,
    InputKind.FIELD_FILES: _open_field_file,
    InputKind.LISTS: _open_list,
    InputKind.LISTS_ALONE: _open_list,
}
"""Openers by kind: of one file in a folder, or of all its files of the kind."""


def open_by_patterns(
    inputs: Sequence[Path], options: InputOptions, origin: InputOrigin
) -> CutoutSource:
    """Open stamps whose file names match the user's patterns.

    Raises
    ------
    InputError
        A pattern is invalid, or no file matches the pattern of the image.
    """
    given = options.first_list_option()
    if given:
        raise InputError(f"{inputs[0]}: --pattern names the planes, found {given} too")
    files = files_below([path for path in inputs if path.is_dir()])
    files += [str(path) for path in inputs if not path.is_dir()]
    top = inputs[0] if inputs[0].is_dir() else inputs[0].parent
    found = sets_by_patterns(files, str(top), options.patterns)
    if not found.sets:
        pattern = options.patterns["image"]
        raise InputError(f"{top}: none of {len(files)} files matches the pattern {pattern}")
    return _stamps(_title(inputs), found, options, origin)


def open_stamps(
    inputs: Sequence[Path], options: InputOptions, origin: InputOrigin
) -> CutoutSource | None:
    """Open files and folders as stamps if their names follow a known pattern; else return None."""
    files = files_below([path for path in inputs if path.is_dir()])
    files += [str(path) for path in inputs if not path.is_dir()]
    found = sets_by_words(files)
    if not any(len(one.planes) > 1 for one in found.sets):
        return None
    return _stamps(_title(inputs), found, options, origin)


def _stamps(
    title: str, found: PlaneSets, options: InputOptions, origin: InputOrigin
) -> CutoutSource:
    from vetter.io.cutouts.triplet_folder import open_triplets

    return open_triplets(title, found, options.radius, options.fwhm, origin)


def _title(inputs: Sequence[Path]) -> str:
    if len(inputs) > 1:
        return f"stamps in {len(inputs)} files and folders"
    return inputs[0].absolute().name or str(inputs[0])


def _nothing(folder: Path, content: FolderContent) -> str:
    if content.sessions:
        return (
            f"{folder}: no candidates in {format_count(content.files, 'file')}, but a session: "
            f"open {content.sessions[0]}"
        )
    return (
        f"{folder}: expected cutout files (FITS with extensions named image, template...), stamps "
        "as NAME_sci.fits and NAME_ref.fits or in a numpy array, alert packets, a candidate list "
        "or a field file, "
        f"found none in {format_count(content.files, 'file')}; for stamps with other names give a "
        "pattern, as --pattern 'image={name}_new.fits'"
    )
