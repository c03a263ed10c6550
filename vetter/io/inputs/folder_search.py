"""Search for inputs in a folder, by content, and the note on the kinds that are not opened."""

from __future__ import annotations

import os
import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from vetter.errors import InputError
from vetter.io.alerts.arrays.array_file import ARRAY_ENDINGS, open_stamp_array
from vetter.io.alerts.arrays.list_beside import list_beside
from vetter.io.alerts.packets.recognition import Kind, is_other_by_name, kind_of_file
from vetter.io.cutouts.cutout_folder import is_cutout_file
from vetter.io.cutouts.listing import scan_primary
from vetter.io.cutouts.triplet_folder import MAX_STAMP_SIDE
from vetter.io.cutouts.triplet_list import stamp_header
from vetter.io.cutouts.triplet_names import PlaneSets, sets_by_words
from vetter.io.files.file_marks import Mark, mark_of
from vetter.io.files.hdu_names import FitsName
from vetter.io.files.plane_names import IMAGE_ENDINGS, LIST_ENDINGS, is_field_file, is_surely_a_list
from vetter.io.files.regular_files import iter_folders, open_plain_file
from vetter.io.inputs.input_kind import InputKind
from vetter.io.tables.kinds import kind_of, writing_command

if TYPE_CHECKING:
    from vetter.io.field.guessed_planes import GuessedPlanes

MAX_SAMPLED_FILES = 48
"""Files of a kind that are read to recognise all of that kind, spread evenly over them."""
_SURE_TEXT = (".csv", ".tsv", ".jsonl", ".reg", ".xml")
_JSON = (".json", ".jsonl", ".ndjson", ".json.gz", ".jsonl.gz", ".ndjson.gz")
_LINE = 120
_SAMPLED = 1 << 18
_FIELD = re.compile(rb"^\s*\[{1,2}\s*\"?field\b|^\s*field\s*=", re.MULTILINE)
_PACKETS = (Kind.CONTAINER, Kind.PACKED_CONTAINER, Kind.FRAMED)
_JSON_KINDS = (Kind.JSON, Kind.PACKED_JSON)
_ARCHIVES = (Kind.TAR, Kind.PACKED_TAR, Kind.ZIP, Kind.PARQUET, *_JSON_KINDS)
_PACKET_BYTES = 50_000


def files_below(folders: Iterable[Path]) -> list[str]:
    """Return the files in folders and in those below, sorted by name folder by folder."""
    return [
        prefix + name
        for folder in folders
        for prefix, names in iter_folders(folder)
        for name in sorted(names)
    ]


def find_inputs(folder: Path, framed: bool = False) -> FolderContent:
    """Search a folder and those below it for inputs.

    Parameters
    ----------
    folder : Path
    framed : bool
        Whether the user gave a schema for packets that come without one.
    """
    files = files_below([folder])
    content = FolderContent(files=len(files))
    images: list[str] = []
    lists: list[str] = []
    fields: list[str] = []
    packets: list[str] = []
    json: list[str] = []
    arrays: list[str] = []
    for path in files:
        lower = path.rpartition(os.sep)[2].lower()
        if lower.endswith(IMAGE_ENDINGS):
            images.append(path)
        elif lower.endswith(".vetter"):
            content.sessions.append(path)
        elif lower.endswith(".toml"):
            fields += [path] if _is_field_file(path) else []
        elif lower.endswith(_JSON):
            json.append(path)
        elif lower.endswith(ARRAY_ENDINGS):
            arrays.append(path)
        elif _may_be_list(lower):
            (packets if _has_stamps(path) else lists).append(path)
        elif not is_other_by_name(lower):
            packets.append(path)
    packets += (with_stamps := _json_packets(json))
    # Of other JSON, only lines are surely a list: a settings file is a document, too.
    lists += [path for path in set(json).difference(with_stamps) if _may_be_list(path.lower())]
    _add_packets(content, packets, framed)
    of_arrays = _add_arrays(content, arrays, files)
    tables = [path for path in lists if path not in of_arrays and _is_list(path)]
    tables += _add_images(content, images)
    _add_lists(content, tables, fields, images)
    content.kinds.sort(key=lambda one: one.count, reverse=True)
    used = sum(len(one.files) for one in content.kinds) + len(content.sessions)
    content.others = len(files) - used
    return content


def _may_be_list(lower: str) -> bool:
    if lower.endswith((".parquet", *_SURE_TEXT)):
        return True
    return lower.endswith(LIST_ENDINGS) and is_surely_a_list(lower)


def _is_list(path: str) -> bool:
    try:
        return kind_of(Path(path)) not in ("fits", "session", "avro", "html")
    except InputError:
        return False


def _is_field_file(path: str) -> bool:
    """Return whether a TOML file is a field file rather than another program's settings."""
    if not is_field_file(Path(path)):
        return False
    try:
        with open_plain_file(path) as file:
            return _FIELD.search(file.read(_SAMPLED)) is not None
    except OSError:
        # Opened later, the file is listed in the notes as one that cannot be opened.
        return True


def _has_stamps(path: str) -> bool:
    return path.lower().endswith(".parquet") and kind_of_file(Path(path)) is Kind.PARQUET


def _json_packets(paths: list[str]) -> list[str]:
    """Return the files of packets among those in JSON; of very many, some tell for all."""
    sample = _spread(paths)
    found = [path for path in sample if kind_of_file(Path(path)) in _JSON_KINDS]
    if len(found) == len(sample):
        return paths
    if not found or len(sample) == len(paths):
        return found
    return [path for path in paths if kind_of_file(Path(path)) in _JSON_KINDS]


def _size(path: str) -> int:
    """Return the bytes of a file; 0 for a broken link or a file that was just removed."""
    try:
        return os.path.getsize(path)
    except OSError:
        return 0


def _rows(table: str) -> int:
    """Estimate the rows of a table, never too low: cutouts made from it must not outnumber it."""
    size = _size(table)
    try:
        with open_plain_file(table) as file:
            head = file.read(_SAMPLED)
    except OSError:
        # The table counts as empty; opening it raises the reason.
        return 0
    if b"\0" in head or mark_of(head) is Mark.FITS:
        lengths = map(int, re.findall(rb"NAXIS2  = +(\d+)", head))
        return max((size // _LINE + 1, *lengths))
    return head.count(b"\n") * size // max(len(head), 1) + 1


def _spread(paths: Sequence[str]) -> list[str]:
    return list(paths[:: max(1, len(paths) // MAX_SAMPLED_FILES)])


def _add_packets(content: FolderContent, paths: list[str], framed: bool) -> None:
    kinds = [kind_of_file(Path(path), framed) for path in _spread(paths)]
    single = sum(kind in _PACKETS for kind in kinds)
    archives = sum(kind in _ARCHIVES for kind in kinds)
    if not single and not archives:
        return
    count = round(len(paths) * single / len(kinds))
    if archives:
        # An .avro file counts as one packet: containers of many are rare.
        size = sum(_size(path) for path in paths if not path.endswith(".avro"))
        count += max(archives, size // _PACKET_BYTES)
    content.kinds.append(FoundKind(InputKind.ALERT_PACKETS, count, paths))


def _add_arrays(content: FolderContent, paths: list[str], files: Sequence[str]) -> set[str]:
    """Add arrays of stamps to the content, the largest first; return the lists beside them."""
    counts: dict[str, int] = {}
    for path in paths:
        try:
            array = open_stamp_array(Path(path))
        except InputError:
            # An array of something else; named alone, its error is shown.
            continue
        counts[path] = array.count
        array.close()
    if not counts:
        return set()
    found = sorted(counts, key=lambda path: counts[path], reverse=True)
    content.kinds.append(FoundKind(InputKind.ARRAYS, counts[found[0]], found))
    lists = set()
    for path in found:
        folder, _, name = path.rpartition(os.sep)
        names = [file.rpartition(os.sep)[2] for file in files if os.path.dirname(file) == folder]
        beside = list_beside(name, names)
        lists |= set() if beside is None else {os.path.join(folder, beside)}
    return lists


def _add_images(content: FolderContent, paths: list[str]) -> list[str]:
    """Add the kinds of FITS files to the content; return those that are tables."""
    found = sets_by_words(paths)
    shapes = [
        scan.axes
        for one in found.sets[:: max(1, len(found.sets) // 8)]
        if (scan := stamp_header(one)) is not None
    ]
    if shapes and all(max(axes[:2]) <= MAX_STAMP_SIDE for axes in shapes):
        content.sets = found
        used = [path for one in found.sets for path in one.planes.values()]
        content.kinds.append(FoundKind(InputKind.STAMPS, len(found.sets), used))
        taken = set(used)
        paths = [path for path in paths if path not in taken]
    looked_at = _spread(paths)
    cutouts = [path for path in looked_at if is_cutout_file(Path(path))]
    if cutouts:
        known = cutouts if len(looked_at) == len(paths) else paths
        count = round(len(paths) * len(cutouts) / len(looked_at))
        content.kinds.append(FoundKind(InputKind.CUTOUT_FILES, count, list(known)))
    if len(looked_at) < len(paths):
        return []
    return [path for path in looked_at if path not in cutouts and is_fits_table(path)]


def is_fits_table(path: str) -> bool:
    """Return whether a FITS file holds a table, without an image in its primary HDU."""
    try:
        scan = scan_primary(Path(path))
    except (OSError, EOFError):
        return False
    if scan is None or scan.axes:
        return False
    try:
        with open(path, "rb") as file:
            head = file.read(200_000)
    except OSError:
        return False
    return b"XTENSION= 'BINTABLE'" in head and b"ZIMAGE  =" not in head


def _add_lists(
    content: FolderContent, tables: list[str], fields: list[str], images: list[str]
) -> None:
    # This program's own tables go last: they hold less than the list they were made from.
    content.makers = {path: writing_command(Path(path)) for path in tables}
    sized = sorted(tables, key=lambda path: (bool(content.makers[path]), -_size(path)))
    total = sum(_rows(path) for path in sized)
    if fields:
        # total + 1 ranks a field file above the lists: it names its own.
        content.kinds.append(FoundKind(InputKind.FIELD_FILES, total + 1, fields))
    found = {path: _planes_of(path, images, content) for path in sized}
    with_planes = [path for path in sized if found[path].planes]
    if with_planes:
        most = _rows(with_planes[0])
        content.kinds.append(FoundKind(InputKind.LISTS, most, with_planes))
    # Of a list that falls on an image the user says which plane that is: it comes before stamps.
    alone = [path for path in sized if not found[path].planes]
    alone.sort(key=lambda path: not found[path].on_image)
    if alone:
        rows = _rows(alone[0]) if found[alone[0]].on_image else 0
        content.kinds.append(FoundKind(InputKind.LISTS_ALONE, rows, alone))
    _take_from_stamps(content, {file for one in found.values() for file in one.files})


class _ListPlanes(NamedTuple):
    """Images that belong to a list: its planes, or those it falls on if the planes are unknown."""

    planes: tuple[str, ...] = ()
    on_image: tuple[str, ...] = ()

    @property
    def files(self) -> tuple[str, ...]:
        """All of them."""
        return self.planes + self.on_image


def _planes_of(table: str, images: list[str], content: FolderContent) -> _ListPlanes:
    """Return the images that belong to a list: beside it, or anywhere if they are few.

    A guess among images of other folders goes into the content.
    """
    from vetter.io.field.nearby_planes import PlanesWanted, planes_beside

    try:
        return _ListPlanes(tuple(planes_beside(FitsName(Path(table)), "")[0].values()))
    except PlanesWanted as error:
        if error.on_image:
            return _ListPlanes((), error.on_image)
    except (InputError, OSError):
        return _ListPlanes()
    folder = os.path.dirname(table)
    elsewhere = [Path(path) for path in images if path != table]
    if all(os.path.dirname(path) == folder for path in elsewhere):
        return _ListPlanes()
    from vetter.io.field.guessed_planes import guess_planes

    guessed = guess_planes(FitsName(Path(table)), elsewhere)
    if not guessed.on_image:
        return _ListPlanes()
    content.guesses[table] = guessed
    planes = tuple(guessed.planes.values()) if guessed.is_sure else ()
    return _ListPlanes(planes, guessed.on_image)


def _take_from_stamps(content: FolderContent, planes: set[str]) -> None:
    """Remove the planes of lists from the stamps found."""
    taken = {os.path.abspath(path) for path in planes}
    content.sets.sets = [
        one for one in content.sets.sets if os.path.abspath(one.planes["image"]) not in taken
    ]
    for kind in content.kinds:
        if kind.kind is InputKind.STAMPS:
            kind.files = [path for one in content.sets.sets for path in one.planes.values()]
            kind.count = len(content.sets.sets)
    content.kinds = [kind for kind in content.kinds if kind.files]


@dataclass(slots=True)
class FoundKind:
    """Inputs of one kind.

    ``count`` is an estimate of their candidates; ``files`` are the inputs, lists by size, the
    largest first.
    """

    kind: InputKind
    count: int
    files: list[str]

    def __str__(self) -> str:
        number = self.count if self.kind is InputKind.STAMPS else len(self.files)
        return f"1 {self.kind.singular}" if number == 1 else f"{number} {self.kind.plural}"


@dataclass(slots=True)
class FolderContent:
    """Content of a folder: kinds of input, those with the most candidates first, and other files.

    ``sessions`` are session files, which hold no candidates of their own; ``makers`` are the
    commands of this program that wrote lists, by path; ``guesses`` are planes of lists from other
    folders; ``files`` counts all files, ``others`` those of no known kind.
    """

    kinds: list[FoundKind] = field(default_factory=list)
    sets: PlaneSets = field(default_factory=lambda: PlaneSets([]))
    sessions: list[str] = field(default_factory=list)
    makers: dict[str, str] = field(default_factory=dict)
    guesses: dict[str, GuessedPlanes] = field(default_factory=dict)
    files: int = 0
    others: int = 0

    def without(self, files: Container[str]) -> FolderContent:
        """Return the content without the given files, which cannot be opened as their kind."""
        left = [replace(one, files=[f for f in one.files if f not in files]) for one in self.kinds]
        return replace(self, kinds=[one for one in left if one.files])


def describe_unopened(content: FolderContent, chosen: FoundKind, file: str, folder: Path) -> str:
    """Return a line on the inputs of a folder that are not opened, and how to open them.

    Parameters
    ----------
    content : FolderContent
    chosen : FoundKind
        The kind that is opened.
    file : str
        The file that is opened, if the kind is opened one file at a time.
    folder : Path

    Returns
    -------
    str
        Empty if there are no other inputs.
    """
    parts = [f"{one} ({_path_to_name(one, folder)})" for one in content.kinds if one is not chosen]
    opened = ""
    if not chosen.kind.opened_together and len(chosen.files) > 1:
        opened = f"{os.path.basename(file)} is opened; "
        others = [path for path in chosen.files if path != file]
        parts += _describe_others(chosen.kind, others, content.makers)
    if content.sessions:
        parts.append(f"session {os.path.basename(content.sessions[0])}")
    if not parts:
        return ""
    return f"{opened}also in this folder: {'; '.join(parts)}; name one of them to open it instead"


def _describe_others(kind: InputKind, files: list[str], makers: Mapping[str, str]) -> list[str]:
    """Describe the other files of the kind that is opened, this program's own one by one."""
    others = FoundKind(kind, 0, [path for path in files if not makers.get(path)])
    parts = [f"{path} (written by {makers[path]})" for path in files if makers.get(path)]
    if others.files:
        several = kind is InputKind.LISTS and len(others.files) > 1
        how = "vetter fields makes one session of them" if several else others.files[0]
        parts.insert(0, f"{others} more ({how})")
    return parts


def _path_to_name(one: FoundKind, folder: Path) -> str:
    """Return the path that opens a kind: a folder below the opened one, or the first file."""
    if len(one.files) == 1 or not one.kind.opened_together:
        return one.files[0]
    folders = [os.path.dirname(path) for path in one.files]
    shared = os.path.commonpath(folders)
    if os.path.abspath(shared) != os.path.abspath(folder):
        return shared
    # The folder with the most files: naming the folder they share would open the same kind again.
    most = max(dict.fromkeys(folders), key=folders.count)
    return most if os.path.abspath(most) != os.path.abspath(folder) else one.files[0]
