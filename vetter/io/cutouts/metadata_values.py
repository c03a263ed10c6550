"""JSON form of values that a FITS card cannot hold: times, quantities, lists, bytes...

Arrays are text, ``array([1.0, np.nan], dtype="float32")``, which is parsed and never evaluated.
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
from vetter.errors import suppress_warnings

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
    """Return whether a value is an astropy Time, without importing astropy.time."""
    module = sys.modules.get("astropy.time")
    return module is not None and isinstance(value, module.Time)


def is_quantity(value: Any) -> bool:
    """Return whether a value is an astropy Quantity, without importing astropy.units."""
    module = sys.modules.get("astropy.units")
    return module is not None and isinstance(value, module.Quantity)


def pack(value: Any) -> Json:
    """Convert a value to JSON from which `unpack` makes an equal one.

    Plain JSON stays as it is; other values become an object with one key, the type. Values of
    unknown types become their text.
    """
    if value is None or isinstance(value, (bool, str)) and type(value) in (bool, str):
        return value
    if value is np.ma.masked:
        return {"masked": True}
    for types, packer in _PACKERS:
        if isinstance(value, types):
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
    """Return the value that `pack` converted to JSON.

    Raises
    ------
    ValueError
        The JSON does not come from `pack`.
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
    """Return an ISO time to the nanosecond, in UTC if its scale converts to UTC, else its own.

    None for an array, a masked or non-finite time, or a year outside of 1 to 9999.
    """
    if time.shape or np.ma.is_masked(time.jd1) or not np.isfinite(time.jd1 + time.jd2):
        return None
    if time.scale in ("tai", "tt", "tdb", "tcg", "tcb"):
        with suppress_warnings():
            # astropy warns of unknown leap seconds; VETMETA holds the exact time.
            time = time.utc
    import erfa

    scale = b"UTC" if time.scale == "utc" else b"TAI"
    # erfa.ufunc.d2dtf, not erfa.d2dtf: it returns doubtful leap seconds without a warning.
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
    # A row of a structured array becomes the tuple of its values.
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
    """Return the text of an array, which STDPipe's ``eval`` and `parse_array` can both read.

    Every element is written out, each float with all its digits. NaN and infinities are
    ``np.nan`` and ``np.inf``, which STDPipe can evaluate. The dtype is in quotes.

    Raises
    ------
    ValueError
        The dtype is not boolean, a real number, a string or a time, or the array is empty in
        more than one dimension.
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
        return _quote(items)
    return ascii(items)


def _quote(item: str | bytes) -> str:
    """Return a literal in double quotes, without a single quote.

    Astropy reads ``' /`` in a string as its end and a comment.
    """
    if isinstance(item, bytes):
        return "b" + _quote(item.decode("latin-1"))
    text = item.encode("unicode_escape").decode("ascii")
    return '"' + text.replace('"', '\\"').replace("'", "\\x27") + '"'


def parse_array(text: str) -> Array:
    """Parse the text of an array by `format_array` or numpy's ``repr``.

    Only literals are parsed: numbers, strings, booleans, None, nan and inf, in brackets.

    Raises
    ------
    ValueError
        The text holds anything else, or does not form an array.
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
    """Return a dtype of plain values that is not much wider than the text that fills it."""
    try:
        dtype: np.dtype[Any] = np.dtype(name)
    except TypeError as error:
        raise ValueError(str(error)) from error
    if dtype.kind not in "biufcSUMmO" or dtype.itemsize > 4 * length + 64:
        raise ValueError(f"dtype {name} is not for metadata")
    return dtype


def _parse_items(text: str) -> Any:
    """Parse nested brackets of literals, in a loop, so that deep nesting cannot overflow."""
    stack: list[list[Any]] = [[]]
    position, needs_item = 0, True
    text = text.rstrip()
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            raise ValueError(f"unexpected {text[position : position + 20]!r}")
        position = token.end()
        kind = token.lastgroup
        if kind == "comma":
            if needs_item:
                raise ValueError("unexpected comma")
            needs_item = True
            continue
        if kind == "close":
            if len(stack) < 2:
                raise ValueError("unexpected bracket")
            items = stack.pop()
            stack[-1].append(items)
            needs_item = False
            continue
        if not needs_item:
            raise ValueError("expected a comma")
        if kind == "open":
            stack.append([])
            if len(stack) > 64:
                raise ValueError("more dimensions than an array can have")
            continue
        stack[-1].append(_literal(str(kind), token.group().strip()))
        needs_item = False
    if len(stack) != 1 or len(stack[0]) != 1:
        raise ValueError("brackets do not match")
    return stack[0][0]


def _literal(kind: str, text: str) -> Any:
    if kind == "name":
        value = _NAMES[text.lstrip("+-").removeprefix("np.")]
        return -value if text[0] == "-" and value is not None else value
    # literal_eval() of one quoted string or one number runs no code.
    return ast.literal_eval(text)
