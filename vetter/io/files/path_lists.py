"""Texts that list files, one a line, as ``ls *.fits > files.txt`` writes them."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from glob import has_magic
from pathlib import Path
from typing import NamedTuple

from vetter.core.number_text import counted
from vetter.errors import InputError
from vetter.io.files.hdu_names import parse_fits_name
from vetter.io.files.regular_files import begins_as_text, open_plain_file

_HEAD = 4096
_LOOKED_AT = 20
_MOST_BYTES = 2**24
_ENDING = re.compile(
    r"\.(fits?|fts|fz|avro|tar|tgz|gz|bz2|xz|parquet|csv|ecsv)(\[[^\]]+\])?$", re.I
)


class PathList(NamedTuple):
    """A text that lists files.

    Attributes
    ----------
    path : Path
    files : list of str
    stays : bool
        Whether it means the same in whatever folder one works.
    """

    path: Path
    files: list[str]
    stays: bool

    @property
    def said(self) -> str:
        """One line for the user."""
        are = "is" if len(self.files) == 1 else "are"
        return f"{self.path.name}: a list of {counted(len(self.files), 'path')}, which {are} opened"


def only_list(inputs: Sequence[str]) -> PathList | None:
    """What a single input lists, also where it is called ``@files.txt``; see `path_list`."""
    if len(inputs) != 1:
        return None
    path = Path(inputs[0])
    if inputs[0].startswith("@") and not path.exists():
        path = Path(inputs[0][1:])
    return path_list(path)


def path_list(path: Path) -> PathList | None:
    """The files that a text lists; None where it is anything else.

    Empty lines and those that begin with ``#`` count for nothing, nor does a single word over
    the paths. Paths are relative to the text's folder, or to the working folder where the first
    is only there.

    Raises
    ------
    InputError
        One of them does not exist: the text names the line. Or the list is too long.
    """
    if not begins_as_text(path):
        return None
    with open_plain_file(path) as file:
        head = file.read(_HEAD)
        lines = _lines(head)
        # The last line may be cut.
        lines = lines[:-1] if len(head) == _HEAD else lines
        paths = _without_heading(lines[:_LOOKED_AT], path.parent)
        if not paths or not all(_is_path(text, path.parent) for _, text in paths):
            return None
        file.seek(0)
        raw = file.read(_MOST_BYTES + 1)
        if len(raw) > _MOST_BYTES:
            raise InputError(
                f"{path}: a list of paths of over {_MOST_BYTES >> 20} MB; give a folder or glob"
            )
        paths = _without_heading(_lines(raw), path.parent)
    first = paths[0][1]
    here = not _exists(str(path.parent / first)) and _exists(first)
    folder = "" if here else str(path.parent)
    files = [os.path.join(folder, text) for _, text in paths]
    for (number, _), file_ in zip(paths, files, strict=True):
        if not _exists(file_):
            raise InputError(
                f"{path}: a list of {counted(len(files), 'path')}, of which line {number} names "
                f"no file: {file_}; paths are relative to the list's folder"
            )
    return PathList(path, files, os.path.isabs(first) or not here)


def _exists(text: str) -> bool:
    """Whether a file is there, or may be behind a glob."""
    return os.path.exists(text) or os.path.exists(parse_fits_name(text).path) or has_magic(text)


def _lines(raw: bytes) -> list[tuple[int, str]]:
    """What is written, with the numbers of the lines, the first being 1."""
    lines = enumerate((os.fsdecode(line).strip() for line in raw.splitlines()), start=1)
    bare = [(number, line.strip("'\"")) for number, line in lines if not line.startswith("#")]
    return [(number, os.path.expanduser(line)) for number, line in bare if line]


def _without_heading(lines: list[tuple[int, str]], folder: Path) -> list[tuple[int, str]]:
    headed = len(lines) > 1 and lines[0][1].isidentifier() and not _is_path(lines[0][1], folder)
    return lines[1:] if headed else lines


def _is_path(text: str, folder: Path) -> bool:
    """Whether a line is a file's name: it is there, or it is one word that ends as such."""
    if _ENDING.search(text) and not re.search(r"[\s,;|]", text):
        return True
    try:
        return os.path.exists(text) or (folder / text).exists()
    except (OSError, ValueError):
        # Too long for a name, or with signs that no name has: a line of a table.
        return False
