"""The list as it came, with what one reviewer says beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
from astropy.table import Column, Table

from vetter.core.candidates.numbered_name import numbered_name
from vetter.core.decisions.decision import UNDECIDED, Opinion

COLUMNS = ("verdict", "tags", "comment", "reviewer", "decided_at", "seconds")
TAG_SEPARATOR = ";"


class Opinions(Protocol):
    """Where the opinions come from: a ledger, or a copy of what it said at some moment."""

    @property
    def codes(self) -> npt.NDArray[np.uint8]:
        """``Verdict.code`` of each row."""

    def opinion(self, row: int) -> Opinion:
        """What is said about a row."""


@dataclass(frozen=True)
class FrozenOpinions:
    """Opinions of one moment, which later decisions do not change.

    Attributes
    ----------
    codes : ndarray of uint8, shape (rows,)
    said : mapping of int to Opinion
        By row; rows without a verdict, tag or comment are left out.
    """

    codes: npt.NDArray[np.uint8]
    said: Mapping[int, Opinion]

    @classmethod
    def of(cls, opinions: Opinions) -> FrozenOpinions:
        """Copy the opinions of this moment."""
        codes = np.array(opinions.codes)
        rows = ((row, opinions.opinion(row)) for row in range(len(codes)))
        return cls(codes, {row: said for row, said in rows if said != UNDECIDED})

    def opinion(self, row: int) -> Opinion:
        """Return what was said about a row."""
        return self.said.get(row, UNDECIDED)


def renamed_columns(names: Sequence[str]) -> dict[str, str]:
    """New names for columns that are called like ours, whatever their case.

    ``verdict`` becomes ``verdict_original``, with a number where that is taken too.
    """
    taken = {name.casefold() for name in names} | set(COLUMNS)
    renamed = {}
    for name in names:
        if name.casefold() not in COLUMNS:
            continue
        renamed[name] = numbered_name(f"{name}_original", taken, fold=str.casefold)
        taken.add(renamed[name].casefold())
    return renamed


def decision_table(table: Table, opinions: Opinions) -> tuple[Table, tuple[str, ...]]:
    """Every candidate with its original columns and six of ours.

    Parameters
    ----------
    table : `~astropy.table.Table`
        The list; its columns are shared, not copied.
    opinions : Ledger

    Returns
    -------
    table : `~astropy.table.Table`
        With ``verdict``, ``tags`` (joined by ``;``), ``comment``, ``reviewer``, ``decided_at``
        (UTC, ISO 8601) and ``seconds`` (NaN where nothing was said) at the end.
    notes : tuple of str
        What was renamed.
    """
    renamed = renamed_columns([str(name) for name in table.colnames])
    joined = Table(copy=False)
    for name in table.colnames:
        joined.add_column(table[name], name=renamed.get(str(name), str(name)), copy=False)
    joined.meta.update(table.meta)
    said = [opinions.opinion(row) for row in range(len(table))]
    texts = {
        "verdict": [opinion.verdict.value for opinion in said],
        "tags": [TAG_SEPARATOR.join(opinion.tags) for opinion in said],
        "comment": [opinion.comment for opinion in said],
        "reviewer": [opinion.reviewer for opinion in said],
        "decided_at": [opinion.decided_at for opinion in said],
    }
    for name, values in texts.items():
        joined[name] = Column(values, dtype="U1" if not any(values) else None)
    seconds = [opinion.seconds if opinion.says_something else np.nan for opinion in said]
    joined["seconds"] = Column(seconds, dtype=np.float64, unit="s")
    notes = [f"the list's own column {old!r} is written as {new!r}" for old, new in renamed.items()]
    return joined, tuple(notes)
