"""Text of a column's values, with the same decimals in all rows so that the points align."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from vetter.core.coordinates.times import all_digits

SAMPLE_ROWS = 400
"""Rows that decide the number of decimals."""

# Modified and full Julian dates.
_DAYS = 15000.0, 3e6

Writer = Callable[[Any], str]


def is_number(values: npt.NDArray[Any]) -> bool:
    """Return whether a column holds one number per candidate, and is therefore right-aligned."""
    return values.ndim == 1 and values.dtype.kind in "iuf"


def make_writer(values: npt.NDArray[Any], given: str | None = None) -> Writer:
    """Return the function that writes one value of a column.

    Parameters
    ----------
    values : ndarray, shape (n, ...)
        The column; a sample decides the decimals, which are the same for all rows.
    given : str, optional
        Format of the column in the table (``%.3f``, ``.3f``, ``{:.3f}``); it takes precedence if
        it is usable.

    Returns
    -------
    callable
        Writes missing values (NaN, None) as empty text.
    """
    if values.ndim > 1:
        return _write_array
    kind = values.dtype.kind
    if given and kind in "iuf":
        by_format = _format_writer(given, values.dtype.type(1))
        if by_format is not None:
            return by_format
    if kind in "iu":
        return str
    if kind == "b":
        return _write_truth
    if kind == "f":
        return _float_writer(values)
    return _write_text


def _format_writer(form: str, example: Any) -> Writer | None:
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


def _float_writer(values: npt.NDArray[Any]) -> Writer:
    # A stride of a large prime: an even stride would see only half of alternating values.
    rows = np.arange(min(len(values), SAMPLE_ROWS)) * 7919 % max(1, len(values))
    sample = values[rows].astype(np.float64)
    sample = np.abs(sample[np.isfinite(sample) & (sample != 0)])
    digits = 6 if values.dtype.itemsize < 8 else 15
    if not len(sample):
        return _fixed_writer(1)
    largest, typical = float(sample.max()), float(np.median(sample))
    if largest >= 1e9 or typical < 1e-3:
        return _write_significant
    # Decimals are limited by the type, by the numbers themselves (the loop), and by legibility.
    type_limit = max(0, digits - 1 - math.floor(math.log10(largest)))
    # Days (MJD, JD) are large numbers that matter to the second; other large numbers do not.
    legible = 5 if largest >= 15000 and largest / float(sample.min()) < 2 else 3
    if typical >= 1000 and legible == 3:
        legible = 1
    elif typical < 0.1:
        legible = 5
    most = min(type_limit, legible)
    tolerance = 10.0 ** -(digits - 1) * sample
    needed = (
        decimals
        for decimals in range(most)
        if (np.abs(np.round(sample, decimals) - sample) <= tolerance).all()
    )
    return _fixed_writer(next(needed, most))


def time_writer(values: npt.NDArray[Any]) -> Writer:
    """Return the function that writes a time; numbers that are no days keep all their digits."""
    if values.ndim > 1 or values.dtype.kind != "f":
        return make_writer(values)
    known = values[np.isfinite(values)]
    if not len(known) or _DAYS[0] <= float(known.min()) <= float(known.max()) <= _DAYS[1]:
        return make_writer(values)
    return _write_all_digits


def _write_all_digits(value: Any) -> str:
    return "" if value != value else all_digits(float(value))


def _fixed_writer(decimals: int) -> Writer:
    def write(value: Any) -> str:
        return "" if value != value else f"{value:.{decimals}f}"

    return write


def _write_significant(value: Any) -> str:
    return "" if value != value else f"{value:.4g}"


def _write_truth(value: Any) -> str:
    return "yes" if value else "no"


def _write_text(value: Any) -> str:
    return "" if value is None else " ".join(str(value).split())


def _write_array(value: Any) -> str:
    return f"{' x '.join(str(n) for n in np.shape(value))} values"
