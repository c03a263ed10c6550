"""Alert packets as rows of Parquet files, read a few at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from vetter.errors import InputError
from vetter.io.alerts.packets.producers import STAMP_NAMES, is_nested, normal
from vetter.io.files.regular_files import open_plain_file
from vetter.io.files.unreadable import input_errors

MAGIC = b"PAR1"
_CUTOUT = re.compile(rb"cutout_?(science|template|difference)", re.IGNORECASE)
_DAMAGED = "a Parquet file that cannot be read"
_MAX_FOOTER_BYTES = 64 << 20
LISTED_AT_ONCE = 256
"""Rows of the list read together, without stamps."""

READ_AT_ONCE = 8
"""Rows whose stamps are read together: Parquet cannot read a single row."""


def has_cutouts(path: Path) -> bool:
    """Return whether a Parquet file has columns for stamps, from its footer, without pyarrow.

    An unreadable file also gives False: opening it raises the error.
    """
    try:
        with open_plain_file(path) as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - 8))
            tail = file.read(8)
            length = int.from_bytes(tail[:4], "little")
            if tail[4:] != MAGIC or not 0 < length <= min(size, _MAX_FOOTER_BYTES):
                return False
            file.seek(size - 8 - length)
            return _CUTOUT.search(file.read(length)) is not None
    except OSError:
        return False


class PacketRows:
    """Rows of one Parquet file.

    Raises
    ------
    InputError
        The file is damaged, or pyarrow is not installed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: Any = None
        self._held: tuple[tuple[int, int, bool], Any] | None = None
        with input_errors(path, _DAMAGED):
            # memory_map=False: truncating a mapped file that is open would kill the process.
            self._file = _import_library(path).ParquetFile(str(path), memory_map=False)
            names = [str(name) for name in self._file.schema_arrow.names]
            self._listed = [name for name in names if not is_nested(name)]
            self._fitted = self._listed + [name for name in names if normal(name) in STAMP_NAMES]
            self._listed += _planet_columns(self._file.schema_arrow)

    @property
    def count(self) -> int:
        """Number of rows."""
        return int(self._file.metadata.num_rows)

    def iter_rows(self, group: int, skip: int) -> Iterator[dict[str, Any]]:
        """Yield rows of a group from number ``skip`` on, without stamps and history."""
        for row, record in enumerate(self._batches(group, self._listed, LISTED_AT_ONCE)):
            if row >= skip:
                yield record

    @property
    def groups(self) -> int:
        """Number of row groups."""
        return int(self._file.num_row_groups)

    def record(self, group: int, row: int, whole: bool = True) -> dict[str, Any]:
        """Read one packet, with ``whole`` False without history; raise InputError if damaged."""
        first = row - row % READ_AT_ONCE
        if self._held is None or self._held[0] != (group, first, whole):
            self._held = (group, first, whole), self._read_batch(group, first, whole)
        batch = self._held[1]
        with input_errors(self.path, _DAMAGED):
            record: dict[str, Any] = batch.slice(row - first, 1).to_pylist()[0]
            return record
        raise AssertionError("reading() raises every error")

    def close(self) -> None:
        """Close the file."""
        self._held = None
        self._file.close()

    def _read_batch(self, group: int, first: int, whole: bool) -> Any:
        with input_errors(self.path, _DAMAGED):
            if not 0 <= group < self.groups:
                raise InputError(f"{self.path}: the packet is gone: the file has changed")
            parts = self._file.iter_batches(
                READ_AT_ONCE,
                row_groups=[group],
                columns=None if whole else self._fitted,
                use_threads=False,
            )
            for number, batch in enumerate(parts):
                if number * READ_AT_ONCE == first:
                    return batch
        raise InputError(f"{self.path}: the packet is gone: the file has changed")

    def _batches(self, group: int, columns: list[str], size: int) -> Iterator[dict[str, Any]]:
        with input_errors(self.path, _DAMAGED):
            parts = self._file.iter_batches(
                size, row_groups=[group], columns=columns, use_threads=False
            )
            for batch in parts:
                yield from batch.to_pylist()


def _planet_columns(schema: Any) -> list[str]:
    """Return the columns of minor planets, which the list shows, in any spelling."""
    found = [str(name) for name in schema.names if normal(str(name)) == "sssource"]
    for name in schema.names:
        # Schema 9.0 has the designation beside the orbit's elements.
        kind = schema.field(name).type
        children = [str(kind.field(i).name) for i in range(kind.num_fields)]
        if normal(str(name)) == "mpcorb" and "mpcDesignation" in children:
            found.append(f"{name}.mpcDesignation")
    return found


def _import_library(path: Path) -> Any:
    try:
        import pyarrow.parquet as library
    except ImportError as error:
        raise InputError(
            f"{path}: Parquet files need pyarrow, which is not installed: pip install pyarrow"
        ) from error
    return library
