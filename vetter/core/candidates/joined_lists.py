"""Joining of the candidate lists of several images: unique keys, and all columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from vetter.core.candidates.candidate_list import CandidateList, Roles
from vetter.core.candidates.column_values import cell
from vetter.core.candidates.numbered_name import numbered_name
from vetter.core.candidates.sentinels import find_sentinels

if TYPE_CHECKING:
    from astropy.table import Table

ADDED = ("field", "time", "filter")
"""Columns that a joined list gets in front of all others."""
_MERGED = ("name", "mag", "mag_err", "fwhm")
_RUNNING_NUMBER_END = 1_000_000
"""Whole-number keys below this count as running numbers, which every image has."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Candidate list of one image.

    ``time`` is ISO text and ``filter`` a name, '' if unknown. ``repeats`` is True if the keys
    are those of objects, which other images have too.
    """

    field: str
    candidates: CandidateList
    time: str = ""
    filter: str = ""
    repeats: bool = False


def join_lists(parts: Sequence[Part]) -> CandidateList:
    """Return one list of all candidates, in the order of the parts.

    Columns ``field``, ``time`` and ``filter`` come first; a list's own column of such a name
    becomes ``NAME_list``. A column that only some lists have is masked for the others. If the
    columns of magnitude, its error, FWHM or name differ, a column ``mag``... holds them all.

    Keys stay unless they are running numbers, keys of objects, or keys of an earlier image too:
    these get the image's name in front (``r1:17``).

    Raises
    ------
    ValueError
        `parts` is empty.
    """
    if not parts:
        raise ValueError("join: expected at least one list, found none")
    notes: list[str] = []
    lists = [part.candidates for part in parts]
    tables = [_free_added_names(part) for part in parts]
    roles = _join_roles(lists, tables)
    table = _stack(tables, notes)
    counts = [len(candidates) for candidates in lists]
    for index, name in enumerate(ADDED):
        values = [str(getattr(part, name)) for part in parts]
        table.add_column(np.repeat(np.array(values), counts), index, name)
    keys = _join_keys(parts)
    out = np.empty(len(keys), dtype=object)
    out[:] = keys
    x, y, ra, dec = (
        np.concatenate([getattr(one, axis) for one in lists]) for axis in ("x", "y", "ra", "dec")
    )
    sentinels = find_sentinels(table, roles)
    return CandidateList(table, roles, out, x, y, ra, dec, tuple(notes), sentinels=sentinels)


def has_own_keys(candidates: CandidateList) -> bool:
    """Return whether keys come from a column and are not running numbers."""
    if candidates.roles.key is None:
        return False
    keys = [str(key).partition("#")[0] for key in candidates.keys]
    return not all(key.isdecimal() and int(key) < _RUNNING_NUMBER_END for key in keys)


def _join_keys(parts: Sequence[Part]) -> list[str]:
    taken: set[str] = set()
    keys: list[str] = []
    for part in parts:
        has_prefix = part.repeats or not has_own_keys(part.candidates)
        part_keys = []
        for key in part.candidates.keys.tolist():
            wanted = f"{part.field}:{key}" if has_prefix or key in taken else str(key)
            part_keys.append(numbered_name(wanted, taken, "#"))
        keys += part_keys
        taken.update(part_keys)
    return keys


def _free_added_names(part: Part) -> Table:
    """Return a list's table with its columns of the names in `ADDED` renamed."""
    table = part.candidates.table.copy(copy_data=False)
    for name in ADDED:
        if name in table.colnames:
            new = f"{name}_list"
            while new in table.colnames:
                new += "_"
            table.rename_column(name, new)
    return table


def _join_roles(lists: Sequence[CandidateList], tables: Sequence[Table]) -> Roles:
    """Return the roles of the joined list; merged columns are added to the tables if needed."""
    joint: dict[str, Any] = {"time": "time", "filter": "filter"}
    filled = [(one, table) for one, table in zip(lists, tables, strict=True) if len(one)]
    for role in ("key", "x", "y", "ra", "dec", *_MERGED):
        columns = {getattr(one.roles, role) for one, _ in filled}
        if len(columns) == 1:
            joint[role] = columns.pop()
        elif role in _MERGED and _merge(role, filled):
            joint[role] = role
    based = {one.roles.one_based for one, _ in filled}
    if len(based) > 1:
        # No column holds all positions in one convention; the list has x and y beside the table.
        joint["x"] = joint["y"] = None
    return Roles(**joint, one_based=based == {True})


def _merge(role: str, filled: Sequence[tuple[CandidateList, Table]]) -> bool:
    """Fill a column with the role's name in each table; return False if another column has it."""
    if any(role in table.colnames and getattr(one.roles, role) != role for one, table in filled):
        return False
    for one, table in filled:
        column = getattr(one.roles, role)
        if column is not None and column != role:
            table[role] = one.table[column]
    return True


def _stack(tables: Sequence[Table], notes: list[str]) -> Table:
    from astropy.table import Table, vstack

    filled = [table for table in tables if len(table)]
    if not filled:
        return Table()
    for name in dict.fromkeys(name for table in filled for name in table.colnames):
        holders = [table for table in filled if name in table.colnames]
        if len({_kind(table[name]) for table in holders}) > 1:
            notes.append(f"column {name} differs in kind from list to list: it is read as text")
            for table in holders:
                table[name] = _to_texts(table[name])
        else:
            _unify_unit(name, holders, notes)
    for table in filled:
        table.meta = {}
    return vstack(filled, join_type="outer", metadata_conflicts="silent")


def _kind(column: Any) -> tuple[Any, ...]:
    dtype = getattr(column, "dtype", None)
    if dtype is None:
        return (type(column).__name__,)
    kind = {"i": "number", "u": "number", "f": "number", "S": "text", "U": "text"}
    return (kind.get(dtype.kind, dtype.kind), column.shape[1:])


def _to_texts(column: Any) -> Any:
    values = [cell(column, row) for row in range(len(column))]
    return np.array(["" if value is None else str(value) for value in values])


def _unify_unit(name: str, holders: Sequence[Table], notes: list[str]) -> None:
    """Convert a column to its unit in the first table; keep the numbers if that is impossible."""
    units: list[Any] = [getattr(table[name], "unit", None) for table in holders]
    if all(unit == units[0] for unit in units):
        return
    for table, unit in zip(holders[1:], units[1:], strict=True):
        if unit == units[0]:
            continue
        try:
            factor = unit.to(units[0])
        except (AttributeError, TypeError, ValueError):
            # AttributeError: a unit is None. UnitConversionError is a TypeError and a ValueError.
            notes.append(
                f"column {name}: {unit or 'no unit'} in a list, {units[0] or 'none'} before"
            )
            table[name] = table[name].copy()
            table[name].unit = units[0]
        else:
            table[name] = table[name] * factor
            table[name].unit = units[0]
