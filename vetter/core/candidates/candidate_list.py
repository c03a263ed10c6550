"""A candidate list: a table, the roles of its columns, and the position of each candidate."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.candidates.column_values import cell, plain

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
    """Which column plays which part; None where no column does.

    ``one_based`` says that the table's x and y count pixels from 1, as FITS does;
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
        """These roles with some of them changed."""
        return self._replace(**changes)

    def in_words(self) -> str:
        """One line for a user: ``called by id; pixels x, y counted from 1; magnitude mag``."""
        parts = [f"called by {self.key}" if self.key else "called by the number of the row"]
        if self.name:
            parts.append(f"named {self.name}")
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

    def described(self) -> str:
        """One line for the user: ``key=id x=x y=y ra=ra dec=dec``."""
        found = [(role, getattr(self, role)) for role in ROLE_NAMES]
        return " ".join(f"{role}={column}" for role, column in found if column)


class KeyIndex:
    """The row of each key of a list, made when the first is looked up.

    Parameters
    ----------
    keys : ndarray of str, shape (n,)
        Unique.
    """

    def __init__(self, keys: npt.NDArray[Any]) -> None:
        self._keys = keys
        self._rows: dict[str, int] | None = None

    def row_of(self, key: str) -> int:
        """Return the row of a key; KeyError where there is none."""
        row = (self._rows or self._known_rows())[key]
        if row >= len(self._keys):
            # A longer list shares the rows and has added this one.
            raise KeyError(key)
        return row

    def continue_from(self, earlier: KeyIndex) -> None:
        """Share the rows of a list with which this one begins, and add the new ones.

        It takes the time of the new rows alone; an index of its own takes that of all.
        """
        start = len(earlier._keys)
        rows = earlier._known_rows()
        rows.update(zip(self._keys[start:].tolist(), range(start, len(self._keys)), strict=True))
        self._rows = rows

    def _known_rows(self) -> dict[str, int]:
        if self._rows is None:
            self._rows = {key: row for row, key in enumerate(self._keys.tolist())}
        return self._rows


@dataclass(frozen=True, eq=False)
class CandidateList:
    """Candidates as columns; nothing per row is built before it is looked at.

    Attributes
    ----------
    table : `~astropy.table.Table`
        As read from the file; values are the file's (positions possibly 1-based).
    roles : Roles
        Which column plays which part.
    keys : ndarray of str, shape (n,)
        Unique identities.
    x, y : ndarray of float64, shape (n,)
        Pixel positions, 0-based, x along columns; NaN where unknown.
    ra, dec : ndarray of float64, shape (n,)
        Degrees; NaN where unknown.
    notes : tuple of str
        What was recognised and converted, one line each.
    cautions : tuple of str
        Those of the notes that the user should see at once.
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

    def __len__(self) -> int:
        return len(self.keys)

    @cached_property
    def _index(self) -> KeyIndex:
        return KeyIndex(self.keys)

    def row_of(self, key: str) -> int:
        """The row of a key; KeyError where there is none."""
        return self._index.row_of(key)

    def continue_from(self, earlier: CandidateList) -> None:
        """Share the index of keys with a list whose rows this one begins with."""
        self._index.continue_from(earlier._index)

    @property
    def columns(self) -> list[str]:
        """The table's column names, in the file's order."""
        return [str(name) for name in self.table.colnames]

    def column(self, name: str, first: int = 0) -> npt.NDArray[Any]:
        """A column's values, shape (n, ...); masked numbers are NaN, masked text is empty.

        ``first`` is the row to begin with. KeyError where the table has no such column.
        """
        if name not in self.table.colnames:
            raise KeyError(name)
        return plain(self.table[name][first:] if first else self.table[name])

    def key(self, row: int) -> str:
        """The identity of a row."""
        return str(self.keys[row])

    def name(self, row: int) -> str:
        """What the candidate is called: its name column, else its key."""
        value = self.value("name", row)
        text = "" if value is None else str(value).strip()
        return text or self.key(row)

    def value(self, role: str, row: int) -> Any:
        """The value of the column that plays a role; None without column or value.

        ``x``, ``y`` are 0-based pixels and ``ra``, ``dec`` degrees.
        """
        if role in ("x", "y", "ra", "dec"):
            number = float(getattr(self, role)[row])
            return None if np.isnan(number) else number
        if role == "key":
            return self.key(row)
        column = getattr(self.roles, role)
        return None if column is None else cell(self.table[column], row)

    def candidate(self, row: int) -> dict[str, Any]:
        """One candidate as a dict: the table's columns, in plain Python types.

        ``x``, ``y`` (0-based) and ``ra``, ``dec`` (degrees) are those of the roles, whatever
        columns of such names hold; they are left out where unknown. Masked values are None.
        """
        values = {str(name): cell(self.table[name], row) for name in self.table.colnames}
        for role in ("x", "y", "ra", "dec"):
            number = self.value(role, row)
            if number is not None:
                values[role] = number
            else:
                values.pop(role, None)
        return values


class Whereabouts(IntEnum):
    """Code of a candidate's place in an array; ``words`` is what the list shows of it."""

    ON = 0
    OFF = 1
    NOWHERE = 2

    @property
    def words(self) -> str:
        """Text for the list; empty on the image."""
        return ("", "off the image", "no position")[self]


def whereabouts(
    x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], shape: tuple[int, int] | None
) -> npt.NDArray[np.uint8]:
    """Return the `Whereabouts` of each candidate, shape (n,).

    Parameters
    ----------
    x, y : ndarray, shape (n,)
        0-based pixels, NaN unknown.
    shape : (int, int) or None
        Rows and columns of the image; without, none is off it.
    """
    found = np.full(len(x), Whereabouts.ON, np.uint8)
    found[np.isnan(x) | np.isnan(y)] = Whereabouts.NOWHERE
    if shape is not None:
        inside = (x >= -0.5) & (y >= -0.5) & (x < shape[1] - 0.5) & (y < shape[0] - 0.5)
        found[~inside & (found == Whereabouts.ON)] = Whereabouts.OFF
    return found
