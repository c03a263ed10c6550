"""Write lock of a session file, which the operating system releases when its holder ends.

The lock is a byte range of the session file itself, far beyond its end and clear of the bytes
that SQLite locks (at 0x40000000). So there is no lock file, and nothing is left after a kill.
On Linux the lock belongs to the open file ("open file description lock"), since a
process's POSIX lock is lost as soon as any part of the process closes the same file.

If the disk refuses locks, an abstract socket name keeps the windows of one machine apart (on
Linux); windows on two machines are not kept apart.
"""

from __future__ import annotations

import errno
import os
import socket
import sys
from pathlib import Path

from vetter.io.files.regular_files import open_plain_file

OFFSET = 0x7FFF_FF00
"""Position of the locked byte in the session file."""
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

    def _query(descriptor: int) -> None:
        """Do nothing: Windows has locks on every disk."""

else:
    import fcntl
    import struct

    _HAS_OFD = sys.platform == "linux" and struct.calcsize("l") == 8

    def _request(kind: int) -> bytes:
        # struct flock on 64-bit Linux: type, whence, start, length, pid (0 for this kind).
        return struct.pack("hhqqi4x", kind, os.SEEK_SET, OFFSET, 1, 0)

    def _lock(descriptor: int) -> None:
        if not _HAS_OFD:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, OFFSET)
            return
        fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, _request(fcntl.F_WRLCK))

    def _query(descriptor: int) -> None:
        """Query locks of both kinds; SQLite's belong to the process."""
        if _HAS_OFD:
            fcntl.fcntl(descriptor, fcntl.F_OFD_GETLK, _request(fcntl.F_RDLCK))
            fcntl.fcntl(descriptor, fcntl.F_GETLK, _request(fcntl.F_RDLCK))


def disk_has_locks(path: Path) -> bool:
    """Return whether the disk of an existing file answers queries about locks.

    Raises
    ------
    OSError
        The file cannot be read.
    """
    with open_plain_file(path) as file:
        return _has_locks(file.fileno())


def _has_locks(descriptor: int) -> bool:
    try:
        _query(descriptor)
    except OSError as error:
        if error.errno in _REFUSALS:
            return False
        raise
    return True


class SessionLock:
    """The right to write to one session file, held until :meth:`release` or the process's end.

    Attributes
    ----------
    supported : bool
        False if the disk refuses locks: then nothing keeps windows on two machines apart.
    """

    def __init__(self, descriptor: int, supported: bool, name: socket.socket | None = None) -> None:
        self._descriptor: int | None = descriptor
        self._name = name
        self.supported = supported

    @classmethod
    def acquire(cls, path: Path) -> SessionLock | None:
        """Take the lock on an existing file; None if another window holds it.

        Raises
        ------
        OSError
            The file cannot be opened for writing.
        """
        descriptor = os.open(path, os.O_RDWR | getattr(os, "O_CLOEXEC", 0))
        try:
            if _has_locks(descriptor):
                _lock(descriptor)
                return cls(descriptor, supported=True)
        except OSError as error:
            if error.errno not in _REFUSALS:
                os.close(descriptor)
                if error.errno in (errno.EAGAIN, errno.EACCES, errno.EDEADLK):
                    return None
                raise
        try:
            return cls(descriptor, supported=False, name=_take_name(descriptor))
        except OSError as error:
            os.close(descriptor)
            if error.errno == errno.EADDRINUSE:
                return None
            raise

    def release(self) -> None:
        """Release the lock; later calls do nothing."""
        if self._name is not None:
            self._name.close()
            self._name = None
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _take_name(descriptor: int) -> socket.socket | None:
    """Bind the file's identity as an abstract socket name; None on systems without these.

    Raises
    ------
    OSError
        EADDRINUSE: another window of this machine holds the name.
    """
    if sys.platform != "linux":
        return None
    status = os.fstat(descriptor)
    name = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        name.bind(f"\0vetter-session-{status.st_dev}-{status.st_ino}")
    except OSError:
        name.close()
        raise
    return name
