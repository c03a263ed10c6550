"""Values that a FITS card cannot hold, as JSON: times, quantities, lists, bytes...

Arrays are text, ``array([1.0, np.nan], dtype="float32")``: written and read, never run.
"""

from __future__ import annotations

import ast
import datetime
import math
import re
import sys
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from vetter.core.cutout.plane import Array
from vetter.core.library_warnings import quiet

Json = Any

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


def is_time(value: Any) -> bool:
    """Whether it is an astropy Time, without importing astropy.time to find out."""
    module = sys.modules.get("astropy.time")
    return module is not None and isinstance(value, module.Time)


def is_quantity(value: Any) -> bool:
    """Whether it is an astropy Quantity."""
    module = sys.modules.get("astropy.units")
    return module is not None and isinstance(value, module.Quantity)


def pack(value: Any) -> Json:
    """A value as JSON from which `unpack` makes an equal one.

    Plain JSON stands for itself; everything else is an object with one key, its type. What
    has no type here is kept as its text.
    """
    if value is None or isinstance(value, (bool, str)) and type(value) in (bool, str):
        return value
    if value is np.ma.masked:
        return {"masked": True}
    for known, packer in _PACKERS:
        if isinstance(value, known):
            return packer(value)
    if is_time(value):
        parts = [np.asarray(p, float) for p in (value.jd1, value.jd2)]
        exact = [_array(p) if p.ndim else _float(p) for p in parts]
        return {"time": [value.scale, value.format, *exact]}
    if is_quantity(value):
        return {"quantity": [pack(value.value), value.unit.to_string()]}
    if isinstance(value, np.ma.MaskedArray):
        return {"masked_array": [_array(value.data), _array(np.ma.getmaskarray(value))]}
    if isinstance(value, np.ndarray):
        return _array(np.asarray(value))
    if isinstance(value, np.generic):
        return {"scalar": _array(np.asarray(value))}
    return str(value)


def unpack(packed: Json) -> Any:
    """The value of what `pack` made.

    Raises
    ------
    ValueError
        It is not something that `pack` makes.
    """
    if isinstance(packed, list):
        return [unpack(item) for item in packed]
    if not isinstance(packed, dict):
        return packed
    if len(packed) != 1:
        raise ValueError("a packed value has one key")
    (name, content), *_ = packed.items()
    if name not in _UNPACKERS:
        raise ValueError(f"no such type: {name}")
    try:
        return _UNPACKERS[name](content)
    except (TypeError, KeyError, IndexError, OverflowError, AttributeError) as error:
        raise ValueError(f"not a {name}: {error}") from error


def utc_text(time: Any) -> str | None:
    """An ISO time in UTC to the nanosecond; in its own scale where UTC is not to be had."""
    if time.shape or np.ma.is_masked(time.jd1) or not np.isfinite(time.jd1 + time.jd2):
        return None
    if time.scale in ("tai", "tt", "tdb", "tcg", "tcb"):
        with quiet():
            # Of leap seconds before 1960 or to come: the exact time is kept beside.
            time = time.utc
    import erfa

    scale = b"UTC" if time.scale == "utc" else b"TAI"
    # The function beneath, for it reports doubtful leap seconds without a warning.
    year, month, day, clock, _ = erfa.ufunc.d2dtf(scale, 9, float(time.jd1), float(time.jd2))
    if not 0 < year <= 9999:
        return None
    hour, minute, second, fraction = clock.tolist()
    text = f"{year:04d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:{second:02d}"
    return f"{text}.{fraction:09d}"


def _float(value: Any) -> Json:
    number = float(value)
    return number if math.isfinite(number) else {"float": repr(number)}


def _array(array: np.ndarray[Any, Any]) -> Json:
    if array.dtype.kind == "c":
        return {"complex_array": [_array(array.real), _array(array.imag)]}
    if array.dtype.kind == "O" or array.dtype.names or array.size == 0:
        items = [pack(item) for item in array.ravel().tolist()]
        dtype = "O" if array.dtype.names or array.dtype.kind == "O" else array.dtype.str
        return {"elements": [list(array.shape), dtype, items]}
    try:
        return {"array": format_array(array)}
    except ValueError:
        return str(array)


def _elements(content: Any) -> np.ndarray[Any, Any]:
    shape, dtype, items = content
    dtype = np.dtype(str(dtype))
    if dtype.kind not in "biufSUMmO" or dtype.itemsize > 4096:
        raise ValueError("not a dtype for metadata")
    array = np.empty(len(items), dtype)
    for index, item in enumerate(items):
        array[index] = unpack(item)
    return array.reshape([int(n) for n in shape])


def _time(content: Any) -> Any:
    from astropy.time import Time

    scale, form, jd1, jd2 = content
    time = Time(unpack(jd1), unpack(jd2), format="jd", scale=scale)
    time.format = form
    return time


def _quantity(content: Any) -> Any:
    from astropy.units import Quantity

    return Quantity(unpack(content[0]), content[1])


def _complex_array(content: Any) -> Any:
    real, imaginary = (unpack(part) for part in content)
    array = np.empty(real.shape, np.result_type(real.dtype, np.complex64))
    array.real, array.imag = real, imaginary
    return array


_PACKERS: tuple[tuple[Any, Callable[[Any], Json]], ...] = (
    ((bool, np.bool_), bool),
    (np.timedelta64, lambda v: {"scalar": _array(np.asarray(v))}),
    ((int, np.integer), int),
    ((float, np.floating), _float),
    ((complex, np.complexfloating), lambda v: {"complex": [_float(v.real), _float(v.imag)]}),
    (str, str),
    (bytes, lambda v: {"bytes": bytes(v).decode("latin-1")}),
    (datetime.datetime, lambda v: {"datetime": v.isoformat()}),
    (datetime.date, lambda v: {"date": v.isoformat()}),
    (tuple, lambda v: {"tuple": [pack(item) for item in v]}),
    # A row of a structured array: its values.
    (np.void, lambda v: pack(v.item())),
    (list, lambda v: [pack(item) for item in v]),
    (Mapping, lambda v: {"dict": [[pack(k), pack(v[k])] for k in v.keys()]}),
)

_UNPACKERS: dict[str, Callable[[Any], Any]] = {
    "masked": lambda content: np.ma.masked,
    "float": lambda content: {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}[content],
    "complex": lambda content: complex(unpack(content[0]), unpack(content[1])),
    "bytes": lambda content: str(content).encode("latin-1"),
    "datetime": lambda content: datetime.datetime.fromisoformat(content),
    "date": lambda content: datetime.date.fromisoformat(content),
    "tuple": lambda content: tuple(unpack(item) for item in content),
    "dict": lambda content: {unpack(key): unpack(item) for key, item in content},
    "array": lambda content: parse_array(content),
    "scalar": lambda content: unpack(content)[()],
    "elements": _elements,
    "masked_array": lambda content: np.ma.MaskedArray(unpack(content[0]), unpack(content[1])),
    "complex_array": _complex_array,
    "time": _time,
    "quantity": _quantity,
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
