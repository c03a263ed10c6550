"""How the values of a column are written: right for reading down the column."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

MOST_DECIMALS = 6
SAMPLE = 400

Writer = Callable[[Any], str]


def is_number(values: npt.NDArray[Any]) -> bool:
    """Whether a column holds one number per candidate, and so is aligned to the right."""
    return values.ndim == 1 and values.dtype.kind in "iuf"


def writer(values: npt.NDArray[Any], given: str | None = None) -> Writer:
    """The function that writes one value of a column.

    Parameters
    ----------
    values : ndarray, shape (n, ...)
        The column; a sample of it decides the decimals, the same for all rows, so that
        the points stand under each other.
    given : str, optional
        The format that the table names for the column (``%.3f``, ``.3f``, ``{:.3f}``); it
        wins where it can be used.

    Returns
    -------
    callable
        Missing values (NaN, None) are written as an empty text.
    """
    if values.ndim > 1:
        return _array
    kind = values.dtype.kind
    if given and kind in "iuf":
        by_format = _given(given, values.dtype.type(1))
        if by_format is not None:
            return by_format
    if kind in "iu":
        return str
    if kind == "b":
        return _truth
    if kind == "f":
        return _float(values)
    return _text


def _given(form: str, example: Any) -> Writer | None:
    def write(value: Any) -> str:
        if value != value:
            return ""
        if "%" in form:
            return str(form % value)
        if "{" in form:
            return form.format(value)
        return format(value, form)

    try:
        write(example)
    except (ValueError, TypeError, KeyError, IndexError):
        return None
    return write


def _float(values: npt.NDArray[Any]) -> Writer:
    # Strides of a large prime: even ones would see only every second of values that alternate.
    rows = np.arange(min(len(values), SAMPLE)) * 7919 % max(1, len(values))
    sample = values[rows].astype(np.float64)
    sample = np.abs(sample[np.isfinite(sample) & (sample != 0)])
    digits = 6 if values.dtype.itemsize < 8 else 15
    if not len(sample):
        return _fixed(1)
    largest, typical = float(sample.max()), float(np.median(sample))
    if largest >= 1e9 or typical < 1e-3:
        return _significant
    # No more decimals than the type can hold, than the numbers have, than the eye wants.
    room = max(0, digits - 1 - math.floor(math.log10(largest)))
    # Days (MJD, JD) are large and matter to the second; other large numbers do not.
    wanted = 5 if largest >= 15000 and largest / float(sample.min()) < 2 else 3
    if typical >= 1000 and wanted == 3:
        wanted = 1
    elif typical < 0.1:
        wanted = 5
    for decimals in range(min(room, MOST_DECIMALS) + 1):
        tolerance = 10.0 ** -(digits - 1) * sample
        if decimals == wanted or bool(
            np.all(np.abs(np.round(sample, decimals) - sample) <= tolerance)
        ):
            return _fixed(decimals)
    return _fixed(min(room, wanted))


def _fixed(decimals: int) -> Writer:
    def write(value: Any) -> str:
        return "" if value != value else f"{value:.{decimals}f}"

    return write


def _significant(value: Any) -> str:
    return "" if value != value else f"{value:.4g}"


def _truth(value: Any) -> str:
    return "yes" if value else "no"


def _text(value: Any) -> str:
    return "" if value is None else " ".join(str(value).split())


def _array(value: Any) -> str:
    return f"{' x '.join(str(n) for n in np.shape(value))} values"
