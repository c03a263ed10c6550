"""Globs with ``**`` that visit each folder once, and stop before they search a whole disk."""

from __future__ import annotations

import fnmatch
import glob
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from vetter.errors import InputError
from vetter.io.files.cancellation import check_cancelled

MAX_FOLDERS = 100_000
"""Folders that one glob may visit, about ten seconds; the pipeline of a night makes hundreds."""

_ANY = "**"


def recursive_glob(text: str) -> list[str]:
    """Return the files and folders that match a glob with ``**``, sorted.

    Unlike `glob.glob` with ``recursive``, each folder is visited once, even if links lead to it
    again and again, as under /proc.

    Raises
    ------
    InputError
        Over `MAX_FOLDERS` folders.
    """
    parts = Path(text).parts
    fixed = next(n for n, part in enumerate(parts) if glob.has_magic(part))
    base, pattern = Path(*parts[:fixed]), parts[fixed:]
    found: list[str] = []
    seen: set[tuple[int, int]] = set()
    for folder, folders, files in os.walk(base, followlinks=True):
        check_cancelled()
        status = os.stat(folder)
        if (status.st_dev, status.st_ino) in seen:
            folders.clear()
            continue
        seen.add((status.st_dev, status.st_ino))
        if len(seen) > MAX_FOLDERS:
            raise InputError(f"{text}: over {MAX_FOLDERS:,} folders to look into; name fewer")
        folders[:] = [name for name in folders if not name.startswith(".")]
        here = Path(folder).relative_to(base).parts
        found += [
            os.path.join(folder, name)
            for name in (*folders, *files)
            if _matches((*here, name), pattern)
        ]
    return sorted(found)


def _matches(parts: Iterable[str], pattern: Sequence[str]) -> bool:
    """Return whether the parts of a path match those of a pattern."""
    places = _with_skips({0}, pattern)
    for part in parts:
        places = _with_skips(
            {
                place if pattern[place] == _ANY else place + 1
                for place in places
                if place < len(pattern) and _part_matches(part, pattern[place])
            },
            pattern,
        )
    return len(pattern) in places


def _with_skips(places: set[int], pattern: Sequence[str]) -> set[int]:
    """Return positions in a pattern, and those after each ``**``, which may match no folder."""
    for place in range(len(pattern)):
        if place in places and pattern[place] == _ANY:
            places.add(place + 1)
    return places


def _part_matches(part: str, pattern: str) -> bool:
    if part.startswith(".") and not pattern.startswith("."):
        return False
    return pattern == _ANY or fnmatch.fnmatchcase(part, pattern)
