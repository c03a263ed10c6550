"""Table of all candidates: the list's own columns and the opinions of one reviewer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
from astropy.table import Column, Table

from vetter.core.candidates.numbered_name import numbered_name
from vetter.core.decisions.agreement.policy import DESCRIPTIONS, CombinedOpinion, Policy
from vetter.core.decisions.decision import UNDECIDED, Decision, Opinion
from vetter.core.judgement.answer import META_KEYS

COLUMNS: tuple[str, ...] = ("verdict", "tags", "comment", "reviewer", "decided_at", "seconds")
"""Columns that a decision table adds to the list."""
UNTIL = "until"
"""Column that is added if a candidate was put off until a time."""
TAG_SEPARATOR = ";"


class Opinions(Protocol):
    """Opinions of one reviewer on the rows of a list: a ledger, or a copy of its state."""

    @property
    def codes(self) -> npt.NDArray[np.uint8]:
        """``Verdict.code`` of each row."""

    def opinion(self, row: int) -> Opinion:
        """Return the opinion on a row."""

    def remarked_rows(self) -> Sequence[int]:
        """Return the rows with tags or a comment."""


@runtime_checkable
class DecidedRows(Protocol):
    """Opinions that can be copied quickly, as the decisions behind them."""

    def decisions_by_row(self) -> dict[int, Decision]:
        """Return a copy of the decisions behind the opinions, by row."""


@runtime_checkable
class PolicyOpinions(Protocol):
    """Opinions that a policy makes of all reviewers'."""

    @property
    def policy(self) -> Policy:
        """Rule that combines the opinions."""

    def combined(self, row: int) -> CombinedOpinion:
        """Return the combined opinion of a candidate, with its basis."""


@dataclass(frozen=True, eq=False)
class FrozenOpinions:
    """Opinions of one moment, which later decisions do not change.

    Attributes
    ----------
    codes : ndarray of uint8, shape (rows,)
    by_row : mapping of int to Opinion
        Opinions by row, without the rows that have no verdict, tag or comment.
    decisions : mapping of int to Decision
        Decisions of rows that `by_row` does not hold; their opinions are built on request.
    """

    codes: npt.NDArray[np.uint8]
    by_row: Mapping[int, Opinion]
    decisions: Mapping[int, Decision] = field(default_factory=dict)

    @classmethod
    def of(cls, opinions: Opinions) -> FrozenOpinions:
        """Copy the opinions of this moment."""
        codes = np.array(opinions.codes)
        if isinstance(opinions, DecidedRows):
            return cls(codes, {}, opinions.decisions_by_row())
        by_row = ((row, opinions.opinion(row)) for row in range(len(codes)))
        return cls(codes, {row: opinion for row, opinion in by_row if opinion != UNDECIDED})

    def remarked_rows(self) -> Sequence[int]:
        """Return the rows with tags or a comment."""
        every: Iterable[tuple[int, Opinion | Decision]] = chain(
            self.by_row.items(), self.decisions.items()
        )
        return [row for row, one in every if one.tags or one.comment]

    def opinion(self, row: int) -> Opinion:
        """Return the opinion on a row."""
        decision = self.decisions.get(row)
        return self.by_row.get(row, UNDECIDED) if decision is None else decision.opinion


def rename_columns(names: Sequence[str], own: Sequence[str] = COLUMNS) -> dict[str, str]:
    """Return new names for columns that clash with added ones, ignoring case.

    ``verdict`` becomes ``verdict_original``, with a number if that name is taken too.
    """
    taken = {name.casefold() for name in names} | set(own)
    renamed = {}
    for name in names:
        if name.casefold() not in own:
            continue
        renamed[name] = numbered_name(f"{name}_original", taken, fold=str.casefold)
        taken.add(renamed[name].casefold())
    return renamed


def decision_table(
    table: Table,
    opinions: Opinions,
    answers: Sequence[Mapping[str, Any]] = (),
    rows: npt.NDArray[np.intp] | None = None,
) -> tuple[Table, tuple[str, ...]]:
    """Return the candidates with their original columns, the six of `COLUMNS`, and the answers.

    Parameters
    ----------
    table : `~astropy.table.Table`
        The list; its columns are shared, not copied.
    opinions : Ledger
    answers : sequence of mapping
        Metadata of each candidate's fit, with the keys of `Judgement.as_meta`, or an empty mapping
        without a fit. An empty sequence adds no columns. With `rows` those of these rows.
    rows : ndarray of int, optional
        Rows of the list to return, in rising order; all by default.

    Returns
    -------
    table : `~astropy.table.Table`
        The list with ``verdict``, ``tags`` (joined by ``;``), ``comment``, ``reviewer``,
        ``decided_at`` (UTC, ISO 8601) and ``seconds`` (NaN for a row without an opinion) at the
        end, and ``until`` if a candidate was put off until a time. With answers also
        ``adjust_answer`` (empty without a fit), ``adjust_flux_limit`` and ``adjust_power`` (NaN
        if unknown), and ``adjust_stars``.
    notes : tuple of str
        Columns that were renamed, one line each.
    """
    rows = np.arange(len(table)) if rows is None else rows
    every = [opinions.opinion(row) for row in rows.tolist()]
    is_put_off = any(opinion.until for opinion in every)
    own = (*COLUMNS, *((UNTIL,) if is_put_off else ()), *(META_KEYS if answers else ()))
    renamed = rename_columns([str(name) for name in table.colnames], own)
    if len(rows) == len(table):
        columns = (table[name] for name in table.colnames)
    else:
        columns = (table[name][rows] for name in table.colnames)
    joined = Table()
    for name, column in zip(table.colnames, columns, strict=True):
        joined.add_column(column, name=renamed.get(str(name), str(name)), copy=False)
    joined.meta.update(table.meta)
    texts = {
        "verdict": [opinion.verdict.value for opinion in every],
        "tags": [TAG_SEPARATOR.join(opinion.tags) for opinion in every],
        "comment": [opinion.comment for opinion in every],
        "reviewer": [opinion.reviewer for opinion in every],
        "decided_at": [opinion.decided_at for opinion in every],
    }
    for name, values in texts.items():
        joined[name] = Column(values, dtype="U1" if not any(values) else None)
    seconds = [opinion.seconds if opinion.has_content else np.nan for opinion in every]
    joined["seconds"] = Column(seconds, dtype=np.float64, unit="s")
    if is_put_off:
        joined[UNTIL] = Column([opinion.until for opinion in every])
    if answers:
        _add_answers(joined, answers)
    notes = [f"the list's own column {old!r} is written as {new!r}" for old, new in renamed.items()]
    return joined, tuple(notes)


def _add_answers(table: Table, answers: Sequence[Mapping[str, Any]]) -> None:
    """Add the columns of the answers to a table with as many rows."""
    word, *numbers, stars = META_KEYS
    texts = [str(meta.get(word, "")) for meta in answers]
    table[word] = Column(texts, dtype="U1" if not any(texts) else None)
    for name in numbers:
        table[name] = Column([meta.get(name, np.nan) for meta in answers], dtype=np.float64)
    table[stars] = Column([meta.get(stars, 0) for meta in answers], dtype=np.int64)


def policy_meta(opinions: Opinions, row: int) -> dict[str, Any]:
    """Return ``vet_policy`` and ``vet_basis`` of a cutout; empty for one reviewer's opinions."""
    if not isinstance(opinions, PolicyOpinions):
        return {}
    return {"vet_policy": opinions.policy.value, "vet_basis": opinions.combined(row).basis}


def add_policy(table: Table, opinions: Opinions, rows: Iterable[int]) -> None:
    """Add the columns ``policy`` and ``basis`` of the combined verdicts to a table.

    Nothing is added for one reviewer's opinions. A list's own column of such a name stays, and
    the added one is ``basis_2``.

    Parameters
    ----------
    table : `~astropy.table.Table`
    opinions : Opinions
    rows : iterable of int
        Row of the list for each row of the table.
    """
    if not isinstance(opinions, PolicyOpinions):
        return
    policy = opinions.policy
    texts = [opinions.combined(int(row)).basis for row in rows]
    for name, values, description in (
        ("policy", [policy.value] * len(texts), DESCRIPTIONS[policy]),
        ("basis", texts, "reviewers behind the verdict"),
    ):
        taken = {str(column).casefold() for column in table.colnames}
        dtype = None if any(values) else "U1"
        column = Column(values, dtype=dtype, description=description)
        table[numbered_name(name, taken, fold=str.casefold)] = column
