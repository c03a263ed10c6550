"""Draft of a field file: the fields of a folder, found by file names and headers, as TOML."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from vetter.core.candidates.numbered_name import numbered_name
from vetter.core.cutout.plane import ORDER
from vetter.core.number_text import format_count
from vetter.errors import InputError, suppress_warnings
from vetter.io.files.compressed import open_unpacked
from vetter.io.files.hdu_names import FitsName
from vetter.io.files.plane_names import (
    IMAGE_ENDINGS,
    LIST_ENDINGS,
    is_surely_a_list,
    list_stem,
    plane_of,
    without_ending,
)
from vetter.io.files.regular_files import iter_folders
from vetter.io.fits.exposure import Moment, exposure_middle
from vetter.io.fits.filters import filter_of
from vetter.io.fits.images import open_image
from vetter.io.fits.structure import open_fits, promised_by_headers
from vetter.io.tables.kinds import writing_command

MAX_FILES = 20_000
_SHARED = ("template", "mask")
"""Planes that all fields of a folder may share as one file."""

_KEYS = (*ORDER, "variance", "weight")
_LISTED = 100
"""Unplaced files that are named; the number of further ones is given."""

_HEAD = """\
# Fields found by `vetter fields`, in the order of time; to be looked over.
# Paths are relative to this file.

# radius = 20          # half the side of a cutout, pixels
# match = "id"         # epochs of an object: the same in the column `object`
# object = "objectId"
# match_radius = 1.5   # or within so many arcseconds (the default, without such a column)
"""


@dataclass
class DraftField:
    """One field, told by the names of its files.

    ``planes`` maps plane names to files; ``moment`` and ``filter`` come from the image's
    headers, None if missing there; ``others`` are further files for a plane or list that the field
    already has.
    """

    name: str
    folder: Path
    planes: dict[str, Path] = field(default_factory=dict)
    candidates: Path | None = None
    moment: Moment | None = None
    filter: str | None = None
    others: list[Path] = field(default_factory=list)

    @property
    def mjd(self) -> float | None:
        """Time of the image, MJD in its own scale; None if unknown."""
        return None if self.moment is None else self.moment.mjd


@dataclass
class Draft:
    """The fields found, sorted by time, and the files that belong to no field, with the reason."""

    fields: list[DraftField]
    unplaced: list[tuple[Path, str]]


def draft_fields(folder: Path) -> Draft:
    """Search a folder and those below it for fields; of images only headers are read.

    A field has an image and, in the same folder, a list or other planes. Files belong together if
    their names share a stem: ``r1_sci.fits``, ``r1_diff.fits`` and ``r1.ecsv``; or a folder holds
    one field with plain names (``science.fits``, ``difference.fits``, ``candidates.csv``). A
    template or mask with a plain name serves all fields of its folder without one.

    Raises
    ------
    InputError
        The folder does not exist, it holds too many files, or no field is found.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: expected a folder of images and lists, found no such folder")
    draft = Draft([], [])
    count = 0
    for prefix, names in iter_folders(folder):
        count += len(names)
        if count > MAX_FILES:
            raise InputError(f"{folder}: over {MAX_FILES} files: name a folder further down")
        _draft_folder(Path(prefix), sorted(names), draft)
    if not draft.fields:
        raise InputError(
            f"{folder}: no field found in {format_count(count, 'file')}; give images with planes "
            "or lists that share a name, as r1_sci.fits, r1_diff.fits and r1.ecsv, or science.fits "
            "and candidates.csv"
        )
    _name_apart(folder, draft.fields)
    draft.fields.sort(key=lambda one: (one.mjd is None, one.mjd or 0.0, one.name))
    return draft


def _draft_folder(folder: Path, names: list[str], draft: Draft) -> None:
    """Add the fields of one folder, without those below it, to the draft."""
    groups: dict[str, DraftField] = {}
    lists: dict[str, list[Path]] = defaultdict(list)
    # abspath: ``.`` and ``..`` are no names.
    own_name = os.path.basename(os.path.abspath(folder)) or "field"
    for file in names:
        path, stem = folder / file, without_ending(file, IMAGE_ENDINGS)
        if stem is not None:
            key, plane = plane_of(stem)
            if plane == "image":
                reason = _reason_not_image(path)
                if reason == "table":
                    lists[list_stem(stem)].append(path)
                    continue
                if reason:
                    draft.unplaced.append((path, reason))
                    continue
            group = groups.setdefault(key, DraftField(key or own_name, folder))
            if plane in group.planes:
                group.others.append(path)
            else:
                group.planes[plane] = path
        elif (stem := without_ending(file, LIST_ENDINGS)) is not None:
            lists[list_stem(stem)].append(path)
    _place_lists(groups, lists, draft)
    _keep(groups, draft)


def _reason_not_image(path: Path) -> str:
    """Return 'table' for a FITS table, the error of an unusable file, empty for an image."""
    try:
        open_image(FitsName(path)).close()
    except InputError as error:
        if _is_table(path):
            return "table"
        return " ".join(str(error).removeprefix(f"{path}: ").split())
    return ""


def _is_table(path: Path) -> bool:
    from astropy.io import fits

    try:
        with (
            suppress_warnings(),
            open_unpacked(path, enough=promised_by_headers) as file,
            open_fits(file, path.name) as hdus,
        ):
            return any(isinstance(hdu, (fits.BinTableHDU, fits.TableHDU)) for hdu in hdus)
    except (OSError, ValueError, TypeError, EOFError):
        # Not FITS: the caller has the error of opening it as an image.
        return False


def _place_lists(groups: dict[str, DraftField], lists: dict[str, list[Path]], draft: Draft) -> None:
    with_image = [key for key, group in groups.items() if "image" in group.planes]
    with_planes = [key for key in with_image if len(groups[key].planes) > 1]
    # Lists with an image's name come before others of the folder, this program's own tables last.
    for paths in lists.values():
        paths.sort(key=lambda path: (bool(writing_command(path)), _preference(path.name)))
    for stem, paths in sorted(
        lists.items(),
        key=lambda item: (item[0] not in with_image, bool(writing_command(item[1][0]))),
    ):
        key: str | None = stem if stem in with_image else None
        if key is None and len(with_planes) == 1 and is_surely_a_list(paths[0].name):
            # With one field in the folder, its lists belong to that field.
            key = with_planes[0]
        if key is None:
            draft.unplaced += [(path, "no image has this name") for path in paths]
            continue
        if groups[key].candidates is None:
            groups[key].candidates, paths = paths[0], paths[1:]
        groups[key].others += paths


def _preference(name: str) -> int:
    lower = name.lower()
    places = (n for n, end in enumerate(LIST_ENDINGS) if lower.endswith(end))
    return next(places, len(LIST_ENDINGS))


def _keep(groups: dict[str, DraftField], draft: Draft) -> None:
    """Add the groups that are fields, with shared planes, and the other files with the reason."""
    shared = {}
    plain = groups.get("")
    if plain is not None and "image" not in plain.planes:
        shared = {name: plain.planes[name] for name in _SHARED if name in plain.planes}
    used = False
    for group in groups.values():
        if "image" not in group.planes:
            continue
        if group.candidates is None and len(group.planes) == 1:
            draft.unplaced.append(
                (group.planes["image"], "neither a list nor a plane goes with it")
            )
            continue
        group.planes = {**shared, **group.planes}
        used = used or bool(shared)
        image = open_image(FitsName(group.planes["image"]))
        headers = image.header, image.primary
        group.moment, group.filter = exposure_middle(*headers), filter_of(*headers)
        image.close()
        draft.fields.append(group)
        draft.unplaced += [(path, f"{group.name} has another one already") for path in group.others]
    for key, group in groups.items():
        if "image" not in group.planes:
            unused = {
                n: p for n, p in group.planes.items() if not (key == "" and used and n in shared)
            }
            draft.unplaced += [(path, "no image goes with it") for path in unused.values()]


def _name_apart(folder: Path, fields: list[DraftField]) -> None:
    """Add the folder to the names of fields that share a name."""
    taken: set[str] = set()
    names = [one.name for one in fields]
    for one in fields:
        name = one.name
        if names.count(name) > 1:
            within = one.folder.relative_to(folder).as_posix()
            name = within if within.endswith(name) else f"{within}/{name}"
        one.name = numbered_name(name, taken, " ")
        taken.add(one.name)


def field_file_text(draft: Draft, folder: Path) -> str:
    """Return the text of a field file for a folder.

    Comments at its end list the unplaced files, with the reason.
    """
    parts = [_HEAD, *(_field(one, folder) for one in draft.fields)]
    if draft.unplaced:
        lines = [
            f"#   {_comment(_relative(path, folder))}: {_comment(why)}"
            for path, why in draft.unplaced[:_LISTED]
        ]
        more = len(draft.unplaced) - _LISTED
        lines += [f"#   and {more} more"] if more > 0 else []
        parts.append("\n".join(["# Not placed:", *lines]) + "\n")
    return "\n".join(parts)


def _field(one: DraftField, folder: Path) -> str:
    lines = ["[[field]]", f"name = {_text(one.name)}"]
    if one.candidates is None:
        lines.append("# candidates = ...   # no list was found: nothing was found on this image")
    else:
        lines.append(f"candidates = {_text(_relative(one.candidates, folder))}")
    lines += [
        f"{key} = {_text(_relative(one.planes[key], folder))}"
        for key in _KEYS
        if key in one.planes and not _is_second_error(key, one)
    ]
    extra = [name for name in one.planes if name not in _KEYS]
    if extra:
        pairs = (f"{name} = {_text(_relative(one.planes[name], folder))}" for name in extra)
        lines.append(f"plane = {{{', '.join(pairs)}}}")
    lines += [
        f"# {key} = {_text(_relative(one.planes[key], folder))}   # err is given already"
        for key in _KEYS
        if key in one.planes and _is_second_error(key, one)
    ]
    lines.append(_MISSING.format("time") if one.moment is None else f"time = {_time(one.moment)}")
    lines.append(f"filter = {_text(one.filter)}" if one.filter else _MISSING.format("filter"))
    return "\n".join(lines) + "\n"


_MISSING = "# {} = ...   # not in the header"


def _time(moment: Moment) -> str:
    """Return a TOML date and time in UTC; a text with the scale's name for other scales."""
    return _text(moment.text) if moment.scale else f"{moment.text}Z"


def _is_second_error(key: str, one: DraftField) -> bool:
    """Return whether an earlier plane already gives the errors of the field."""
    errors = [name for name in ("err", "variance", "weight") if name in one.planes]
    return key in errors[1:]


def _relative(path: Path, folder: Path) -> str:
    return Path(os.path.relpath(path.absolute(), folder.absolute())).as_posix()


def _text(text: str) -> str:
    """Return a TOML string; JSON's escapes are TOML's, except for the delete character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _comment(text: str) -> str:
    """Return a text for a comment, with ? for control characters and lone surrogates."""
    return "".join(c if c.isprintable() else "?" for c in text)
