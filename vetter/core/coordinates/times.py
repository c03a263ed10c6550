"""Text of a time in a column: ISO form, with the original value and any assumed kind."""

from __future__ import annotations

import datetime
import math
import re
from typing import Any

import numpy as np
import numpy.typing as npt

_EPOCH = datetime.datetime(1970, 1, 1)
_MJD_OF_EPOCH = 40587.0
_JD_OF_MJD_ZERO = 2400000.5

_ISO_T = re.compile(r"^(\d{4}-\d\d-\d\d)T(?=\d)")
_MAX_WHOLE = 1e16
_MJD_RANGE = 15000.0, 100000.0
_UNIX_RANGE = 1e8, 5e9


def time_text(value: Any, column: str = "", unit: str = "") -> str:
    """Return a time in ISO form, followed by its value in the table.

    Parameters
    ----------
    value : object
        Number (MJD, JD or Unix seconds) or text.
    column, unit : str
        Name and unit of the column. The name decides the kind (``mjd``, ``jd``, ``unix``), else
        the unit, else the size of the number; in the last case the text holds "taken as".

    Returns
    -------
    str
        ``2020-01-01 12:00:00 (MJD 58849.50000)``; text is returned stripped, with the T between
        an ISO date and its time as a space; a number of unknown kind with all its digits; empty
        for None, booleans and NaN. Time scales are not converted: TDB stays
        TDB. A column whose name ends in TAI has it in the text:
        ``2026-01-01 05:18:35 TAI (MJD 61041.22124)``.
    """
    if value is None or isinstance(value, bool):
        return ""
    if not isinstance(value, (int, float)):
        return _ISO_T.sub(r"\1 ", str(value).strip())
    number = float(value)
    if not math.isfinite(number):
        return ""
    kind = _kind_in_name(column) or _kind_in_name(unit)
    assumed = "" if kind else "taken as "
    kind = kind or _kind_by_size(number)
    mjd = _to_mjd(number, kind)
    iso = None if mjd is None else _format_iso(mjd)
    if iso is None:
        return all_digits(value)
    if kind == "unix":
        return f"{iso} ({assumed}Unix {number:.1f})"
    iso += _scale_suffix(column)
    return f"{iso} ({assumed}{kind.upper()} {number:.5f})"


def read_mjd(value: Any, column: str = "", unit: str = "") -> tuple[float, str] | None:
    """Return the MJD of a number of days or seconds, and its time scale.

    Parameters
    ----------
    value : object
        Number (MJD, JD or Unix seconds).
    column, unit : str
        Name and unit of the column, which decide the kind as in `time_text`.

    Returns
    -------
    (float, str) or None
        The scale is 'utc', 'tai', or 'bjd' or 'hjd' for times at the centre of the Solar System or
        of the Sun. None for text, NaN and numbers of unknown kind.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return None
    number = float(value)
    kind = _kind_in_name(column) or _kind_in_name(unit) or _kind_by_size(number)
    mjd = _to_mjd(number, kind)
    if mjd is None:
        return None
    return mjd, kind if kind in ("bjd", "hjd") else _scale_suffix(column).strip().lower() or "utc"


def mjd_array(
    values: npt.NDArray[Any], column: str = "", unit: str = ""
) -> npt.NDArray[np.float64]:
    """Return numbers as MJD, shape (n,); NaN where unknown. Time scales are not converted.

    Name and unit of the column decide the kind as in `time_text`, else the first number does.

    Examples
    --------
    >>> mjd_array(np.array([2460000.5, np.nan]), "jd").tolist()
    [60000.0, nan]
    """
    numbers = np.where(np.isfinite(values), values, np.nan).astype(np.float64)
    known = numbers[np.isfinite(numbers)]
    first = float(known[0]) if len(known) else math.nan
    kind = _kind_in_name(column) or _kind_in_name(unit) or _kind_by_size(first)
    if kind == "mjd":
        return numbers
    if kind == "unix":
        return numbers / 86400.0 + _MJD_OF_EPOCH
    with np.errstate(invalid="ignore"):
        is_day = (numbers > 1e6) & (kind != "")
    return np.where(is_day, numbers - _JD_OF_MJD_ZERO, np.nan)


def all_digits(number: float) -> str:
    """Return a number with all its digits: ``20260314.13373``, and ``8850`` of 8850.0."""
    is_whole = math.isfinite(number) and float(number).is_integer() and abs(number) < _MAX_WHOLE
    return str(int(number)) if is_whole or isinstance(number, int) else repr(float(number))


def _kind_in_name(word: str) -> str:
    word = word.lower()
    if "mjd" in word:
        return "mjd"
    if "jd" in word:
        # BJD and HJD are barycentric and heliocentric: the letter stays in the text.
        return next((kind for kind in ("bjd", "hjd") if kind in word), "jd")
    return "unix" if "unix" in word else ""


def _scale_suffix(column: str) -> str:
    return " TAI" if column.lower().endswith("tai") else ""


def _kind_by_size(number: float) -> str:
    if _MJD_RANGE[0] <= number <= _MJD_RANGE[1]:
        return "mjd"
    if _MJD_RANGE[0] <= number - _JD_OF_MJD_ZERO <= _MJD_RANGE[1]:
        return "jd"
    if _UNIX_RANGE[0] <= number <= _UNIX_RANGE[1]:
        return "unix"
    return ""


def _to_mjd(number: float, kind: str) -> float | None:
    if kind == "mjd":
        return number
    if kind in ("jd", "bjd", "hjd"):
        # Lists often hold "JD - 2400000.5" in a column named JD.
        return number - _JD_OF_MJD_ZERO if number > 1e6 else None
    if kind == "unix":
        return number / 86400.0 + _MJD_OF_EPOCH
    return None


def _format_iso(mjd: float) -> str | None:
    try:
        moment = _EPOCH + datetime.timedelta(days=mjd - _MJD_OF_EPOCH)
    except OverflowError:
        return None
    return (moment + datetime.timedelta(microseconds=500000)).strftime("%Y-%m-%d %H:%M:%S")
