"""Columns that the user can show, sort and filter by: of the table, the decisions and the fits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.candidates.column_values import text_array
from vetter.core.columns.folded_text import FoldedColumns, fold
from vetter.core.columns.formatting import Writer, make_writer, time_writer
from vetter.core.decisions.triage.storms import Storm
from vetter.core.judgement.fit_table import COLUMNS as FIT_COLUMNS
from vetter.core.judgement.fit_table import DESCRIPTIONS as FIT_DESCRIPTIONS
from vetter.core.judgement.fit_table import FORMATS as FIT_FORMATS
from vetter.core.judgement.fit_table import FitTable

VERDICTS = ("none", "accept", "reject", "maybe", "later")
"""Texts of the verdict codes 0 to 4."""

DECIDED = ("verdict", "tags", "comment")
"""Columns that come from the decisions, not from the table."""

SEEN = "seen"
"""Column of earlier verdicts at the candidate's place."""

WAITS = "waits"
"""Column of the days that an undecided candidate has waited for a verdict."""

STORM, STORM_SAMPLE = "storm", "storm_sample"
"""Columns of the storm that a candidate belongs to, and of the storm whose sample it is in."""

POSITIONS = ("x", "y", "ra", "dec")

_ROLE_COLUMNS = ("name", "key", "mag", "mag_err", "time", "filter", "fwhm")


OTHERS = {
    "disagree": "yes where two reviewers' verdicts differ, settled where an arbiter has chosen",
    "others": "verdicts of the other reviewers",
    "next": "reviewer who should look next, once List > Next for me has found it",
}
"""Columns that come from the other reviewers' decisions, with their descriptions."""


class OpinionLike(Protocol):
    """Parts of an opinion that columns show."""

    @property
    def tags(self) -> tuple[str, ...]:
        """Tags of the candidate."""

    @property
    def comment(self) -> str:
        """Comment on the candidate."""


class Decided(Protocol):
    """Result of the decisions so far; a ledger or a session."""

    @property
    def codes(self) -> npt.NDArray[np.uint8]:
        """Verdict code of each row."""

    def opinion(self, row: int) -> OpinionLike:
        """Return the opinion on one row."""

    def remarked_rows(self) -> Sequence[int]:
        """Return the rows with tags or a comment."""


class Others(Protocol):
    """Other reviewers' decisions, see `vetter.core.decisions.agreement.other_reviewers`."""

    def disagreements(self, first: int) -> npt.NDArray[Any]:
        """Return whether the verdicts on each candidate differ, as a word."""

    def texts(self, first: int) -> npt.NDArray[Any]:
        """Return the others' verdicts on each candidate as text."""

    def next_reviewers(self, first: int) -> npt.NDArray[Any]:
        """Return who should look next at each candidate; '' for nobody, or if unknown."""


class SomeRows:
    """Columns of some rows of a list: its last ones, or the first, which stay as it grows.

    Parameters
    ----------
    columns : ReviewColumns
        Columns of the whole list.
    first : int
        First of the rows.
    count : int, optional
        Number of the rows; by default all from the first on.
    """

    def __init__(self, columns: ReviewColumns, first: int = 0, count: int | None = None) -> None:
        self._columns = columns
        self._first, self._count = first, count

    @property
    def names(self) -> list[str]:
        """Names of all columns that can be shown."""
        return self._columns.names

    def find(self, word: str) -> str:
        """Return the column that a word means; raise KeyError unless it means exactly one."""
        return self._columns.find(word)

    def values(self, name: str) -> npt.NDArray[Any]:
        """Return one value for each of the rows."""
        return self._columns.values(name, self._first)[: self._count]

    def folded(self, name: str) -> npt.NDArray[Any]:
        """Return the text of each of the rows in lower case."""
        return self._columns.folded(name, self._first)[: self._count]


class ReviewColumns:
    """Columns by name, as arrays with one value per candidate.

    ``verdict``, ``tags`` and ``comment`` come from the decisions; ``name`` is the candidate's
    name; ``x`` and ``y`` (pixels from 0), ``ra`` and ``dec`` (degrees) are the positions that
    the program uses. All other names are columns of the table, with the table's values. A table
    column with one of the former names is ``list.verdict``, ``list.x``... A role (``mag``,
    ``time``...) finds its column if no column has the role's name. Case is ignored if the
    result is unambiguous.

    Parameters
    ----------
    candidates : CandidateList
        The list.
    decided : Decided
        Source of verdict codes and opinions.
    fits : FitTable, optional
        Source of the columns of fits; None if nothing can be fitted.
    others : Others, optional
        Source of the columns of other reviewers; None without others, or if they are hidden.
    has_seen : bool
        Whether there is a column ``seen`` of earlier verdicts; `set_seen` fills it.
    waits : callable, optional
        Returns the days that each undecided candidate has waited, NaN for the others; without it
        there is no column ``waits``.
    """

    def __init__(
        self,
        candidates: CandidateList,
        decided: Decided,
        fits: FitTable | None = None,
        others: Others | None = None,
        has_seen: bool = False,
        waits: Callable[[], npt.NDArray[np.float64]] | None = None,
    ) -> None:
        self.candidates = candidates
        self._decided = decided
        self.fits = fits
        self.others = others
        self._has_seen = has_seen
        self._waits = waits
        self._seen: dict[int, str] = {}
        self._storms: tuple[Storm, ...] = ()
        self._names: npt.NDArray[Any] | None = None
        self._folded = FoldedColumns(self.values)
        self._name_columns()

    def _name_columns(self) -> None:
        candidates, fits = self.candidates, self.fits
        own = (*DECIDED, "name", *(p for p in POSITIONS if self._has_position(p)))
        own += () if fits is None else FIT_COLUMNS
        own += (SEEN,) if self._has_seen else ()
        own += () if self._waits is None else (WAITS,)
        own += (STORM, STORM_SAMPLE) if self._storms else ()
        own += () if self.others is None else tuple(OTHERS)
        self._table = {
            (f"list.{name}" if name in own else name): name for name in candidates.columns
        }
        roles = candidates.roles
        taken = {roles.name} | {getattr(roles, p) for p in POSITIONS if p in own}
        if roles.one_based:
            taken -= {roles.x, roles.y}
        # A "name" or "ra" column of the table that is the role's column is not offered twice.
        self._hidden = {
            alias for alias, name in self._table.items() if alias != name and name in taken
        }
        self._own = own

    def extend(self, candidates: CandidateList) -> None:
        """Replace the list by a longer one, which may have more columns too."""
        self.candidates = candidates
        self._name_columns()
        if self.fits is not None:
            self.fits.extend(len(candidates))

    def set_seen(self, texts: dict[int, str]) -> None:
        """Set the texts of earlier verdicts, by row; they replace those before."""
        self._seen = texts

    def set_storms(self, storms: Sequence[Storm]) -> None:
        """Set the storms, which replace those before; without any their columns are gone."""
        self._storms = tuple(storms)
        self._name_columns()

    def since(self, first: int) -> SomeRows:
        """Return the columns of the rows from ``first`` on, to sort and filter these rows alone."""
        return SomeRows(self, first)

    @property
    def names(self) -> list[str]:
        """Names of all columns that can be shown, decisions first, then the table's order."""
        first = ["verdict", "name", "tags", "comment", *self._own[len(DECIDED) + 1 :]]
        return [*first, *(name for name in self._table if name not in self._hidden)]

    @property
    def fixed(self) -> set[str]:
        """Names of the columns that no decision, fit or lapse of time changes."""
        return {"name", *POSITIONS, *self._table}

    def find(self, word: str) -> str:
        """Return the column that a word means; raise KeyError unless it means exactly one.

        An exact name has precedence, then a role, then a name that differs in case only.
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
        """Return one value per candidate, shape (n,); verdicts are codes, tags joined by commas.

        Missing numbers are NaN, missing text is empty. Raise KeyError for an unknown column.
        ``first`` is the first row returned.
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
        if name == SEEN and name in self._own:
            seen = np.full(len(self.candidates) - first, "", dtype=object)
            for row, text in self._seen.items():
                if first <= row < first + len(seen):
                    seen[row - first] = text
            return seen
        if name == WAITS and self._waits is not None:
            return self._waits()[first:]
        if name in (STORM, STORM_SAMPLE) and name in self._own:
            return self._storm_names(name, first)
        if self.others is not None and name in OTHERS:
            others = self.others
            values = {"others": others.texts, "next": others.next_reviewers}
            return values.get(name, others.disagreements)(first)
        if name in POSITIONS and name in self._own:
            return np.asarray(getattr(self.candidates, name))[first:]
        return self.candidates.column(self._table[name], first)

    def folded(self, name: str, first: int = 0) -> npt.NDArray[Any]:
        """Return a column's text in lower case, shape (n,), from row ``first`` on."""
        if name in self._own and name not in ("name", *POSITIONS):
            # Decisions and fits change.
            return fold(self.values(name, first))
        return self._folded.get(name)[first:]

    def writer(self, name: str) -> Writer:
        """Return the function that writes a column's values, by the table's format if any."""
        if name in ("x", "y") and name in self._own:
            return make_writer(self.values(name), "%.2f")
        if name in ("ra", "dec") and name in self._own:
            return make_writer(self.values(name), "%.6f")
        if name in FIT_COLUMNS and name in self._own:
            return make_writer(self.values(name), FIT_FORMATS.get(name))
        if name == WAITS and name in self._own:
            return make_writer(self.values(name), "%.2f")
        column = self._table.get(name)
        form = None if column is None else getattr(self.candidates.table[column], "format", None)
        if column is not None and column == self.candidates.roles.time and not form:
            return time_writer(self.values(name))
        return make_writer(self.values(name), form if isinstance(form, str) else None)

    def describe(self, name: str) -> str:
        """Return a description of a column with its unit, for a tool tip; at least its name."""
        unit = self.unit(name)
        words = f"{name} ({unit})" if unit else name
        if name in self._own and name in OTHERS:
            return f"{name}: {OTHERS[name]}"
        is_fits = name in self._own and name in FIT_DESCRIPTIONS
        return f"{words}: {FIT_DESCRIPTIONS[name]}" if is_fits else words

    def unit(self, name: str) -> str:
        """Return the unit of a column as text; empty for a column without a unit."""
        if name in ("x", "y") and name in self._own:
            return "pixels from 0"
        if name in ("ra", "dec") and name in self._own:
            return "deg"
        if name == "shift" and name in self._own:
            return "pixels"
        if name == WAITS and name in self._own:
            return "days"
        column = self._table.get(name)
        unit = None if column is None else getattr(self.candidates.table[column], "unit", None)
        return "" if unit is None else str(unit)

    def _has_position(self, position: str) -> bool:
        values = getattr(self.candidates, position)
        return bool(len(values)) and bool(np.isfinite(values).any())

    def _name_values(self) -> npt.NDArray[Any]:
        # Local names: a filter in a thread may ask for the same.
        names, candidates = self._names, self.candidates
        known = 0 if names is None else len(names)
        if names is None or known < len(candidates):
            new = _new_names(candidates, known)
            self._names = names = new if names is None else np.concatenate([names, new])
        return names

    def _storm_names(self, column: str, first: int) -> npt.NDArray[Any]:
        names = np.full(len(self.candidates), "", dtype=object)
        # Reversed: the first storms are the largest.
        for storm in reversed(self._storms):
            names[storm.rows if column == STORM else storm.sample] = storm.name
        return names[first:]

    def _opinions(self, text: Any, first: int) -> npt.NDArray[Any]:
        # Only the remarked rows: asking for 100,000 opinions takes 40 ms, too long while typing.
        end = len(self.candidates)
        texts = np.full(end - first, "", dtype=object)
        for row in self._decided.remarked_rows():
            if first <= row < end:
                texts[row - first] = text(self._decided.opinion(row))
        return texts


def _new_names(candidates: CandidateList, first: int) -> npt.NDArray[Any]:
    """Return the names of a list's rows from ``first`` on."""
    column = candidates.roles.name
    keys = np.asarray(candidates.keys[first:])
    if column is None:
        # Without astype(str), which takes 20 ms for 100,000 wide texts.
        return keys
    keys = keys.astype(str)
    given = np.char.strip(text_array(candidates.table[column][first:]))
    return np.where(given == "", keys, given)
