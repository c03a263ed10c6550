"""What a folder was found to hold, kind by kind, and what is said of the kinds not opened."""

from __future__ import annotations

import os
from collections.abc import Container
from dataclasses import dataclass, field
from pathlib import Path

from vetter.io.own_tables import made_by
from vetter.io.triplet_names import PlaneSets

_TOGETHER = ("cutout files", "stamps", "alert packets")
"""Kinds of which all files are opened at once."""

ALONE = "lists without an image beside them"
_WORDS = {
    "cutout files": ("cutout file", "cutout files"),
    "stamps": ("candidate in stamps", "candidates in stamps"),
    "alert packets": ("file of alert packets", "files of alert packets"),
    "lists": ("list", "lists"),
    ALONE: ("list without an image beside it", ALONE),
    "field files": ("field file", "field files"),
}


@dataclass(slots=True)
class FoundKind:
    """Inputs of one kind.

    ``kind`` is one of those named above; ``count`` is
    about how many candidates they have; ``files`` are the inputs, the largest first of lists.
    """

    kind: str
    count: int
    files: list[str]

    def __str__(self) -> str:
        one, many = _WORDS[self.kind]
        number = self.count if self.kind == "stamps" else len(self.files)
        return f"1 {one}" if number == 1 else f"{number} {many}"


@dataclass(slots=True)
class FolderContent:
    """What was found: kinds with the most candidates first, and the rest.

    ``sessions`` are session files, which are no candidates; ``others`` counts what is left alone.
    """

    kinds: list[FoundKind] = field(default_factory=list)
    sets: PlaneSets = field(default_factory=lambda: PlaneSets([]))
    sessions: list[str] = field(default_factory=list)
    files: int = 0
    others: int = 0

    def leave_out(self, files: Container[str]) -> None:
        """Files that cannot be opened are none of these kinds."""
        for kind in self.kinds:
            kind.files = [path for path in kind.files if path not in files]
        self.kinds = [kind for kind in self.kinds if kind.files]


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
    if chosen.kind not in _TOGETHER and len(chosen.files) > 1:
        taken = f"{os.path.basename(file)} is opened; "
        said += _rest(chosen.kind, [path for path in chosen.files if path != file])
    if content.sessions:
        said.append(f"session {os.path.basename(content.sessions[0])}")
    if not said:
        return ""
    return f"{taken}also in this folder: {'; '.join(said)}; name one of them to open it instead"


def _rest(kind: str, files: list[str]) -> list[str]:
    """The files of the same kind as the one that is opened, this program's own apart."""
    makers = {path: made_by(Path(path)) if kind != "field files" else "" for path in files}
    others = FoundKind(kind, 0, [path for path in files if not makers[path]])
    said = [f"{path} (written by {maker})" for path, maker in makers.items() if maker]
    if others.files:
        several = kind == "lists" and len(others.files) > 1
        how = "vetter fields makes one session of them" if several else others.files[0]
        said.insert(0, f"{others} more ({how})")
    return said


def _how(one: FoundKind, folder: Path) -> str:
    """What to name to open it: a folder below the one that was opened, or the first file."""
    if len(one.files) == 1 or one.kind.startswith(("list", "field")):
        return one.files[0]
    folders = [os.path.dirname(path) for path in one.files]
    shared = os.path.commonpath(folders)
    if os.path.abspath(shared) != os.path.abspath(folder):
        return shared
    # Of several folders the one that holds the most: to name what they share opens the same again.
    most = max(dict.fromkeys(folders), key=folders.count)
    return most if os.path.abspath(most) != os.path.abspath(folder) else one.files[0]
