"""The table that every reader returns, with column names made fit and arrays in cells bounded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from vetter.core.candidates.column_roles import recognise
from vetter.core.candidates.positions import galactic_pair
from vetter.errors import InputError

if TYPE_CHECKING:
    from astropy.table import Table

MOST_COLUMNS = 10_000

_FREELY = 50_000_000
_MAX_PER_BYTE = 100
"""Values for each byte of a file: cells may be empty, and streams packed."""
_MAX_DIGITS = 12


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


def too_many(path: Path, count: int) -> InputError:
    """What is said of a file with more columns than can be read."""
    return InputError(
        f"{path}: wanted a list of candidates, found {count} columns; {MOST_COLUMNS} are the most "
        "that can be read"
    )


def unique_names(names: Sequence[str], label: str) -> tuple[tuple[str, ...], str]:
    """Names of which none is empty and none stands twice, and what is to be said of that.

    Parameters
    ----------
    names : sequence of str
        As they stand in the file.
    label : str
        The file, for the note.

    Returns
    -------
    names : tuple of str
        The second ``mag`` is ``mag_2``; the fifth column without a name is ``col5``.
    note : str
        Names that stood more than once; empty where none did.
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
    """Whether columns are known to be positions, by pixels or on the sky."""
    roles = recognise(names, units, ucds)
    known = roles.x is not None or roles.ra is not None
    return known or galactic_pair(names, units, ucds) is not None


def values_of(shape: str) -> int:
    """Return the values of an array by its lengths, such as ``63,63`` or ``63x63``.

    Lengths that vary (``*``, ``null``) count as one: their values are counted by the reader.
    """
    values = 1
    for length in shape.replace("x", ",").split(","):
        digits = length.strip()[:_MAX_DIGITS]
        values *= int(digits) if digits.isdecimal() else 1
    return values


def refuse_bomb(label: object, values: int, size: int) -> None:
    """Refuse a table of more values than a file of so many bytes holds.

    Raises
    ------
    InputError
        ``values`` are over 50 million, and over a hundred for each byte.
    """
    if values > max(_FREELY, _MAX_PER_BYTE * size):
        raise InputError(f"{label}: a damaged table: its columns promise {values} values")
