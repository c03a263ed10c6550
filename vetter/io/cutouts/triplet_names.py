"""Grouping of files into the planes of candidates, by file names."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from vetter.core.candidates.numbered_name import numbered_name
from vetter.errors import InputError
from vetter.io.files.plane_names import IMAGE_ENDINGS, WORDS, plane_of, without_ending

NAME_PLACEHOLDER = "{name}"
"""Placeholder of the candidate's name in a pattern."""

_WORD_PARTS = frozenset(part for word in WORDS for part in word.split("_"))


@dataclass(slots=True)
class PlaneSet:
    """The files of one candidate.

    ``planes`` holds plane name to file. ``has_image_word`` is whether the image's name contains a
    word for the image; without one, it is the image since it has no other word.
    """

    name: str
    folder: str
    planes: dict[str, str] = field(default_factory=dict)
    has_image_word: bool = False


@dataclass(slots=True)
class PlaneSets:
    """Candidates in the order of their folders and names, with counts of the other files."""

    sets: list[PlaneSet]
    others: int = 0
    without_image: int = 0
    doubled: int = 0


def sets_by_words(paths: Iterable[str]) -> PlaneSets:
    """Group files into candidates by the words for planes in their names.

    Names are ``ID_sci.fits`` and ``ID_ref.fits``, ``sci_ID.fits``, or ``ID/sci.fits`` in a folder
    for each candidate. A file without a word is the image if other planes share its name.
    """
    by_name: dict[tuple[str, str], PlaneSet] = {}
    doubled = others = 0
    for path in paths:
        folder, _, file = path.rpartition(os.sep)
        stem = without_ending(file, IMAGE_ENDINGS)
        if stem is None:
            others += 1
            continue
        name, plane = _plane_of(stem)
        plane_set = by_name.get((folder, name))
        if plane_set is None:
            label = name or folder.rpartition(os.sep)[2] or stem
            plane_set = by_name[folder, name] = PlaneSet(label, folder)
        if plane in plane_set.planes:
            doubled += 1
            continue
        plane_set.planes[plane] = path
        if plane == "image":
            plane_set.has_image_word = name != stem
    sets, result = list(by_name.values()), PlaneSets([], others, 0, doubled)
    for plane_set in sets:
        if "image" not in plane_set.planes:
            result.without_image += 1
            result.others += len(plane_set.planes)
        elif plane_set.has_image_word or len(plane_set.planes) > 1:
            result.sets.append(plane_set)
        else:
            result.others += 1
    _make_names_unique(result.sets)
    return result


def _plane_of(stem: str) -> tuple[str, str]:
    """Return name and plane as `plane_of`, but faster for the two most common forms of names."""
    parts = stem.lower().replace("-", "_").replace(".", "_").split("_")
    if _WORD_PARTS.isdisjoint(parts):
        return stem, "image"
    name, mark, word = stem.rpartition("_")
    is_word = len(word) > 1 and word.lower() in WORDS
    if mark and name and is_word and _WORD_PARTS.isdisjoint(parts[:-1]):
        return name, WORDS[word.lower()]
    return plane_of(stem)


def sets_by_patterns(paths: Iterable[str], folder: str, patterns: Mapping[str, str]) -> PlaneSets:
    """Group files into candidates by the user's patterns.

    Parameters
    ----------
    paths : iterable of str
    folder : str
        Folder that patterns with a slash are relative to.
    patterns : mapping of str to str
        Plane name to pattern, as ``{name}_sci.fits`` or ``{name}/new*.fits``; ``*`` stands for any
        text and ``?`` for any letter. A pattern without a slash matches in every folder.

    Raises
    ------
    InputError
        A pattern lacks ``{name}``, or there is none for the image.
    """
    if "image" not in patterns:
        raise InputError(
            "--pattern: no pattern for the image; add --pattern 'image={name}_sci.fits'"
        )
    compiled = [(plane, text, _compile(plane, text)) for plane, text in patterns.items()]
    by_name: dict[tuple[str, str], PlaneSet] = {}
    result = PlaneSets([])
    prefix = os.path.join(folder, "")
    for path in paths:
        within = path.removeprefix(prefix).replace(os.sep, "/")
        above, _, file = within.rpartition("/")
        for plane, text, pattern in compiled:
            match = pattern.fullmatch(within if "/" in text else file)
            if match is None:
                continue
            # The planes of a pattern with a slash may lie in several folders.
            parent = "" if "/" in text else above
            plane_set = by_name.setdefault(
                (parent, match["name"]), PlaneSet(match["name"], parent, {}, True)
            )
            if plane in plane_set.planes:
                result.doubled += 1
            plane_set.planes.setdefault(plane, path)
            break
        else:
            result.others += 1
    result.sets = [plane_set for plane_set in by_name.values() if "image" in plane_set.planes]
    result.without_image = len(by_name) - len(result.sets)
    _make_names_unique(result.sets)
    return result


def _compile(plane: str, text: str) -> re.Pattern[str]:
    if NAME_PLACEHOLDER not in text:
        raise InputError(
            f"--pattern {plane}={text}: {NAME_PLACEHOLDER} is missing; put it in place of the "
            f"candidate's name, as --pattern '{plane}={NAME_PLACEHOLDER}_{plane}.fits'"
        )
    first, *more = text.split(NAME_PLACEHOLDER)
    pieces = [_as_regex(first), r"(?P<name>[^/]+?)", _as_regex(more[0])]
    for piece in more[1:]:
        pieces += [r"(?P=name)", _as_regex(piece)]
    return re.compile("".join(pieces))


def _as_regex(glob: str) -> str:
    return "".join({"*": "[^/]*", "?": "[^/]"}.get(letter, re.escape(letter)) for letter in glob)


def _make_names_unique(sets: list[PlaneSet]) -> None:
    """Put the folder in front of names that occur twice, then number repeated ones."""
    counts: dict[str, int] = {}
    for plane_set in sets:
        counts[plane_set.name] = counts.get(plane_set.name, 0) + 1
    if len(counts) == len(sets):
        return
    taken: set[str] = set()
    for plane_set in sets:
        name = plane_set.name
        if counts[name] > 1:
            name = f"{plane_set.folder.rpartition(os.sep)[2]}/{name}" if plane_set.folder else name
        plane_set.name = numbered_name(name, taken, "#")
        taken.add(plane_set.name)
