"""Whatever the user names on the command line or drops on the window, opened as one source."""

from __future__ import annotations

import dataclasses
import glob
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from vetter.core.cutout_source import CutoutSource
from vetter.errors import InputError
from vetter.io.fits_names import FitsName, parse_fits_name
from vetter.io.input_options import DEFAULT_RADIUS, PLANE_OPTIONS, InputOptions, absolute
from vetter.io.path_lists import only_list
from vetter.io.plain_files import begins_as_text, open_plain_file
from vetter.io.recursive_glob import recursive_glob

__all__ = ["PLANE_OPTIONS", "InputOptions", "open_input", "session_path"]

# A text of such a name is a damaged packet or archive, and is told so.
_PACKED = frozenset((".avro", ".tar", ".tgz", ".gz"))


def open_input(
    inputs: Sequence[str | os.PathLike[str]] | str | os.PathLike[str],
    options: InputOptions | None = None,
) -> CutoutSource:
    """Open what is named: a candidate table, cutout files, a field file, a session, or ``demo``.

    Parameters
    ----------
    inputs : sequence of str, or str
        One table; or a folder, globs or files of cutouts; or a text that lists files; or one
        session; or ``demo``.
    options : InputOptions, optional
        Where a session is given, they go before those recorded in it.

    Raises
    ------
    InputError
        It cannot be used; one line names the file, what was looked for and what was found.
    """
    options = options or InputOptions()
    names = [inputs] if isinstance(inputs, (str, os.PathLike)) else list(inputs)
    texts = [os.path.expanduser(os.fspath(name)) for name in names]
    if not all(texts):
        raise InputError("wants the name of an input, found an empty text")
    if not texts:
        raise InputError("no input: name a candidate table, a folder of cutouts, or demo")
    if options.psf_file is not None:
        from vetter.io.psf_file import read_psf

        # It is read again by the process that fits; here to say at once what is wrong with it.
        read_psf(options.psf_file)
    if texts == ["demo"]:
        return _open_demo(options)
    night = _field_file(texts)
    if night is not None:
        return _open_night(night, options)
    session = session_path(texts)
    if session is not None:
        return _open_session(session, options)
    return _open_listed(texts, options) or _open_files(_expanded(texts), texts, options)


def _open_listed(texts: Sequence[str], options: InputOptions) -> CutoutSource | None:
    """The files that a single text file lists; None where there is no such list."""
    listed = only_list(texts)
    if listed is None:
        return None
    # A list that is relative to the working folder would be another one elsewhere.
    named = [str(listed.path)] if listed.stays else listed.files
    source = _open_files(_expanded(listed.files), named, options)
    source.extra_notes = (listed.said, *source.extra_notes)
    return source


def _open_demo(options: InputOptions) -> CutoutSource:
    """The demo as a source; its record names ``demo``, wherever the package lies."""
    from vetter.io.demo import NOTE, TITLE, demo_input
    from vetter.io.field_source import FieldSource

    table, own = demo_input()
    source = _open_files(_expanded([table]), [table], options.over(own))
    assert isinstance(source, FieldSource)
    return dataclasses.replace(
        source,
        title=TITLE,
        record={"inputs": ["demo"], "options": options.plain()},
        extra_notes=(NOTE, *source.extra_notes),
    )


def _field_file(texts: Sequence[str]) -> Path | None:
    """The field file among inputs, where that is what they name; else None."""
    from vetter.io.field_file_name import is_field_file

    files = [Path(text) for text in texts if is_field_file(Path(text))]
    if files and len(texts) > 1:
        raise InputError(f"{files[0]}: a field file is opened alone, found {len(texts)} inputs")
    return files[0] if files else None


def _open_night(path: Path, options: InputOptions) -> CutoutSource:
    from vetter.io.night_opening import open_night

    record = {"inputs": [os.path.abspath(path)], "options": options.plain()}
    return open_night(path, options, DEFAULT_RADIUS, record)


def names_radius(inputs: Sequence[str | os.PathLike[str]]) -> bool:
    """Whether inputs say themselves how large their cutouts are: a session, a field file, packets.

    Raises
    ------
    InputError
        As `session_path`, or a field file that cannot be used.
    """
    if session_path(inputs) is not None:
        return True
    texts = [os.path.expanduser(os.fspath(name)) for name in inputs]
    path = _field_file(texts)
    if path is None:
        if len(texts) == 1 and os.path.isdir(texts[0]):
            # What is in it tells: a stamp is shown whole.
            return True
        listed = only_list(texts)
        files = texts if listed is None else listed.files
        return texts != ["demo"] and _are_alerts(_expanded(files), framed=True)
    from vetter.io.field_file import read_field_file

    return read_field_file(path).radius is not None


def session_path(inputs: Sequence[str | os.PathLike[str]]) -> Path | None:
    """The session file among inputs, where that is what they name; else None.

    Raises
    ------
    InputError
        A session beside other inputs.
    """
    paths = [Path(os.path.expanduser(os.fspath(name))) for name in inputs]
    sessions = [path for path in paths if _is_session(path)]
    if sessions and len(paths) > 1:
        raise InputError(f"{sessions[0]}: a session is opened alone, found {len(paths)} inputs")
    return sessions[0] if sessions else None


def _is_session(path: Path) -> bool:
    try:
        with open_plain_file(path) as file:
            return file.read(16) == b"SQLite format 3\0"
    except OSError:
        # Whoever opens it next says why it cannot be read.
        return False


def _open_session(path: Path, options: InputOptions) -> CutoutSource:
    from vetter.io.session_file import SessionFile

    with SessionFile.open(path, "", read_only=True) as session:
        recorded, damage = session.inputs(), session.damage
    if not recorded:
        state = f"a damaged session: {damage[0]}" if damage else "the session has no input recorded"
        raise InputError(f"{path}: {state}; open its list instead, with --session {path.name}")
    record = recorded[-1].record
    earlier = InputOptions.from_keywords(**dict(record.get("options", {})))
    inputs = [str(name) for name in record.get("inputs", [])]
    try:
        return open_input(inputs, options.over(earlier))
    except InputError as error:
        raise InputError(f"{path}: its inputs cannot be opened: {error}") from error


def _expanded(texts: Sequence[str]) -> list[FitsName]:
    """Files behind globs; a file that is called like a glob is that file."""
    names: list[FitsName] = []
    for text in texts:
        name = parse_fits_name(text)
        # os.path.exists, not Path.exists: that raises where a name is too long.
        if os.path.exists(name.path) or not glob.has_magic(text):
            names.append(name)
            continue
        found = recursive_glob(text) if "**" in Path(text).parts else sorted(glob.glob(text))
        if not found:
            raise InputError(f"{text}: no file matches")
        names += [FitsName(Path(path)) for path in found]
    return names


def _open_files(
    names: Sequence[FitsName], texts: Sequence[str], options: InputOptions
) -> CutoutSource:
    record = {"inputs": [absolute(text) for text in texts], "options": options.plain()}
    paths = [name.path for name in names]
    for path in paths:
        if not os.path.exists(path):
            raise InputError(f"{path}: no such file or folder")
    if options.patterns or (len(paths) == 1 and paths[0].is_dir()):
        from vetter.io.folder_opening import open_by_patterns, open_folder
        from vetter.io.list_opening import open_list

        if options.patterns:
            return open_by_patterns(paths, options, record)
        return open_folder(paths[0], options, record, open_list)
    if _are_alerts(names, options.schema is not None):
        return _open_alerts(names, texts, options, record)
    if len(names) > 1:
        together = _open_together(names, options, record)
        if together is not None:
            return together
    from vetter.io.cutout_folder import is_cutout_file, open_cutouts

    if len(names) > 1 or (not names[0].suffix and is_cutout_file(paths[0])):
        given = options.for_lists()
        if given:
            raise InputError(f"{texts[0]}: cutout files bring their own planes, found {given} too")
        return open_cutouts(paths, options.radius, record, options.fwhm)
    from vetter.io.list_opening import open_list

    return open_list(names[0], options, record)


def _open_together(
    names: Sequence[FitsName], options: InputOptions, record: dict[str, Any]
) -> CutoutSource | None:
    """A list named with its planes, or stamps by their names; None where it is neither."""
    from vetter.io.folder_opening import open_stamps
    from vetter.io.list_with_planes import list_with_planes

    found = list_with_planes(names)
    if found is not None:
        table, planes = found
        options = dataclasses.replace(options, planes={**planes, **options.planes})
        # The list alone is the input from now on, as if its planes had been named by options.
        record = {"inputs": [absolute(str(table))], "options": options.plain()}
        from vetter.io.list_opening import open_list

        return open_list(table, options, record)
    if options.for_lists() or any(name.suffix for name in names):
        return None
    return open_stamps([name.path for name in names], options, record)


def _are_alerts(names: Sequence[FitsName], framed: bool) -> bool:
    if any(name.suffix for name in names):
        return False
    # Most lists are FITS or text: for them the readers of packets, 20 ms, are not imported.
    paths = [name.path for name in names]
    if all(p.suffix not in _PACKED and begins_as_text(p) for p in paths):
        return False
    from vetter.io.alerts.recognition import hold_alerts

    return hold_alerts(paths, framed)


def _open_alerts(
    names: Sequence[FitsName], texts: Sequence[str], options: InputOptions, record: dict[str, Any]
) -> CutoutSource:
    from vetter.io.alerts.opening import open_alerts
    from vetter.io.alerts.recognition import hold_alerts
    from vetter.io.unused_inputs import unused_inputs

    given = options.for_lists()
    if given:
        raise InputError(f"{texts[0]}: alert packets bring their own planes, found {given} too")
    paths = [name.path for name in names]
    source = open_alerts(paths, options.radius, options.fwhm, options.schema, record)
    framed = options.schema is not None
    unused = unused_inputs(paths, lambda path: hold_alerts([path], framed), "alert packets")
    source.extra_notes = (*unused, *source.extra_notes)
    return source
