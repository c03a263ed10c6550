"""Which files of a folder are planes of one candidate, by their names."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from vetter.core.candidates.numbered_name import numbered_name
from vetter.errors import InputError
from vetter.io.files.plane_names import IMAGE_ENDINGS, WORDS, plane_of, without_ending

PLACE = "{name}"
"""What stands for the candidate's name in a pattern."""

_PARTS = frozenset(part for word in WORDS for part in word.split("_"))


@dataclass(slots=True)
class PlaneSet:
    """The files of one candidate.

    ``planes`` holds plane name to file; ``said`` is whether a word in a name says what the image
    is, and not only the absence of one.
    """

    name: str
    folder: str
    planes: dict[str, str] = field(default_factory=dict)
    said: bool = False


@dataclass(slots=True)
class PlaneSets:
    """The candidates, in the order of their folders and names, and how many files are left over."""

    sets: list[PlaneSet]
    others: int = 0
    without_image: int = 0
    doubled: int = 0


def sets_by_words(paths: Iterable[str]) -> PlaneSets:
    """Candidates whose files say in words which plane they are.

    ``ID_sci.fits`` and ``ID_ref.fits``, ``sci_ID.fits``, or ``ID/sci.fits`` in a folder for each; a
    file without a word is the image where others go with it.
    """
    found: dict[tuple[str, str], PlaneSet] = {}
    doubled = others = 0
    for path in paths:
        folder, _, file = path.rpartition(os.sep)
        stem = without_ending(file, IMAGE_ENDINGS)
        if stem is None:
            others += 1
            continue
        name, plane = _plane_of(stem)
        one = found.get((folder, name))
        if one is None:
            label = name or folder.rpartition(os.sep)[2] or stem
            one = found[folder, name] = PlaneSet(label, folder)
        if plane in one.planes:
            doubled += 1
            continue
        one.planes[plane] = path
        if plane == "image":
            one.said = name != stem
    sets, result = list(found.values()), PlaneSets([], others, 0, doubled)
    for one in sets:
        if "image" not in one.planes:
            result.without_image += 1
            result.others += len(one.planes)
        elif one.said or len(one.planes) > 1:
            result.sets.append(one)
        else:
            result.others += 1
    _name_apart(result.sets)
    return result


def _plane_of(stem: str) -> tuple[str, str]:
    """As `plane_of`, without its patterns where no word stands in a name, or one at its end."""
    parts = stem.lower().replace("-", "_").replace(".", "_").split("_")
    if _PARTS.isdisjoint(parts):
        return stem, "image"
    name, mark, word = stem.rpartition("_")
    if mark and name and len(word) > 1 and word.lower() in WORDS and _PARTS.isdisjoint(parts[:-1]):
        return name, WORDS[word.lower()]
    return plane_of(stem)


def sets_by_patterns(paths: Iterable[str], folder: str, patterns: Mapping[str, str]) -> PlaneSets:
    """Candidates whose files are called as the user says.

    Parameters
    ----------
    paths : iterable of str
    folder : str
        What a pattern with a folder in it begins at.
    patterns : mapping of str to str
        Plane name to pattern, as ``{name}_sci.fits`` or ``{name}/new*.fits``; ``*`` and ``?`` stand
        for any text and any letter. Without a folder in it a pattern is good in all of them.

    Raises
    ------
    InputError
        A pattern without ``{name}``, or none for the image.
    """
    if "image" not in patterns:
        raise InputError(
            "--pattern: wants one for the image at least, as --pattern 'image={name}_sci.fits'"
        )
    known = [(plane, text, _compiled(plane, text)) for plane, text in patterns.items()]
    found: dict[tuple[str, str], PlaneSet] = {}
    result = PlaneSets([])
    prefix = os.path.join(folder, "")
    for path in paths:
        within = path.removeprefix(prefix).replace(os.sep, "/")
        above, _, file = within.rpartition("/")
        for plane, text, pattern in known:
            match = pattern.fullmatch(within if "/" in text else file)
            if match is None:
                continue
            # A pattern with folders in it may have its planes in several of them.
            place = "" if "/" in text else above
            one = found.setdefault((place, match["name"]), PlaneSet(match["name"], place, {}, True))
            if plane in one.planes:
                result.doubled += 1
            one.planes.setdefault(plane, path)
            break
        else:
            result.others += 1
    result.sets = [one for one in found.values() if "image" in one.planes]
    result.without_image = len(found) - len(result.sets)
    _name_apart(result.sets)
    return result


def _compiled(plane: str, text: str) -> re.Pattern[str]:
    if PLACE not in text:
        raise InputError(
            f"--pattern {plane}={text}: wants {PLACE} where the candidate's name stands, "
            f"as --pattern '{plane}={PLACE}_{plane}.fits'"
        )
    first, *more = text.split(PLACE)
    pieces = [_translated(first), r"(?P<name>[^/]+?)", _translated(more[0])]
    for piece in more[1:]:
        pieces += [r"(?P=name)", _translated(piece)]
    return re.compile("".join(pieces))


def _translated(piece: str) -> str:
    return "".join({"*": "[^/]*", "?": "[^/]"}.get(letter, re.escape(letter)) for letter in piece)


def _name_apart(sets: list[PlaneSet]) -> None:
    """Names by the folder too, where two are called the same."""
    seen: dict[str, int] = {}
    for one in sets:
        seen[one.name] = seen.get(one.name, 0) + 1
    if len(seen) == len(sets):
        return
    taken: set[str] = set()
    for one in sets:
        name = one.name
        if seen[name] > 1:
            name = f"{one.folder.rpartition(os.sep)[2]}/{name}" if one.folder else name
        one.name = numbered_name(name, taken, "#")
        taken.add(one.name)
