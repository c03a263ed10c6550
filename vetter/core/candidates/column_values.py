"""Plain values of a table's columns: without masks, units and bytes."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import numpy.typing as npt

_MAX_EXACT = 2**53
_MAX_TEXT = 30


def cell(column: Any, row: int) -> Any:
    """Return one value of a table's column in plain Python types; None if masked.

    Bytes become text, numpy scalars become Python's, arrays stay arrays.
    """
    value = column[row]
    if value is np.ma.masked:
        return None
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, np.generic):
        return value.item()
    return value


def cell_text(column: Any, row: int) -> str:
    """Return one value of a table's column as text, cut short if long; empty if masked."""
    value = cell(column, row)
    text = "" if value is None else str(value).strip()
    return text if len(text) <= _MAX_TEXT else f"{text[: _MAX_TEXT - 3]}..."


def without_values(values: npt.NDArray[Any], removed: Collection[float]) -> npt.NDArray[Any]:
    """Return numbers as floats with NaN for those removed; the array itself if none occurs."""
    if not len(removed) or values.dtype.kind not in "if":
        return values
    hits = np.isin(values, np.array(list(removed), np.float64).astype(values.dtype))
    if not hits.any():
        return values
    kept = values.astype(np.float64 if values.dtype.kind == "i" else values.dtype)
    kept[hits] = np.nan
    return kept


def plain_array(column: Any) -> npt.NDArray[Any]:
    """Return a table's column as a plain array.

    Masked numbers become NaN (integers with a masked value become float64, or text where floats
    cannot hold all digits), masked text becomes ``''``, bytes become text; Time columns become MJD.
    """
    if hasattr(column, "mjd"):
        return np.ma.filled(np.ma.asarray(column.mjd), np.nan)
    values = np.ma.asarray(getattr(column, "value", column)) if hasattr(column, "unit") else column
    masked = np.ma.getmaskarray(values) if np.ma.isMaskedArray(values) else None
    data = np.asarray(np.ma.getdata(values))
    if data.dtype.kind == "S":
        data = decode_bytes(data)
    if masked is None or not masked.any():
        return data.astype(data.dtype.newbyteorder("="), copy=False)
    if data.dtype.kind in "iu" and data[~masked].size and _has_long(data[~masked]):
        return np.where(masked, "", data.astype(str))
    if data.dtype.kind in "iuf":
        filled = data.astype(np.float64)
        filled[masked] = np.nan
        return filled
    if data.dtype.kind == "U":
        return np.where(masked, "", data)
    filled_object = data.astype(object)
    filled_object[masked] = None
    return filled_object


def _has_long(values: npt.NDArray[Any]) -> bool:
    return int(values.max()) > _MAX_EXACT or int(values.min()) < -_MAX_EXACT


def is_empty(column: Any) -> bool:
    """Return whether all values of a table's column are masked, or all are NaN."""
    mask = getattr(column, "mask", None)
    if mask is not None and np.asarray(mask).all():
        return True
    data = np.asarray(column) if getattr(column, "dtype", None) is not None else None
    return data is not None and data.dtype.kind == "f" and bool(np.isnan(data).all())


def text_array(column: Any) -> npt.NDArray[np.str_]:
    """Return a table's column as text; masked values are empty.

    Integers keep all their digits, even if some values are masked.
    """
    data = np.asarray(np.ma.getdata(column))
    text = decode_bytes(data) if data.dtype.kind == "S" else data.astype(str)
    if np.ma.isMaskedArray(column):
        text = np.where(np.ma.getmaskarray(column), "", text)
    return text


def decode_bytes(values: npt.NDArray[np.bytes_]) -> npt.NDArray[np.str_]:
    """Decode an array of bytes to text of the same shape; ASCII 30 times faster than by numpy."""
    width = values.dtype.itemsize
    flat = np.ascontiguousarray(values)
    codes = flat.view(np.uint8)
    if width and flat.size and not (codes > 127).any():
        return codes.astype(np.uint32).view(f"U{width}").reshape(values.shape)
    return np.char.decode(values, "utf-8", "replace")
