"""The fields of a long file of records, read block by block; wide ones on a file of one's own."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from vetter.errors import InputError
from vetter.io.files.cancelling import still_wanted

_BLOCK = 4 * 2**20


def read_fields(
    file: IO[bytes], dtype: np.dtype[Any], rows: int, offset: int, label: str
) -> dict[str, npt.NDArray[Any]]:
    """Fields of one value a record in memory and native byte order; others mapped, as stored.

    Not mapped from the file itself: the process would be killed where that is cut short while it
    is open. What is mapped here lies in a file without a name, which goes with the arrays.

    Parameters
    ----------
    file : binary file
    dtype : `numpy.dtype`
        Of a record.
    rows : int
        Records.
    offset : int
        Where they begin, bytes.
    label : str
        The table, as the user knows it.

    Raises
    ------
    InputError
        The file is shorter, or there is no room for a copy of the wide fields.
    """
    assert dtype.names is not None
    kinds = {name: dtype[name] for name in dtype.names if dtype[name].itemsize}
    out = {
        name: np.empty(rows, kind.newbyteorder("="))
        for name, kind in kinds.items()
        if not kind.shape
    }
    wide = [name for name, kind in kinds.items() if kind.shape]
    copies = {name: tempfile.TemporaryFile(prefix="vetter-") for name in wide}
    try:
        _check_room(rows * sum(kinds[name].itemsize for name in wide), label)
        for first, block in _blocks(file, dtype, rows, offset, label):
            for name, values in out.items():
                values[first : first + len(block)] = block[name]
            for name, copy in copies.items():
                copy.write(np.ascontiguousarray(block[name]).data)
        for name, copy in copies.items():
            copy.flush()
            base, shape = kinds[name].base, (rows, *kinds[name].shape)
            out[name] = np.memmap(copy, base, "r", 0, shape)
    finally:
        # An open map keeps what it shows.
        for copy in copies.values():
            copy.close()
    return out


def _blocks(
    file: IO[bytes], dtype: np.dtype[Any], rows: int, offset: int, label: str
) -> Iterator[tuple[int, npt.NDArray[Any]]]:
    step = max(1, _BLOCK // dtype.itemsize)
    file.seek(offset)
    for first in range(0, rows, step):
        wanted = min(step, rows - first) * dtype.itemsize
        still_wanted()
        data = file.read(wanted)
        if len(data) < wanted:
            raise InputError(f"{label}: it was cut short while it was read; open it again")
        yield first, np.frombuffer(data, dtype)


def _check_room(wanted: int, label: str) -> None:
    folder = tempfile.gettempdir()
    free = shutil.disk_usage(folder).free
    if wanted > free:
        raise InputError(
            f"{label}: the arrays in its cells take {wanted / 1e6:,.0f} MB in {folder}, found "
            f"{free / 1e6:,.0f} MB free: set {'TEMP' if os.name == 'nt' else 'TMPDIR'} to a "
            "larger disk, or leave those columns out"
        )
