"""Who may write to a session file: a lock that the operating system drops with its holder.

The lock is a byte range of the session file itself, far beyond its end and clear of the bytes
that SQLite locks (at 0x40000000), so that nothing lies beside the session and nothing is left
after a kill. On Linux it belongs to the open file ("open file description lock"), since a
process's POSIX lock is lost as soon as any part of the process closes the same file.
"""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

OFFSET = 0x7FFF_FF00
_REFUSALS = {
    errno.ENOLCK,
    errno.ENOSYS,
    errno.ENOTSUP,
    errno.EOPNOTSUPP,
    errno.EINVAL,
}

if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        os.lseek(descriptor, OFFSET, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl
    import struct

    def _lock(descriptor: int) -> None:
        if sys.platform != "linux" or struct.calcsize("l") != 8:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, OFFSET)
            return
        # struct flock on 64-bit Linux: type, whence, start, length, pid (0 for this kind).
        request = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, OFFSET, 1, 0)
        fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, request)


class SessionLock:
    """The right to write to one session file, held until :meth:`release` or the process's end.

    Attributes
    ----------
    supported : bool
        False where the disk refuses locks: then nothing keeps two windows apart.
    """

    def __init__(self, descriptor: int, supported: bool) -> None:
        self._descriptor: int | None = descriptor
        self.supported = supported

    @classmethod
    def acquire(cls, path: Path) -> SessionLock | None:
        """The lock on an existing file; None where another window holds it.

        Raises OSError where the file cannot be opened for writing.
        """
        descriptor = os.open(path, os.O_RDWR | getattr(os, "O_CLOEXEC", 0))
        try:
            _lock(descriptor)
        except OSError as error:
            if error.errno in _REFUSALS:
                return cls(descriptor, supported=False)
            os.close(descriptor)
            if error.errno in (errno.EAGAIN, errno.EACCES, errno.EDEADLK):
                return None
            raise
        return cls(descriptor, supported=True)

    def release(self) -> None:
        """Let the next one write; harmless when repeated."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
