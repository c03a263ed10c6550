"""Columns of a list of packets: flattened fields, and common names for several producers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from vetter.core.candidates.candidate_list import Roles
from vetter.io.alerts.packets.producers import (
    Producer,
    band,
    field_of,
    is_nested,
    is_positive,
    number,
)
from vetter.io.alerts.sky_marks import planet_fields

Values = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]
_SCALAR_TYPES = frozenset((int, float, str, bool, type(None)))

_COMMON_NAMES = {
    "key": "id",
    "name": "object",
    "mag": "mag",
    "mag_err": "mag_err",
    "time": "mjd",
    "filter": "filter",
    "fwhm": "fwhm",
}
_JD_OF_MJD_ZERO = 2400000.5


@dataclass(frozen=True, eq=False)
class Column:
    """Values of one column, shape (n,), and the mask of missing values, or None without any."""

    values: Values
    missing: Mask | None


@dataclass(frozen=True, eq=False)
class Rows:
    """Packets as columns, one row each.

    Attributes
    ----------
    columns : dict of str to Column
    keys : list of str
        Keys in the packets, including empty and repeated keys.
    x, y, ra, dec : ndarray of float64
        0-based pixels in the parent image, and degrees; NaN where unknown.
    producers : tuple of str
        Names of the packets' producers.
    producer_indices : ndarray of int, shape (n,)
        Index of each row's producer in ``producers``.
    """

    columns: dict[str, Column]
    keys: list[str]
    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]
    ra: npt.NDArray[np.float64]
    dec: npt.NDArray[np.float64]
    producers: tuple[str, ...]
    producer_indices: npt.NDArray[np.int16]

    def __len__(self) -> int:
        return len(self.keys)


def rows_of(records: Sequence[tuple[Mapping[str, Any], Producer]]) -> Rows:
    """Return packets as rows, with the columns of all packets."""
    flat = [flat_fields(record, producer) for record, producer in records]
    names: dict[str, None] = {}
    for fields in flat:
        names.update(dict.fromkeys(fields))
    columns = {name: column_of([fields.get(name) for fields in flat]) for name in names}
    bodies = [(record.get(producer.body) or {}, producer) for record, producer in records]

    def numbers(role: str) -> npt.NDArray[np.float64]:
        values = [number(body.get(getattr(producer, role))) for body, producer in bodies]
        return np.array(values, np.float64)

    base = np.array([float(producer.one_based) for _, producer in records])
    producers = tuple(dict.fromkeys(producer.name for _, producer in records))
    indices = {name: index for index, name in enumerate(producers)}
    return Rows(
        columns,
        [key_of(record, producer) for record, producer in records],
        numbers("x") - base,
        numbers("y") - base,
        np.mod(numbers("ra"), 360.0),
        np.where(np.abs(numbers("dec")) <= 90, numbers("dec"), np.nan),
        producers,
        np.array([indices[producer.name] for _, producer in records], np.int16),
    )


def join_rows(parts: Sequence[Rows]) -> Rows:
    """Concatenate rows; the result has the columns of all parts."""
    if len(parts) == 1:
        return parts[0]
    names = dict.fromkeys(name for part in parts for name in part.columns)
    columns = {
        name: join_columns([(part.columns.get(name), len(part)) for part in parts])
        for name in names
    }
    producers = tuple(dict.fromkeys(name for part in parts for name in part.producers))
    makers = [
        np.array([producers.index(name) for name in part.producers], np.int16)[
            part.producer_indices
        ]
        for part in parts
    ]
    return Rows(
        columns,
        [key for part in parts for key in part.keys],
        np.concatenate([part.x for part in parts]),
        np.concatenate([part.y for part in parts]),
        np.concatenate([part.ra for part in parts]),
        np.concatenate([part.dec for part in parts]),
        producers,
        np.concatenate(makers),
    )


def key_of(record: Mapping[str, Any], producer: Producer) -> str:
    """Return a packet's key as text, every digit of 64-bit integers kept; empty if missing."""
    body = record.get(producer.body)
    value = body.get(producer.key) if isinstance(body, Mapping) else None
    if value is None:
        value = field_of(record, producer.key)
    return "" if value is None else str(value).strip()


def flat_fields(record: Mapping[str, Any], producer: Producer) -> dict[str, Any]:
    """Return a packet's numbers and texts by name.

    A minor planet's (``ssSource``) are ``designation``, ``ephOffset``, ``ephRate``, ``ephVmag``.
    Fields of the candidate's record keep their names; a field outside the record with the same
    name and another value becomes ``packet_NAME``. Records, lists and bytes are left out. The
    name of a numbered filter is added as ``band``; ``isdiffpos`` becomes a boolean.
    """
    body = record.get(producer.body)
    inner = body if isinstance(body, Mapping) else {}
    fields: dict[str, Any] = {}
    for name, value in record.items():
        if type(value) in _SCALAR_TYPES and not is_nested(name):
            if name not in inner:
                fields[name] = value
            elif inner[name] != value:
                fields[f"packet_{name}"] = value
    fields.update({name: value for name, value in inner.items() if type(value) in _SCALAR_TYPES})
    if "isdiffpos" in fields:
        fields["isdiffpos"] = is_positive(fields["isdiffpos"])
    _name_object(fields, producer)
    if producer.body == "diaSource":
        fields = {**planet_fields(record), **fields}
    if producer.filter != "band" and "band" not in fields:
        fields["band"] = band(producer, inner.get(producer.filter))
    return fields


def _name_object(fields: dict[str, Any], producer: Producer) -> None:
    """Spell ``objectId`` alike for all producers; 0 stands for no object and becomes None."""
    if producer.objects in fields and producer.objects.lower() == "objectid":
        fields.setdefault("objectId", fields.pop(producer.objects))
    elif fields.get(producer.objects) == 0:
        fields[producer.objects] = None


def column_of(values: Sequence[Any]) -> Column:
    """Return a column of Python values: whole numbers stay whole, missing floats become NaN."""
    kinds = set(map(type, values))
    if kinds <= {float, type(None)}:
        # np.array() turns None into NaN.
        return Column(np.array(values, np.float64), None)
    if kinds == {int} and -(2**63) <= min(values) and max(values) < 2**63:
        return Column(np.array(values, np.int64), None)
    kinds -= {type(None)}
    missing = np.array([value is None for value in values], np.bool_)
    gaps = missing if missing.any() else None
    if kinds <= {bool} and kinds:
        return Column(np.array([bool(value) for value in values]), gaps)
    if kinds <= {int, bool} and kinds:
        if all(value is None or -(2**63) <= value < 2**63 for value in values):
            return Column(np.array([value or 0 for value in values], np.int64), gaps)
    elif kinds <= {int, float, bool}:
        integers = [abs(value) for value in values if isinstance(value, int)]
        if all(value <= 2**53 for value in integers):
            floats = [math.nan if value is None else float(value) for value in values]
            return Column(np.array(floats, np.float64), None)
    # numpy takes NUL characters at the end of a text for padding.
    texts = ["" if value is None else str(value).rstrip("\0") for value in values]
    return Column(np.array(texts, np.str_), None)


def empty_column(kind: str, count: int) -> Column:
    """Return a column of missing values, for rows without the column."""
    if kind == "U":
        return Column(np.full(count, "", "U1"), None)
    if kind == "f":
        return Column(np.full(count, np.nan), None)
    dtype = np.bool_ if kind == "b" else np.int64
    return Column(np.zeros(count, dtype), np.ones(count, np.bool_))


def join_columns(parts: Sequence[tuple[Column | None, int]]) -> Column:
    """Concatenate parts of a column, each with its number of rows; None: all values missing.

    Parts of different kinds become floats if all are numbers, else text.
    """
    present = [part for part, _ in parts if part is not None]
    # A part without values is compatible with every kind.
    valued = [p for p in present if not is_blank(p)] or present
    kind = _common_kind({part.values.dtype.kind for part in valued}, valued)
    filled = [
        empty_column(kind, count) if part is None or is_blank(part) else _convert_kind(part, kind)
        for part, count in parts
    ]
    values = np.concatenate([part.values for part in filled])
    if all(part.missing is None for part in filled):
        return Column(values, None)
    masks = [
        np.zeros(len(part.values), np.bool_) if part.missing is None else part.missing
        for part in filled
    ]
    return Column(values, np.concatenate(masks))


def is_blank(part: Column) -> bool:
    """Return whether a part is NaN throughout, and thus compatible with every kind."""
    return part.values.dtype.kind == "f" and bool(np.isnan(part.values).all())


def _common_kind(kinds: set[str], parts: Sequence[Column]) -> str:
    if "U" in kinds or not kinds:
        return "U"
    if kinds == {"b"}:
        return "b"
    if "f" not in kinds:
        return "i"
    integers = [part.values for part in parts if part.values.dtype.kind == "i"]
    # Not abs(): the lowest int64 overflows.
    large = any(((values > 2**53) | (values < -(2**53))).any() for values in integers)
    return "U" if large else "f"


def _convert_kind(part: Column, kind: str) -> Column:
    if part.values.dtype.kind == kind:
        return part
    gaps = part.missing if part.missing is not None else np.zeros(len(part.values), np.bool_)
    if kind == "U":
        return Column(np.where(gaps, "", part.values.astype(np.str_)), None)
    if kind == "f":
        return Column(np.where(gaps, np.nan, part.values.astype(np.float64)), None)
    return Column(part.values.astype(np.int64), part.missing)


def roles_of(producer: Producer, columns: Iterable[str]) -> Roles:
    """Return the roles of columns by a producer's field names; absent columns get no role."""
    names = set(columns)

    def present(name: str) -> str | None:
        return name if name in names else None

    pixels = present(producer.x) and present(producer.y)
    sky = present(producer.ra) and present(producer.dec)
    return Roles(
        key=present(producer.key),
        name=present(producer.objects) or present("objectId"),
        x=present(producer.x) if pixels else None,
        y=present(producer.y) if pixels else None,
        ra=present(producer.ra) if sky else None,
        dec=present(producer.dec) if sky else None,
        mag=present(producer.mag),
        mag_err=present(producer.mag_err),
        time=present(producer.time),
        filter=present("band") or present(producer.filter),
        fwhm=present(producer.fwhm),
        one_based=producer.one_based,
    )


def merge_roles(
    producers: Sequence[Producer],
    columns: Mapping[str, Column],
    makers: npt.NDArray[np.int16],
) -> tuple[Roles, dict[str, Column]]:
    """Return the roles in a list of several producers' packets, and the columns made for them.

    If producers name a role differently, a new column combines their columns: ``id``, ``object``,
    ``mag``, ``mag_err``, ``mjd``, ``filter``, ``fwhm``, with an underscore appended if the list
    has such a column. Julian dates become modified Julian dates in ``mjd``.

    Parameters
    ----------
    producers : sequence of Producer
    columns : mapping of str to Column
        Columns of the list.
    makers : ndarray of int, shape (n,)
        Index of each row's producer in ``producers``.
    """
    each = [roles_of(producer, columns) for producer in producers]
    columns_of: dict[str, str | None] = {}
    made: dict[str, Column] = {}
    for role in ("x", "y", "ra", "dec"):
        names = {getattr(roles, role) for roles in each}
        # Positions are stored apart from the columns, in `Rows`.
        columns_of[role] = names.pop() if len(names) == 1 else None
    for role, name in _COMMON_NAMES.items():
        sources = [getattr(roles, role) for roles in each]
        names = set(sources) - {None}
        if len(names) <= 1:
            columns_of[role] = next(iter(names), None)
            continue
        while name in columns:
            name += "_"
        columns_of[role] = name
        made[name] = _merge_columns(sources, columns, makers, role == "time")
    based = {roles.one_based for roles in each}
    if len(based) > 1:
        columns_of["x"] = columns_of["y"] = None
    return Roles(**columns_of, one_based=based == {True}), made


def _merge_columns(
    sources: Sequence[str | None],
    columns: Mapping[str, Column],
    makers: npt.NDArray[np.int16],
    is_time: bool,
) -> Column:
    parts: list[tuple[Column | None, int]] = []
    rows = []
    for maker, name in enumerate(sources):
        indices = np.flatnonzero(makers == maker)
        rows.append(indices)
        parts.append((None if name is None else _take_rows(columns[name], indices), len(indices)))
        if is_time and name is not None:
            parts[-1] = (_as_mjd(parts[-1][0]), len(indices))
    stacked = join_columns(parts)
    order = np.argsort(np.concatenate(rows), kind="stable")
    return _take_rows(stacked, order)


def _take_rows(column: Column, rows: npt.NDArray[np.intp]) -> Column:
    missing = None if column.missing is None else column.missing[rows]
    return Column(column.values[rows], missing)


def _as_mjd(column: Column | None) -> Column | None:
    """Return a column of dates with 2400000.5 subtracted from Julian dates."""
    if column is None or column.values.dtype.kind != "f":
        return column
    values = column.values
    with np.errstate(invalid="ignore"):
        return Column(
            np.where(values > _JD_OF_MJD_ZERO, values - _JD_OF_MJD_ZERO, values), column.missing
        )
