"""Text of columns in lower case, as filters compare it.

It is made once, since a filter is compared anew while it is typed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

PART = 10_000
"""Texts made at a time: a conversion of more would keep the interpreter from the window."""

Mask = npt.NDArray[np.bool_]


def fold(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return values as text in lower case, missing ones as empty text.

    Text of ASCII letters alone is an array of bytes, a quarter of the memory.
    """
    # Bytes beside text become text.
    return np.concatenate(
        [_fold_part(values[a : a + PART]) for a in range(0, max(len(values), 1), PART)]
    )


def _fold_part(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    texts = ["" if value is None else str(value).lower() for value in values.tolist()]
    try:
        return np.array(texts, np.bytes_)
    except UnicodeEncodeError:
        return np.array(texts, np.str_)


def contains(folded: npt.NDArray[Any], word: str) -> Mask:
    """Return for each folded text whether it contains a word, in any case."""
    wanted = _like(folded, word.lower())
    if wanted is None:
        return np.zeros(len(folded), bool)
    return np.asarray(np.char.find(folded, wanted) >= 0)


def equals(folded: npt.NDArray[Any], word: str) -> Mask:
    """Return for each folded text whether it is a word, in any case."""
    wanted = _like(folded, word.lower())
    return np.zeros(len(folded), bool) if wanted is None else np.asarray(folded == wanted)


def _like(folded: npt.NDArray[Any], word: str) -> Any:
    """Return a word in the type of folded text; None if no such text holds the word."""
    if folded.dtype.kind == "U":
        return word
    return word.encode("ascii") if word.isascii() else None


class FoldedColumns:
    """Folded text of columns whose values never change, made when first asked for.

    Parameters
    ----------
    values : callable
        Returns a named column's values from a row on.
    """

    def __init__(self, values: Callable[[str, int], npt.NDArray[Any]]) -> None:
        self._values = values
        self._texts: dict[str, tuple[str, npt.NDArray[Any]]] = {}

    def get(self, name: str) -> npt.NDArray[Any]:
        """Return a column's folded text; only rows listed since the last time are folded."""
        known = self._texts.get(name)
        first = 0 if known is None else len(known[1])
        new = self._values(name, first)
        kind = new.dtype.kind
        if known is None:
            texts = fold(new)
        elif not len(new):
            return known[1]
        elif known[0] != kind:
            # A column of numbers may turn into text while a list is read.
            texts = fold(self._values(name, 0))
        else:
            texts = np.concatenate([known[1], fold(new)])
        self._texts[name] = (kind, texts)
        return texts
