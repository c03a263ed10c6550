"""Reading of regular files, and walks through folders.

Pipes and devices are refused: reading a pipe can block, and a device may never end.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from vetter.core.number_text import format_count
from vetter.io.files.cancellation import check_cancelled

_HEAD_BYTES = 512
_CONTROL_CODES = frozenset(range(9))


def open_plain_file(path: str | os.PathLike[str], buffering: int = -1) -> IO[bytes]:
    """Open a file for reading, in bytes; ``buffering`` is that of `open`.

    Raises
    ------
    OSError
        As `open`; EINVAL for pipes, sockets and devices, without waiting for them, and for
        names that no file can have.
    """
    check_cancelled()
    # O_NONBLOCK: otherwise os.open blocks on a pipe without a writer.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | os.O_CLOEXEC
    try:
        number = os.open(path, flags)
    except ValueError as error:
        raise OSError(errno.EINVAL, f"invalid file name ({error})", os.fspath(path)) from None
    try:
        mode = os.fstat(number).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), os.fspath(path))
        if not stat.S_ISREG(mode):
            raise OSError(errno.EINVAL, "a pipe or a device, not a file", os.fspath(path))
        return open(number, "rb", buffering)
    except OSError:
        os.close(number)
        raise


def is_text_start(path: str | os.PathLike[str]) -> bool:
    """Return whether the first bytes of a file could be text, as those of FITS and tables are.

    Packed and binary files do not begin as text. False for a file that cannot be read.
    """
    try:
        with open_plain_file(path) as file:
            head = file.read(_HEAD_BYTES)
    except OSError:
        return False
    return _CONTROL_CODES.isdisjoint(head)


def iter_folders(
    folder: Path, key: Callable[[str], Any] | None = None
) -> Iterator[tuple[str, list[str]]]:
    """Walk a folder; yield each folder's path prefix and its file names, unsorted.

    Both are texts: ten thousand Path objects take longer to make than to find. Hidden folders
    are left out, and links to folders are not followed, since they can form a loop.

    Parameters
    ----------
    folder : Path
    key : callable, optional
        Sort key of folder names; the names themselves by default.
    """
    for here, folders, names in os.walk(folder):
        check_cancelled()
        folders[:] = sorted((name for name in folders if not name.startswith(".")), key=key)
        yield os.path.join(here, ""), names


def left_alone_note(count: int) -> str:
    """Return the note with the number of files that were left alone."""
    return format_count(count, "other file was left alone", "other files were left alone")
