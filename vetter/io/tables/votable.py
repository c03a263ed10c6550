"""Candidate lists in VOTables; nothing that a VOTable refers to is fetched."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.parsers import expat

import numpy as np
from astropy.table import Column, MaskedColumn, Table

from vetter.errors import InputError
from vetter.io.files.compressed import open_unpacked
from vetter.io.files.hdu_names import FitsName
from vetter.io.files.unreadable import input_errors
from vetter.io.tables.table_file import (
    MAX_COLUMNS,
    TableFile,
    check_value_count,
    has_positions,
    too_many_columns_error,
    unique_names,
    units_of,
    values_of,
)

_MOST_BYTES = 2 * 2**30
# "string" is in files, though not in the standard; a field without a type is text.
_TEXTS = ("char", "unicodeChar", "string")
_CELLS = ("TD", "TR")
_DATA = ("TABLEDATA", "BINARY", "BINARY2", "FITS")
_PIECE = 2**16

Event = tuple[bool, str, Any, Any]
"""True where an element begins, its tag, its attributes or its text, and its position."""


def read_votable(name: FitsName) -> TableFile:
    """Read a VOTable's table; of several tables, the first with positions.

    Raises
    ------
    InputError
        The file is damaged, holds a service's error, defines entities, or refers to data elsewhere.
    """
    from astropy.io.votable.tree import VOTableFile
    from astropy.utils.xml.iterparser import get_xml_iterator

    with open_unpacked(name.path, _MOST_BYTES) as file:
        raw = file.read()
    content = _Content(name, raw)
    config = {"filename": name.path.name, "verify": "ignore", "invalid": "exception"}
    with input_errors(name, "a VOTable that cannot be read"):
        _refuse_entities(name.path, raw)
        with get_xml_iterator(BytesIO(raw)) as events:
            file = VOTableFile(config=config).parse(content.repair(events), config)
        content.refuse_no_table()
        tables = [one for one in file.iter_tables() if one.fields]
        chosen = next(filter(_has_positions, tables), None) or file.get_first_table()
        names, note = unique_names([str(field.name) for field in chosen.fields], name.label)
        for field, unique in zip(chosen.fields, names, strict=True):
            field.name = unique
        read = chosen.to_table(use_names_over_ids=True)
        columns = [_plain(column) for column in read.itercols()]
        table = Table(columns, names=names, meta=read.meta, copy=False)
    notes = [note] if note else []
    if len(tables) > 1:
        which = "the first" if chosen is tables[0] else "the first with positions"
        notes.append(f"{name.label}: {len(tables)} tables; {which} was taken")
    return TableFile(
        table, units_of(table), _ucds(chosen), (*notes, *content.status_notes(name.label))
    )


def _refuse_entities(path: Path, raw: bytes) -> None:
    """Refuse a VOTable with entities, which are defined before the first element."""
    parser = expat.ParserCreate()
    begun = []

    def refuse(*_: Any) -> None:
        raise InputError(
            f"{path}: a VOTable that defines entities, which are not read; save it without a DTD"
        )

    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = lambda *_: begun.append(True)
    for start in range(0, len(raw), _PIECE):
        parser.Parse(raw[start : start + _PIECE])
        if begun:
            return


def _has_positions(table: Any) -> bool:
    names = [str(field.name) for field in table.fields]
    units = {str(field.name): str(field.unit) for field in table.fields if field.unit is not None}
    return has_positions(names, units, _ucds(table))


def _ucds(table: Any) -> dict[str, str]:
    return {str(field.name): str(field.ucd) for field in table.fields if field.ucd}


def _plain(column: Any) -> Column:
    """Return a column with text as an array of str, masked only if a value is missing.

    The column's format is left out, since printed values could lose digits by it.
    """
    mask = np.ma.getmaskarray(column)
    data = np.asarray(column.filled() if column.dtype.kind == "f" else column.data.data)
    if data.dtype.kind == "O" and all(isinstance(value, str) for value in data.flat):
        data = data.astype(str)
    if data.dtype.kind == "U":
        mask = mask | (data == "")
    about = {"unit": column.unit, "description": column.description, "meta": column.meta}
    return MaskedColumn(data, mask=mask, **about) if mask.any() else Column(data, **about)


class _Content:
    """Elements of a VOTable, checked and repaired before astropy parses them.

    Parameters
    ----------
    name : FitsName
        The file, for errors.
    raw : bytes
        The whole file.
    """

    def __init__(self, name: FitsName, raw: bytes) -> None:
        self._name = name
        self._size = len(raw)
        # Each row has two tags, in characters of one byte or two.
        self._rows = (raw.count(b"TR") + raw.count(b"T\0R")) // 2
        self._columns = self._tables = self._promised_rows = self._row_values = 0
        self._status = self._service_error = ""

    def repair(self, events: Iterator[Event]) -> Iterator[Event]:
        """Yield a VOTable's elements; a table's fields are held until the form of its data comes.

        Raises
        ------
        InputError
            Too many columns, data elsewhere, or more values than the file has bytes for.
        """
        held: list[Event] = []
        is_waiting = False
        for event in events:
            begins, tag, data, _ = event
            if tag in _CELLS:
                # First, as nearly all elements are cells.
                yield event
                continue
            if begins:
                self._count(tag, data)
            elif tag == "INFO" and self._status == "ERROR":
                self._service_error = self._service_error or data
            if begins and tag == "TABLE":
                is_waiting = True
            elif is_waiting and (tag in _DATA if begins else tag == "TABLE"):
                is_waiting = False
                _repair_fields(held, tag)
                check_value_count(self._name, self._promised_values(), self._size)
            if is_waiting:
                held.append(event)
                continue
            yield from held
            held.clear()
            yield event

    def refuse_no_table(self) -> None:
        """Raise InputError if a service sent an error instead of a table."""
        if self._status == "ERROR" and not self._tables:
            reason = " ".join(self._service_error.split())[:160] or "without a reason"
            raise InputError(f"{self._name.path}: no table but a service's error: {reason}")

    def status_notes(self, label: str) -> tuple[str, ...]:
        """Return a note if a service sent only a part of the rows."""
        if self._status == "OVERFLOW":
            return (f"{label}: cut off at the service's limit (OVERFLOW): there may be more rows",)
        if self._status == "ERROR":
            return (f"{label}: the service met an error on the way: rows may be missing",)
        return ()

    def _count(self, tag: str, data: dict[str, str]) -> None:
        """Count tables, columns and values, and store a service's status."""
        if tag == "VOTABLE" and data.get("version", "1.1") < "1.3":
            # In older versions an empty integer is 0 rather than missing.
            data["version"] = "1.3"
        elif tag == "TABLE":
            self._tables += 1
            # astropy allocates this many rows before it reads one.
            self._promised_rows += values_of(data.get("nrows", "0"))
        elif tag == "FIELD":
            self._columns += 1
            if self._columns > MAX_COLUMNS:
                raise too_many_columns_error(self._name.path, self._columns)
            # The size of a text is a maximum, for which no memory is allocated.
            if data.get("datatype", "char") not in _TEXTS:
                self._row_values += values_of(data.get("arraysize", "1"))
        elif tag == "STREAM" and data.get("href"):
            raise InputError(
                f"{self._name.path}: its data are elsewhere, at {data['href'][:80]}, and are not "
                "fetched; save the table with its data"
            )
        elif tag == "INFO" and data.get("name") == "QUERY_STATUS":
            # A status after the rows replaces the one before them.
            self._status = data.get("value", "").upper()
            self._service_error = ""

    def _promised_values(self) -> int:
        return max(self._rows, self._promised_rows) * self._row_values


def _repair_fields(events: list[Event], form: str) -> None:
    """Repair the fields of a table in place: without a name, arrays of one, texts of any size.

    astropy would cut a text without a size to its first character, and others to their size.
    """
    number = 0
    for begins, tag, data, _ in events:
        if not begins or tag != "FIELD":
            continue
        number += 1
        if not data.get("name"):
            data["name"] = data.get("ID") or f"col{number}"
        size = data.get("arraysize", "1")
        if form == "TABLEDATA" and data.get("datatype", "char") in _TEXTS and "x" not in size:
            data["arraysize"] = "*"
        elif size == "1":
            data.pop("arraysize", None)
