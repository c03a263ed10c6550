"""Names of positions: J2000 names made of right ascension and declination."""

from __future__ import annotations

import math


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
