"""Records of a JSON document that holds more than an array of them: replies of archives, pandas.

An archive's reply has the records somewhere within (ALeRCE, SkyPortal, MAST, TNS, ANTARES), or the
names of columns beside rows of values (TAP, DataTables, pandas).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from vetter.core.candidates.column_roles import recognise
from vetter.core.number_text import format_count
from vetter.io.tables.table_file import unique_names

Record = dict[str, Any]

_INDEX = "index"
_NAMES = ("columns", "fields", "metadata", "names", "colnames")
_ROWS = ("data", "rows", "values")
_TOTALS = ("total", "totalmatches", "totalcount", "count", "numfound", "rowstotal", "totalresults")
_MAX_DEPTH = 4
_SAMPLE = 20


@dataclass(frozen=True, slots=True)
class JsonRecords:
    """Records, units and UCDs of their fields, notes, and cautions without a file's name."""

    records: list[Any]
    units: dict[str, str] = field(default_factory=dict)
    ucds: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()


def find_records(whole: Any) -> JsonRecords | None:
    """Return the records within a JSON document; None if its items are the records, or it is one.

    Parameters
    ----------
    whole : object
        The document, as the json module returns it.
    """
    features = _features(whole)
    if features is not None:
        return features
    if isinstance(whole, list):
        return _rows_below_names(whole)
    if not isinstance(whole, dict):
        return None
    return _find_in_object(whole, 0, [])


def _find_in_object(whole: Record, depth: int, above: list[Record]) -> JsonRecords | None:
    named = _rows_beside_names(whole) or _columns(whole) or _named_records(whole)
    if named is not None:
        return named
    if _is_record(whole):
        # An object's earlier detections are no candidates.
        return JsonRecords([whole])
    lists = dict(_lists_of_records(whole, ""))
    if not lists:
        return _find_in_parts(whole, depth, above)
    placed = {path: items for path, items in lists.items() if _have_positions(items)}
    path = next(iter(placed or lists))
    notes = tuple(
        f"{other} ({format_count(len(items), 'record')}) is left out"
        for other, items in lists.items()
        if other != path and other in placed
    )
    holders = [*above, whole, *(part for part in whole.values() if isinstance(part, dict))]
    return JsonRecords(lists[path], notes=notes, cautions=_missing_pages(holders, len(lists[path])))


def _find_in_parts(whole: Record, depth: int, above: list[Record]) -> JsonRecords | None:
    """Return the records of the first object within an object that has any."""
    if depth >= _MAX_DEPTH:
        return None
    parts = (part for part in whole.values() if isinstance(part, dict))
    found = (_find_in_object(part, depth + 1, [*above, whole]) for part in parts)
    return next((records for records in found if records is not None), None)


def _features(whole: Any) -> JsonRecords | None:
    """Return the features of GeoJSON with their properties and the coordinates of points."""
    if isinstance(whole, dict) and whole.get("type") == "FeatureCollection":
        whole = whole.get("features")
    if not _are_records(whole) or any(item.get("type") != "Feature" for item in whole):
        return None
    records: list[Any] = []
    placed = 0
    for feature in whole:
        properties = feature.get("properties")
        record = {"id": feature["id"]} if "id" in feature else {}
        record |= properties if isinstance(properties, dict) else {}
        point = None if _has_position(_field_names(record)) else _point(feature.get("geometry"))
        if point is not None:
            record |= point
            placed += 1
        records.append(record)
    if not placed:
        return JsonRecords(records)
    note = f"coordinates of {format_count(placed, 'point')} are taken as RA and Dec, degrees"
    return JsonRecords(records, {"ra": "deg", "dec": "deg"}, notes=(note,))


def _point(geometry: Any) -> Record | None:
    """Return the coordinates of a point as ``ra`` and ``dec``; None for another geometry."""
    if not isinstance(geometry, dict) or geometry.get("type") != "Point":
        return None
    pair = geometry.get("coordinates")
    if not isinstance(pair, list) or len(pair) < 2:
        return None
    return dict(zip(("ra", "dec"), pair, strict=False))


def _rows_below_names(rows: list[Any]) -> JsonRecords | None:
    """Return the records of an array of arrays, of which the first has the names."""
    if len(rows) < 2 or not all(isinstance(row, list) for row in rows):
        return None
    names = rows[0]
    if not names or not all(isinstance(name, str) for name in names):
        return None
    return _named_rows(names, rows[1:])


def _rows_beside_names(whole: Record) -> JsonRecords | None:
    """Return the records of an object with the names of columns and rows of values."""
    rows = next((whole[key] for key in _ROWS if _are_lists(whole.get(key))), None)
    given = next((whole[key] for key in _NAMES if isinstance(whole.get(key), list)), None)
    if rows is None or not given:
        return None
    if all(isinstance(name, str) for name in given):
        names, units, ucds = given, {}, {}
    elif all(isinstance(column, dict) and isinstance(column.get("name"), str) for column in given):
        names = [column["name"] for column in given]
        units, ucds = (
            {column["name"]: str(column[key]) for column in given if column.get(key)}
            for key in ("unit", "ucd")
        )
    else:
        return None
    index = whole.get("index")
    if isinstance(index, list) and len(index) == len(rows) and _INDEX not in names:
        names = [_INDEX, *names]
        rows = [[name, *row] for name, row in zip(index, rows, strict=True)]
    return _named_rows(names, rows, units, ucds, _missing_pages([whole], len(rows)))


def _named_rows(
    names: Sequence[str],
    rows: list[list[Any]],
    units: dict[str, str] | None = None,
    ucds: dict[str, str] | None = None,
    cautions: tuple[str, ...] = (),
) -> JsonRecords:
    unique, _ = unique_names(names, "")
    records = [
        # A row of another length is no record, and is said to be none.
        dict(zip(unique, row, strict=True)) if len(row) == len(unique) else row
        for row in rows
    ]
    return JsonRecords(records, units or {}, ucds or {}, cautions=cautions)


def _columns(whole: Record) -> JsonRecords | None:
    """Return the records of an object of columns: lists, or objects with a value for each row."""
    parts = list(whole.values())
    if len(parts) < 2:
        return None
    if all(isinstance(part, list) for part in parts):
        if len({len(part) for part in parts}) > 1 or any(map(_are_records, parts)):
            return None
        return JsonRecords([dict(zip(whole, row, strict=True)) for row in zip(*parts, strict=True)])
    if not all(isinstance(part, dict) for part in parts):
        return None
    rows = list(parts[0])
    if not rows or any(list(part) != rows for part in parts):
        return None
    cells = (value for part in parts for value in part.values())
    is_numbered = all(map(str.isdecimal, rows))
    # Names of positions as keys, and no nested values: columns, by the names of their rows.
    if not is_numbered and (
        not _has_position(list(whole)) or any(isinstance(cell, (dict, list)) for cell in cells)
    ):
        return None
    columns = dict(zip(whole, (list(part.values()) for part in parts), strict=True))
    if not is_numbered and _INDEX not in columns:
        columns = {_INDEX: rows, **columns}
    values = zip(*columns.values(), strict=True)
    return JsonRecords([dict(zip(columns, row, strict=True)) for row in values])


def _named_records(whole: Record) -> JsonRecords | None:
    """Return the records of an object that has them by name: ``{"SN1": {"ra": ...}, ...}``."""
    parts = list(whole.values())
    if not parts or not all(isinstance(part, dict) for part in parts):
        return None
    # Names of objects have a number; "position" and "error" are parts of one record.
    if not all(any(map(str.isdigit, name)) for name in whole):
        return None
    if not all(_has_position(list(part)) for part in parts):
        return None
    taken = any(_INDEX in part for part in parts)
    return JsonRecords([part if taken else {_INDEX: name, **part} for name, part in whole.items()])


def _is_record(item: Record) -> bool:
    """Return whether an object is a candidate: it or its nested objects have id and position."""
    names = _field_names(item)
    return bool(recognise(names, {}, {}).key) and _has_position(names)


def _field_names(item: Record) -> list[str]:
    inner = [
        f"{key}.{name}" for key, part in item.items() if isinstance(part, dict) for name in part
    ]
    return [*(key for key, part in item.items() if not isinstance(part, (dict, list))), *inner]


def _has_position(names: Sequence[str]) -> bool:
    roles = recognise(names, {}, {})
    return roles.x is not None or roles.ra is not None


def _have_positions(items: list[Any]) -> bool:
    return any(_has_position(_field_names(item)) for item in items[:_SAMPLE])


def _are_lists(part: Any) -> bool:
    return isinstance(part, list) and bool(part) and all(isinstance(row, list) for row in part)


def _are_records(part: Any) -> bool:
    return isinstance(part, list) and bool(part) and all(isinstance(item, dict) for item in part)


def _lists_of_records(whole: Record, prefix: str, depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Yield the lists of objects within an object, with the keys that lead there."""
    for key, part in whole.items():
        if _are_records(part):
            yield f"{prefix}{key}", part
        elif isinstance(part, dict) and depth < _MAX_DEPTH and not _is_record(part):
            yield from _lists_of_records(part, f"{prefix}{key}.", depth + 1)


def _missing_pages(holders: Sequence[Record], count: int) -> tuple[str, ...]:
    """Return a caution if a reply says that it is one page of several."""
    for holder in holders:
        for key, value in holder.items():
            is_total = key.lower().replace("_", "") in _TOTALS and type(value) is int
            if is_total and value > count:
                return (f"one page of a longer reply: {count} of {value} records",)
    if any(holder.get("has_next") is True for holder in holders):
        return (f"one page of a longer reply: the first or next {count} records",)
    return ()
