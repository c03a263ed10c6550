"""Files opened only where they are files: a pipe would be waited for, a device never ends."""

from __future__ import annotations

import errno
import os
import stat
from typing import IO

from vetter.io.files.cancelling import still_wanted

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
    still_wanted()
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
