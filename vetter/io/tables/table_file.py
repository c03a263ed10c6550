"""What every reader of tables hands on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from astropy.table import Table


@dataclass(frozen=True, slots=True)
class TableFile:
    """A table as read, with what its columns say about themselves.

    ``units`` and ``ucds`` map column names to text; ``notes`` tell what was left out.
    ``one_based`` says from where x and y count where the format itself fixes it, as DS9's does.
    ``physical`` are the rows whose x and y are physical pixels rather than the image's.
    """

    table: Table
    units: dict[str, str] = field(default_factory=dict)
    ucds: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    one_based: bool | None = None
    physical: tuple[int, ...] = ()


def units_of(table: Table) -> dict[str, str]:
    """The units of a table's columns as text; columns without one are left out."""
    found: dict[str, str] = {}
    for column in table.colnames:
        unit = getattr(table[column], "unit", None)
        if unit is not None and not hasattr(table[column], "represent_as"):
            found[column] = str(unit)
    return found


def ucds_of(table: Table) -> dict[str, str]:
    """The UCDs of a table's columns, where readers have kept them."""
    metas = ((column, getattr(table[column].info, "meta", None) or {}) for column in table.colnames)
    return {column: str(meta["ucd"]) for column, meta in metas if meta.get("ucd")}
