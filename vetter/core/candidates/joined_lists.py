"""The candidate lists of several images as one, with unique keys and the union of columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from vetter.core.candidates.candidate_list import CandidateList, Roles
from vetter.core.candidates.column_values import cell
from vetter.core.candidates.numbered_name import numbered_name

if TYPE_CHECKING:
    from astropy.table import Table

ADDED = ("field", "time", "filter")
_MERGED = ("name", "mag", "mag_err", "fwhm")
_RUNNING = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """The list of one image.

    ``time`` is ISO text and ``filter`` its name, '' where unknown. ``repeats`` says that its keys
    are those of objects, which other images have too.
    """

    field: str
    candidates: CandidateList
    time: str = ""
    filter: str = ""
    repeats: bool = False


def joined(parts: Sequence[Part]) -> CandidateList:
    """One list of all candidates, in the order of the parts.

    Columns ``field``, ``time`` and ``filter`` come first; a list's own column of such a name is
    called ``NAME_list``. A column that only some lists have is masked for the others. Where lists
    call a magnitude, its error, an FWHM or a name differently, a column ``mag``... holds them all.

    A key is its list's own where that names a candidate: running numbers, and keys of objects, get
    the image's name in front (``r1:17``), and so does a key that an earlier image has.

    Raises
    ------
    ValueError
        There is no part.
    """
    if not parts:
        raise ValueError("wants at least one list")
    notes: list[str] = []
    lists = [part.candidates for part in parts]
    tables = [_own_table(part) for part in parts]
    roles = _roles(lists, tables)
    table = _stacked(tables, notes)
    counts = [len(candidates) for candidates in lists]
    for place, name in enumerate(ADDED):
        values = [str(getattr(part, name)) for part in parts]
        table.add_column(np.repeat(np.array(values), counts), place, name)
    keys = _keys(parts)
    out = np.empty(len(keys), dtype=object)
    out[:] = keys
    x, y, ra, dec = (
        np.concatenate([getattr(one, axis) for one in lists]) for axis in ("x", "y", "ra", "dec")
    )
    return CandidateList(table, roles, out, x, y, ra, dec, tuple(notes))


def names_objects(candidates: CandidateList) -> bool:
    """Whether keys are of the list's making rather than running numbers."""
    if candidates.roles.key is None:
        return False
    keys = [str(key).partition("#")[0] for key in candidates.keys]
    return not all(key.isdecimal() and int(key) < _RUNNING for key in keys)


def _keys(parts: Sequence[Part]) -> list[str]:
    taken: set[str] = set()
    keys: list[str] = []
    for part in parts:
        own = part.repeats or not names_objects(part.candidates)
        made = []
        for key in part.candidates.keys.tolist():
            wanted = f"{part.field}:{key}" if own or key in taken else str(key)
            made.append(numbered_name(wanted, taken, "#"))
        keys += made
        taken.update(made)
    return keys


def _own_table(part: Part) -> Table:
    """A list's table with its names out of the way of those that are added."""
    table = part.candidates.table.copy(copy_data=False)
    for name in ADDED:
        if name in table.colnames:
            new = f"{name}_list"
            while new in table.colnames:
                new += "_"
            table.rename_column(name, new)
    return table


def _roles(lists: Sequence[CandidateList], tables: Sequence[Table]) -> Roles:
    """The parts of columns in the joined list; columns are added to the tables where needed."""
    found: dict[str, Any] = {"time": "time", "filter": "filter"}
    filled = [(one, table) for one, table in zip(lists, tables, strict=True) if len(one)]
    for role in ("key", "x", "y", "ra", "dec", *_MERGED):
        columns = {getattr(one.roles, role) for one, _ in filled}
        if len(columns) == 1:
            found[role] = columns.pop()
        elif role in _MERGED and _merge(role, filled):
            found[role] = role
    based = {one.roles.one_based for one, _ in filled}
    if len(based) > 1:
        # Positions are known apart from the table; no column of it holds them all.
        found["x"] = found["y"] = None
    return Roles(**found, one_based=based == {True})


def _merge(role: str, filled: Sequence[tuple[CandidateList, Table]]) -> bool:
    """Fill a column called as the role in each table; False where that would hide another."""
    if any(role in table.colnames and getattr(one.roles, role) != role for one, table in filled):
        return False
    for one, table in filled:
        column = getattr(one.roles, role)
        if column is not None and column != role:
            table[role] = one.table[column]
    return True


def _stacked(tables: Sequence[Table], notes: list[str]) -> Table:
    from astropy.table import Table, vstack

    filled = [table for table in tables if len(table)]
    if not filled:
        return Table()
    for name in dict.fromkeys(name for table in filled for name in table.colnames):
        holders = [table for table in filled if name in table.colnames]
        if len({_kind(table[name]) for table in holders}) > 1:
            notes.append(f"column {name} differs in kind from list to list: it is read as text")
            for table in holders:
                table[name] = _texts(table[name])
        else:
            _one_unit(name, holders, notes)
    for table in filled:
        table.meta = {}
    return vstack(filled, join_type="outer", metadata_conflicts="silent")


def _kind(column: Any) -> tuple[Any, ...]:
    dtype = getattr(column, "dtype", None)
    if dtype is None:
        return (type(column).__name__,)
    kind = {"i": "number", "u": "number", "f": "number", "S": "text", "U": "text"}
    return (kind.get(dtype.kind, dtype.kind), column.shape[1:])


def _texts(column: Any) -> Any:
    values = [cell(column, row) for row in range(len(column))]
    return np.array(["" if value is None else str(value) for value in values])


def _one_unit(name: str, holders: Sequence[Table], notes: list[str]) -> None:
    """Give a column the unit that it has in the first table, converted, or none."""
    units: list[Any] = [getattr(table[name], "unit", None) for table in holders]
    if all(unit == units[0] for unit in units):
        return
    for table, unit in zip(holders[1:], units[1:], strict=True):
        if unit == units[0]:
            continue
        try:
            factor = unit.to(units[0])
        except (AttributeError, TypeError, ValueError):
            # None, or units of another kind (UnitConversionError is both of the latter).
            notes.append(
                f"column {name}: {unit or 'no unit'} in a list, {units[0] or 'none'} before"
            )
            table[name] = table[name].copy()
            table[name].unit = units[0]
        else:
            table[name] = table[name] * factor
            table[name].unit = units[0]
