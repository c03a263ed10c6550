"""Random access to what is in a large gzip file, by an index made while it is read.

By indexed_gzip, which nibabel reads gigabytes of images with: zlib's own algorithm, seek points
with 32 kB each, an index that one process can hand to another. rapidgzip would use all cores, and
hundreds of megabytes for it, beside a vetter who wants them.
"""

from __future__ import annotations

import io
import threading
from pathlib import Path
from typing import Any

from vetter.errors import InputError
from vetter.io.files.unreadable import reason_of

SPACING = 8 << 20
"""Bytes between two seek points: a jump unpacks half of that, 25 ms; 7 GB take 28 MB of index."""

_FREELY = 2 << 30
_MAX_RATIO = 100
"""A member of zeros shrinks a thousandfold: up to so many bytes are always unpacked, above only as
many as packets shrink to a file of that size."""

_JUMPING, _IN_TURN = 1 << 18, 8 << 20
"""Bytes unpacked at once. Each time begins at the seek point before, so that one who reads it all
has to take much at once."""


class GzipBytes:
    """What a gzip file unpacks to; any thread may read.

    Parameters
    ----------
    path : Path
    in_turn : bool
        It is going to be read from beginning to end.

    Raises
    ------
    InputError
        It cannot be opened.
    """

    size = None

    def __init__(self, path: Path, in_turn: bool = False) -> None:
        self.path = path
        try:
            self._most = max(_FREELY, _MAX_RATIO * path.stat().st_size)
        except OSError as error:
            raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error
        self._turn = threading.Lock()
        self._file: Any = self._tried(
            lambda: _library().IndexedGzipFile(
                str(path),
                spacing=SPACING,
                buffer_size=_IN_TURN if in_turn else _JUMPING,
                drop_handles=False,
            )
        )

    def read(self, offset: int, count: int) -> bytes:
        """See :class:`~vetter.io.alerts.packets.byte_ranges.ByteRange`.

        Raises
        ------
        InputError
            It is damaged, or unpacks to more than a file of its size does.
        """
        if offset > self._most:
            raise InputError(f"{self.path}: unpacks to over {self._most} bytes; unpack it yourself")

        def piece() -> bytes:
            # Beyond the end it would stay where it is.
            if self._file.seek(offset) != offset:
                return b""
            return bytes(self._file.read(count))

        with self._turn:
            return bytes(self._tried(piece))

    def index(self) -> bytes:
        """The index so far, for `take_index`."""
        out = io.BytesIO()
        with self._turn:
            self._tried(lambda: self._file.export_index(fileobj=out))
        return out.getvalue()

    def take_index(self, index: bytes) -> None:
        """Go on with an index that another process has made of the same file."""
        with self._turn:
            self._tried(lambda: self._file.import_index(fileobj=io.BytesIO(index)))

    def close(self) -> None:
        """See :class:`~vetter.io.alerts.packets.byte_ranges.ByteRange`."""
        with self._turn:
            self._file.close()

    def _tried(self, call: Any) -> Any:
        try:
            return call()
        # The library has errors of its own, without a common base but Exception.
        except Exception as error:
            raise InputError(f"{self.path}: a damaged gzip file: {reason_of(error)}") from error


def _library() -> Any:
    import indexed_gzip

    return indexed_gzip
