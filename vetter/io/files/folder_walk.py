"""A folder and those below it, one after another."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from vetter.core.number_text import counted
from vetter.io.files.cancelling import still_wanted


def walked(
    folder: Path, key: Callable[[str], Any] | None = None
) -> Iterator[tuple[str, list[str]]]:
    """Folder by folder: what stands before its files' names, and those names, as the disk has them.

    Texts: ten thousand paths as objects take longer to make than to find. Hidden folders are left
    out, and links to folders are not followed: they can go round in circles.

    Parameters
    ----------
    folder : Path
    key : callable, optional
        By what folders are ordered; by their names else.
    """
    for here, folders, names in os.walk(folder):
        still_wanted()
        folders[:] = sorted((name for name in folders if not name.startswith(".")), key=key)
        yield os.path.join(here, ""), names


def left_alone_words(count: int) -> str:
    """Tell how many files of a folder were left alone."""
    return counted(count, "other file was left alone", "other files were left alone")
