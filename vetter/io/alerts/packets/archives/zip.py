"""Members of a ZIP file, found by its directory and unpacked one at a time."""

from __future__ import annotations

import bisect
import struct
import zipfile
import zlib
from collections.abc import Iterator
from lzma import LZMAError
from pathlib import Path
from typing import IO

from vetter.errors import InputError
from vetter.io.alerts.packets import size_limits
from vetter.io.alerts.packets.archives.tar import Member, refusal_of
from vetter.io.files.regular_files import open_plain_file
from vetter.io.files.unreadable import reason_of

_BLOCK_BYTES = 512
_END_MARK = b"PK\x05\x06"
_END_BYTES = 22
_MAX_COMMENT_BYTES = 1 << 16
_MAX_DIRECTORY_BYTES = 256 << 20
"""Size of the directory, which is read whole: two to three million members."""


class ZipBytes:
    """Contents of a ZIP file's members, one behind the other as in a tar archive.

    Parameters
    ----------
    path : Path

    Raises
    ------
    InputError
        The file cannot be opened, or its directory is damaged.
    """

    size = None

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._file = open_plain_file(path)
        except OSError as error:
            raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error
        try:
            _check_directory(path, self._file)
            self._archive = zipfile.ZipFile(self._file)
        except InputError:
            self._file.close()
            raise
        except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
            self._file.close()
            raise InputError(f"{path}: a damaged ZIP file: {reason_of(error)}") from error
        listed = self._archive.infolist()
        # What macOS adds is named as the files are.
        self._infos = [i for i in listed if not (i.is_dir() or i.filename.startswith("__MACOSX/"))]
        # Offsets as if the members were unpacked, in blocks behind headers of 512 bytes, as in tar.
        self._starts, end = [], 0
        for info in self._infos:
            self._starts.append(end + _BLOCK_BYTES)
            end += _BLOCK_BYTES + -(-info.file_size // _BLOCK_BYTES) * _BLOCK_BYTES
        self._held: tuple[int, bytes] = -1, b""

    def members(self, start: int = 0) -> Iterator[Member]:
        """Yield the files from an offset on, without folders, in the directory's order."""
        first = bisect.bisect_left(self._starts, start + _BLOCK_BYTES)
        for number in range(first, len(self._infos)):
            info = self._infos[number]
            yield Member(
                info.filename,
                self._starts[number],
                info.file_size,
                refusal_of(info.filename, info.file_size),
            )

    def read(self, offset: int, count: int) -> bytes:
        """See :class:`~vetter.io.alerts.packets.byte_ranges.ByteRange`; of one member at most.

        Raises
        ------
        InputError
            The member is damaged, has a password, or is packed in a way that Python lacks.
        """
        number = bisect.bisect_right(self._starts, offset) - 1
        if number < 0:
            return b""
        begin = offset - self._starts[number]
        return self._content(number)[begin : begin + count]

    def close(self) -> None:
        """See :class:`~vetter.io.alerts.packets.byte_ranges.ByteRange`."""
        self._file.close()

    def start_of(self, member: Member, count: int) -> bytes:
        """Return the first bytes of a member without unpacking the rest."""
        return self._unpack(bisect.bisect_left(self._starts, member.start), count)

    def _content(self, number: int) -> bytes:
        if self._held[0] != number:
            size = min(self._infos[number].file_size, size_limits.PACKET)
            self._held = number, self._unpack(number, size)
        return self._held[1]

    def _unpack(self, number: int, count: int) -> bytes:
        try:
            with self._archive.open(self._infos[number]) as part:
                return part.read(count)
        # zipfile's errors for a method that it lacks, and for a password, are not its own.
        except (
            *(zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError),
            *(ValueError, zlib.error, LZMAError),
        ) as error:
            raise InputError(f"cannot be unpacked: {reason_of(error)}") from error


def _check_directory(path: Path, file: IO[bytes]) -> None:
    """Refuse a directory that would fill the memory."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _END_BYTES - _MAX_COMMENT_BYTES))
    tail = file.read()
    place = tail.rfind(_END_MARK)
    if 0 <= place <= len(tail) - _END_BYTES:
        (length,) = struct.unpack_from("<I", tail, place + 12)
        if length > _MAX_DIRECTORY_BYTES:
            raise InputError(f"{path}: a directory of {length} bytes; unpack it yourself")
