"""Regular files, opened (a pipe would be waited for, a device never ends), and folders, walked."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from vetter.core.number_text import counted
from vetter.io.files.cancelling import check_cancelled

_HEAD = 512
_CONTROL = frozenset(range(9))


def open_plain_file(path: str | os.PathLike[str], buffering: int = -1) -> IO[bytes]:
    """Open a file for reading, in bytes; ``buffering`` as of `open`.

    Raises
    ------
    OSError
        As `open`; and EINVAL for pipes, sockets and devices, which are not waited for, and for
        names that no file can have.
    """
    check_cancelled()
    # Without NONBLOCK opening a pipe that nobody writes to would not return.
    how = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | os.O_CLOEXEC
    try:
        number = os.open(path, how)
    except ValueError as error:
        raise OSError(errno.EINVAL, f"no file's name ({error})", os.fspath(path)) from None
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


def begins_as_text(path: str | os.PathLike[str]) -> bool:
    """Whether the first bytes of a file could be a text's, as those of FITS and of tables are.

    Nothing packed or binary begins so. False where it cannot be read.
    """
    try:
        with open_plain_file(path) as file:
            head = file.read(_HEAD)
    except OSError:
        return False
    return _CONTROL.isdisjoint(head)


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
        check_cancelled()
        folders[:] = sorted((name for name in folders if not name.startswith(".")), key=key)
        yield os.path.join(here, ""), names


def left_alone_words(count: int) -> str:
    """Tell how many files of a folder were left alone."""
    return counted(count, "other file was left alone", "other files were left alone")
