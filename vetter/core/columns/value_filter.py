"""Filters made from a value of the list, as its context menu offers them."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

_PLAIN = re.compile(r"[^\s()<>=!~,\"']+")
_KEYWORDS = ("and", "or", "not", "missing", "nan", "between", "in", "is", "like")


def value_filters(name: str, value: Any) -> list[str]:
    """Return the filters that a value of a column suggests; the first finds equal values.

    Parameters
    ----------
    name : str
    value : object
        Value of the column; NaN, None and the empty text are missing.

    Returns
    -------
    list of str
        Expressions of `vetter.core.columns.filter`: for a number also the larger and the smaller
        values. Empty for values that the language cannot write.

    Examples
    --------
    >>> value_filters("mag", 18.5)
    ['mag=18.5', 'mag>=18.5', 'mag<=18.5']
    >>> value_filters("filter", "r")
    ['filter=r']
    """
    field = _quote(name)
    plain = value.item() if isinstance(value, np.generic) else value
    # The masked value is an array, too.
    is_masked = plain is np.ma.masked
    if field is None or (isinstance(plain, (np.ndarray, list, tuple)) and not is_masked):
        return []
    if is_masked or plain is None or plain == "" or plain != plain:
        return [f"{field}=missing"]
    if isinstance(plain, bool):
        return [f"{field}={str(plain).lower()}"]
    if isinstance(plain, (int, float)):
        # str of the numpy value: a float32 has fewer digits than the Python float made of it.
        text = str(value)
        return [f"{field}{op}{text}" for op in ("=", ">=", "<=")]
    word = _quote(str(plain))
    return [] if word is None else [f"{field}={word}"]


def _quote(text: str) -> str | None:
    """Return a text as the filter language writes it; None if it holds both quotation marks."""
    if _PLAIN.fullmatch(text) and text.lower() not in _KEYWORDS:
        return text
    for mark in ('"', "'"):
        if mark not in text:
            return f"{mark}{text}{mark}"
    return None
