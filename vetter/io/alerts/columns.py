"""Columns of a list of packets: their fields, flat; one name where producers' names differ."""

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

Values = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]
_SCALARS = frozenset((int, float, str, bool, type(None)))

_NAMES = {
    "key": "id",
    "name": "object",
    "mag": "mag",
    "mag_err": "mag_err",
    "time": "mjd",
    "filter": "filter",
    "fwhm": "fwhm",
}
_MJD_ZERO = 2400000.5


@dataclass(frozen=True, eq=False)
class Column:
    """Values of one column, shape (n,), and where there is none; None: everywhere."""

    values: Values
    missing: Mask | None


@dataclass(frozen=True, eq=False)
class Rows:
    """Some packets as columns.

    Attributes
    ----------
    columns : dict of str to Column
    keys : list of str
        As the packets have them: empty and repeated ones included.
    x, y, ra, dec : ndarray of float64
        0-based pixels in the parent image, and degrees; NaN where unknown.
    producers : tuple of str
        Names of those that the packets are from.
    makers : ndarray of int, shape (n,)
        Of each row, the number of its producer among these.
    """

    columns: dict[str, Column]
    keys: list[str]
    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]
    ra: npt.NDArray[np.float64]
    dec: npt.NDArray[np.float64]
    producers: tuple[str, ...]
    makers: npt.NDArray[np.int16]

    def __len__(self) -> int:
        return len(self.keys)


def rows_of(records: Sequence[tuple[Mapping[str, Any], Producer]]) -> Rows:
    """Columns of packets, with the names of all of them."""
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
    numbers_of = {name: number for number, name in enumerate(producers)}
    return Rows(
        columns,
        [key_of(record, producer) for record, producer in records],
        numbers("x") - base,
        numbers("y") - base,
        np.mod(numbers("ra"), 360.0),
        np.where(np.abs(numbers("dec")) <= 90, numbers("dec"), np.nan),
        producers,
        np.array([numbers_of[producer.name] for _, producer in records], np.int16),
    )


def joined_rows(parts: Sequence[Rows]) -> Rows:
    """Rows one after the other, with the columns of all."""
    if len(parts) == 1:
        return parts[0]
    names = dict.fromkeys(name for part in parts for name in part.columns)
    columns = {
        name: joined_column([(part.columns.get(name), len(part)) for part in parts])
        for name in names
    }
    producers = tuple(dict.fromkeys(name for part in parts for name in part.producers))
    makers = [
        np.array([producers.index(name) for name in part.producers], np.int16)[part.makers]
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
    """A packet's identity as text; 64-bit integers as they are. Empty where it has none."""
    body = record.get(producer.body)
    value = body.get(producer.key) if isinstance(body, Mapping) else None
    if value is None:
        value = field_of(record, producer.key)
    return "" if value is None else str(value).strip()


def flat_fields(record: Mapping[str, Any], producer: Producer) -> dict[str, Any]:
    """A packet's numbers and texts by name.

    Those of the candidate's record stand for themselves; one outside of it with the same name
    and another value is called ``packet_NAME``. Records, lists and bytes are left out. A filter's
    number is followed by its name, as ``band``; ``isdiffpos`` is a boolean however it is written.
    """
    body = record.get(producer.body)
    own = body if isinstance(body, Mapping) else {}
    fields: dict[str, Any] = {}
    for name, value in record.items():
        if type(value) in _SCALARS and not is_nested(name):
            if name not in own:
                fields[name] = value
            elif own[name] != value:
                fields[f"packet_{name}"] = value
    fields.update({name: value for name, value in own.items() if type(value) in _SCALARS})
    if "isdiffpos" in fields:
        fields["isdiffpos"] = is_positive(fields["isdiffpos"])
    _name_object(fields, producer)
    if producer.filter != "band" and "band" not in fields:
        fields["band"] = band(producer, own.get(producer.filter))
    return fields


def _name_object(fields: dict[str, Any], producer: Producer) -> None:
    """One spelling of ``objectId`` for all; 0, which stands for no object, is none."""
    if producer.objects in fields and producer.objects.lower() == "objectid":
        fields.setdefault("objectId", fields.pop(producer.objects))
    elif fields.get(producer.objects) == 0:
        fields[producer.objects] = None


def column_of(values: Sequence[Any]) -> Column:
    """A column of Python's values: whole numbers stay whole, missing floats are NaN."""
    kinds = set(map(type, values))
    if kinds <= {float, type(None)}:
        # Numpy makes NaN of None.
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
        whole = [abs(value) for value in values if isinstance(value, int)]
        if all(value <= 2**53 for value in whole):
            floats = [math.nan if value is None else float(value) for value in values]
            return Column(np.array(floats, np.float64), None)
    # numpy takes NULs at the end of a text for its padding.
    texts = ["" if value is None else str(value).rstrip("\0") for value in values]
    return Column(np.array(texts, np.str_), None)


def empty_column(kind: str, count: int) -> Column:
    """Nothing, for rows that were read before a column came up or that lack it."""
    if kind == "U":
        return Column(np.full(count, "", "U1"), None)
    if kind == "f":
        return Column(np.full(count, np.nan), None)
    dtype = np.bool_ if kind == "b" else np.int64
    return Column(np.zeros(count, dtype), np.ones(count, np.bool_))


def joined_column(parts: Sequence[tuple[Column | None, int]]) -> Column:
    """Parts of a column one after the other, each with its number of rows; None: nothing there.

    Parts of different kinds become floats where these are numbers, else text.
    """
    present = [part for part, _ in parts if part is not None]
    # A part without any value has no kind of its own.
    told = [p for p in present if not is_blank(p)] or present
    kind = _common_kind({part.values.dtype.kind for part in told}, told)
    filled = [
        empty_column(kind, count) if part is None or is_blank(part) else _as_kind(part, kind)
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
    """Whether there is no value in it: then it has no kind of its own."""
    return part.values.dtype.kind == "f" and bool(np.isnan(part.values).all())


def _common_kind(kinds: set[str], parts: Sequence[Column]) -> str:
    if "U" in kinds or not kinds:
        return "U"
    if kinds == {"b"}:
        return "b"
    if "f" not in kinds:
        return "i"
    whole = [part.values for part in parts if part.values.dtype.kind == "i"]
    # Not abs(): the least integer has no positive one.
    large = any(((values > 2**53) | (values < -(2**53))).any() for values in whole)
    return "U" if large else "f"


def _as_kind(part: Column, kind: str) -> Column:
    have = part.values.dtype.kind
    if have == kind:
        return part
    gaps = part.missing if part.missing is not None else np.zeros(len(part.values), np.bool_)
    if kind == "U":
        return Column(np.where(gaps, "", part.values.astype(np.str_)), None)
    if kind == "f":
        return Column(np.where(gaps, np.nan, part.values.astype(np.float64)), None)
    return Column(part.values.astype(np.int64), part.missing)


def roles_of(producer: Producer, columns: Iterable[str]) -> Roles:
    """Which columns play which parts; those that are not there play none."""
    known = set(columns)

    def there(name: str) -> str | None:
        return name if name in known else None

    pixels = there(producer.x) and there(producer.y)
    sky = there(producer.ra) and there(producer.dec)
    return Roles(
        key=there(producer.key),
        name=there(producer.objects) or there("objectId"),
        x=there(producer.x) if pixels else None,
        y=there(producer.y) if pixels else None,
        ra=there(producer.ra) if sky else None,
        dec=there(producer.dec) if sky else None,
        mag=there(producer.mag),
        mag_err=there(producer.mag_err),
        time=there(producer.time),
        filter=there("band") or there(producer.filter),
        fwhm=there(producer.fwhm),
        one_based=producer.one_based,
    )


def merged_roles(
    producers: Sequence[Producer],
    columns: Mapping[str, Column],
    makers: npt.NDArray[np.int16],
) -> tuple[Roles, dict[str, Column]]:
    """The roles in a list of several producers' packets, and the columns made for them.

    Where producers call a part differently, a new column holds for each packet what its own
    producer says: ``id``, ``object``, ``mag``, ``mag_err``, ``mjd``, ``filter``, ``fwhm``, with
    an underscore behind where there is such a column. Julian dates become modified ones in it.

    Parameters
    ----------
    producers : sequence of Producer
    columns : mapping of str to Column
        Of the list.
    makers : ndarray of int, shape (n,)
        Of each row, the number of its producer.
    """
    each = [roles_of(producer, columns) for producer in producers]
    found: dict[str, str | None] = {}
    made: dict[str, Column] = {}
    for role in ("x", "y", "ra", "dec"):
        names = {getattr(roles, role) for roles in each}
        # Positions are known apart from the columns.
        found[role] = names.pop() if len(names) == 1 else None
    for role, name in _NAMES.items():
        own = [getattr(roles, role) for roles in each]
        names = set(own) - {None}
        if len(names) <= 1:
            found[role] = next(iter(names), None)
            continue
        while name in columns:
            name += "_"
        found[role], made[name] = name, _merged(own, columns, makers, role == "time")
    based = {roles.one_based for roles in each}
    if len(based) > 1:
        found["x"] = found["y"] = None
    return Roles(**found, one_based=based == {True}), made


def _merged(
    own: Sequence[str | None],
    columns: Mapping[str, Column],
    makers: npt.NDArray[np.int16],
    is_time: bool,
) -> Column:
    parts: list[tuple[Column | None, int]] = []
    rows = []
    for maker, name in enumerate(own):
        mine = np.flatnonzero(makers == maker)
        rows.append(mine)
        parts.append((None if name is None else _taken(columns[name], mine), len(mine)))
        if is_time and name is not None:
            parts[-1] = (_as_mjd(parts[-1][0]), len(mine))
    stacked = joined_column(parts)
    order = np.argsort(np.concatenate(rows), kind="stable")
    return _taken(stacked, order)


def _taken(column: Column, rows: npt.NDArray[np.intp]) -> Column:
    missing = None if column.missing is None else column.missing[rows]
    return Column(column.values[rows], missing)


def _as_mjd(column: Column | None) -> Column | None:
    """A column of dates with the Julian ones among them less 2400000.5."""
    if column is None or column.values.dtype.kind != "f":
        return column
    values = column.values
    with np.errstate(invalid="ignore"):
        return Column(np.where(values > _MJD_ZERO, values - _MJD_ZERO, values), column.missing)
