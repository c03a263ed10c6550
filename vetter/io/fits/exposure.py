"""Time of exposure and filter of an image, from its header."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Mapping
from typing import Any

FILTERS = ("FILTER", "BAND", "FILTER1", "FILTERS", "FILTNAM", "INSFILTE")

_EPOCH = datetime.datetime(1970, 1, 1)
_MJD_OF_EPOCH = 40587.0
_JD_OF_MJD_ZERO = 2400000.5
_MIDDLES = ("DATE-AVG", "DATE-MID", "MJD-AVG", "MJD-MID", "MJDMID")
_STARTS = ("MJD-OBS", "MJD", "JD", "OBSMJD", "OBSJD")
_CLOCKS = ("TIME-OBS", "UT", "UTC", "UTSTART", "UT-START", "UTC-OBS")
_LENGTHS = ("EXPTIME", "EXPOSURE", "TEXPTIME", "XPOSURE", "ITIME")
_LONGEST = 100_000.0
_DESCRIBED = re.compile(r"(\S{1,4}) \S.* \d+(?:\.\d+)? \d+(?:\.\d+)?")


def middle(header: Mapping[str, Any]) -> float | None:
    """Return the middle of the exposure, MJD, in the header's time scale; None if unknown.

    A time in the middle (``DATE-AVG``, ``MJD-MID``...) is returned unchanged. To a start
    (``DATE-OBS``, also with the clock in ``TIME-OBS`` or ``UT``, then ``MJD-OBS``, ``JD``) half of
    ``EXPTIME`` is added.
    """
    for keyword in _MIDDLES:
        mjd = _mjd(header.get(keyword))
        if mjd is not None:
            return mjd
    start = _date_obs(header)
    for keyword in _STARTS:
        if start is not None:
            break
        start = _mjd(header.get(keyword))
    if start is None:
        return None
    for keyword in _LENGTHS:
        value = header.get(keyword)
        if isinstance(value, (int, float)) and 0 < value < _LONGEST:
            return start + float(value) / 2 / 86400
    return start


def filter_of(header: Mapping[str, Any]) -> str | None:
    """Return the filter's name; None if the header has no filter.

    A name followed by camera, serial number, wavelength and width is cut to the band:
    ``r DECam SDSS c0002 6415.0 1480.0`` becomes ``r``.
    """
    for keyword in FILTERS:
        value = header.get(keyword)
        if isinstance(value, str) and value.strip():
            described = _DESCRIBED.fullmatch(value.strip())
            return described[1] if described else value.strip()
    return None


def mjd_of(moment: datetime.datetime) -> float:
    """Return a date and time as MJD; without a time zone it is UTC."""
    if moment.tzinfo is not None:
        moment = moment.astimezone(datetime.UTC).replace(tzinfo=None)
    return (moment - _EPOCH) / datetime.timedelta(days=1) + _MJD_OF_EPOCH


def mjd_of_text(text: str) -> float | None:
    """Return the MJD of an ISO date and time, or of a number (MJD or JD); None for other texts."""
    text = text.strip()
    try:
        return mjd_of(datetime.datetime.fromisoformat(text))
    except ValueError:
        pass
    try:
        return _mjd(float(text))
    except ValueError:
        return None


def iso(mjd: float) -> str:
    """Return an MJD as ISO text rounded to the second: ``2026-11-20T03:14:15``."""
    moment = _EPOCH + datetime.timedelta(days=mjd - _MJD_OF_EPOCH)
    return (moment + datetime.timedelta(microseconds=500000)).strftime("%Y-%m-%dT%H:%M:%S")


def _mjd(value: Any) -> float | None:
    """Return the MJD of a card's value, a number (MJD or JD) or date and time; else None."""
    if isinstance(value, str):
        return mjd_of_text(value) if "T" in value or ":" in value else None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return None
    mjd = float(value) - _JD_OF_MJD_ZERO if value > 1e6 else float(value)
    return mjd if 15000 < mjd < 100000 else None


def _date_obs(header: Mapping[str, Any]) -> float | None:
    date = header.get("DATE-OBS")
    if not isinstance(date, str) or len(date.strip()) < 10:
        return None
    date = date.strip()
    if len(date) == 10:
        clocks = (header.get(keyword) for keyword in _CLOCKS)
        clock = next((c.strip() for c in clocks if isinstance(c, str) and ":" in c), None)
        if clock is None:
            # A date without a clock: MJD-OBS and the like may hold the time of day.
            return next((m for m in (_mjd(header.get(k)) for k in _STARTS) if m is not None), None)
        date = f"{date}T{clock}"
    return mjd_of_text(date)
