"""Contents of a folder, kind by kind, and the line on the kinds that are not opened."""

from __future__ import annotations

import os
from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from vetter.io.cutouts.triplet_names import PlaneSets
from vetter.io.inputs.input_kind import InputKind


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
