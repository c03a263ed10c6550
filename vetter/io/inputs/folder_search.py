"""Inputs in a folder, found by content and counted, and the line on the kinds not opened."""

from __future__ import annotations

import os
import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from vetter.errors import InputError
from vetter.io.alerts.packets.recognition import Kind, is_other_by_name, kind_of_file
from vetter.io.cutouts.cutout_folder import is_cutout_file
from vetter.io.cutouts.listing import scan_primary
from vetter.io.cutouts.triplet_folder import LARGEST
from vetter.io.cutouts.triplet_list import stamp_header
from vetter.io.cutouts.triplet_names import PlaneSets, sets_by_words
from vetter.io.files.file_marks import Mark, mark_of
from vetter.io.files.hdu_names import FitsName
from vetter.io.files.plane_names import IMAGE_ENDINGS, LIST_ENDINGS, is_field_file, is_surely_a_list
from vetter.io.files.regular_files import open_plain_file, walked
from vetter.io.inputs.input_kind import InputKind
from vetter.io.tables.kinds import kind_of, made_by

SAMPLE = 48
"""So many files of a kind are looked into, spread over all of them."""
_SURE_TEXT = (".csv", ".tsv", ".jsonl", ".reg", ".xml")
_LINE = 120
_SAMPLED = 1 << 18
_FIELD = re.compile(rb"^\s*\[{1,2}\s*\"?field\b|^\s*field\s*=", re.MULTILINE)
_PACKETS = (Kind.CONTAINER, Kind.PACKED_CONTAINER, Kind.FRAMED)
_ARCHIVES = (Kind.TAR, Kind.PACKED_TAR, Kind.PARQUET)
_PACKET_BYTES = 50_000


def files_below(folders: Iterable[Path]) -> list[str]:
    """The files in folders and those below, in the order of their names."""
    return [
        prefix + name
        for folder in folders
        for prefix, names in walked(folder)
        for name in sorted(names)
    ]


def search(folder: Path, framed: bool = False) -> FolderContent:
    """Look for inputs in a folder and those below it.

    Parameters
    ----------
    folder : Path
    framed : bool
        Whether there is a schema for packets without one.
    """
    files = files_below([folder])
    content = FolderContent(files=len(files))
    images: list[str] = []
    lists: list[str] = []
    fields: list[str] = []
    packets: list[str] = []
    for path in files:
        lower = path.rpartition(os.sep)[2].lower()
        if lower.endswith(IMAGE_ENDINGS):
            images.append(path)
        elif lower.endswith(".vetter"):
            content.sessions.append(path)
        elif lower.endswith(".toml"):
            fields += [path] if _names_fields(path) else []
        elif _may_be_list(lower):
            (packets if _has_stamps(path) else lists).append(path)
        elif not is_other_by_name(lower):
            packets.append(path)
    _add_packets(content, packets, framed)
    tables = [path for path in lists if _is_list(path)]
    tables += _add_images(content, images)
    _add_lists(content, tables, fields)
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
        return kind_of(Path(path)) not in ("fits", "session", "avro")
    except InputError:
        return False


def _names_fields(path: str) -> bool:
    """Whether a TOML file is meant as a field file, and not as some other program's settings."""
    if not is_field_file(Path(path)):
        return False
    try:
        with open_plain_file(path) as file:
            return _FIELD.search(file.read(_SAMPLED)) is not None
    except OSError:
        # It is named as what cannot be opened.
        return True


def _has_stamps(path: str) -> bool:
    return path.lower().endswith(".parquet") and kind_of_file(Path(path)) is Kind.PARQUET


def _size(path: str) -> int:
    """Bytes of a file; 0 where a link leads nowhere, or the file has just gone."""
    try:
        return os.path.getsize(path)
    except OSError:
        return 0


def _rows(table: str) -> int:
    """About how many rows a table has, and none too few: cutouts made of it are no more."""
    size = _size(table)
    try:
        with open_plain_file(table) as file:
            head = file.read(_SAMPLED)
    except OSError:
        # It counts as empty; whoever opens it says why.
        return 0
    if b"\0" in head or mark_of(head) is Mark.FITS:
        lengths = map(int, re.findall(rb"NAXIS2  = +(\d+)", head))
        return max((size // _LINE + 1, *lengths))
    return head.count(b"\n") * size // max(len(head), 1) + 1


def _spread(paths: Sequence[str]) -> list[str]:
    return list(paths[:: max(1, len(paths) // SAMPLE)])


def _add_packets(content: FolderContent, paths: list[str], framed: bool) -> None:
    kinds = [kind_of_file(Path(path), framed) for path in _spread(paths)]
    single = sum(kind in _PACKETS for kind in kinds)
    archives = sum(kind in _ARCHIVES for kind in kinds)
    if not single and not archives:
        return
    count = round(len(paths) * single / len(kinds))
    if archives:
        # A container may hold many too, but that is seldom: one file is one packet.
        size = sum(_size(path) for path in paths if not path.endswith(".avro"))
        count += max(archives, size // _PACKET_BYTES)
    content.kinds.append(FoundKind(InputKind.ALERT_PACKETS, count, paths))


def _add_images(content: FolderContent, paths: list[str]) -> list[str]:
    """The kinds of FITS files; those that are tables are returned."""
    found = sets_by_words(paths)
    shapes = [
        scan.axes
        for one in found.sets[:: max(1, len(found.sets) // 8)]
        if (scan := stamp_header(one)) is not None
    ]
    if shapes and all(max(axes[:2]) <= LARGEST for axes in shapes):
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
    """Whether a FITS file holds a table, and no image in front of it."""
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


def _add_lists(content: FolderContent, tables: list[str], fields: list[str]) -> None:
    # What this program wrote on a list says less than the list: it comes last.
    content.makers = {path: made_by(Path(path)) for path in tables}
    sized = sorted(tables, key=lambda path: (bool(content.makers[path]), -_size(path)))
    total = sum(_rows(path) for path in sized)
    if fields:
        # It says itself which lists belong to it.
        content.kinds.append(FoundKind(InputKind.FIELD_FILES, total + 1, fields))
    planes = {path: _planes_of(path) for path in sized}
    with_planes = [path for path in sized if planes[path]]
    if with_planes:
        most = _rows(with_planes[0])
        content.kinds.append(FoundKind(InputKind.LISTS, most, with_planes))
        _take_from_stamps(content, {file for path in sized for file in planes[path]})
    alone = [path for path in sized if not planes[path]]
    if alone:
        content.kinds.append(FoundKind(InputKind.LISTS_ALONE, 0, alone))


def _planes_of(table: str) -> list[str]:
    """The planes of a list, where they lie beside it under names that leave no doubt."""
    from vetter.io.field.nearby_planes import planes_beside

    try:
        return list(planes_beside(FitsName(Path(table)), "")[0].values())
    except (InputError, OSError):
        return []


def _take_from_stamps(content: FolderContent, planes: set[str]) -> None:
    """An image that belongs to a list is no stamp."""
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

    ``count`` is about how many candidates they have; ``files`` are the inputs, the largest first
    of lists.
    """

    kind: InputKind
    count: int
    files: list[str]

    def __str__(self) -> str:
        number = self.count if self.kind is InputKind.STAMPS else len(self.files)
        return f"1 {self.kind.singular}" if number == 1 else f"{number} {self.kind.plural}"


@dataclass(slots=True)
class FolderContent:
    """What was found: kinds with the most candidates first, and the rest.

    ``sessions`` are session files, which are no candidates; ``makers`` are the commands of this
    program that wrote lists, by their paths; ``others`` counts what is left alone.
    """

    kinds: list[FoundKind] = field(default_factory=list)
    sets: PlaneSets = field(default_factory=lambda: PlaneSets([]))
    sessions: list[str] = field(default_factory=list)
    makers: dict[str, str] = field(default_factory=dict)
    files: int = 0
    others: int = 0

    def without(self, files: Container[str]) -> FolderContent:
        """Return the content without files that cannot be opened: they are none of these kinds."""
        left = [replace(one, files=[f for f in one.files if f not in files]) for one in self.kinds]
        return replace(self, kinds=[one for one in left if one.files])


def other_kinds(content: FolderContent, chosen: FoundKind, file: str, folder: Path) -> str:
    """One line on what else a folder holds and how it is opened; '' for nothing.

    Parameters
    ----------
    content : FolderContent
    chosen : FoundKind
        The kind that is opened.
    file : str
        The file of it that is, where it is one of several.
    folder : Path
    """
    said = [f"{one} ({_how(one, folder)})" for one in content.kinds if one is not chosen]
    taken = ""
    if not chosen.kind.opened_together and len(chosen.files) > 1:
        taken = f"{os.path.basename(file)} is opened; "
        rest = [path for path in chosen.files if path != file]
        said += _rest(chosen.kind, rest, content.makers)
    if content.sessions:
        said.append(f"session {os.path.basename(content.sessions[0])}")
    if not said:
        return ""
    return f"{taken}also in this folder: {'; '.join(said)}; name one of them to open it instead"


def _rest(kind: InputKind, files: list[str], makers: Mapping[str, str]) -> list[str]:
    """The files of the same kind as the one that is opened, this program's own apart."""
    others = FoundKind(kind, 0, [path for path in files if not makers.get(path)])
    said = [f"{path} (written by {makers[path]})" for path in files if makers.get(path)]
    if others.files:
        several = kind is InputKind.LISTS and len(others.files) > 1
        how = "vetter fields makes one session of them" if several else others.files[0]
        said.insert(0, f"{others} more ({how})")
    return said


def _how(one: FoundKind, folder: Path) -> str:
    """What to name to open it: a folder below the one that was opened, or the first file."""
    if len(one.files) == 1 or not one.kind.opened_together:
        return one.files[0]
    folders = [os.path.dirname(path) for path in one.files]
    shared = os.path.commonpath(folders)
    if os.path.abspath(shared) != os.path.abspath(folder):
        return shared
    # Of several folders the one that holds the most: to name what they share opens the same again.
    most = max(dict.fromkeys(folders), key=folders.count)
    return most if os.path.abspath(most) != os.path.abspath(folder) else one.files[0]
