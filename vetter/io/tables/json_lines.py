"""Candidate lists in JSON: one object per line, or an array of objects."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from astropy.table import Column, MaskedColumn, Table

from vetter.core.number_text import format_count
from vetter.errors import InputError
from vetter.io.files.hdu_names import FitsName
from vetter.io.tables.dialects.json_layouts import JsonRecords, find_records
from vetter.io.tables.encoding import table_text
from vetter.io.tables.table_file import MAX_COLUMNS, TableFile

# Rows times columns: a gigabyte or two.
_MOST_CELLS = 200_000_000
_MOST_DEPTH = 20


@dataclass
class _Records:
    """Records as columns: for each name the rows that have a value, and the values."""

    count: int = 0
    rows: dict[str, list[int]] = field(default_factory=dict)
    values: dict[str, list[Any]] = field(default_factory=dict)
    lists: set[str] = field(default_factory=set)
    bad: list[str] = field(default_factory=list)
    found: JsonRecords = field(default_factory=lambda: JsonRecords([]))


def read_json(name: FitsName) -> TableFile:
    """Read records of JSON; fields of a nested object become columns with dots in their names.

    Missing keys and null are masked; integers never pass through floats; arrays are left out.
    Lines that are not JSON objects are counted and named in a note, and the others are read.

    Raises
    ------
    InputError
        The file has no record, or more cells than fit into memory.
    """
    text = table_text(name.path)
    records = _Records()
    items: list[dict[str, Any]] = []
    for place, item in _items(name, text, records):
        if isinstance(item, dict):
            items.append(item)
        else:
            records.bad.append(place)
    if not _add_if_alike(records, items):
        for item in items:
            _add(name, records, item)
    if not records.count:
        raise InputError(
            f"{name}: expected JSON records with a candidate each, found none"
            + (f"; no record: {', '.join(records.bad[:3])}" if records.bad else "")
        )
    if records.count * len(records.rows) > _MOST_CELLS:
        raise InputError(
            f"{name}: {format_count(records.count, 'record')} of {len(records.rows)} different "
            "fields do not fit into memory; write the list as Parquet"
        )
    columns = {
        key: _column(records.rows[key], records.values[key], records.count) for key in records.rows
    }
    found = records.found
    cautions = tuple(f"{name.label}: {caution}" for caution in found.cautions)
    return TableFile(
        Table(columns, copy=False),
        {key: unit for key, unit in found.units.items() if key in columns},
        {key: ucd for key, ucd in found.ucds.items() if key in columns},
        notes=(*_notes(name, records), *cautions),
        cautions=cautions,
        is_untyped=True,
    )


def _items(name: FitsName, text: str, records: _Records) -> Iterator[tuple[str, Any]]:
    is_array = text.lstrip().startswith("[")
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        if is_array:
            raise InputError(f"{name}: a JSON array that cannot be read: {error}") from error
        whole = None
    found = find_records(whole)
    if found is not None:
        records.found = found
    items = found.records if found is not None else whole if is_array else None
    if items is not None:
        yield from ((f"record {number}", item) for number, item in enumerate(items, 1))
        return
    lines = [(n, line) for n, line in enumerate(text.split("\n"), 1) if line.strip()]
    try:
        # One call for all lines takes a third of the time; errors are found line by line below.
        items = json.loads(f"[{','.join(line for _, line in lines)}]")
    except (ValueError, RecursionError):
        items = []
    if len(items) == len(lines):
        yield from ((f"line {n}", item) for (n, _), item in zip(lines, items, strict=True))
        return
    del items
    yield from _parse_lines(name, ((f"line {n}", line) for n, line in lines), records, text)


def _parse_lines(
    name: FitsName, lines: Iterable[tuple[str, str]], records: _Records, text: str
) -> Iterator[tuple[str, Any]]:
    for place, line in lines:
        try:
            item = json.loads(line)
        except (ValueError, RecursionError):
            if line.strip() == "{" and _is_one_object(text):
                raise InputError(
                    f"{name}: expected one JSON object per line or an array of them, found one "
                    "object over many lines"
                ) from None
            records.bad.append(place)
            continue
        yield place, item


def _is_one_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def _add_if_alike(records: _Records, items: list[dict[str, Any]]) -> bool:
    """Add all records at once if they have the same plain fields, and return whether they do."""
    first = list(items[0]) if items else []
    if not first or len(first) > MAX_COLUMNS or any(list(item) != first for item in items):
        return False
    columns = list(zip(*(item.values() for item in items), strict=True))
    kinds = [set(map(type, column)) for column in columns]
    if any(dict in kind or list in kind for kind in kinds):
        return False
    records.count, every = len(items), list(range(len(items)))
    for key, column, kind in zip(first, columns, kinds, strict=True):
        rows = every
        if type(None) in kind:
            rows = [row for row in every if column[row] is not None]
        records.rows[key or "col"] = rows
        records.values[key or "col"] = [value for value in column if value is not None]
    return True


def _add(name: FitsName, records: _Records, item: dict[str, Any]) -> None:
    row = records.count
    records.count += 1
    _put(records, "", item, row, 0)
    if len(records.rows) > MAX_COLUMNS:
        raise InputError(f"{name}: more different fields than the {MAX_COLUMNS} that can be read")


def _put(records: _Records, prefix: str, item: dict[str, Any], row: int, depth: int) -> None:
    for key, value in item.items():
        kind = type(value)
        if kind is dict and depth < _MOST_DEPTH:
            _put(records, f"{prefix}{key}.", value, row, depth + 1)
            continue
        field_name = prefix + key or "col"
        if kind is dict or kind is list:
            records.lists.add(field_name)
            continue
        rows = records.rows.setdefault(field_name, [])
        values = records.values.setdefault(field_name, [])
        # If a record has a field "a.b" and an object "a" with a field "b", the first counts.
        if value is not None and not (rows and rows[-1] == row):
            rows.append(row)
            values.append(value)


def _column(rows: list[int], values: list[Any], count: int) -> Column:
    data = _array(values)
    if len(rows) == count:
        return Column(data)
    mask = np.ones(count, bool)
    mask[rows] = False
    whole = np.zeros(count, data.dtype)
    whole[rows] = data
    return MaskedColumn(whole, mask=mask)


def _array(values: list[Any]) -> npt.NDArray[Any]:
    """Return values as booleans, integers or floats, or as text if their types are mixed."""
    kinds = set(map(type, values))
    if kinds == {bool}:
        return np.array(values, bool)
    if kinds == {int}:
        low, high = min(values), max(values)
        if -(2**63) <= low and high < 2**63:
            return np.array(values, np.int64)
        if low >= 0 and high < 2**64:
            return np.array(values, np.uint64)
    if kinds == {float} or (kinds == {int, float} and _are_exact(values)):
        return np.array(values, np.float64)
    if not values:
        return np.array([], np.float64)
    return np.array([_text(value) for value in values], str)


def _are_exact(values: list[Any]) -> bool:
    return all(isinstance(value, float) or abs(value) <= 2**53 for value in values)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _notes(name: FitsName, records: _Records) -> Iterator[str]:
    if records.bad:
        more = " and more" if len(records.bad) > 5 else ""
        total = format_count(records.count + len(records.bad), "record")
        yield (
            f"{name.label}: {len(records.bad)} of {total} could "
            f"not be read: {', '.join(records.bad[:5])}{more}"
        )
    yield from (f"{name.label}: {note}" for note in records.found.notes)
    if records.lists:
        shown = sorted(records.lists)
        more = " and more" if len(shown) > 8 else ""
        yield f"{name.label}: fields left out, not plain values: {', '.join(shown[:8])}{more}"
