"""Random access to the content of a large gzip file, by an index made during reading.

indexed_gzip (used by nibabel for gigabytes of images) has zlib's own algorithm, seek points of
32 kB each, and an index that one process can pass to another. rapidgzip would take all cores and
hundreds of megabytes from the window.
"""

from __future__ import annotations

import io
import threading
from pathlib import Path
from typing import Any

from vetter.errors import InputError
from vetter.io.files.unreadable import reason_of

SPACING = 8 << 20
"""Bytes between two seek points: a jump unpacks half of them, 25 ms; 7 GB take 28 MB of index."""

_ALWAYS_UNPACKED_BYTES = 2 << 30
_MAX_RATIO = 100
"""Largest unpacked size over file size, above ``_ALWAYS_UNPACKED_BYTES``: zeros shrink a
thousandfold, packets less than a hundredfold."""

_JUMP_BUFFER, _SEQUENTIAL_BUFFER = 1 << 18, 8 << 20
"""Bytes unpacked at once. Each read begins at the seek point before, so that reading a whole file
needs large buffers."""


class GzipBytes:
    """Unpacked content of a gzip file, readable from any thread.

    Parameters
    ----------
    path : Path
    in_turn : bool
        Whether the content will be read from beginning to end.

    Raises
    ------
    InputError
        The file cannot be opened.
    """

    size = None

    def __init__(self, path: Path, in_turn: bool = False) -> None:
        self.path = path
        try:
            self._max_bytes = max(_ALWAYS_UNPACKED_BYTES, _MAX_RATIO * path.stat().st_size)
        except OSError as error:
            raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error
        self._turn = threading.Lock()
        self._file: Any = self._call(
            lambda: _import_library().IndexedGzipFile(
                str(path),
                spacing=SPACING,
                buffer_size=_SEQUENTIAL_BUFFER if in_turn else _JUMP_BUFFER,
                drop_handles=False,
            )
        )

    def read(self, offset: int, count: int) -> bytes:
        """See :class:`~vetter.io.alerts.packets.byte_ranges.ByteRange`.

        Raises
        ------
        InputError
            The file is damaged, or unpacks to more than packets of its size do.
        """
        if offset > self._max_bytes:
            raise InputError(
                f"{self.path}: unpacks to over {self._max_bytes} bytes; unpack it yourself"
            )

        def read_piece() -> bytes:
            # seek() beyond the end leaves the position unchanged.
            if self._file.seek(offset) != offset:
                return b""
            return bytes(self._file.read(count))

        with self._turn:
            return bytes(self._call(read_piece))

    def index(self) -> bytes:
        """Return the index of the part read so far, for `take_index`."""
        out = io.BytesIO()
        with self._turn:
            self._call(lambda: self._file.export_index(fileobj=out))
        return out.getvalue()

    def take_index(self, index: bytes) -> None:
        """Use an index of the same file made by another process."""
        with self._turn:
            self._call(lambda: self._file.import_index(fileobj=io.BytesIO(index)))

    def close(self) -> None:
        """See :class:`~vetter.io.alerts.packets.byte_ranges.ByteRange`."""
        with self._turn:
            self._file.close()

    def _call(self, function: Any) -> Any:
        try:
            return function()
        # indexed_gzip raises errors of its own without a common base but Exception.
        except Exception as error:
            raise InputError(f"{self.path}: a damaged gzip file: {reason_of(error)}") from error


def _import_library() -> Any:
    import indexed_gzip

    return indexed_gzip
