"""Text files with one path a line, as ``ls *.fits > files.txt`` writes them."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from glob import has_magic
from pathlib import Path
from typing import NamedTuple

from vetter.core.number_text import format_count
from vetter.errors import InputError
from vetter.io.files.hdu_names import parse_fits_name
from vetter.io.files.regular_files import is_text_start, open_plain_file

_HEAD_BYTES = 4096
_CHECKED_LINES = 20
_MAX_BYTES = 2**24
_ENDING = re.compile(
    r"\.(fits?|fts|fz|avro|tar|tgz|gz|bz2|xz|parquet|csv|ecsv)(\[[^\]]+\])?$", re.I
)


class PathList(NamedTuple):
    """A text file with paths, and the files that it lists.

    Attributes
    ----------
    path : Path
    files : list of str
    stays : bool
        Whether the files are the same from any working folder.
    """

    path: Path
    files: list[str]
    stays: bool

    @property
    def said(self) -> str:
        """The note for the user: the name of the text and its number of paths."""
        are = "is" if len(self.files) == 1 else "are"
        return (
            f"{self.path.name}: a list of {format_count(len(self.files), 'path')}, which {are} "
            "opened"
        )


def only_list(inputs: Sequence[str]) -> PathList | None:
    """Return the files that a single input lists, also as ``@files.txt``; see `path_list`."""
    if len(inputs) != 1:
        return None
    path = Path(inputs[0])
    if inputs[0].startswith("@") and not path.exists():
        path = Path(inputs[0][1:])
    return path_list(path)


def path_list(path: Path) -> PathList | None:
    """Return the files that a text lists; None if it is any other file.

    Empty lines, lines that begin with ``#`` and a one-word heading are skipped. Paths are
    relative to the text's folder; if the first exists only in the working folder, to that.

    Raises
    ------
    InputError
        A file does not exist (the message names the line), or the list is too long.
    """
    if not is_text_start(path):
        return None
    with open_plain_file(path) as file:
        head = file.read(_HEAD_BYTES)
        lines = _lines(head)
        # The last line may be cut.
        lines = lines[:-1] if len(head) == _HEAD_BYTES else lines
        paths = _without_heading(lines[:_CHECKED_LINES], path.parent)
        if not paths or not all(_is_path(text, path.parent) for _, text in paths):
            return None
        file.seek(0)
        raw = file.read(_MAX_BYTES + 1)
        if len(raw) > _MAX_BYTES:
            raise InputError(
                f"{path}: a list of paths of over {_MAX_BYTES >> 20} MB; give a folder or glob"
            )
        paths = _without_heading(_lines(raw), path.parent)
    first = paths[0][1]
    is_in_working_folder = not _can_exist(str(path.parent / first)) and _can_exist(first)
    folder = "" if is_in_working_folder else str(path.parent)
    files = [os.path.join(folder, text) for _, text in paths]
    for (number, _), file_ in zip(paths, files, strict=True):
        if not _can_exist(file_):
            raise InputError(
                f"{path}: line {number} of {format_count(len(files), 'path')}: no such file: "
                f"{file_}; "
                "paths are relative to the list's folder"
            )
    return PathList(path, files, os.path.isabs(first) or not is_in_working_folder)


def _can_exist(text: str) -> bool:
    """Return whether a path exists, with or without an HDU, or is a glob."""
    return os.path.exists(text) or os.path.exists(parse_fits_name(text).path) or has_magic(text)


def _lines(raw: bytes) -> list[tuple[int, str]]:
    """Return line numbers (from 1) and texts, without empty lines, comments and quotes."""
    lines = enumerate((os.fsdecode(line).strip() for line in raw.splitlines()), start=1)
    bare = [(number, line.strip("'\"")) for number, line in lines if not line.startswith("#")]
    return [(number, os.path.expanduser(line)) for number, line in bare if line]


def _without_heading(lines: list[tuple[int, str]], folder: Path) -> list[tuple[int, str]]:
    headed = len(lines) > 1 and lines[0][1].isidentifier() and not _is_path(lines[0][1], folder)
    return lines[1:] if headed else lines


def _is_path(text: str, folder: Path) -> bool:
    """Return whether a line is a path: it exists, or is one word with a known ending."""
    if _ENDING.search(text) and not re.search(r"[\s,;|]", text):
        return True
    try:
        return os.path.exists(text) or (folder / text).exists()
    except (OSError, ValueError):
        # Too long for a file name, or with a NUL: the line belongs to a table.
        return False
