"""Arrays of stamps in numpy's files (.npy, .npz), read one stamp at a time.

Nothing in a file is executed: arrays of objects, which are pickles, are refused.
"""

from __future__ import annotations

import math
import os
import shutil
import tempfile
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.cutout.plane import Array
from vetter.errors import InputError
from vetter.io.files.file_marks import Mark, mark_of
from vetter.io.files.regular_files import open_plain_file
from vetter.io.files.unreadable import input_errors

ARRAY_ENDINGS = (".npy", ".npz")

_MAGIC = b"\x93NUMPY"
_CHANNELS = 3
_MAX_SIDE = 1200
"""Largest side of a stamp, pixels."""
_MEMBER = ".npy"
_STAMP_NAMES = ("triplets", "triplet", "stamps", "cutouts", "images", "x", "data")
"""Names of the array of stamps among several, the surest first."""

_MAX_HELD_BYTES = 2 << 30
"""Largest size of an array in Fortran's order, of which one stamp is spread over all of it."""

_ALWAYS_UNPACKED_BYTES = 2 << 30
_MAX_RATIO = 100
"""Largest unpacked size over packed size, above ``_ALWAYS_UNPACKED_BYTES``."""

_CHUNK_BYTES = 1 << 20
_MAX_COLUMN_BYTES = 256 << 20


class _Header(NamedTuple):
    """Header of an array: shape, order of its elements, type, and where its data begin."""

    shape: tuple[int, ...]
    is_fortran: bool
    dtype: np.dtype[Any]
    start: int

    @property
    def size(self) -> int:
        """Bytes of the data."""
        return math.prod(self.shape) * self.dtype.itemsize


@dataclass(eq=False)
class StampArray:
    """Stamps of science, template and difference in a file.

    Attributes
    ----------
    path : Path
    count : int
        Number of candidates.
    shape : (int, int)
        Rows and columns of a stamp.
    is_channel_last : bool
        Whether the three planes are the last axis, else the second.
    name : str
        Name of the array in an .npz file; else empty.
    columns : dict of str to ndarray, shape (count,)
        Other arrays of the file with one value for each candidate.
    notes, cautions : tuple of str
        What else is in the file, and how an ambiguous shape is taken.
    """

    path: Path
    count: int
    shape: tuple[int, int]
    is_channel_last: bool
    name: str
    columns: dict[str, npt.NDArray[Any]]
    notes: tuple[str, ...]
    cautions: tuple[str, ...]
    _file: IO[bytes] = field(repr=False)
    _header: _Header = field(repr=False)
    _held: Array | None = field(default=None, repr=False)

    def stamp(self, row: int) -> Array:
        """Return the planes of one candidate, shape (3, rows, columns), in native floats.

        Raises
        ------
        InputError
            The file has become shorter.
        """
        if self._header.is_fortran:
            planes = self._hold()[row]
        else:
            planes = self._read(row)
        planes = np.moveaxis(planes, -1, 0) if self.is_channel_last else planes
        is_small = planes.dtype.itemsize <= (4 if planes.dtype.kind == "f" else 2)
        with np.errstate(all="ignore"):
            return np.ascontiguousarray(planes, np.float32 if is_small else np.float64)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _read(self, row: int) -> Array:
        shape = self._header.shape[-3:]
        size = math.prod(shape) * self._header.dtype.itemsize
        try:
            self._file.seek(self._header.start + row * size)
            content = self._file.read(size)
        except (OSError, ValueError) as error:
            raise InputError(f"{self.path}: cannot be read: {error}") from error
        if len(content) < size:
            raise InputError(f"{self.path}: stamp {row + 1} is gone: the file has changed")
        return np.frombuffer(content, self._header.dtype).reshape(shape)

    def _hold(self) -> Array:
        if self._held is None:
            self._file.seek(self._header.start)
            values = np.frombuffer(self._file.read(self._header.size), self._header.dtype)
            if values.size < math.prod(self._header.shape):
                raise InputError(f"{self.path}: cut short: the file has changed")
            self._held = values.reshape(self._header.shape, order="F")
            self._held = self._held.reshape(self.count, *self._held.shape[-3:])
        return self._held


def is_array_file(path: Path) -> bool:
    """Return whether a file is numpy's by its content, and for .npz by its ending too."""
    try:
        with open_plain_file(path) as file:
            start = file.read(16)
    except OSError:
        return False
    return start.startswith(_MAGIC) or (
        mark_of(start) is Mark.ZIP and path.name.lower().endswith(".npz")
    )


def open_stamp_array(path: Path) -> StampArray:
    """Open a file of stamps; only its headers are read.

    Raises
    ------
    InputError
        The file is damaged or holds no array of stamps.
    """
    try:
        file = open_plain_file(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error
    try:
        if mark_of(file.read(16)) is Mark.ZIP:
            with file:
                return _open_archive(path, file)
        file.seek(0)
        header = _read_header(path, "", file)
        has = os.fstat(file.fileno()).st_size - header.start
        if has < header.size:
            raise InputError(f"{path}: cut short: it has {has} of {header.size} bytes of its array")
        return _stamps(path, "", file, header, {}, ())
    except InputError:
        file.close()
        raise


def _open_archive(path: Path, file: IO[bytes]) -> StampArray:
    """Open the array of stamps among those of an .npz file, unpacked into a temporary file."""
    with input_errors(path, "a damaged .npz file"):
        with zipfile.ZipFile(file) as archive:
            headers = _member_headers(path, archive)
            name = _name_of_stamps(path, headers)
            columns = _columns(path, archive, headers, headers[name].shape[0])
            others = [other for other in headers if other not in (name, *columns)]
            notes = (f"{path.name}: left out {', '.join(others)}",) if others else ()
            out = _unpack(path, archive, name, headers[name])
    try:
        return _stamps(path, name, out, headers[name], columns, notes)
    except InputError:
        out.close()
        raise


def _member_headers(path: Path, archive: zipfile.ZipFile) -> dict[str, _Header]:
    """Return the headers of an archive's arrays by name."""
    headers = {}
    for member in archive.namelist():
        if member.endswith(_MEMBER):
            with archive.open(member) as part:
                name = member.removesuffix(_MEMBER)
                headers[name] = _read_header(path, name, part)
    if not headers:
        raise InputError(f"{path}: expected arrays of numpy, found none")
    return headers


def _name_of_stamps(path: Path, headers: dict[str, _Header]) -> str:
    """Return the name of the array of stamps; the first of several, by name and place."""
    found = [name for name, header in headers.items() if _channel_axis(header.shape) is not None]
    if not found:
        # The error says what was expected, by the shape of the largest.
        return max(headers, key=lambda name: headers[name].size)
    known = {name.lower(): name for name in reversed(found)}
    return next((known[name] for name in _STAMP_NAMES if name in known), found[0])


def _columns(
    path: Path, archive: zipfile.ZipFile, headers: dict[str, _Header], count: int
) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays with one number or text for each candidate."""
    columns = {}
    for name, header in headers.items():
        is_column = header.shape == (count,) and header.dtype.kind in "biufU"
        if is_column and header.size <= _MAX_COLUMN_BYTES:
            with archive.open(name + _MEMBER) as part:
                content = part.read(header.start + header.size)[header.start :]
            if len(content) < header.size:
                raise InputError(f"{path}: the array {name} is cut short")
            columns[name] = np.frombuffer(content, header.dtype)
    return columns


def _unpack(path: Path, archive: zipfile.ZipFile, name: str, header: _Header) -> IO[bytes]:
    """Return a temporary file with one array, no larger than its header says."""
    promised, packed = header.start + header.size, path.stat().st_size
    most = min(
        max(_ALWAYS_UNPACKED_BYTES, _MAX_RATIO * packed),
        shutil.disk_usage(tempfile.gettempdir()).free,
    )
    if promised > most:
        raise InputError(f"{path}: unpacks to over {most} bytes; write the array as .npy")
    out = tempfile.TemporaryFile(prefix="vetter-")
    try:
        with archive.open(name + _MEMBER) as part:
            left = promised
            while left > 0 and (chunk := part.read(min(left, _CHUNK_BYTES))):
                out.write(chunk)
                left -= len(chunk)
        if left:
            raise InputError(f"{path}: the array {name} is cut short")
    except BaseException:
        out.close()
        raise
    return out


def _read_header(path: Path, name: str, file: IO[bytes]) -> _Header:
    label = f"{path}[{name}]" if name else str(path)
    with input_errors(label, "a damaged array of numpy"):
        version = np.lib.format.read_magic(file)
        if version == (1, 0):
            found = np.lib.format.read_array_header_1_0(file)
        elif version == (2, 0):
            found = np.lib.format.read_array_header_2_0(file)
        else:
            raise InputError(f"{label}: a table of numpy: write it as Parquet or FITS")
    shape, is_fortran, dtype = found
    return _Header(shape, is_fortran, dtype, file.tell())


def _stamps(
    path: Path,
    name: str,
    file: IO[bytes],
    header: _Header,
    columns: dict[str, npt.NDArray[Any]],
    notes: tuple[str, ...],
) -> StampArray:
    label = f"{path}[{name}]" if name else str(path)
    axis = _check(label, header)
    shape = header.shape if len(header.shape) == 4 else (1, *header.shape)
    is_last = axis == -1
    cautions: tuple[str, ...] = ()
    if shape[1] == shape[3] == _CHANNELS:
        cautions = (f"{path.name}: two axes of three; the last is taken for the planes",)
    elif len(header.shape) == 3:
        cautions = (f"{path.name}: taken as the three planes of one candidate",)
    rows, columns_ = shape[1:3] if is_last else shape[2:4]
    return StampArray(
        path, shape[0], (rows, columns_), is_last, name, columns, notes, cautions, file, header
    )


def _check(label: str, header: _Header) -> int:
    """Return the axis of the planes; raise InputError for an array that is no stamps."""
    if header.dtype.hasobject:
        raise InputError(
            f"{label}: an array of Python objects, which can run programs and is never read: "
            "write it as numbers, with numpy.save(FILE, numpy.stack(stamps))"
        )
    axis = _channel_axis(header.shape)
    if axis is None or header.dtype.kind not in "fiu" or not _are_sides(header.shape):
        raise InputError(
            f"{label}: expected stamps of shape (N, rows, columns, 3) or (N, 3, rows, columns): "
            f"science, template and difference; found {_kind(label)} of {header.dtype} and shape "
            f"{header.shape}: write the list as Parquet or FITS (Table.write), an image as FITS "
            "(astropy.io.fits.writeto)"
        )
    if header.is_fortran and header.size > _MAX_HELD_BYTES:
        raise InputError(
            f"{label}: in Fortran's order and over {_MAX_HELD_BYTES} bytes: write it again with "
            "numpy.save(FILE, numpy.ascontiguousarray(array))"
        )
    return axis


def _kind(label: str) -> str:
    return "arrays of numpy (.npz), the largest" if label.endswith("]") else "a numpy array"


def _are_sides(shape: tuple[int, ...]) -> bool:
    return min(shape) > 0 and max(shape[-3:]) <= _MAX_SIDE


def _channel_axis(shape: tuple[int, ...]) -> int | None:
    """Return -1 or -3, the axis of the three planes; None for another shape."""
    if len(shape) not in (3, 4):
        return None
    return next((axis for axis in (-1, -3) if shape[axis] == _CHANNELS), None)
