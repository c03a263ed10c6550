"""Candidates without a position, by reason: an empty cell, an unreadable one, or the WCS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from vetter.core.candidates.column_values import cell_text, plain_array, without_values
from vetter.core.candidates.number_words import is_missing_word
from vetter.core.number_text import format_count

if TYPE_CHECKING:
    from astropy.table import Table

Mask = npt.NDArray[np.bool_]
ReadColumn = tuple[str, npt.NDArray[np.float64]]
"""Name of a column, and its values as read: NaN where empty or unreadable."""


@dataclass(frozen=True, eq=False)
class ReadPair:
    """Two columns of a position, and the rows of which a cell has content that was not read."""

    table: Table
    columns: tuple[ReadColumn, ReadColumn]
    unreadable: Mask

    @property
    def missing(self) -> Mask:
        """Rows without a value in one of the columns, for whatever reason."""
        return np.isnan(self.columns[0][1]) | np.isnan(self.columns[1][1])

    @property
    def names(self) -> str:
        """Names of both columns."""
        return " and ".join(name for name, _ in self.columns)

    def example(self, row: int) -> str:
        """Return the first unreadable cell of a row, as ``dec '12;30'``."""
        texts = (
            (name, cell_text(self.table[name], row))
            for name, values in self.columns
            if np.isnan(values[row])
        )
        return next((f"{n} {text!r}" for n, text in texts if not is_missing_word(text)), "")

    def texts(self, row: int) -> str:
        """Return both cells of a row, as ``ra 8.7, dec -0.2``."""
        return ", ".join(f"{name} {cell_text(self.table[name], row)}" for name, _ in self.columns)


@dataclass(frozen=True, slots=True)
class UnplacedCounts:
    """Notes and cautions on candidates without a position.

    ``empty_count`` of them have an empty cell, which needs no caution.
    """

    notes: list[str]
    cautions: list[str]
    empty_count: int


def read_pair(
    table: Table,
    first: ReadColumn,
    second: ReadColumn,
    sentinels: Mapping[str, Sequence[float]],
) -> ReadPair:
    """Return the pair of columns with its unreadable rows."""
    unreadable = np.zeros(len(table), bool)
    for name, values in (first, second):
        lost = np.isnan(values)
        if lost.any():
            unreadable[lost] |= _are_filled(table[name][lost], sentinels.get(name, ()))
    return ReadPair(table, (first, second), unreadable)


def count_unplaced(
    nowhere: Mask,
    pixels: ReadPair | None,
    sky: ReadPair | None,
    has_wcs: bool,
    rows: npt.NDArray[np.intp],
) -> UnplacedCounts:
    """Count candidates without a position, by reason.

    Parameters
    ----------
    nowhere : ndarray of bool, shape (n,)
        Candidates without a pixel position.
    pixels, sky : ReadPair or None
        The columns of x and y, and of right ascension and declination.
    has_wcs : bool
        Whether the image has a WCS.
    rows : ndarray of int, shape (n,)
        Rows of the list, for texts.
    """
    notes: list[str] = []
    cautions: list[str] = []
    unreadable = np.zeros(len(nowhere), bool)
    for pair in (pixels, sky):
        if pair is None or not pair.unreadable.any():
            continue
        lost, others = pair.unreadable & nowhere, pair.unreadable & ~nowhere
        unreadable |= lost
        for mask, texts, words in (
            (lost, cautions, f"a position in {pair.names} that cannot be read"),
            (others, notes, f"{pair.names} that cannot be read"),
        ):
            if mask.any():
                first = int(np.flatnonzero(mask)[0])
                texts.append(
                    f"{format_count(int(mask.sum()), 'candidate has', 'candidates have')} {words}: "
                    f"{pair.example(first)} in row {rows[first] + 1}"
                )
    outside = np.zeros(len(nowhere), bool)
    if sky is not None and has_wcs:
        outside = nowhere & ~sky.missing & ~unreadable
        if outside.any():
            first = int(np.flatnonzero(outside)[0])
            cautions.append(
                f"{format_count(int(outside.sum()), 'candidate has', 'candidates have')} no pixel "
                f"by the image's WCS: {sky.texts(first)} in row {rows[first] + 1}"
            )
    return UnplacedCounts(notes, cautions, int((nowhere & ~unreadable & ~outside).sum()))


def _are_filled(column: Any, sentinels: Sequence[float]) -> Mask:
    """Return which cells of a column hold neither a missing value nor a word for one."""
    values = without_values(plain_array(column), sentinels)
    if values.dtype.kind in "iuf":
        return np.asarray(np.isfinite(values))
    texts = ("" if value is None else str(value) for value in values.tolist())
    return np.fromiter((not is_missing_word(text) for text in texts), bool, len(values))
