"""Right ascensions and declinations: read from tables in any form, written as J2000 names."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_SEXAGESIMAL = re.compile(
    r"^\s*([+\-−]?)\s*(\d{1,3})\s*[:\shd°]\s*(\d{1,2})\s*(?:[:\sm'′]\s*"
    r"(?:(\d{1,2}(?:\.\d*)?)\s*[s\"″]?)?)?\s*$",
    re.IGNORECASE,
)


_PARTS = {
    "arcmin": 1 / 60,
    "arcminute": 1 / 60,
    "arcsec": 1 / 3600,
    "arcsecond": 1 / 3600,
    "ma": 1 / 3.6e6,
    "milliarcsecond": 1 / 3.6e6,
}
_DEGREES = ("deg", "degree", "degrees", "d:m:s", '"d:m:s"')


def parse_angle(text: str, hours: bool) -> float:
    """One angle in degrees; NaN where the text is none.

    Parameters
    ----------
    text : str
        ``12:34:56.7``, ``12 34 56.7``, ``12h34m56.7s``, ``-0d30m``, or decimal degrees.
    hours : bool
        Whether sexagesimal text counts hours (right ascension); ``d`` in it means degrees
        all the same. Decimal text is in degrees always.
    """
    try:
        return float(text)
    except ValueError:
        pass
    match = _SEXAGESIMAL.match(text)
    if match is None:
        return float("nan")
    sign, whole, minutes, seconds = match.groups()
    value = int(whole) + int(minutes) / 60 + float(seconds or 0) / 3600
    if hours and "d" not in text.lower() and "°" not in text:
        value *= 15
    return -value if sign in ("-", "−") else value


def to_degrees(values: npt.NDArray[Any], unit: str, is_ra: bool) -> Floats:
    """A column of angles in degrees, shape (n,); NaN where a value is none.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Numbers in ``unit``, or text (see :func:`parse_angle`).
    unit : str
        As the table gives it: ``rad``, ``hourangle``, ``h``, ``arcmin``, ``arcsec``, ``mas``;
        all else is degrees.
    is_ra : bool
        Whether sexagesimal text counts hours; not where the unit says degrees.
    """
    if values.dtype.kind in "USO":
        hours = is_ra and unit.strip().lower() not in _DEGREES
        factor = _factor(unit)
        texts = (_text(value) for value in values)
        return np.array([_angle(text, hours, factor) for text in texts], np.float64)
    return np.asarray(values, np.float64) * _factor(unit)


def _angle(text: str, hours: bool, factor: float) -> float:
    """Sexagesimal text says its own unit; a decimal number has the column's."""
    try:
        return float(text) * factor
    except ValueError:
        return parse_angle(text, hours)


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("ascii", "replace")
    return "" if value is None else str(value)


def _factor(unit: str) -> float:
    unit = unit.strip().lower()
    if unit in ("rad", "radian", "radians"):
        return float(np.degrees(1.0))
    if unit in ("hourangle", "h", "hr", "hour", "hours"):
        return 15.0
    return _PARTS.get(unit.removesuffix("s"), 1.0)


def j_name(ra: float, dec: float) -> str:
    """The name JHHMMSS.ss+DDMMSS.s of a position, rounded as STDPipe rounds it.

    Parameters
    ----------
    ra, dec : float
        Degrees; `ra` is taken modulo 360.

    Raises
    ------
    ValueError
        `ra` or `dec` is not finite, or `dec` is beyond a pole.

    Notes
    -----
    Without astropy.coordinates, whose import alone takes longer than ten thousand names.
    """
    if not (math.isfinite(ra) and math.isfinite(dec)) or abs(dec) > 90:
        raise ValueError(f"no name for ra = {ra}, dec = {dec}")
    hours = _sexagesimal(ra % 360.0 / 15.0, 2)
    degrees = _sexagesimal(abs(dec), 1)
    sign = "-" if math.copysign(1.0, dec) < 0 else "+"
    return f"J{hours}{sign}{degrees}"


def _sexagesimal(value: float, decimals: int) -> str:
    """``DDMMSS.s`` of a value that is not negative, carrying seconds that round up to 60."""
    unit = 10**decimals
    whole = math.floor(value)
    minutes = math.floor((value - whole) * 60)
    seconds = (value - whole - minutes / 60) * 3600
    ticks = int((whole * 60 + minutes) * 60 * unit + float(f"{seconds:.{decimals}f}") * unit + 0.5)
    whole, ticks = divmod(ticks, 3600 * unit)
    minutes, ticks = divmod(ticks, 60 * unit)
    return f"{whole:02d}{minutes:02d}{ticks / unit:0{3 + decimals}.{decimals}f}"
