"""Opening of an input that the user names on the command line or drops on a window."""

from __future__ import annotations

import dataclasses
import glob
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial
from pathlib import Path
from typing import Any

from vetter.core.cutout_source import CutoutSource
from vetter.core.decisions.agreement.share import share_of_record
from vetter.core.fakes.plan import PlantPlan, without_plan
from vetter.errors import InputError
from vetter.io.files.file_marks import Mark, mark_of
from vetter.io.files.hdu_names import FitsName, parse_fits_name
from vetter.io.files.path_lists import only_list
from vetter.io.files.plane_names import IMAGE_ENDINGS, is_field_file, without_ending
from vetter.io.files.regular_files import is_text_start, open_plain_file
from vetter.io.input_options import (
    DEFAULT_RADIUS,
    PLANE_OPTIONS,
    InputOptions,
    InputOrigin,
    absolute_name,
)
from vetter.io.inputs.recursive_glob import recursive_glob
from vetter.io.inputs.share_source import take_share

# A text file with such an ending is reported as a damaged packet or archive.
_PACKED = frozenset((".avro", ".tar", ".tgz", ".gz"))
_ARRAYS = (".npy", ".npz")
_JSON_MARKS = (b"[", b"{")
_HEAD_BYTES = 512

TITLE = "Demo field (simulated)"
NOTE = "a simulated field with known truth"


class NamedKind(Enum):
    """Kinds of input that the user may name."""

    DEMO = auto()
    FIELD_FILE = auto()
    SESSION = auto()
    PATTERNS = auto()
    FOLDER = auto()
    ALERTS = auto()
    ARRAY = auto()
    """An array of stamps in a numpy file, alone or with its list."""
    FILES = auto()
    """Files: a list, a list with its planes, stamps or cutout files."""


@dataclass(frozen=True, slots=True)
class NamedInputs:
    """Inputs that the user named, and their kind.

    Attributes
    ----------
    kind : NamedKind
    texts : tuple of str
        The inputs as recorded; a text that lists files stands for those files.
    names : tuple of FitsName
        The files and folders.
    notes : tuple of str
        A note if a text lists the files.
    """

    kind: NamedKind
    texts: tuple[str, ...]
    names: tuple[FitsName, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def paths(self) -> list[Path]:
        """The files and folders, without the HDU or slice chosen in each."""
        return [name.path for name in self.names]

    @property
    def path(self) -> Path:
        """The first file or folder."""
        return self.names[0].path

    @property
    def is_folder(self) -> bool:
        """Whether a single folder is named."""
        return len(self.names) == 1 and self.path.is_dir()

    def origin(self, options: InputOptions) -> InputOrigin:
        """Return the record from which the inputs are opened again with these options."""
        inputs = [absolute_name(text) for text in self.texts]
        return InputOrigin({"inputs": inputs, "options": options.as_plain()}, self.notes)


def open_input(
    inputs: Sequence[str | os.PathLike[str]] | str | os.PathLike[str],
    options: InputOptions | None = None,
) -> CutoutSource:
    """Open an input: a candidate table, cutout files, a field file, a session, or ``demo``.

    Parameters
    ----------
    inputs : sequence of str, or str
        One table; or a folder, globs or files of cutouts; or a text that lists files; or one
        session; or ``demo``.
    options : InputOptions, optional
        Options of a session come after these.

    Raises
    ------
    InputError
        An input cannot be used; one line names the file, what was expected and what was found.
    """
    options = options or InputOptions()
    names = [inputs] if isinstance(inputs, (str, os.PathLike)) else list(inputs)
    texts = [os.path.expanduser(os.fspath(name)) for name in names]
    if not all(texts):
        raise InputError("empty input name: give a table, a folder, a session or demo")
    if not texts:
        raise InputError("no input: name a candidate table, a folder of cutouts, or demo")
    if options.psf_file is not None:
        from vetter.io.field.stars.psf_file import read_psf

        # Read here so that its error comes at once; the worker process reads it again.
        read_psf(options.psf_file)
    # Imported here: a night of packets needs no reader of tables.
    from vetter.io.tables.encoding import check_encoding, read_as

    if options.encoding is not None:
        check_encoding(options.encoding)
    with read_as(options.encoding):
        named = recognise(texts, options)
        source = _OPENERS[named.kind](named, options)
        # The inputs of a session are opened by its record, which holds its test rows.
        return source if named.kind is NamedKind.SESSION else _with_test_rows(source, options)


def open_without_test_rows(
    inputs: Sequence[str | os.PathLike[str]], options: InputOptions | None = None
) -> CutoutSource:
    """Open an input as `open_input`, without the test rows that a session's record asks for."""
    return open_input(inputs, dataclasses.replace(options or InputOptions(), plant=PlantPlan()))


def _with_test_rows(source: CutoutSource, options: InputOptions) -> CutoutSource:
    if options.plant is None or options.plant.is_empty:
        return source
    from vetter.io.inputs.planting.plant_source import plant

    planted = plant(source, options.plant)
    reopen: Callable[[], CutoutSource] = partial(open_recorded, without_plan(planted.record))
    planted.reopen_unplanted = _refuse_export if options.plant.practice else reopen
    return planted


def _refuse_export() -> CutoutSource:
    raise InputError("a practice has nothing to export")


def open_recorded(record: Mapping[str, Any], options: InputOptions | None = None) -> CutoutSource:
    """Open the inputs of a source's record; given options take precedence over recorded ones.

    If the record is that of a share, the source lists the share alone.

    Raises
    ------
    InputError
        As `open_input`.
    """
    recorded = InputOptions.from_record(record)
    inputs = [str(name) for name in record.get("inputs", [])]
    source = open_input(inputs, recorded if options is None else options.with_defaults(recorded))
    share = share_of_record(record)
    return source if share is None else take_share(source, share)


def recognise(texts: Sequence[str], options: InputOptions) -> NamedInputs:
    """Return the named inputs and their kind, told by the contents of files.

    Raises
    ------
    InputError
        A file does not exist, or inputs do not go together.
    """
    if list(texts) == ["demo"]:
        return NamedInputs(NamedKind.DEMO, ("demo",))
    fields = [Path(text) for text in texts if is_field_file(Path(text))]
    if fields and len(texts) > 1:
        raise InputError(f"{fields[0]}: a field file is opened alone, found {len(texts)} inputs")
    if fields:
        return NamedInputs(NamedKind.FIELD_FILE, tuple(texts), (FitsName(fields[0]),))
    session = session_among(texts)
    if session is not None:
        return NamedInputs(NamedKind.SESSION, tuple(texts), (FitsName(session),))
    listed = only_list(texts)
    if listed is None:
        found = NamedInputs(NamedKind.FILES, tuple(texts), tuple(_expanded(texts)))
    else:
        # A text with paths relative to the working folder means other files elsewhere: record them.
        texts = [str(listed.path)] if listed.stays else listed.files
        names = tuple(_expanded(listed.files))
        found = NamedInputs(NamedKind.FILES, tuple(texts), names, (listed.said,))
    for path in found.paths:
        if not os.path.exists(path):
            raise InputError(f"{path}: no such file or folder")
    if options.patterns:
        return dataclasses.replace(found, kind=NamedKind.PATTERNS)
    if found.is_folder:
        return dataclasses.replace(found, kind=NamedKind.FOLDER)
    if _holds_array(found.names):
        return dataclasses.replace(found, kind=NamedKind.ARRAY)
    if _are_alerts(found.names, options.schema is not None):
        return dataclasses.replace(found, kind=NamedKind.ALERTS)
    return found


def session_among(inputs: Sequence[str | os.PathLike[str]]) -> Path | None:
    """Return the session file among inputs; None without one.

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
            return mark_of(file.read(16)) is Mark.SESSION
    except OSError:
        # The next reader of the file raises the reason.
        return False


def _expanded(texts: Sequence[str]) -> list[FitsName]:
    """Return the files that globs match; a file whose name looks like a glob stands for itself."""
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


def _holds_array(names: Sequence[FitsName]) -> bool:
    """Return whether inputs are an array of stamps, or that and a list."""
    if len(names) > 2 or not any(p.path.name.lower().endswith(_ARRAYS) for p in names):
        return False
    from vetter.io.alerts.arrays.array_file import is_array_file

    return sum(is_array_file(name.path) for name in names) == 1


def _are_alerts(names: Sequence[FitsName], framed: bool) -> bool:
    if any(name.suffix for name in names):
        return False
    # Most lists are FITS or text: those avoid importing the readers of packets, 20 ms.
    paths = [name.path for name in names]
    if all(p.suffix not in _PACKED and is_text_start(p) and not _is_json(p) for p in paths):
        return False
    from vetter.io.alerts.packets.recognition import are_alert_packets

    return are_alert_packets(paths, framed)


def _is_json(path: Path) -> bool:
    """Return whether a text file begins as JSON, which may be packets or a list."""
    try:
        with open_plain_file(path) as file:
            return file.read(_HEAD_BYTES).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(_JSON_MARKS)
    except OSError:
        # The next reader of the file raises the reason.
        return False


def _open_demo(named: NamedInputs, options: InputOptions) -> CutoutSource:
    """Open the demo; the record is ``demo``, so that it holds for any installation."""
    from vetter.io.field.open_list import open_list

    options = options.with_usual_radius()
    table, demo_options = demo_input()
    origin = InputOrigin({"inputs": ["demo"], "options": options.as_plain()}, (NOTE,))
    return open_list(parse_fits_name(table), options.with_defaults(demo_options), origin, TITLE)


def _open_field_file(named: NamedInputs, options: InputOptions) -> CutoutSource:
    from vetter.io.night.field_file import read_field_file
    from vetter.io.night.open_night import open_night

    file = read_field_file(named.path)
    if file.radius is None:
        options = options.with_usual_radius()
    record = {"inputs": [os.path.abspath(named.path)], "options": options.as_plain()}
    return open_night(file, options, DEFAULT_RADIUS, InputOrigin(record))


def _open_session(named: NamedInputs, options: InputOptions) -> CutoutSource:
    from vetter.io.session.session_file import SessionFile

    path = named.path
    with SessionFile.open(path, "", read_only=True) as session:
        recorded, damage = session.inputs(), session.damage
    if not recorded:
        state = f"a damaged session: {damage[0]}" if damage else "the session has no input recorded"
        raise InputError(f"{path}: {state}; open its list instead, with --session {path.name}")
    record = recorded[-1].record
    try:
        # No session has another as input: a forged one could lead back to itself.
        if session_among([str(name) for name in record.get("inputs", [])]) is not None:
            raise InputError("expected a list or cutouts, found a session")
        return open_recorded(record, options)
    except InputError as error:
        raise InputError(f"{path}: its inputs cannot be opened: {error}") from error


def _open_by_patterns(named: NamedInputs, options: InputOptions) -> CutoutSource:
    from vetter.io.inputs.open_folder import open_by_patterns

    if not named.is_folder:
        options = options.with_usual_radius()
    return open_by_patterns(named.paths, options, named.origin(options))


def _open_folder(named: NamedInputs, options: InputOptions) -> CutoutSource:
    from vetter.io.inputs.open_folder import open_folder

    return open_folder(named.path, options, named.origin(options))


def _open_alerts(named: NamedInputs, options: InputOptions) -> CutoutSource:
    from vetter.io.alerts.open_alerts import open_alerts
    from vetter.io.alerts.packets.recognition import are_alert_packets
    from vetter.io.inputs.input_kind import InputKind, unused_inputs

    given = options.first_list_option()
    if given:
        raise InputError(
            f"{named.texts[0]}: alert packets bring their own planes, found {given} too"
        )
    origin, framed = named.origin(options), options.schema is not None
    unused = unused_inputs(
        named.paths, lambda path: are_alert_packets([path], framed), InputKind.ALERT_PACKETS
    )
    origin = dataclasses.replace(origin, notes=(*origin.notes, *unused))
    return open_alerts(named.paths, options.radius, options.fwhm, options.schema, origin)


def _open_array(named: NamedInputs, options: InputOptions) -> CutoutSource:
    from vetter.io.alerts.arrays.array_file import is_array_file
    from vetter.io.alerts.arrays.array_source import open_array

    # The columns of the list may be chosen.
    given = dataclasses.replace(options, columns={}).first_list_option()
    if given:
        raise InputError(f"{named.texts[0]}: stamps bring their own planes, found {given} too")
    path = next(path for path in named.paths if is_array_file(path))
    table = next((other for other in named.paths if other != path), None)
    return open_array(path, table, options, named.origin(options))


def _open_files(named: NamedInputs, options: InputOptions) -> CutoutSource:
    options = options.with_usual_radius()
    names, origin = named.names, named.origin(options)
    if len(names) > 1:
        together = _open_together(names, options, origin)
        if together is not None:
            return together
    from vetter.io.cutouts.cutout_folder import is_cutout_file, open_cutouts

    if len(names) > 1 or (not names[0].suffix and is_cutout_file(named.path)):
        given = options.first_list_option()
        if given:
            raise InputError(
                f"{named.texts[0]}: cutout files bring their own planes, found {given} too"
            )
        return open_cutouts(named.paths, options.radius, origin, options.fwhm)
    from vetter.io.inputs.open_table import open_table

    return open_table(names[0], options, origin)


def _open_together(
    names: Sequence[FitsName], options: InputOptions, origin: InputOrigin
) -> CutoutSource | None:
    """Open a list named with its planes, or stamps told by their names; None if neither."""
    from vetter.io.inputs.open_folder import open_stamps

    found = list_with_planes(names)
    if found is not None:
        table, planes = found
        options = dataclasses.replace(options, planes={**planes, **options.planes})
        # The record has the list as the only input, and the planes as options.
        record = {"inputs": [absolute_name(str(table))], "options": options.as_plain()}
        from vetter.io.inputs.open_table import open_table

        return open_table(table, options, dataclasses.replace(origin, record=record))
    if options.first_list_option() or any(name.suffix for name in names):
        return None
    return open_stamps([name.path for name in names], options, origin)


_OPENERS: dict[NamedKind, Callable[[NamedInputs, InputOptions], CutoutSource]] = {
    NamedKind.DEMO: _open_demo,
    NamedKind.FIELD_FILE: _open_field_file,
    NamedKind.SESSION: _open_session,
    NamedKind.PATTERNS: _open_by_patterns,
    NamedKind.FOLDER: _open_folder,
    NamedKind.ALERTS: _open_alerts,
    NamedKind.ARRAY: _open_array,
    NamedKind.FILES: _open_files,
}


def demo_input() -> tuple[str, InputOptions]:
    """Return the demo's candidate list, and all planes in its folder as options."""
    from vetter.io.files.resources import resource_path

    folder = resource_path("demo")
    lists = [path for path in sorted(folder.glob("candidates.*")) if path.is_file()]
    if not lists:
        raise InputError(
            f"{folder}: expected the demo's candidates.ecsv, found none; install vetter again"
        )
    planes: dict[str, str] = {}
    for name in PLANE_OPTIONS:
        files = sorted(folder.glob(f"{name}.fits*"))
        if files:
            planes[name] = str(files[0])
    return str(lists[0]), InputOptions(planes=planes)


def list_with_planes(names: Sequence[FitsName]) -> tuple[FitsName, dict[str, str]] | None:
    """Return the list among inputs, and the planes that the other file names stand for.

    None if the inputs are not one list and FITS images.

    Raises
    ------
    PlanesWanted
        The plane of an image is ambiguous from the file names.
    """
    from vetter.io.field.nearby_planes import PlanesWanted, planes_by_name
    from vetter.io.inputs.folder_search import is_fits_table

    if any(name.path.is_dir() for name in names):
        return None
    lists = [name for name in names if without_ending(name.path.name, IMAGE_ENDINGS) is None]
    images = [name for name in names if name not in lists]
    if not lists:
        lists = [name for name in images if is_fits_table(str(name.path))]
        images = [name for name in images if name not in lists]
    if len(lists) != 1 or not images:
        return None
    by_path = {str(name.path): str(name) for name in images}
    found = planes_by_name(name.path for name in images)
    planes = {plane: by_path[path] for plane, path in found.items()}
    unnamed = [text for path, text in by_path.items() if path not in found.values()]
    if len(unnamed) == 1 and "image" not in planes:
        planes["image"] = unnamed.pop()
    guessed = None
    if (unnamed or "image" not in planes) and not any(name.suffix for name in images):
        # Imported here: if names tell the planes, no image is measured.
        from vetter.io.field.guessed_planes import guess_planes

        guessed = guess_planes(lists[0], [name.path for name in images])
        if guessed.is_sure and len(guessed.planes) == len(images):
            return lists[0], guessed.planes
    if unnamed or "image" not in planes:
        table = str(lists[0])
        problem = f"which plane {unnamed[0]} is" if unnamed else "which file is the image"
        raise PlanesWanted(
            f"{table}: cannot tell {problem}; name each of the {len(images)} images",
            table,
            planes if guessed is None else {**planes, **guessed.planes},
            tuple(by_path.values()),
        )
    return lists[0], planes
