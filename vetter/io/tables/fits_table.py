"""Binary tables in FITS files: the one named, LDAC's objects, or the first with positions."""

from __future__ import annotations

from typing import IO, Any

import numpy as np
from astropy.table import Column, MaskedColumn, Table

from vetter.core.candidates.column_values import decoded
from vetter.core.number_text import counted
from vetter.errors import InputError
from vetter.io.files.compressed import open_unpacked
from vetter.io.files.hdu_names import FitsName
from vetter.io.files.unreadable import reading
from vetter.io.fits.hdu_choice import found, number_of
from vetter.io.fits.structure import open_fits, promised_by_headers
from vetter.io.tables.fits_rows import can_read, read_rows
from vetter.io.tables.position_columns import has_positions

MOST_ROWS = 20_000_000
"""Of a list: at 100 bytes each, two gigabytes."""


def read_fits_table(name: FitsName) -> tuple[Table, str]:
    """Read a table from a FITS file into memory, in native byte order.

    Returns
    -------
    table : `~astropy.table.Table`
        Columns with arrays or of variable length included.
    note : str
        Which HDU was taken, where there was a choice; else empty.

    Raises
    ------
    InputError
        No such table, or a damaged one.
    """
    with (
        reading(name.label, "a FITS table that cannot be read"),
        open_unpacked(name.path, enough=promised_by_headers) as file,
        open_fits(file, name.label, character_as_bytes=True) as hdus,
    ):
        number, note = _choose(name, hdus)
        hdu = hdus[number]
        _check_size(hdu, file, name.label)
        if can_read(hdu.header):
            offset = int(hdu.fileinfo()["datLoc"])
            table, said = read_rows(hdu.header, file, offset, name.label)
            return table, "; ".join(filter(None, (note, said)))
        table = Table.read(hdu, unit_parse_strict="silent")
        _decode(table)
        for position, column in enumerate(table.colnames, 1):
            ucd = hdu.header.get(f"TUCD{position}")
            if ucd:
                table[column].info.meta = {"ucd": str(ucd)}
    return table, note


def _check_size(hdu: Any, file: IO[bytes], label: str) -> None:
    """Refuse a table whose header promises more than the file holds, or than a list has."""
    header = hdu.header
    width, rows = int(header["NAXIS1"]), int(header["NAXIS2"])
    there = file.seek(0, 2) - int(hdu.fileinfo()["datLoc"])
    # The size as astropy reckons it, with GCOUNT, is what it makes room for.
    if there < max(width * rows + int(header.get("PCOUNT", 0)), int(hdu.size)):
        raise InputError(
            f"{label}: cut short: {counted(rows, 'row is', 'rows are')} promised, the file ends "
            f"after {min(max(there, 0) // max(width, 1), rows)}; copy or write it again"
        )
    if rows > MOST_ROWS:
        raise InputError(
            f"{label}: {rows} rows are more than a list is read from ({MOST_ROWS}); choose "
            "the candidates first"
        )


def _decode(table: Table) -> None:
    """Text for bytes, many times faster than astropy does it."""
    for name in table.colnames:
        column = table[name]
        if column.dtype.kind in "cf" and not column.dtype.isnative:
            table[name] = column.astype(column.dtype.newbyteorder("="))
        if column.dtype.kind != "S":
            continue
        text = decoded(np.asarray(column))
        masked = getattr(column, "mask", None)
        table.replace_column(
            name, Column(text) if masked is None else MaskedColumn(data=text, mask=masked)
        )


def _is_table(hdu: Any) -> bool:
    from astropy.io import fits

    is_table = isinstance(hdu, (fits.BinTableHDU, fits.TableHDU))
    return is_table and not hdu.header.get("ZIMAGE", False)


def _choose(name: FitsName, hdus: Any) -> tuple[int, str]:
    if name.extension is not None:
        number = number_of(name, hdus)
        hdu = hdus[number]
        if not _is_table(hdu):
            raise InputError(f"{name.label}: wanted a table, found {found(hdus)}")
        return number, ""
    tables = [number for number, hdu in enumerate(hdus) if _is_table(hdu)]
    if not tables:
        raise InputError(f"{name.path}: wanted a table of candidates, found {found(hdus)}")
    objects = [number for number in tables if hdus[number].name.upper() == "LDAC_OBJECTS"]
    number = objects[0] if objects else tables[0]
    if len(objects) > 1:
        return number, (
            f"{name.path.name}: {len(objects)} tables LDAC_OBJECTS; the first was taken, "
            f"[LDAC_OBJECTS,1]"
        )
    if len(tables) == 1 or objects:
        return number, ""
    placed = next((n for n in tables if _places(hdus[n].header)), number)
    which = "the first" if placed == number else "the first with positions"
    return placed, f"{name.path.name}: {len(tables)} tables; {which} was taken, [{placed}]"


def _places(header: Any) -> bool:
    """Whether columns of a table are known to be positions."""
    numbers = range(1, int(header.get("TFIELDS", 0)) + 1)
    names = {number: str(header.get(f"TTYPE{number}", "")) for number in numbers}
    units, ucds = (
        {name: str(header[key]) for n, name in names.items() if (key := f"{word}{n}") in header}
        for word in ("TUNIT", "TUCD")
    )
    return has_positions(list(names.values()), units, ucds)
