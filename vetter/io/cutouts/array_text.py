"""Arrays as text, ``array([1.0, np.nan], dtype="float32")``: written and read, never run."""

from __future__ import annotations

import ast
import math
import re
from typing import Any

import numpy as np

from vetter.core.cutout.plane import Array

_TOKEN = re.compile(
    r"\s*(?:(?P<open>\[)|(?P<close>\])|(?P<comma>,)"
    r"|(?P<string>b?(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"))"
    r"|(?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
    r"|(?P<name>[+-]?(?:np\.)?(?:nan|inf|True|False|None)\b))"
)
_DTYPE = re.compile(r"dtype=(?:np\.)?(['\"]?)([<>=|]?[A-Za-z]+\d*(?:\[\d*[a-zA-Z]{1,2}\])?)\1")
_NAMES: dict[str, float | None] = {
    "nan": math.nan,
    "inf": math.inf,
    "True": True,
    "False": False,
    "None": None,
}


def format_array(array: Array) -> str:
    """The text of an array, from which STDPipe's ``eval`` and `parse_array` both make it again.

    Every element is written out, each float with all its digits; NaN and infinities are
    ``np.nan`` and ``np.inf``, names that STDPipe's evaluation knows; the dtype is in quotes.

    Raises
    ------
    ValueError
        Its dtype is not boolean, a real number, a string or a time, or it is empty in more
        than one dimension.
    """
    kind = array.dtype.kind
    if kind not in "biufSUMm" or (array.size == 0 and array.ndim != 1):
        raise ValueError(f"dtype {array.dtype} has no text")
    if kind == "f" and array.dtype.itemsize > 8:
        array = array.astype(np.float64)
    if kind in "Mm":
        name = array.dtype.str[1:]
        items = array.astype(np.int64).tolist() if kind == "m" else array.astype("U").tolist()
    else:
        name = array.dtype.name if kind in "biuf" else array.dtype.newbyteorder("=").str
        items = array.tolist()
    return f'array({_text(items)}, dtype="{name}")'


def _text(items: Any) -> str:
    if isinstance(items, list):
        return f"[{', '.join(_text(item) for item in items)}]"
    if isinstance(items, float) and not math.isfinite(items):
        return "np.nan" if math.isnan(items) else "np.inf" if items > 0 else "-np.inf"
    if isinstance(items, (str, bytes)):
        return _quoted(items)
    return ascii(items)


def _quoted(item: str | bytes) -> str:
    """A literal in double quotes, without a single one: astropy reads ``' /`` in a
    string as its end and a comment.
    """
    if isinstance(item, bytes):
        return "b" + _quoted(item.decode("latin-1"))
    text = item.encode("unicode_escape").decode("ascii")
    return '"' + text.replace('"', '\\"').replace("'", "\\x27") + '"'


def parse_array(text: str) -> Array:
    """The array that `format_array`, or numpy's ``repr``, wrote.

    Only literals are understood: numbers, strings, booleans, None, nan and inf, in brackets.

    Raises
    ------
    ValueError
        It is anything else, or does not make an array.
    """
    text = text.strip()
    if not (text.startswith("array(") and text.endswith(")")):
        raise ValueError("not the text of an array")
    body, dtype = text[6:-1], None
    start = body.rfind("dtype=")
    form = _DTYPE.fullmatch(body, start) if start >= 0 else None
    if form is not None and body[:start].rstrip().endswith(","):
        body = body[:start].rstrip()[:-1]
        dtype = _safe_dtype(form[2], len(text))
    try:
        return np.array(_parse_items(body), dtype=dtype)
    except (TypeError, OverflowError, SyntaxError, MemoryError, RecursionError) as error:
        raise ValueError(f"not an array: {error}") from error


def _safe_dtype(name: str, length: int) -> np.dtype[Any]:
    """A dtype of plain values, and no wider than the text that is to fill it."""
    try:
        dtype: np.dtype[Any] = np.dtype(name)
    except TypeError as error:
        raise ValueError(str(error)) from error
    if dtype.kind not in "biufcSUMmO" or dtype.itemsize > 4 * length + 64:
        raise ValueError(f"dtype {name} is not for metadata")
    return dtype


def _parse_items(text: str) -> Any:
    """The value of nested brackets of literals; a loop, so that no nesting overflows."""
    stack: list[list[Any]] = [[]]
    position, wants_item = 0, True
    text = text.rstrip()
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            raise ValueError(f"unexpected {text[position : position + 20]!r}")
        position = token.end()
        kind = token.lastgroup
        if kind == "comma":
            if wants_item:
                raise ValueError("unexpected comma")
            wants_item = True
            continue
        if kind == "close":
            if len(stack) < 2:
                raise ValueError("unexpected bracket")
            done = stack.pop()
            stack[-1].append(done)
            wants_item = False
            continue
        if not wants_item:
            raise ValueError("comma wanted")
        if kind == "open":
            stack.append([])
            if len(stack) > 64:
                raise ValueError("more dimensions than an array has")
            continue
        stack[-1].append(_literal(str(kind), token.group().strip()))
        wants_item = False
    if len(stack) != 1 or len(stack[0]) != 1:
        raise ValueError("brackets do not match")
    return stack[0][0]


def _literal(kind: str, text: str) -> Any:
    if kind == "name":
        value = _NAMES[text.lstrip("+-").removeprefix("np.")]
        return -value if text[0] == "-" and value is not None else value
    # One quoted string or one number: literal_eval knows nothing else, and runs nothing.
    return ast.literal_eval(text)
