"""Table that every reader returns, with unique column names and a limit on arrays in cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from vetter.core.candidates.column_roles import recognise
from vetter.core.candidates.placement.positions import galactic_pair
from vetter.errors import InputError

if TYPE_CHECKING:
    from astropy.table import Table

MAX_COLUMNS = 10_000

_FREELY = 50_000_000
_MAX_PER_BYTE = 100
"""Values for each byte of a file, at most: cells may be empty, and streams packed."""
_MAX_DIGITS = 12


@dataclass(frozen=True, slots=True)
class TableFile:
    """A table with the units and UCDs of its columns.

    ``units`` and ``ucds`` map column names to text; ``notes`` name parts that were left out,
    ``cautions`` are the notes that the user should see at once.
    ``one_based`` is whether x and y count from 1 if the format defines that, as DS9's does, else
    None. ``physical`` are the rows whose x and y are physical pixels rather than the image's.
    ``written`` gives the cells of a text table, so that identities are read as they stand.
    ``is_untyped`` is whether columns have no declared type, so that words make numbers text;
    ``is_unnamed`` whether the file has no names of columns, which are numbered.
    """

    table: Table
    units: dict[str, str] = field(default_factory=dict)
    ucds: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()
    one_based: bool | None = None
    physical: tuple[int, ...] = ()
    written: Written | None = None
    is_untyped: bool = False
    is_unnamed: bool = False


class Written(Protocol):
    """Cells of a table of text, as they stand in the file."""

    def of_column(self, name: str) -> list[str] | None:
        """Return a column's cells, one for each row; None if they cannot be told."""

    def may_be_padded(self, name: str) -> bool:
        """Return whether whole numbers of a column may have zeros or a plus in front."""


def units_of(table: Table) -> dict[str, str]:
    """Return the units of a table's columns as text, without columns that have no unit."""
    units: dict[str, str] = {}
    for column in table.colnames:
        unit = getattr(table[column], "unit", None)
        if unit is not None and not hasattr(table[column], "represent_as"):
            units[column] = str(unit)
    return units


def ucds_of(table: Table) -> dict[str, str]:
    """Return the UCDs of a table's columns, as far as the reader stored them."""
    metas = ((column, getattr(table[column].info, "meta", None) or {}) for column in table.colnames)
    return {column: str(meta["ucd"]) for column, meta in metas if meta.get("ucd")}


def too_many_columns_error(path: Path, count: int) -> InputError:
    """Return the error of a file with more columns than `MAX_COLUMNS`."""
    return InputError(
        f"{path}: expected a list of candidates, found {count} columns; {MAX_COLUMNS} are the "
        "most that can be read"
    )


def unique_names(names: Sequence[str], label: str) -> tuple[tuple[str, ...], str]:
    """Return column names made unique and non-empty, and a note on those that were repeated.

    Parameters
    ----------
    names : sequence of str
        The names in the file.
    label : str
        The file, for the note.

    Returns
    -------
    names : tuple of str
        The second ``mag`` is ``mag_2``; the fifth column without a name is ``col5``.
    note : str
        Names that the file has more than once; empty without such.
    """
    taken = set(names)
    seen: set[str] = set()
    out: list[str] = []
    repeated: list[str] = []
    for number, name in enumerate(names, 1):
        new = name or f"col{number}"
        copy = 1
        while new in seen or (copy > 1 and new in taken):
            copy += 1
            new = f"{name or f'col{number}'}_{copy}"
        if copy > 1 and name:
            repeated.append(new)
        seen.add(new)
        out.append(new)
    if not repeated:
        return tuple(out), ""
    shown = ", ".join(repeated[:5]) + (" and more" if len(repeated) > 5 else "")
    return tuple(out), f"{label}: columns of one name are told apart: {shown}"


def has_positions(names: Sequence[str], units: Mapping[str, str], ucds: Mapping[str, str]) -> bool:
    """Return whether columns are recognised as positions, in pixels or on the sky."""
    roles = recognise(names, units, ucds)
    has_roles = roles.x is not None or roles.ra is not None
    return has_roles or galactic_pair(names, units, ucds) is not None


def values_of(shape: str) -> int:
    """Return the number of values in an array of lengths such as ``63,63`` or ``63x63``.

    Variable lengths (``*``, ``null``) count as one; the reader counts their values.
    """
    values = 1
    for length in shape.replace("x", ",").split(","):
        digits = length.strip()[:_MAX_DIGITS]
        values *= int(digits) if digits.isdecimal() else 1
    return values


def check_value_count(label: object, values: int, size: int) -> None:
    """Refuse a table of more values than a file of ``size`` bytes can hold.

    Raises
    ------
    InputError
        There are over 50 million values, and over a hundred for each byte.
    """
    if values > max(_FREELY, _MAX_PER_BYTE * size):
        raise InputError(
            f"{label}: a damaged table: its columns promise {values} values; write it again"
        )
