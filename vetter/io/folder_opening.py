"""A folder, or several files at once, opened as the kind of input that most of it is."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, cast

from vetter.core.counted import counted
from vetter.core.cutout_source import CutoutSource
from vetter.errors import InputError
from vetter.io.fits_names import FitsName
from vetter.io.folder_content import ALONE, FolderContent, FoundKind, other_kinds
from vetter.io.folder_search import files_below, search
from vetter.io.input_options import InputOptions
from vetter.io.nearby_planes import PlanesWanted
from vetter.io.triplet_names import PlaneSets, sets_by_patterns, sets_by_words

OpenField = Callable[[FitsName, InputOptions, dict[str, Any]], CutoutSource]
_LISTS = ("lists", ALONE)
_SINGLE = (*_LISTS, "field files")
"""Kinds of which one file is opened."""


def open_folder(
    folder: Path, options: InputOptions, record: dict[str, Any], open_list: OpenField
) -> CutoutSource:
    """Open what a folder and those below it hold, the kind with the most candidates.

    What else there is, is said in the source's notes. A field file or a list that cannot be used
    is passed over, and named in them.

    Parameters
    ----------
    folder : Path
    options : InputOptions
    record : dict
        For the session.
    open_list : callable
        Opens a list with its planes.

    Raises
    ------
    InputError
        Nothing in it can be opened: the text is that of the first file that was tried.
    """
    if options.patterns:
        return open_by_patterns([folder], options, record)
    content = search(folder, options.schema is not None)
    kinds = content.kinds
    for_lists = options.for_lists()
    if for_lists:
        kinds = [one for one in kinds if one.kind in _LISTS]
        if not kinds and content.kinds:
            what = content.kinds[0].kind
            raise InputError(f"{folder}: {what} bring their own planes, found {for_lists} too")
    if not kinds:
        raise InputError(_nothing(folder, content))
    failures: dict[str, InputError] = {}
    for kind in kinds:
        if failures and kind.kind == ALONE:
            # What is wrong with the file that names its image helps more than to ask for one.
            break
        for file in _tried_apart(kind):
            try:
                source = _open_kind(kind, file, folder, content, options, record, open_list)
            except PlanesWanted:
                raise
            except InputError as error:
                failures[file] = error
                continue
            _say_passed_over(source, failures.values())
            content.leave_out(failures)
            said = other_kinds(content, kind, file, folder)
            if said:
                source.extra_notes = (*source.extra_notes, said)
            return source
        if kind.kind not in _SINGLE:
            break
    raise next(iter(failures.values()))


def _tried_apart(kind: FoundKind) -> list[str]:
    """The files of which one is opened, the first that can be; else one of those that belong
    together."""
    return kind.files if kind.kind in _SINGLE else kind.files[:1]


def _say_passed_over(source: CutoutSource, failures: Iterable[InputError]) -> None:
    said = tuple(f"not opened: {error}" for error in failures)
    if said:
        source.extra_notes = (*said, *source.extra_notes)
        # Another list than the one that was meant may be on screen: that is to be seen at once.
        listed = source.candidates
        cautions = (*said, *listed.cautions)
        cast("Any", source).candidates = dataclasses.replace(listed, cautions=cautions)


def _open_kind(
    chosen: FoundKind,
    file: str,
    folder: Path,
    content: FolderContent,
    options: InputOptions,
    record: dict[str, Any],
    open_list: OpenField,
) -> CutoutSource:
    if chosen.kind == "alert packets":
        from vetter.io.alerts.opening import open_alerts

        return open_alerts([folder], options.radius, options.fwhm, options.schema, record)
    if chosen.kind == "cutout files":
        from vetter.io.cutout_folder import open_cutouts

        return open_cutouts([folder], options.radius, record, options.fwhm)
    if chosen.kind == "stamps":
        content.sets.others = content.others
        return _stamps(_title([folder]), content.sets, options, record)
    if chosen.kind == "field files":
        from vetter.io.night_opening import open_night

        return open_night(Path(file), options, options.usual_radius or 20.0, record)
    if options.radius is None:
        options = dataclasses.replace(options, radius=options.usual_radius)
    return open_list(FitsName(Path(file)), options, record)


def open_by_patterns(
    inputs: Sequence[Path], options: InputOptions, record: dict[str, Any]
) -> CutoutSource:
    """Open stamps whose files are called as the user says.

    Raises
    ------
    InputError
        A pattern that makes no sense, or not one image is called so.
    """
    given = options.for_lists()
    if given:
        raise InputError(f"{inputs[0]}: --pattern names the planes, found {given} too")
    files = files_below([path for path in inputs if path.is_dir()])
    files += [str(path) for path in inputs if not path.is_dir()]
    top = inputs[0] if inputs[0].is_dir() else inputs[0].parent
    found = sets_by_patterns(files, str(top), options.patterns)
    if not found.sets:
        wanted = options.patterns["image"]
        raise InputError(f"{top}: no file among {len(files)} is called as the pattern {wanted}")
    return _stamps(_title(inputs), found, options, record)


def open_stamps(
    inputs: Sequence[Path], options: InputOptions, record: dict[str, Any]
) -> CutoutSource | None:
    """Several files and folders as stamps, where their names say that they are; else None."""
    files = files_below([path for path in inputs if path.is_dir()])
    files += [str(path) for path in inputs if not path.is_dir()]
    found = sets_by_words(files)
    if not any(len(one.planes) > 1 for one in found.sets):
        return None
    return _stamps(_title(inputs), found, options, record)


def _stamps(
    title: str, found: PlaneSets, options: InputOptions, record: dict[str, Any]
) -> CutoutSource:
    from vetter.io.triplet_folder import open_triplets

    return open_triplets(title, found, options.radius, options.fwhm, record)


def _title(inputs: Sequence[Path]) -> str:
    if len(inputs) > 1:
        return f"stamps in {len(inputs)} files and folders"
    return inputs[0].absolute().name or str(inputs[0])


def _nothing(folder: Path, content: FolderContent) -> str:
    if content.sessions:
        return (
            f"{folder}: no candidates in {counted(content.files, 'file')}, but a session: "
            f"open {content.sessions[0]}"
        )
    return (
        f"{folder}: wanted cutout files (FITS with extensions named image, template...), stamps "
        "as NAME_sci.fits and NAME_ref.fits, alert packets, a candidate list or a field file, "
        f"found none in {counted(content.files, 'file')}; --pattern 'image={{name}}_new.fits' says "
        "how stamps are called"
    )
