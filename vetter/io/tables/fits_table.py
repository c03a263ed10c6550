"""Binary tables in FITS files: the named one, LDAC's objects, or the first with positions.

Columns of the usual types are read here, in blocks of rows; arrays in the cells of large tables
go to a temporary file. Other tables are left to `Table.read`. CPU and peak memory of 1,000,000
rows of 20 columns, and of 20,000 rows with two stamps of 63 x 63 pixels:

- here 0.22 s, 161 MB; and 0.30 s, under 1 MB;
- `Table.read` 0.50 s, 303 MB; and 0.77 s, 1505 MB;
- `FITS_rec` field by field 0.33 s, 256 MB; and 0.80 s, 1504 MB (mapped 0.42 s, but a mapped file
  that is cut short kills the process);
- `BinTableHDU.fromstring` in blocks of rows 0.42 s, 186 MB; and 0.75 s, 20 MB.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from typing import IO, Any

import numpy as np
import numpy.typing as npt
from astropy.table import Column, MaskedColumn, Table

from vetter.core.candidates.column_values import decode_bytes
from vetter.core.number_text import format_count
from vetter.errors import InputError
from vetter.io.files.cancellation import check_cancelled
from vetter.io.files.compressed import open_unpacked
from vetter.io.files.hdu_names import FitsName
from vetter.io.files.unreadable import input_errors
from vetter.io.fits.hdu_choice import describe_hdus, number_of
from vetter.io.fits.structure import open_fits, promised_by_headers
from vetter.io.tables.table_file import has_positions, unique_names

MAX_ROWS = 20_000_000
"""Rows of a list, at most: at 100 bytes each, two gigabytes."""

# FITS Standard 4.0, table 18. Other types (bits, arrays of variable length, complex numbers) are
# rare in lists, and left to astropy.
_TYPES = {"L": "i1", "B": "u1", "I": ">i2", "J": ">i4", "K": ">i8", "E": ">f4", "D": ">f8"}
_FORM = re.compile(r"^\s*(\d*)([A-Z])")
_SHAPE = re.compile(r"^\s*\(([\d,\s]+)\)\s*$")
# Table 19: unsigned integers (and signed bytes) are stored with an offset.
_UNSIGNED = {("I", 2**15): "u2", ("J", 2**31): "u4", ("K", 2**63): "u8", ("B", -128): "i1"}
# Bytes above which rows are read in blocks, and arrays in cells are stored on disk.
_AT_ONCE = 64 * 2**20
# Characters of a printed number; more, in a damaged TDISP, may not fit into memory.
_WIDEST = 99
_STRUCTURE = re.compile(
    r"^(XTENSION|BITPIX|NAXIS\d*|[PG]COUNT|TFIELDS|THEAP|EXTNAME|EXTVER|CHECKSUM|DATASUM|DATE"
    r"|T(TYPE|FORM|UNIT|NULL|SCAL|ZERO|DISP|BCOL|DIM|UCD|COMM|CTYP|CRPX|CRVL|CDLT|CUNI|RPOS)\d+"
    r"|COMMENT|HISTORY|)$"
)

_BLOCK = 4 * 2**20
_EXT_NUMBER = "EXT_NUMBER"
"""SExtractor's column for the number of the extension, from 1."""


def read_fits_table(name: FitsName) -> tuple[Table, str]:
    """Read a table from a FITS file into memory, in native byte order.

    Returns
    -------
    table : `~astropy.table.Table`
        Columns with arrays or of variable length included.
    note : str
        The HDU that was chosen, if the file has several tables; else empty.

    Raises
    ------
    InputError
        The file has no such table, or it is damaged.
    """
    with (
        input_errors(name.label, "a FITS table that cannot be read"),
        open_unpacked(name.path, enough=promised_by_headers) as file,
        open_fits(file, name.label, character_as_bytes=True) as hdus,
    ):
        numbers, note = _choose(name, hdus)
        tables = [_read_hdu(hdus[number], file, name.label) for number in numbers]
        table, names_note = tables[0]
        if len(tables) > 1:
            table = _stack_chips([one for one, _ in tables])
    return table, "; ".join(filter(None, (note, names_note)))


def _read_hdu(hdu: Any, file: IO[bytes], label: str) -> tuple[Table, str]:
    _check_size(hdu, file, label)
    if can_read(hdu.header):
        return read_rows(hdu.header, file, int(hdu.fileinfo()["datLoc"]), label)
    names, note = unique_names(_given_names(hdu.header), label)
    for position, column in enumerate(names, 1):
        # astropy refuses a table with two columns of one name.
        hdu.header[f"TTYPE{position}"] = column
    table = Table.read(hdu, unit_parse_strict="silent")
    _decode(table)
    for position, column in enumerate(names, 1):
        ucd = hdu.header.get(f"TUCD{position}")
        if ucd and column in table.colnames:
            table[column].info.meta = {"ucd": str(ucd)}
    return table, note


def _stack_chips(tables: list[Table]) -> Table:
    """Return the tables of a SExtractor run on several extensions as one, with EXT_NUMBER."""
    from astropy.table import vstack

    for number, table in enumerate(tables, 1):
        table.meta = {}
        if _EXT_NUMBER not in table.colnames:
            table[_EXT_NUMBER] = np.full(len(table), number, np.int16)
    return vstack(tables, join_type="outer", metadata_conflicts="silent")


def _given_names(header: Any) -> list[str]:
    """Return the names of a table's columns in its header, empty if missing there."""
    numbers = range(1, int(header.get("TFIELDS", 0)) + 1)
    return [str(header.get(f"TTYPE{number}", "")).strip() for number in numbers]


def _check_size(hdu: Any, file: IO[bytes], label: str) -> None:
    """Refuse a table of more rows than the file holds, or than `MAX_ROWS`."""
    header = hdu.header
    width, rows = int(header["NAXIS1"]), int(header["NAXIS2"])
    present = file.seek(0, 2) - int(hdu.fileinfo()["datLoc"])
    # hdu.size includes GCOUNT; astropy allocates this many bytes.
    if present < max(width * rows + int(header.get("PCOUNT", 0)), int(hdu.size)):
        raise InputError(
            f"{label}: cut short: {format_count(rows, 'row is', 'rows are')} promised, the file "
            f"ends after {min(max(present, 0) // max(width, 1), rows)}; copy or write it again"
        )
    if rows > MAX_ROWS:
        raise InputError(
            f"{label}: {rows} rows are more than a list may have ({MAX_ROWS}); choose the "
            "candidates first"
        )


def _decode(table: Table) -> None:
    """Decode columns of bytes in place, many times faster than astropy."""
    for name in table.colnames:
        column = table[name]
        if column.dtype.kind in "cf" and not column.dtype.isnative:
            table[name] = column.astype(column.dtype.newbyteorder("="))
        if column.dtype.kind != "S":
            continue
        text = decode_bytes(np.asarray(column))
        masked = getattr(column, "mask", None)
        table.replace_column(
            name, Column(text) if masked is None else MaskedColumn(data=text, mask=masked)
        )


def _is_table(hdu: Any) -> bool:
    from astropy.io import fits

    is_table = isinstance(hdu, (fits.BinTableHDU, fits.TableHDU))
    return is_table and not hdu.header.get("ZIMAGE", False)


def _choose(name: FitsName, hdus: Any) -> tuple[list[int], str]:
    if name.extension is not None:
        number = number_of(name, hdus)
        hdu = hdus[number]
        if not _is_table(hdu):
            raise InputError(f"{name.label}: expected a table, found {describe_hdus(hdus)}")
        return [number], ""
    tables = [number for number, hdu in enumerate(hdus) if _is_table(hdu)]
    if not tables:
        raise InputError(
            f"{name.path}: expected a table of candidates, found {describe_hdus(hdus)}"
        )
    objects = [number for number in tables if hdus[number].name.upper() == "LDAC_OBJECTS"]
    number = objects[0] if objects else tables[0]
    if len(objects) > 1:
        return objects, (
            f"{name.path.name}: {len(objects)} tables LDAC_OBJECTS are one list; {_EXT_NUMBER} "
            "counts them"
        )
    if len(tables) == 1 or objects:
        return [number], ""
    chosen = next((n for n in tables if _has_positions(hdus[n].header)), number)
    which = "the first" if chosen == number else "the first with positions"
    return [chosen], f"{name.path.name}: {len(tables)} tables; {which} was taken, [{chosen}]"


def _has_positions(header: Any) -> bool:
    """Return whether columns of a table are recognised as positions."""
    numbers = range(1, int(header.get("TFIELDS", 0)) + 1)
    names = {number: str(header.get(f"TTYPE{number}", "")) for number in numbers}
    units, ucds = (
        {name: str(header[key]) for n, name in names.items() if (key := f"{word}{n}") in header}
        for word in ("TUNIT", "TUCD")
    )
    return has_positions(list(names.values()), units, ucds)


def can_read(header: Any) -> bool:
    """Return whether all columns of a table's header are of types that `read_rows` reads."""
    if header.get("XTENSION", "").strip() != "BINTABLE":
        return False
    forms = [_form(header, number) for number in range(1, int(header.get("TFIELDS", 0)) + 1)]
    return bool(forms) and all(letter in _TYPES or letter == "A" for _, letter in forms)


def read_rows(header: Any, file: IO[bytes], offset: int, label: str) -> tuple[Table, str]:
    """Read a table's columns, with units, masks and formats.

    Parameters
    ----------
    header : `~astropy.io.fits.Header`
    file : binary file
        A file on disk.
    offset : int
        First byte of the table's data.
    label : str
        The table, as the user knows it.

    Returns
    -------
    table : `~astropy.table.Table`
        Numbers in native byte order. NaN, empty texts and TNULL are masked, as in astropy. Arrays
        in the cells of a large table stay on disk, big-endian and read-only.
    note : str
        Columns that were renamed; else empty.

    Raises
    ------
    InputError
        The file ends before the table does.
    """
    names, note = unique_names(_given_names(header), label)
    records = _records(header, file, offset, label)
    columns = {
        name: _column(header, number, records[f"f{number}"])
        for number, name in enumerate(names, 1)
        if f"f{number}" in records
        and records[f"f{number}"].dtype.itemsize
        and _form(header, number)[0]
    }
    table = Table(columns, copy=False)
    table.meta.update(
        {card.keyword: card.value for card in header.cards if not _STRUCTURE.match(card.keyword)}
    )
    return table, note


def _form(header: Any, number: int) -> tuple[int, str]:
    """Return the number of values in a cell and their type: ``13A`` is (13, 'A')."""
    match = _FORM.match(str(header.get(f"TFORM{number}", "")))
    if match is None:
        return 0, ""
    return int(match[1] or 1), match[2]


def _records(header: Any, file: IO[bytes], offset: int, label: str) -> dict[str, npt.NDArray[Any]]:
    """Read the columns as stored, under the names ``f1`` and so on."""
    width, rows = int(header["NAXIS1"]), int(header["NAXIS2"])
    fields = []
    for number in range(1, int(header["TFIELDS"]) + 1):
        repeat, letter = _form(header, number)
        kind = f"S{repeat}" if letter == "A" else _TYPES[letter]
        shape = () if letter == "A" or repeat == 1 else (repeat,)
        fields.append((f"f{number}", kind, shape))
    dtype = np.dtype(fields)
    if dtype.itemsize != width:
        raise InputError(
            f"{label}: a damaged table: its columns take {dtype.itemsize} bytes, its rows {width}"
        )
    present = file.seek(0, 2) - offset
    if present < width * rows:
        raise InputError(
            f"{label}: cut short: {format_count(rows, 'row is', 'rows are')} promised, the file "
            f"ends after {max(present, 0) // max(width, 1)}; copy or write it again"
        )
    file.seek(offset)
    if width * rows > _AT_ONCE:
        return read_fields(file, dtype, rows, offset, label)
    records = np.frombuffer(file.read(width * rows), dtype, rows)
    return {f"f{n}": records[f"f{n}"] for n in range(1, len(fields) + 1)}


def _column(header: Any, number: int, values: npt.NDArray[Any]) -> Column:
    _, letter = _form(header, number)
    values = _shaped(header, number, values, letter)
    if letter == "A":
        return _texts(values)
    if letter == "L":
        return Column(values == ord("T"))
    null = header.get(f"TNULL{number}")
    mask: Any = None
    if null is not None and letter in "BIJK":
        mask = values == null
    if not isinstance(values, np.memmap):
        # A view of whole records is copied; an array that was read for itself is kept.
        is_ready = values.flags.owndata and values.dtype.isnative
        values = values if is_ready else values.astype(values.dtype.newbyteorder("="))
    values = _scaled(header, number, values, letter)
    if mask is None and values.ndim == 1 and values.dtype.kind == "f":
        mask = np.isnan(values)
        mask = mask if mask.any() else None
    column = Column(values) if mask is None else MaskedColumn(data=values, mask=mask)
    _describe(header, number, column)
    return column


def _shaped(header: Any, number: int, values: npt.NDArray[Any], letter: str) -> npt.NDArray[Any]:
    """Return values with the axes that TDIM gives each cell, slowest first."""
    match = _SHAPE.match(str(header.get(f"TDIM{number}", "")))
    if match is None:
        return values
    axes = tuple(int(length) for length in reversed(match[1].split(",")))
    if letter == "A":
        if len(axes) < 2 or int(np.prod(axes)) != values.dtype.itemsize:
            return values
        whole = np.ascontiguousarray(values)
        return whole.view(f"S{axes[-1]}").reshape(len(values), *axes[:-1])
    inner = values.shape[1:]
    return values.reshape(len(values), *axes) if int(np.prod(axes)) == np.prod(inner) else values


def _texts(values: npt.NDArray[Any]) -> Column:
    text = decode_bytes(np.strings.rstrip(np.ascontiguousarray(values)))
    empty = text == ""
    return MaskedColumn(data=text, mask=empty) if empty.any() else Column(text)


def _scaled(header: Any, number: int, values: npt.NDArray[Any], letter: str) -> npt.NDArray[Any]:
    scale, zero = header.get(f"TSCAL{number}", 1), header.get(f"TZERO{number}", 0)
    if scale == 1 and zero == 0:
        return values
    unsigned = _UNSIGNED.get((letter, int(zero))) if scale == 1 else None
    if unsigned == "i1":
        return (values.astype(np.int16) - 128).astype(np.int8)
    if unsigned is not None:
        # Adding half the range only flips the highest bit.
        half = np.array(int(zero), unsigned)
        # Mapped cells of several values still have the file's byte order.
        native = values.astype(values.dtype.newbyteorder("="), copy=False)
        flipped: npt.NDArray[Any] = np.bitwise_xor(native.view(unsigned), half)
        return flipped
    return np.asarray(values.astype(np.float64) * scale + zero, np.float64)


def _describe(header: Any, number: int, column: Column) -> None:
    unit = header.get(f"TUNIT{number}")
    if isinstance(unit, str) and unit.strip():
        from astropy.units import Unit

        column.unit = Unit(unit, format="fits", parse_strict="silent")
    ucd = header.get(f"TUCD{number}")
    if isinstance(ucd, str) and ucd.strip():
        column.info.meta = {"ucd": ucd.strip()}
    display = header.get(f"TDISP{number}")
    if isinstance(display, str):
        column.format = _format(display)


def _format(display: str) -> str | None:
    """Return TDISP, a Fortran format, as a Python format: ``F8.3`` becomes ``8.3f``."""
    match = re.match(r"^\s*([IFEDG])[NS]?(\d+)(?:\.(\d+))?", display)
    if match is None or int(match[2]) > _WIDEST or int(match[3] or 0) > _WIDEST:
        return None
    letter = {"I": "d", "F": "f", "E": "e", "D": "e", "G": "g"}[match[1]]
    if letter == "d":
        return f"{match[2]}d"
    return f"{match[2]}.{match[3]}{letter}" if match[3] else None


def read_fields(
    file: IO[bytes], dtype: np.dtype[Any], rows: int, offset: int, label: str
) -> dict[str, npt.NDArray[Any]]:
    """Read fields of one value into memory, native byte order; map others as stored.

    The file itself is not mapped: the process would be killed if the file were cut short while it
    is open. Mapped fields are copied to a temporary file without a name, which is freed with the
    arrays.

    Parameters
    ----------
    file : binary file
    dtype : `numpy.dtype`
        The dtype of a record.
    rows : int
        Number of records.
    offset : int
        First byte of the records.
    label : str
        The table, as the user knows it.

    Raises
    ------
    InputError
        The file is shorter, or the disk has no space for a copy of the wide fields.
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
        # A mapped array stays valid after its file is closed.
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
        check_cancelled()
        data = file.read(wanted)
        if len(data) < wanted:
            raise InputError(f"{label}: cut short while it was read; open it again")
        yield first, np.frombuffer(data, dtype)


def _check_room(wanted: int, label: str) -> None:
    folder = tempfile.gettempdir()
    free = shutil.disk_usage(folder).free
    if wanted > free:
        raise InputError(
            f"{label}: the arrays in its cells need {wanted / 1e6:,.0f} MB in {folder}, found "
            f"{free / 1e6:,.0f} MB free: set {'TEMP' if os.name == 'nt' else 'TMPDIR'} to a "
            "larger disk, or leave those columns out"
        )
