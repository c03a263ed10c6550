"""Values that a FITS card cannot hold, as JSON: times, quantities, lists, bytes..."""

from __future__ import annotations

import datetime
import math
import sys
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from vetter.core.library_warnings import quiet
from vetter.io.cutouts.array_text import format_array, parse_array

Json = Any


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
