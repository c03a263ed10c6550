"""Keys of candidates: text or whole numbers as text, each unique."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from vetter.core.candidates.column_values import decode_bytes
from vetter.core.decisions.decision import storable
from vetter.core.number_text import format_count

if TYPE_CHECKING:
    from astropy.table import Table

Texts = npt.NDArray[Any]


def make_keys(table: Table, column: str | None) -> tuple[Texts, tuple[str, ...]]:
    """Return a unique key for each row, and notes on changed keys.

    Parameters
    ----------
    table : `~astropy.table.Table`
    column : str or None
        Column of identities; None: rows are numbered from 1.

    Returns
    -------
    keys : ndarray of object (str), shape (n,)
        Integers are never converted to floats. The second row of key ``k`` is ``k#2``, an empty
        key is ``row-N``, with N counted from 1.
    notes : tuple of str
    """
    count = len(table)
    if column is None:
        return np.array([str(n) for n in range(1, count + 1)], dtype=object), (
            "no column of identities: candidates are numbered by row, "
            "so verdicts carry over to another list by position only",
        )
    keys = _as_text(table[column])
    if _are_unique_integers(table[column]):
        return _object_array(keys), ()
    notes: list[str] = []
    empty = [row for row, key in enumerate(keys) if not key] if "" in keys else []
    for row in empty:
        keys[row] = f"row-{row + 1}"
    if empty:
        first = f"row-{empty[0] + 1}"
        more = " and so on" if len(empty) > 1 else ""
        notes.append(f"{format_count(len(empty), 'row')} without {column}: called {first}{more}")
    if len(set(keys)) < count:
        repeated = _number_repeated(keys)
        rows = format_count(repeated, "row repeats", "rows repeat")
        notes.append(f"{rows} a value of {column}: kept apart as KEY#2 and so on")
    return _object_array(keys), tuple(notes)


def _object_array(keys: list[str]) -> Texts:
    out = np.empty(len(keys), dtype=object)
    out[:] = keys
    return out


def is_float_key(table: Table, column: str | None) -> bool:
    """Return whether a column of identities was read as floats, which changes long numbers."""
    return column is not None and np.asarray(table[column]).dtype.kind == "f"


def _are_unique_integers(column: Any) -> bool:
    """Return whether a column holds distinct integers without gaps in a mask; no text is made."""
    values = np.asarray(np.ma.getdata(column))
    if values.dtype.kind not in "iu" or values.ndim > 1 or np.ma.is_masked(column):
        return False
    order = np.sort(values)
    return not (order[1:] == order[:-1]).any()


def _as_text(column: Any) -> list[str]:
    data = np.asarray(np.ma.getdata(column))
    if data.ndim > 1:
        texts = ["-".join(map(str, np.ravel(row).tolist())) for row in data]
    elif data.dtype.kind == "f":
        texts = [_float_text(value) for value in data.tolist()]
    elif data.dtype.kind in "iu":
        texts = list(map(str, data.tolist()))
    else:
        values = decode_bytes(data) if data.dtype.kind == "S" else data
        cells = values.tolist()
        texts = list(map(str.strip, cells if values.dtype.kind == "U" else map(str, cells)))
    if np.ma.isMaskedArray(column):
        masked = np.ma.getmaskarray(column).reshape(len(column), -1).any(axis=1)
        for row in np.flatnonzero(masked).tolist():
            texts[row] = ""
    return _make_storable(texts)


def _make_storable(texts: list[str]) -> list[str]:
    """Return texts as a session stores them: names of files may not be UTF-8."""
    try:
        "".join(texts).encode()
    except UnicodeEncodeError:
        return list(map(storable, texts))
    return texts


def _float_text(value: float) -> str:
    if not np.isfinite(value):
        return ""
    return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)


def _number_repeated(keys: list[str]) -> int:
    """Rename repeated keys to KEY#2 and so on, in place; return how many were renamed."""
    taken = set(keys)
    seen: dict[str, int] = {}
    changed = 0
    for row, key in enumerate(keys):
        number = seen.get(key, 0) + 1
        if number > 1:
            while f"{key}#{number}" in taken:
                number += 1
            keys[row] = f"{key}#{number}"
            changed += 1
        seen[key] = number
    return changed
