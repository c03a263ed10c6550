"""Candidate lists in VOTables, none of which makes the program fetch anything."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.parsers import expat

import numpy as np
import numpy.typing as npt
from astropy.table import Column, MaskedColumn, Table

from vetter.errors import InputError
from vetter.io.files.compressed import open_unpacked
from vetter.io.files.hdu_names import FitsName
from vetter.io.files.unreadable import reading
from vetter.io.tables.table_file import (
    MOST_COLUMNS,
    TableFile,
    has_positions,
    refuse_bomb,
    too_many,
    unique_names,
    units_of,
    values_of,
)

_MOST_BYTES = 2 * 2**30
_TRUE = frozenset(("T", "t", "true", "True", "TRUE", "1"))
_INTEGERS = {"unsignedByte": np.uint8, "short": np.int16, "int": np.int32, "long": np.int64}
_FLOATS = {"float": np.float32, "double": np.float64}
_TEXTS = ("char", "unicodeChar")


def read_votable(name: FitsName) -> TableFile:
    """Read a VOTable's table: of several the first with positions.

    Rows of plain values (TABLEDATA) are read here, eight times faster than astropy does; binary
    data, arrays in cells and whatever looks strange are left to astropy.

    Raises
    ------
    InputError
        Damaged; a service's word on what went wrong; with entities of its own, or data that lie
        elsewhere: neither is followed.
    """
    with open_unpacked(name.path, _MOST_BYTES) as file:
        raw = file.read()
    content = _Content(name.path)
    with reading(name, "a VOTable that cannot be read"):
        content.read(raw)
        table = content.table()
    if table is not None:
        return TableFile(table, units_of(table), content.ucds(), content.notes(name.label))
    refuse_bomb(name, content.promised(), len(raw))
    return _by_astropy(name, raw, content.status_notes(name.label))


def _by_astropy(name: FitsName, raw: bytes, notes: tuple[str, ...] = ()) -> TableFile:
    from astropy.io.votable import parse

    with reading(name, "a VOTable that cannot be read"):
        file = parse(BytesIO(raw), verify="ignore")
        tables = [one for one in file.iter_tables() if one.fields]
        chosen = next(filter(_places, tables), None) or file.get_first_table()
        table = chosen.to_table(use_names_over_ids=True)
    if len(tables) > 1:
        which = "the first" if chosen is tables[0] else "the first with positions"
        notes = (f"{name.label}: {len(tables)} tables; {which} was taken", *notes)
    return TableFile(table, units_of(table), _ucds(chosen), notes)


def _places(table: Any) -> bool:
    names = [str(field.name) for field in table.fields]
    units = {str(field.name): str(field.unit) for field in table.fields if field.unit is not None}
    return has_positions(names, units, _ucds(table))


def _ucds(table: Any) -> dict[str, str]:
    return {str(field.name): str(field.ucd) for field in table.fields if field.ucd}


class _Content:
    """What a VOTable holds: fields and cells of its first table with rows.

    Parameters
    ----------
    path : Path
        For messages.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fields: list[dict[str, str]] = []
        self._nulls: dict[int, str] = {}
        self._cells: list[str | None] = []
        self._widths: set[int] = set()
        self._pieces: list[str] = []
        self._row_began = 0
        self._tables = self._rows = self._promised_rows = 0
        self._status = ""
        self._plain = True
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.CharacterDataHandler = self._pieces.append
        self._parser.StartElementHandler = self._on_start
        self._parser.EndElementHandler = self._on_end
        self._parser.EntityDeclHandler = self._on_entity

    def read(self, raw: bytes) -> None:
        """Go through the whole file, so that nothing in it is taken on trust."""
        self._parser.Parse(raw, True)
        if self._status == "ERROR" and not self._tables:
            said = " ".join("".join(self._pieces).split())[:160] or "without a word why"
            raise InputError(f"{self._path}: no table but a service's error: {said}")

    def table(self) -> Table | None:
        """The table, where it is of plain values throughout; None where astropy has to see."""
        count = len(self._fields)
        plain = all(_is_plain(field) for field in self._fields)
        if not (self._plain and count and plain and self._widths <= {count} and self._tables == 1):
            return None
        if not self._cells:
            return None
        names, _ = self._names("")
        columns = {}
        for number, (name, field) in enumerate(zip(names, self._fields, strict=True)):
            column = _column(self._cells[number::count], field, self._nulls.get(number))
            if column is None:
                return None
            columns[name] = column
        return Table(columns, copy=False)

    def promised(self) -> int:
        """Return how many values the arrays of the table have, by its fields and rows."""
        # A text's size is a most, which takes no memory.
        arrays = [f.get("arraysize", "1") for f in self._fields if f.get("datatype") not in _TEXTS]
        return max(self._rows, self._promised_rows) * sum(map(values_of, arrays))

    def ucds(self) -> dict[str, str]:
        """UCDs by column name."""
        pairs = zip(self._names("")[0], self._fields, strict=True)
        return {name: field["ucd"] for name, field in pairs if field.get("ucd")}

    def notes(self, label: str) -> tuple[str, ...]:
        """Columns that had to be called otherwise."""
        note = self._names(label)[1]
        return (*((note,) if note else ()), *self.status_notes(label))

    def status_notes(self, label: str) -> tuple[str, ...]:
        """That a service has not sent all that was asked for."""
        if self._status == "OVERFLOW":
            return (f"{label}: cut off at the service's limit (OVERFLOW): there may be more rows",)
        if self._status == "ERROR":
            return (f"{label}: the service met an error on the way: rows may be missing",)
        return ()

    def _names(self, label: str) -> tuple[tuple[str, ...], str]:
        return unique_names([f.get("name") or f.get("ID", "") for f in self._fields], label)

    def _on_start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "TD":
            self._pieces.clear()
            if attributes:
                self._plain = False
            return
        tag = tag.rpartition(":")[2]
        if tag == "TR":
            self._rows += 1
            self._row_began = len(self._cells)
        elif tag == "FIELD":
            # Those of a second table count as well: what is read here has one.
            self._fields.append(attributes)
            if len(self._fields) > MOST_COLUMNS:
                raise too_many(self._path, len(self._fields))
        elif tag == "VALUES" and attributes.get("null") and self._fields:
            self._nulls[len(self._fields) - 1] = attributes["null"]
        elif tag == "STREAM" and attributes.get("href"):
            raise InputError(
                f"{self._path}: its data lie elsewhere, at {attributes['href'][:80]}, and are not "
                "fetched; save the table with its data"
            )
        elif tag == "TABLE":
            self._tables += 1
            # astropy makes arrays of so many rows before it has seen one.
            self._promised_rows += values_of(attributes.get("nrows", "0"))
        elif tag == "INFO" and attributes.get("name") == "QUERY_STATUS":
            # One behind the rows counts for more than that before them.
            self._status = attributes.get("value", "").upper()
            self._pieces.clear()

    def _on_end(self, tag: str) -> None:
        if tag == "TD":
            self._cells.append("".join(self._pieces) or None)
        elif tag == "TR":
            self._widths.add(len(self._cells) - self._row_began)

    def _on_entity(self, *_: Any) -> None:
        raise InputError(f"{self._path}: a VOTable with entities of its own, which are not read")


def _is_plain(field: dict[str, str]) -> bool:
    """Whether a field holds one number, truth value or text in a cell."""
    kind, size = field.get("datatype", ""), field.get("arraysize", "1")
    if field.get("xtype") in ("timestamp", "adql:TIMESTAMP"):
        return kind in _TEXTS
    if kind in _TEXTS:
        return "x" not in size
    return size == "1" and (kind in _INTEGERS or kind in _FLOATS or kind in ("boolean", "bit"))


def _column(cells: Sequence[str | None], field: dict[str, str], null: str | None) -> Column | None:
    """A column of cells; None where a cell is not what its field says."""
    kind = field["datatype"]
    if kind in _TEXTS:
        texts = [cell or "" for cell in cells]
        return _masked(np.array(texts, str), [cell is None for cell in cells], field)
    if kind in ("boolean", "bit"):
        unknown = [cell is None or cell.strip() in ("?", " ", "") for cell in cells]
        truth = np.array([cell is not None and cell.strip() in _TRUE for cell in cells])
        return _masked(truth, unknown, field)
    blank = "nan" if kind in _FLOATS else "0"
    gone = [cell is None or cell == null or not cell.strip() for cell in cells]
    filled = [blank if gap else str(cell) for gap, cell in zip(gone, cells, strict=True)]
    try:
        if kind in _FLOATS:
            numbers = np.array(list(map(float, filled)), _FLOATS[kind])
            gone = np.isnan(numbers).tolist()
        else:
            numbers = np.array(list(map(int, filled)), _INTEGERS[kind])
    except (ValueError, OverflowError):
        return None
    return _masked(numbers, gone, field)


def _masked(data: npt.NDArray[Any], gone: Sequence[bool], field: dict[str, str]) -> Column:
    column = MaskedColumn(data=data, mask=gone) if any(gone) else Column(data)
    if field.get("unit"):
        from astropy.units import Unit

        column.unit = Unit(field["unit"], parse_strict="silent")
    return column
