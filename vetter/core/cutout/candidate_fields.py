"""Fields of a candidate that a script gives: a row, a record, a dict or a sky position."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from vetter.errors import InputError

_PIXELS_FROM_ONE = (
    ("XWIN_IMAGE", "YWIN_IMAGE"),
    ("XPSF_IMAGE", "YPSF_IMAGE"),
    ("X_IMAGE", "Y_IMAGE"),
)
_SKY = (
    ("ra", "dec"),
    ("RA", "DEC"),
    ("Ra", "Dec"),
    ("RAJ2000", "DEJ2000"),
    ("RA_ICRS", "DE_ICRS"),
    ("ALPHAWIN_J2000", "DELTAWIN_J2000"),
    ("ALPHAPSF_J2000", "DELTAPSF_J2000"),
    ("ALPHA_J2000", "DELTA_J2000"),
)


def read_fields(candidate: Any) -> dict[str, Any]:
    """Return the fields of a candidate by name.

    Parameters
    ----------
    candidate : mapping, astropy Row, pandas Series, numpy record, namedtuple, dataclass or SkyCoord
        A mapping is anything with ``keys()``. A SkyCoord gives ``ra`` and ``dec``, degrees (ICRS).

    Returns
    -------
    dict
        The fields in their order; a copy.

    Raises
    ------
    InputError
        The candidate has no named fields.

    Examples
    --------
    >>> import numpy as np
    >>> row = np.array([(40.2, 60.7)], dtype=[("x", float), ("y", float)])[0]
    >>> {name: float(value) for name, value in read_fields(row).items()}
    {'x': 40.2, 'y': 60.7}
    """
    if hasattr(candidate, "keys"):
        return {key: candidate[key] for key in candidate.keys()}
    if isinstance(candidate, np.void) and candidate.dtype.names:
        return {name: candidate[name] for name in candidate.dtype.names}
    if hasattr(candidate, "_asdict"):
        return dict(candidate._asdict())
    if dataclasses.is_dataclass(candidate) and not isinstance(candidate, type):
        return {
            field.name: getattr(candidate, field.name) for field in dataclasses.fields(candidate)
        }
    if _is_sky_position(candidate):
        return dict(zip(("ra", "dec"), _degrees(candidate), strict=True))
    raise InputError(
        "candidate: expected named fields (dict, table row, record, namedtuple) or a SkyCoord, "
        f"found {type(candidate).__name__}"
    )


def find_pixel(fields: Mapping[str, Any]) -> tuple[float, float] | None:
    """Return the 0-based pixel position of a candidate; None if it has none that is finite.

    ``x`` and ``y`` count from 0. SExtractor's columns (``XWIN_IMAGE``, ``XPSF_IMAGE``, ``X_IMAGE``
    and their y) count from 1.
    """
    x, y = read_number(fields, "x"), read_number(fields, "y")
    if np.isfinite(x) and np.isfinite(y):
        return x, y
    for names in _PIXELS_FROM_ONE:
        x, y = (read_number(fields, name) for name in names)
        if np.isfinite(x) and np.isfinite(y):
            return x - 1, y - 1
    return None


def find_sky_position(fields: Mapping[str, Any]) -> tuple[float, float] | None:
    """Return RA and Dec of a candidate, degrees (ICRS); None if it has none that is finite.

    The first pair of columns with numbers is taken, else the first SkyCoord.

    Raises
    ------
    InputError
        ``ra`` or ``dec`` is not a number; other names of columns may hold text.
    """
    for names in _SKY:
        try:
            ra, dec = (read_number(fields, name) for name in names)
        except InputError:
            if names == ("ra", "dec"):
                raise
            continue
        if np.isfinite(ra) and np.isfinite(dec):
            return ra, dec
    for value in fields.values():
        if _is_sky_position(value):
            ra, dec = _degrees(value)
            if np.isfinite(ra) and np.isfinite(dec):
                return ra, dec
    return None


def read_number(fields: Mapping[str, Any], name: str) -> float:
    """Return a number of the candidate, NaN if missing or masked; angles in degrees."""
    value = fields.get(name)
    if value is None or np.ma.is_masked(value):
        return float("nan")
    unit = getattr(value, "unit", None)
    if unit is not None and hasattr(value, "to_value"):
        value = value.to_value("deg") if unit.is_equivalent("deg") else value.value
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise InputError(f"candidate: expected a number for {name}, found {value!r}") from error


def _is_sky_position(value: Any) -> bool:
    # By name: astropy.coordinates takes 0.3 s to import, and who has a SkyCoord has imported it.
    return any(cls.__name__ == "SkyCoord" for cls in type(value).__mro__) and value.isscalar


def _degrees(position: Any) -> tuple[float, float]:
    equatorial = position.icrs
    return float(equatorial.ra.deg), float(equatorial.dec.deg)
