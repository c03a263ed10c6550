"""A candidate list: a table, the roles of its columns, and the position of each candidate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.candidates.column_values import cell, cell_text, plain_array, without_values
from vetter.core.candidates.number_words import is_missing_word

if TYPE_CHECKING:
    from astropy.table import Table

Floats = npt.NDArray[np.float64]

ROLE_NAMES = (
    "key",
    "name",
    "x",
    "y",
    "ra",
    "dec",
    "mag",
    "mag_err",
    "time",
    "filter",
    "fwhm",
)


class Roles(NamedTuple):
    """Name of the column that has each role; None for a role without a column.

    ``one_based`` is True if the table's x and y count pixels from 1, as in FITS;
    inside the program they count from 0.
    """

    key: str | None = None
    name: str | None = None
    x: str | None = None
    y: str | None = None
    ra: str | None = None
    dec: str | None = None
    mag: str | None = None
    mag_err: str | None = None
    time: str | None = None
    filter: str | None = None
    fwhm: str | None = None
    one_based: bool = False

    def with_(self, **changes: Any) -> Roles:
        """Return a copy of these roles with some of them changed."""
        return self._replace(**changes)

    def describe_roles(self) -> str:
        """Return the roles as text: ``keys from id; pixels x, y counted from 1; magnitude mag``."""
        parts = [f"keys from {self.key}" if self.key else "row numbers as keys"]
        if self.name:
            parts.append(f"names from {self.name}")
        if self.x:
            parts.append(f"pixels {self.x}, {self.y} counted from {int(self.one_based)}")
        if self.ra:
            parts.append(f"sky {self.ra}, {self.dec}")
        if self.mag:
            error = f" with error {self.mag_err}" if self.mag_err else ""
            parts.append(f"magnitude {self.mag}{error}")
        for role, word in (("time", "time"), ("filter", "filter"), ("fwhm", "FWHM")):
            column = getattr(self, role)
            if column:
                parts.append(f"{word} {column}" if column.lower() != word.lower() else word)
        return "; ".join(parts)

    def format_choices(self) -> str:
        """Return the roles in the form of ``--column``: ``key=id x=x y=y ra=ra dec=dec``."""
        columns = [(role, getattr(self, role)) for role in ROLE_NAMES]
        return " ".join(f"{role}={column}" for role, column in columns if column)


class KeyIndex:
    """Index of the rows of a list by key, built at the first look-up.

    Parameters
    ----------
    keys : ndarray of str, shape (n,)
        Unique keys.
    """

    def __init__(self, keys: npt.NDArray[Any]) -> None:
        self._keys = keys
        self._rows: dict[str, int] | None = None

    def row_of(self, key: str) -> int:
        """Return the row of a key; raise KeyError if no candidate has the key."""
        row = (self._rows or self._build_rows())[key]
        if row >= len(self._keys):
            # A longer list shares this dict, and has added the row.
            raise KeyError(key)
        return row

    def continue_from(self, earlier: KeyIndex) -> None:
        """Share the dict of a list with which this one begins, and add the new rows.

        The time depends on the new rows only; a separate index would process all rows again.
        """
        start = len(earlier._keys)
        rows = earlier._build_rows()
        rows.update(zip(self._keys[start:].tolist(), range(start, len(self._keys)), strict=True))
        self._rows = rows

    def _build_rows(self) -> dict[str, int]:
        if self._rows is None:
            self._rows = {key: row for row, key in enumerate(self._keys.tolist())}
        return self._rows


@dataclass(frozen=True, eq=False)
class CandidateList:
    """Candidates as columns; nothing is built for a row before it is needed.

    Attributes
    ----------
    table : `~astropy.table.Table`
        Columns and values of the file (positions possibly 1-based).
    roles : Roles
        Names of the columns with roles.
    keys : ndarray of str, shape (n,)
        Unique keys.
    x, y : ndarray of float64, shape (n,)
        Pixel positions, 0-based, x along columns; NaN where unknown.
    ra, dec : ndarray of float64, shape (n,)
        Degrees; NaN where unknown.
    notes : tuple of str
        Lines on what was recognised and converted.
    cautions : tuple of str
        The notes that the user should see at once.
    sentinels : mapping
        Values of a column that mean "missing", as -999: NaN in `column`, None in `value`.
    """

    table: Table
    roles: Roles
    keys: npt.NDArray[Any]
    x: Floats
    y: Floats
    ra: Floats
    dec: Floats
    notes: tuple[str, ...] = field(default=())
    cautions: tuple[str, ...] = field(default=())
    sentinels: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.keys)

    @cached_property
    def _index(self) -> KeyIndex:
        return KeyIndex(self.keys)

    def row_of(self, key: str) -> int:
        """Return the row of a key; raise KeyError if no candidate has the key."""
        return self._index.row_of(key)

    def continue_from(self, earlier: CandidateList) -> None:
        """Share the key index of an earlier list, whose rows are the first rows of this one."""
        self._index.continue_from(earlier._index)

    @property
    def columns(self) -> list[str]:
        """Column names of the table, in the file's order."""
        return [str(name) for name in self.table.colnames]

    def column(self, name: str, first: int = 0) -> npt.NDArray[Any]:
        """Return a column's values, shape (n, ...); masked numbers are NaN, masked text is empty.

        Sentinels are NaN as well. ``first`` is the first row returned. Raise KeyError for an
        unknown column.
        """
        if name not in self.table.colnames:
            raise KeyError(name)
        values = plain_array(self.table[name][first:] if first else self.table[name])
        return without_values(values, self.sentinels.get(name, ()))

    def key(self, row: int) -> str:
        """Return the key of a row."""
        return str(self.keys[row])

    def name(self, row: int) -> str:
        """Return the candidate's name: the value of the name column, else the key."""
        value = self.value("name", row)
        text = "" if value is None else str(value).strip()
        return text or self.key(row)

    def value(self, role: str, row: int) -> Any:
        """Return the value of the column that has a role; None without column or value.

        ``x``, ``y`` are 0-based pixels and ``ra``, ``dec`` degrees.
        """
        if role in ("x", "y", "ra", "dec"):
            number = float(getattr(self, role)[row])
            return None if np.isnan(number) else number
        if role == "key":
            return self.key(row)
        column = getattr(self.roles, role)
        if column is None:
            return None
        value = cell(self.table[column], row)
        return None if value in self.sentinels.get(column, ()) else value

    def listed_position(self, row: int) -> str:
        """Return the filled cells of a candidate's position, as ``ra 8.7, dec 95``."""
        columns = (self.roles.x, self.roles.y, self.roles.ra, self.roles.dec)
        filled = (
            (name, cell_text(self.table[name], row))
            for name in columns
            if name is not None and cell(self.table[name], row) not in self.sentinels.get(name, ())
        )
        return ", ".join(f"{name} {text}" for name, text in filled if not is_missing_word(text))

    def candidate(self, row: int) -> dict[str, Any]:
        """Return one candidate as a dict of the table's columns, in plain Python types.

        ``x``, ``y`` (0-based) and ``ra``, ``dec`` (degrees) are the positions of the roles, even
        if the table has columns of these names. Unknown positions are left out. Masked values
        are None.
        """
        values = {str(name): cell(self.table[name], row) for name in self.table.colnames}
        known = self.position(row)
        for role in ("x", "y", "ra", "dec"):
            if role not in known:
                values.pop(role, None)
        return values | known

    def position(self, row: int) -> dict[str, Any]:
        """Return the known ones of a candidate's ``x``, ``y`` (0-based), ``ra``, ``dec``."""
        numbers = {role: self.value(role, row) for role in ("x", "y", "ra", "dec")}
        return {role: number for role, number in numbers.items() if number is not None}


class Whereabouts(IntEnum):
    """Code of a candidate's position: on the image, off the image, or unknown."""

    ON = 0
    OFF = 1
    NOWHERE = 2

    @property
    def words(self) -> str:
        """Text in the candidate list; empty for a position on the image."""
        return ("", "off the image", "no position")[self]


def find_whereabouts(
    x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], shape: tuple[int, int] | None
) -> npt.NDArray[np.uint8]:
    """Return the `Whereabouts` of each candidate, shape (n,).

    Parameters
    ----------
    x, y : ndarray, shape (n,)
        0-based pixels, NaN unknown.
    shape : (int, int) or None
        Rows and columns of the image; without a shape no candidate counts as off the image.
    """
    codes = np.full(len(x), Whereabouts.ON, np.uint8)
    codes[np.isnan(x) | np.isnan(y)] = Whereabouts.NOWHERE
    if shape is not None:
        inside = (x >= -0.5) & (y >= -0.5) & (x < shape[1] - 0.5) & (y < shape[0] - 0.5)
        codes[~inside & (codes == Whereabouts.ON)] = Whereabouts.OFF
    return codes
