"""Columns of numbers in which some cells hold a word for a missing value, as ``****`` or INDEF."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from vetter.core.candidates.column_values import text_array

if TYPE_CHECKING:
    from astropy.table import Table

_WORDS = frozenset(
    """
    null none na n/a n.a. nan -nan +nan nan(ind) -nan(ind) <na> nat nil nil. indef undef undefined
    unknown masked missing blank empty nodata no_data n/d nd invalid bad - -- --- – — − ? . .. ...
    … \\n #n/a #na #null! #num! #div/0! #value! #ref! #name? #n/d \\nodata nodata{} null() (null)
    """.split()
) | {"", "no data", "not available", "\\nodata"}
# Fortran's overflow, C's words of Windows and of others, dots and dashes of any number.
_FORMS = re.compile(r"^(\*+|[+-]?1\.#\w*|[+-]?nan\(.*\)|[-–—−]+|\.+|_+|\?+)$", re.IGNORECASE)
_NUMBER = re.compile(
    r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([ed][+-]?[0-9]+)?$|^[+-]?inf(inity)?$", re.IGNORECASE
)
_INTEGER = re.compile(r"^[+-]?[0-9]{1,15}$")
_SAMPLE = 50
_MAX_NAMED = 4


def is_missing_word(text: str) -> bool:
    """Return whether a text stands for a missing number: empty, ``NA``, ``****``, ``1.#QNAN``."""
    text = text.strip()
    return text.lower() in _WORDS or _FORMS.match(text) is not None


def with_numbers_among_words(table: Table, as_text_names: Collection[str]) -> tuple[Table, str]:
    """Return a table whose text columns of numbers and words for "missing" are masked numbers.

    A column stays text if any other text stands in it, or no number.

    Parameters
    ----------
    table : `~astropy.table.Table`
        Not changed; the table returned shares its other columns.
    as_text_names : collection of str
        Columns that stay text: those of keys and names.

    Returns
    -------
    table : `~astropy.table.Table`
    note : str
        Words and columns, with counts; empty if no column was converted.
    """
    made: dict[str, Any] = {}
    parts: list[str] = []
    for name in map(str, table.colnames):
        column = table[name]
        if getattr(getattr(column, "dtype", None), "kind", "") not in "US" or column.ndim != 1:
            continue
        if name in as_text_names:
            continue
        texts = text_array(column)
        found = _as_numbers(texts)
        if found is None:
            continue
        made[name], words = found
        if words:
            shown = ", ".join(word for word, _ in words.most_common(_MAX_NAMED))
            parts.append(f"{shown} in {name} ({words.total():,})")
    if not made:
        return table, ""
    table = table.copy(copy_data=False)
    for name, column in made.items():
        table.replace_column(name, column)
    return table, f"words for a missing number: {'; '.join(parts)}" if parts else ""


def _as_numbers(texts: npt.NDArray[np.str_]) -> tuple[Any, Counter[str]] | None:
    """Return a column of numbers and the words it had; None if it is a column of text."""
    from astropy.table import Column, MaskedColumn

    sample = [text for text in texts[: 4 * _SAMPLE].tolist() if text.strip()][:_SAMPLE]
    if not sample or not all(_NUMBER.match(t.strip()) or is_missing_word(t) for t in sample):
        return None
    cells = [text.strip() for text in texts.tolist()]
    kinds: dict[str, bool] = {}
    for cell in set(cells):
        if _NUMBER.match(cell):
            kinds[cell] = True
        elif is_missing_word(cell):
            kinds[cell] = False
        else:
            return None
    numbers = [cell for cell, is_number in kinds.items() if is_number]
    if not numbers or (len(numbers) == len(kinds) and not any("d" in n.lower() for n in numbers)):
        # A reader that left plain numbers as text had a reason.
        return None
    known = np.fromiter((kinds[cell] for cell in cells), bool, len(cells))
    whole = all(map(_INTEGER.match, numbers))
    read: Any = int if whole else _parse
    data = np.array(
        [read(cell) if number else 0 for cell, number in zip(cells, known.tolist(), strict=True)],
        np.int64 if whole else np.float64,
    )
    words = Counter(cell for cell, number in zip(cells, known.tolist(), strict=True) if not number)
    del words[""]
    return (Column(data) if known.all() else MaskedColumn(data, mask=~known)), words


def _parse(cell: str) -> float:
    return float(cell.lower().replace("d", "e"))
