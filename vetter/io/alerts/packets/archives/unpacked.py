"""Content of a bzip2 or xz file, unpacked only as far as it is read.

Neither can be read from the middle, as gzip can with an index: a temporary file holds what is
unpacked. The window and the process that lists its packets share that file, so that neither waits
for what the other has unpacked.
"""

from __future__ import annotations

import bz2
import lzma
import os
import shutil
import tempfile
import threading
from functools import partial
from pathlib import Path
from typing import IO, Any

from vetter.errors import InputError
from vetter.io.files.cancellation import check_cancelled
from vetter.io.files.file_marks import Mark, mark_of
from vetter.io.files.regular_files import open_plain_file
from vetter.io.files.unreadable import reason_of

_CHUNK_BYTES = 1 << 20
_ALWAYS_UNPACKED_BYTES = 2 << 30
_MAX_RATIO = 100
"""Largest unpacked size over file size, above ``_ALWAYS_UNPACKED_BYTES``, as for gzip."""

_XZ_MEMORY_BYTES = 256 << 20
"""Memory that an xz stream may ask for; its highest usual level asks for 65 MB."""

_STREAMS: dict[Mark, Any] = {
    Mark.BZIP2: bz2.BZ2Decompressor,
    Mark.XZ: partial(lzma.LZMADecompressor, memlimit=_XZ_MEMORY_BYTES),
}


class UnpackedBytes:
    """Unpacked content of a bzip2 or xz file, readable from any thread.

    Parameters
    ----------
    path : Path
    shared : int, optional
        Open temporary file of another process that unpacks the same file; closed with this one.

    Raises
    ------
    InputError
        The file cannot be opened, or is packed in another way.
    """

    size = None

    def __init__(self, path: Path, shared: int | None = None) -> None:
        self.path = path
        try:
            self._file = open_plain_file(path)
        except OSError as error:
            raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error
        self._rest = self._file.read(_CHUNK_BYTES)
        self._mark = mark_of(self._rest)
        make = None if self._mark is None else _STREAMS.get(self._mark)
        if make is None:
            self._file.close()
            raise InputError(f"{path}: expected a bzip2 or xz file")
        self._make = make
        self._stream = make()
        self._max_bytes = max(_ALWAYS_UNPACKED_BYTES, _MAX_RATIO * path.stat().st_size)
        self._max_bytes = min(self._max_bytes, shutil.disk_usage(tempfile.gettempdir()).free)
        # pread() and pwrite() alone: a place in the file would be shared, too.
        self._out: IO[bytes] = (
            tempfile.TemporaryFile(prefix="vetter-") if shared is None else open(shared, "r+b", 0)
        )
        self._unpacked, self._known, self._at_end = 0, 0, False
        self._turn = threading.Lock()

    def read(self, offset: int, count: int) -> bytes:
        """See :class:`~vetter.io.alerts.packets.byte_ranges.ByteRange`.

        Raises
        ------
        InputError
            The file is damaged, or unpacks to more than packets of its size do.
        """
        with self._turn:
            try:
                self._unpack_to(offset + count)
                return os.pread(self._out.fileno(), count, offset)
            except (OSError, EOFError, ValueError, lzma.LZMAError) as error:
                name = "bzip2" if self._mark is Mark.BZIP2 else "xz"
                raise InputError(
                    f"{self.path}: a damaged {name} file: {reason_of(error)}"
                ) from error

    @property
    def shared(self) -> int:
        """Number of the open temporary file, for another process."""
        return self._out.fileno()

    @property
    def unpacked(self) -> int:
        """Number of bytes that are unpacked."""
        return max(self._unpacked, self._known)

    def take_unpacked(self, count: int) -> None:
        """Use so many bytes that another process has unpacked into the shared file."""
        self._known = max(self._known, count)

    def close(self) -> None:
        """See :class:`~vetter.io.alerts.packets.byte_ranges.ByteRange`."""
        with self._turn:
            self._file.close()
            self._out.close()

    def _unpack_to(self, goal: int) -> None:
        """Unpack until so many bytes are there, or to the end."""
        while self.unpacked < goal and not self._at_end:
            check_cancelled()
            content = self._next()
            self._at_end = not content
            if self._unpacked + len(content) > self._max_bytes:
                raise InputError(
                    f"{self.path}: unpacks to over {self._max_bytes} bytes; unpack it yourself"
                )
            while content:
                written = os.pwrite(self._out.fileno(), content, self._unpacked)
                self._unpacked += written
                content = content[written:]

    def _next(self) -> bytes:
        """Return the next unpacked bytes; empty at the end of the last stream."""
        while True:
            if self._stream.eof:
                # Zeros may stand between and behind streams of xz.
                rest = (self._stream.unused_data or self._file.read(_CHUNK_BYTES)).lstrip(b"\0")
                if mark_of(rest) is not self._mark:
                    return b""
                self._stream, self._rest = self._make(), rest
            if self._stream.needs_input and not self._rest:
                self._rest = self._file.read(_CHUNK_BYTES)
                if not self._rest:
                    raise EOFError("cut short")
            packed, self._rest = self._rest, b""
            content: bytes = self._stream.decompress(packed, _CHUNK_BYTES)
            if content:
                return content
