"""A time as people read it, from what a column holds; what was assumed is said."""

from __future__ import annotations

import datetime
import math
from typing import Any

_EPOCH = datetime.datetime(1970, 1, 1)
_MJD_OF_EPOCH = 40587.0
_JD_OF_MJD_ZERO = 2400000.5

_MJD_RANGE = 15000.0, 100000.0
_UNIX_RANGE = 1e8, 5e9


def time_text(value: Any, column: str = "", unit: str = "") -> str:
    """A time in ISO form beside what the table says.

    Parameters
    ----------
    value : object
        Number (MJD, JD or Unix seconds) or text.
    column, unit : str
        The column's name and unit; the name decides (``mjd``, ``jd``, ``unix``), else the
        unit, else the size of the number, and then the text says "taken as".

    Returns
    -------
    str
        ``2020-01-01 12:00:00 (MJD 58849.50000)``; a text is given back as it is; empty where
        there is no value. Time scales are not converted: what is TDB in the table stays TDB. TAI
        is said where the column's name ends with it: ``2026-01-01 05:18:35 TAI (MJD 61041.22124)``.
    """
    if value is None or isinstance(value, bool):
        return ""
    if not isinstance(value, (int, float)):
        return str(value).strip().replace("T", " ", 1)
    number = float(value)
    if not math.isfinite(number):
        return ""
    kind = _named(column) or _named(unit)
    said = "" if kind else "taken as "
    kind = kind or _by_size(number)
    mjd = _to_mjd(number, kind)
    iso = None if mjd is None else _iso(mjd)
    if iso is None:
        return f"{number:.10g}"
    if kind == "unix":
        return f"{iso} ({said}Unix {number:.1f})"
    iso += _scale(column)
    return f"{iso} ({said}{kind.upper()} {number:.5f})"


def _named(word: str) -> str:
    word = word.lower()
    if "mjd" in word:
        return "mjd"
    if "jd" in word:
        # A Julian date with a leading letter (BJD, HJD) keeps it.
        return next((kind for kind in ("bjd", "hjd") if kind in word), "jd")
    return "unix" if "unix" in word else ""


def _scale(column: str) -> str:
    return " TAI" if column.lower().endswith("tai") else ""


def _by_size(number: float) -> str:
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
        # Lists give "JD - 2400000.5" under the name of JD often enough.
        return number - _JD_OF_MJD_ZERO if number > 1e6 else None
    if kind == "unix":
        return number / 86400.0 + _MJD_OF_EPOCH
    return None


def _iso(mjd: float) -> str | None:
    try:
        moment = _EPOCH + datetime.timedelta(days=mjd - _MJD_OF_EPOCH)
    except OverflowError:
        return None
    return (moment + datetime.timedelta(microseconds=500000)).strftime("%Y-%m-%d %H:%M:%S")
