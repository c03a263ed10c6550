"""Galactic longitudes and latitudes among the columns of a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from vetter.core.candidates.column_roles import normal
from vetter.core.coordinates.angles import to_degrees
from vetter.core.coordinates.frames import from_galactic

Floats = npt.NDArray[np.float64]

# Most telling first, as `normal` makes them.
_PAIRS = (
    ("glon", "glat"),
    ("gallon", "gallat"),
    ("gallong", "gallat"),
    ("gall", "galb"),
    ("lgal", "bgal"),
    ("galacticlon", "galacticlat"),
    ("galacticlongitude", "galacticlatitude"),
    ("galacticl", "galacticb"),
    ("lii", "bii"),
    ("ldeg", "bdeg"),
    ("l", "b"),
)
_UCDS = ("pos.galactic.lon", "pos.galactic.lat"), ("pos_gal_lon", "pos_gal_lat")
_ANGLES = ("", "deg", "degree", "degrees", "rad", "radian", "radians", "arcmin", "arcsec")


def galactic_pair(
    names: Sequence[str],
    units: Mapping[str, str] | None = None,
    ucds: Mapping[str, str] | None = None,
) -> tuple[str, str] | None:
    """The columns of galactic longitude and latitude, by name or UCD; None without such.

    Parameters
    ----------
    names : sequence of str
        Column names, in the table's order.
    units, ucds : mapping, optional
        Of columns, as text; what is in no unit of angles is none of the two.
    """
    units, ucds = units or {}, ucds or {}
    fit = [name for name in names if units.get(name, "").strip().lower() in _ANGLES]
    by_normal: dict[str, str] = {}
    for name in fit:
        by_normal.setdefault(normal(name), name)
    for name in fit:
        # A part of a column of places, as pos.l.
        by_normal.setdefault(normal(name.rpartition(".")[2]), name)
    for pair in _PAIRS:
        first, second = (by_normal.get(word) for word in pair)
        if first is not None and second is not None:
            return first, second
    for wanted in _UCDS:
        found = [next((n for n in fit if _is(ucds.get(n, ""), ucd)), None) for ucd in wanted]
        if found[0] is not None and found[1] is not None:
            return found[0], found[1]
    return None


def _is(ucd: str, wanted: str) -> bool:
    return ucd.lower() == wanted or ucd.lower().startswith((f"{wanted};", f"{wanted}_"))


def equatorial(
    lon: npt.NDArray[np.generic], lat: npt.NDArray[np.generic], units: tuple[str, str]
) -> tuple[Floats, Floats]:
    """RA and Dec (ICRS, degrees) of two columns; NaN where they are no place on the sky.

    As the Hipparcos and Gaia catalogues define galactic coordinates; astropy, which goes by FK5,
    differs by 0.02 arcsec.

    Parameters
    ----------
    lon, lat : ndarray, shape (n,)
        Numbers, or texts in degrees.
    units : (str, str)
        Theirs; '' is degrees.
    """
    first, second = (to_degrees(v, unit, False) for v, unit in zip((lon, lat), units, strict=True))
    known = np.isfinite(first) & np.isfinite(second) & (np.abs(second) <= 90)
    ra, dec = from_galactic(np.where(known, first, 0.0), np.where(known, second, 0.0))
    return np.where(known, ra, np.nan), np.where(known, dec, np.nan)
