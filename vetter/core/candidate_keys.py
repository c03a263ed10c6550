"""Keys of candidates: text or whole numbers as text, each only once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from astropy.table import Table

Texts = npt.NDArray[Any]


def make_keys(table: Table, column: str | None) -> tuple[Texts, tuple[str, ...]]:
    """A unique key for each row, and what is to be said about them.

    Parameters
    ----------
    table : `~astropy.table.Table`
    column : str or None
        The column of identities; None: rows are numbered from 1.

    Returns
    -------
    keys : ndarray of str, shape (n,)
        Whole numbers never go through floats. The second row of key ``k`` is ``k#2``, an empty
        key is ``row-N``, with N counted from 1.
    notes : tuple of str
    """
    count = len(table)
    if column is None:
        return np.arange(1, count + 1).astype(str), (
            "no column of identities: candidates are numbered by row, "
            "so verdicts carry over to another list by position only",
        )
    keys = _as_text(table[column])
    notes: list[str] = []
    empty = np.flatnonzero(keys == "")
    if len(empty):
        keys = keys.astype(object)
        keys[empty] = [f"row-{row + 1}" for row in empty]
        keys = keys.astype(str)
        notes.append(f"{len(empty)} rows without {column}: called row-{empty[0] + 1} and so on")
    unique, first = np.unique(keys, return_index=True)
    if len(unique) < count:
        keys, repeated = _numbered(keys, set(unique.tolist()), first)
        notes.append(f"{repeated} rows repeat a value of {column}: kept apart as KEY#2 and so on")
    return keys, tuple(notes)


def is_float_key(table: Table, column: str | None) -> bool:
    """Whether a column of identities was read as floats, which would change long numbers."""
    return column is not None and np.asarray(table[column]).dtype.kind == "f"


def _as_text(column: Any) -> Texts:
    masked = np.ma.getmaskarray(np.ma.asarray(column)).reshape(len(column), -1).any(axis=1)
    data = np.asarray(np.ma.getdata(column))
    if data.dtype.kind == "f":
        text = np.array([_float_text(value) for value in data], dtype=str)
    elif data.dtype.kind == "S":
        text = np.char.decode(data, "utf-8", "replace")
    elif data.ndim > 1:
        text = np.array(["-".join(map(str, np.ravel(row))) for row in data], dtype=str)
    else:
        text = data.astype(str)
    if text.dtype.kind == "U" and data.dtype.kind not in "iu" and len(text):
        text = np.char.strip(text)
    if masked.any():
        text = np.where(masked, "", text)
    return text


def _float_text(value: float) -> str:
    if not np.isfinite(value):
        return ""
    return (
        str(int(value)) if float(value).is_integer() and abs(value) < 2**53 else repr(float(value))
    )


def _numbered(keys: Texts, taken: set[str], first: Texts) -> tuple[Texts, int]:
    again = np.ones(len(keys), bool)
    again[first] = False
    out = keys.astype(object)
    times: dict[str, int] = {}
    for row in np.flatnonzero(again):
        key = str(keys[row])
        number = times.get(key, 1) + 1
        while f"{key}#{number}" in taken:
            number += 1
        times[key] = number
        out[row] = f"{key}#{number}"
        taken.add(out[row])
    return out.astype(str), int(again.sum())
