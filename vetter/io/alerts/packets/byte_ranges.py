"""Bytes read by offset: of a file, of a part of other bytes, or of memory."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol

from vetter.errors import InputError
from vetter.io.files.regular_files import open_plain_file


class ByteRange(Protocol):
    """Bytes that can be read from any offset."""

    @property
    def size(self) -> int | None:
        """Number of bytes; None if only their end reveals it."""

    def read(self, offset: int, count: int) -> bytes:
        """Return ``count`` bytes from ``offset``, or fewer at the end.

        Raises
        ------
        InputError
            The bytes cannot be read.
        """

    def close(self) -> None:
        """Close the file."""


class FileBytes:
    """Bytes of a file; InputError if the file is missing or unreadable."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._file = open_plain_file(path, buffering=0)
            self.size = os.fstat(self._file.fileno()).st_size
        except OSError as error:
            raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error

    def read(self, offset: int, count: int) -> bytes:
        """See :class:`ByteRange`."""
        try:
            self._file.seek(offset)
            parts = []
            while count > 0 and (part := self._file.read(count)):
                parts.append(part)
                count -= len(part)
            return parts[0] if len(parts) == 1 else b"".join(parts)
        except (OSError, ValueError) as error:
            raise InputError(f"{self.path}: cannot be read: {error}") from error

    def close(self) -> None:
        """See :class:`ByteRange`."""
        self._file.close()


class HeldBytes:
    """Bytes in memory."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self.size = len(content)

    def read(self, offset: int, count: int) -> bytes:
        """See :class:`ByteRange`."""
        if offset == 0 and count >= self.size:
            return self._content
        return self._content[offset : offset + count]

    def close(self) -> None:
        """Do nothing: no file is open."""


class PartOfBytes:
    """Part of other bytes, which stay open."""

    def __init__(self, whole: ByteRange, start: int, size: int) -> None:
        self._whole, self._start, self.size = whole, start, size

    def read(self, offset: int, count: int) -> bytes:
        """See :class:`ByteRange`."""
        return self._whole.read(self._start + offset, max(0, min(count, self.size - offset)))

    def close(self) -> None:
        """Do nothing: the owner of the whole closes it."""
