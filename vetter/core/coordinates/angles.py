"""Right ascensions and declinations, read from tables in any form and written as J2000 names."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import numpy.typing as npt

from vetter.core.coordinates.angle_text import parse_angle

Floats = npt.NDArray[np.float64]

_PARTS = {
    "arcmin": 1 / 60,
    "arcminute": 1 / 60,
    "arcsec": 1 / 3600,
    "arcsecond": 1 / 3600,
    "ma": 1 / 3.6e6,
    "milliarcsecond": 1 / 3.6e6,
}
# VOTables have no hours of angle, but 15deg.
_MULTIPLE = re.compile(r"^([0-9]+\.?[0-9]*) *\.? *([a-z]+)$")
# A rounded 24:00:00 among them.
_DAY = 360.5
_DEGREES = ("deg", "degree", "degrees", "d:m:s", '"d:m:s"', "dms")


def to_degrees(values: npt.NDArray[Any], unit: str, is_ra: bool) -> Floats:
    """Return a column of angles in degrees, shape (n,); NaN where a value is not an angle.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Numbers in ``unit``, or text (see `parse_angle`).
    unit : str
        Unit in the table: ``rad``, ``hourangle``, ``h``, ``arcmin``, ``arcsec``, ``mas``; any
        other text is degrees.
    is_ra : bool
        Whether sexagesimal text counts hours; it never does if the unit is degrees, or if most
        texts are over 24.
    """
    if values.dtype.kind in "USO":
        hours = is_ra and unit.strip().lower() not in _DEGREES
        factor = _degrees_per_unit(unit)
        texts = [_decode_text(value) for value in values.tolist()]
        degrees = np.array([parse_angle(text, hours, factor) for text in texts], np.float64)
        return _within_a_day(texts, degrees, factor) if hours else degrees
    return np.asarray(values, np.float64) * _degrees_per_unit(unit)


def _within_a_day(texts: list[str], degrees: Floats, factor: float) -> Floats:
    """Return right ascensions, as degrees if most texts are over 24; else NaN for such texts."""
    late = np.flatnonzero(degrees > _DAY)
    # Decimal numbers are the same in both readings.
    by_degrees = [parse_angle(texts[row], False, factor) for row in late.tolist()]
    late = late[degrees[late] != by_degrees]
    if 2 * len(late) > int(np.isfinite(degrees).sum()):
        return np.array([parse_angle(text, False, factor) for text in texts], np.float64)
    degrees[late] = np.nan
    return degrees


def _decode_text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("ascii", "replace")
    return "" if value is None else str(value)


def _degrees_per_unit(unit: str) -> float:
    unit = unit.strip().lower()
    multiple = _MULTIPLE.match(unit)
    if multiple is not None:
        return float(multiple[1]) * _degrees_per_unit(multiple[2])
    if unit in ("rad", "radian", "radians"):
        return float(np.degrees(1.0))
    if unit in ("hourangle", "h", "hr", "hour", "hours"):
        return 15.0
    return _PARTS.get(unit.removesuffix("s"), 1.0)


def j_name(ra: float, dec: float) -> str:
    """Return the name JHHMMSS.ss+DDMMSS.s of a position, rounded as STDPipe rounds it.

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
    astropy.coordinates is not used: its import alone takes longer than ten thousand names.
    """
    if not (math.isfinite(ra) and math.isfinite(dec)) or abs(dec) > 90:
        raise ValueError(f"no name for ra = {ra}, dec = {dec}")
    hours = _sexagesimal(ra % 360.0 / 15.0, 2)
    degrees = _sexagesimal(abs(dec), 1)
    sign = "-" if math.copysign(1.0, dec) < 0 else "+"
    return f"J{hours}{sign}{degrees}"


def _sexagesimal(value: float, decimals: int) -> str:
    """Return ``DDMMSS.s`` of a value >= 0; seconds that round up to 60 are carried."""
    unit = 10**decimals
    whole = math.floor(value)
    minutes = math.floor((value - whole) * 60)
    seconds = (value - whole - minutes / 60) * 3600
    ticks = int((whole * 60 + minutes) * 60 * unit + float(f"{seconds:.{decimals}f}") * unit + 0.5)
    whole, ticks = divmod(ticks, 3600 * unit)
    minutes, ticks = divmod(ticks, 60 * unit)
    return f"{whole:02d}{minutes:02d}{ticks / unit:0{3 + decimals}.{decimals}f}"
