"""The columns a vetter can see, sort and filter by: the table's, and what was decided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.candidates.column_values import as_text
from vetter.core.columns.formatting import Writer, writer
from vetter.core.judgement.fit_table import COLUMNS as FIT_COLUMNS
from vetter.core.judgement.fit_table import FORMATS as FIT_FORMATS
from vetter.core.judgement.fit_table import FitTable

VERDICTS = ("none", "accept", "reject", "maybe")
"""Words of the verdict codes 0 to 3."""

DECIDED = ("verdict", "tags", "comment")
"""Columns that come from the decisions, not from the table."""

POSITIONS = ("x", "y", "ra", "dec")

_ROLE_COLUMNS = ("name", "key", "mag", "mag_err", "time", "filter", "fwhm")


class OpinionLike(Protocol):
    """The part of an opinion that is shown in columns."""

    @property
    def tags(self) -> tuple[str, ...]:
        """Tags given."""

    @property
    def comment(self) -> str:
        """Free text."""


class Decided(Protocol):
    """What the decisions so far come to; a ledger or a session."""

    @property
    def codes(self) -> npt.NDArray[np.uint8]:
        """Verdict code of each row."""

    def opinion(self, row: int) -> OpinionLike:
        """The whole opinion on one row."""


class NewRows:
    """The columns of a list's last rows.

    Parameters
    ----------
    columns : ReviewColumns
        Of the whole list.
    first : int
        The first of the rows.
    """

    def __init__(self, columns: ReviewColumns, first: int) -> None:
        self._columns = columns
        self._first = first

    @property
    def names(self) -> list[str]:
        """All columns that can be shown."""
        return self._columns.names

    def find(self, word: str) -> str:
        """The column meant by a word; KeyError where none or several are."""
        return self._columns.find(word)

    def values(self, name: str) -> npt.NDArray[Any]:
        """One value for each of the rows."""
        return self._columns.values(name, self._first)


class ReviewColumns:
    """Columns by name, as arrays with one value per candidate.

    ``verdict``, ``tags`` and ``comment`` are the decisions'; ``name`` is what the candidate
    is called; ``x`` and ``y`` (pixels from 0), ``ra`` and ``dec`` (degrees) are the positions
    the program uses. All other names are the table's columns with the table's values, where
    an original column of such a name is reached as ``list.verdict``, ``list.x``... A role
    (``mag``, ``time``...) finds its column where none is called so, and case is ignored
    where that is unambiguous.

    Parameters
    ----------
    candidates : CandidateList
        The list.
    decided : Decided
        Gives verdict codes and opinions.
    fits : FitTable, optional
        Gives the columns of the fits; None where there is nothing to fit.
    """

    def __init__(
        self, candidates: CandidateList, decided: Decided, fits: FitTable | None = None
    ) -> None:
        self.candidates = candidates
        self._decided = decided
        self.fits = fits
        self._names: npt.NDArray[Any] | None = None
        self._name_columns()

    def _name_columns(self) -> None:
        candidates, fits = self.candidates, self.fits
        own = (*DECIDED, "name", *(p for p in POSITIONS if self._known(p)))
        own += () if fits is None else FIT_COLUMNS
        self._table = {
            (f"list.{name}" if name in own else name): name for name in candidates.columns
        }
        roles = candidates.roles
        taken = {roles.name} | {getattr(roles, p) for p in POSITIONS if p in own}
        if roles.one_based:
            taken -= {roles.x, roles.y}
        # A table's own "name" or "ra" column that already is the one shown is not offered twice.
        self._hidden = {
            alias for alias, name in self._table.items() if alias != name and name in taken
        }
        self._own = own

    def extend(self, candidates: CandidateList) -> None:
        """More of the list has been read; there may be more columns too."""
        self.candidates = candidates
        self._name_columns()
        if self.fits is not None:
            self.fits.extend(len(candidates))

    def since(self, first: int) -> NewRows:
        """The columns of the rows from ``first`` on, to sort and filter those alone."""
        return NewRows(self, first)

    @property
    def names(self) -> list[str]:
        """All columns that can be shown, decisions first, then the table's order."""
        first = ["verdict", "name", "tags", "comment", *self._own[len(DECIDED) + 1 :]]
        return [*first, *(name for name in self._table if name not in self._hidden)]

    def find(self, word: str) -> str:
        """The column meant by a word; KeyError where none or several are.

        An exact name wins, then a role, then a name that differs in case only.
        """
        if word in self._own or word in self._table:
            return word
        if word == "tag":
            return "tags"
        if word in _ROLE_COLUMNS:
            column = getattr(self.candidates.roles, word)
            if column is not None:
                return column if column in self._table else f"list.{column}"
        alike = [name for name in self.names if name.lower() == word.lower()]
        if len(alike) != 1:
            raise KeyError(word)
        return alike[0]

    def values(self, name: str, first: int = 0) -> npt.NDArray[Any]:
        """One value per candidate, shape (n,); verdicts are codes, tags joined by commas.

        Missing numbers are NaN, missing text is empty. KeyError where there is no such column.
        ``first`` is the row to begin with.
        """
        if name == "verdict":
            return np.asarray(self._decided.codes)[first:]
        if name == "tags":
            return self._opinions(lambda opinion: ", ".join(opinion.tags), first)
        if name == "comment":
            return self._opinions(lambda opinion: opinion.comment, first)
        if name == "name":
            return self._name_values()[first:]
        if self.fits is not None and name in FIT_COLUMNS:
            return self.fits.values(name)[first:]
        if name in POSITIONS and name in self._own:
            return np.asarray(getattr(self.candidates, name))[first:]
        return self.candidates.column(self._table[name], first)

    def writer(self, name: str) -> Writer:
        """How a column's values are written: as its table says, else as suits them."""
        if name in ("x", "y") and name in self._own:
            return writer(self.values(name), "%.2f")
        if name in ("ra", "dec") and name in self._own:
            return writer(self.values(name), "%.6f")
        if name in FIT_COLUMNS and name in self._own:
            return writer(self.values(name), FIT_FORMATS.get(name))
        column = self._table.get(name)
        form = None if column is None else getattr(self.candidates.table[column], "format", None)
        return writer(self.values(name), form if isinstance(form, str) else None)

    def unit(self, name: str) -> str:
        """Its unit in words; empty where there is none."""
        if name in ("x", "y") and name in self._own:
            return "pixels from 0"
        if name in ("ra", "dec") and name in self._own:
            return "deg"
        if name == "shift" and name in self._own:
            return "pixels"
        column = self._table.get(name)
        unit = None if column is None else getattr(self.candidates.table[column], "unit", None)
        return "" if unit is None else str(unit)

    def _known(self, position: str) -> bool:
        values = getattr(self.candidates, position)
        return bool(len(values)) and bool(np.isfinite(values).any())

    def _name_values(self) -> npt.NDArray[Any]:
        known = 0 if self._names is None else len(self._names)
        if self._names is None or known < len(self.candidates):
            names = self._new_names(known)
            self._names = names if self._names is None else np.concatenate([self._names, names])
        return self._names

    def _new_names(self, first: int) -> npt.NDArray[Any]:
        column = self.candidates.roles.name
        keys = np.asarray(self.candidates.keys[first:])
        if column is None:
            # As they are: an array of wide text takes 20 ms for 100,000 of them.
            return keys
        keys = keys.astype(str)
        given = np.char.strip(as_text(self.candidates.table[column][first:]))
        return np.where(given == "", keys, given)

    def _opinions(self, text: Any, first: int) -> npt.NDArray[Any]:
        rows: Sequence[int] = range(first, len(self.candidates))
        return np.array([text(self._decided.opinion(row)) for row in rows], dtype=object)
