"""The candidate list that a folder of cutout files makes: metadata as columns."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from astropy.table import MaskedColumn, Table

from vetter.core.candidates.candidate_list import CandidateList, Roles
from vetter.core.candidates.column_roles import recognise
from vetter.core.candidates.keys import make_keys
from vetter.core.decisions.decision import storable
from vetter.io.cutouts.listing import HeaderScan


def listed_candidates(paths: Sequence[Path], scans: Sequence[HeaderScan]) -> CandidateList:
    """The candidates of cutout files: columns are their metadata, and ``file``.

    A key is the identity in the metadata, else the file's name.
    """
    table = _table(paths, scans)
    roles = recognise([str(name) for name in table.colnames])
    roles = roles.with_(key=roles.key or "file", one_based=False)
    keys, said = make_keys(Table({"key": _identities(table, roles)}), "key")
    x, y, ra, dec = (_numbers(scans, column) for column in (roles.x, roles.y, roles.ra, roles.dec))
    return CandidateList(table, roles, keys, x, y, ra, dec, said)


def continued(
    earlier: CandidateList, paths: Sequence[Path], scans: Sequence[HeaderScan]
) -> CandidateList:
    """The list of more files, the first of which are those of an earlier list.

    Roles and keys of the earlier list stay, whatever the new files would have changed in them.
    """
    first, roles = len(earlier), earlier.roles
    known = set(earlier.keys.tolist())
    keys = np.empty(len(paths), object)
    keys[:first] = earlier.keys
    for row, key in enumerate(_identities(_table(paths[first:], scans[first:]), roles), first):
        keys[row] = _free(storable(str(key)), known)
        known.add(keys[row])
    x, y, ra, dec = (_numbers(scans, column) for column in (roles.x, roles.y, roles.ra, roles.dec))
    return CandidateList(_table(paths, scans), roles, keys, x, y, ra, dec, earlier.notes)


def _identities(table: Table, roles: Roles) -> Any:
    """What each file's metadata call it; a file that they do not name is known by its name."""
    stems = np.asarray(table["file"])
    if roles.key == "file" or roles.key not in table.colnames:
        return stems
    given = np.asarray(table[roles.key].astype(str).filled(""))
    return np.where(given == "", stems, given)


def _free(key: str, taken: Container[str]) -> str:
    """The key, or KEY#2 and so on where it is taken."""
    unique, number = key, 2
    while unique in taken:
        unique, number = f"{key}#{number}", number + 1
    return unique


def table_of(rows: Sequence[Mapping[str, Any]]) -> Table:
    """A table of values by name, of which any row may lack any."""
    names: dict[str, None] = {}
    for row in rows:
        names.update(dict.fromkeys(row))
    table = Table()
    for name in names:
        values = [row.get(name) for row in rows]
        gaps = np.array([value is None for value in values])
        data, mask = _column(values, gaps)
        table[name] = MaskedColumn(data=data, mask=mask)
    return table


def _table(paths: Sequence[Path], scans: Sequence[HeaderScan]) -> Table:
    table = table_of([scan.values for scan in scans])
    stems = [path.name.removesuffix(".gz").rpartition(".")[0] or path.name for path in paths]
    table["file"] = stems
    return table


def _column(values: Sequence[Any], gaps: Any) -> tuple[Any, Any]:
    present = [value for value in values if value is not None]
    if all(isinstance(value, bool) for value in present):
        return np.array([bool(value) for value in values]), gaps
    if all(isinstance(value, int) and abs(value) < 2**63 for value in present):
        return np.array([value or 0 for value in values], np.int64), gaps
    floats = [_float(value) for value in values]
    if all(number is not None for number in floats):
        return np.array(floats, np.float64), gaps
    return np.array(["" if value is None else str(value) for value in values]), gaps


def _float(value: Any) -> float | None:
    """A number as it may stand in metadata: STDPipe writes NaN as the text 'NaN'."""
    if value is None:
        return float("nan")
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, str) and value.strip().lower() in ("nan", "inf", "+inf", "-inf"):
        return float(value)
    return None


def _numbers(scans: Sequence[HeaderScan], column: str | None) -> Any:
    values = [_float(scan.values.get(column)) if column else None for scan in scans]
    return np.array([np.nan if value is None else value for value in values], np.float64)
