"""Columns that hold what the packets of several producers call differently."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from vetter.core.candidates.candidate_list import Roles
from vetter.io.alerts.columns import Column, joined_column
from vetter.io.alerts.packets.producers import Producer

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
    for number, name in enumerate(own):
        mine = np.flatnonzero(makers == number)
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
