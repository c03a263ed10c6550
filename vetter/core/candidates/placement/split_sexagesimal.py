"""Sexagesimal positions split over columns: ``RAh RAm RAs DE- DEd DEm DEs`` and their like."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from vetter.core.candidates.column_roles import normalise_name
from vetter.core.candidates.column_values import text_array
from vetter.core.coordinates.angle_text import parse_decimal

if TYPE_CHECKING:
    from astropy.table import Table

Floats = npt.NDArray[np.float64]

_RA_STEMS = ("ra", "raj2000", "ra2000", "raicrs", "rightascension", "alpha", "r")
_DEC_STEMS = tuple("de dec decl dej2000 decj2000 dec2000 deicrs declination delta d".split())
_HOURS = ("h", "hh", "hr", "hrs", "hour", "hours")
_DEGREES = ("d", "dd", "deg", "degs", "degree", "degrees")
_MINUTES = ("m", "mm", "min", "mins", "minute", "minutes", "am", "arcmin", "arcm", "arcmins")
_SECONDS = ("s", "ss", "sec", "secs", "second", "seconds", "as", "arcsec", "arcs", "arcsecs")
_SIGN = re.compile(
    r"^(de|dec|decl|declination|dej2000|decj2000|d)[\s_.]*(\(?[-+±−/]+\)?|sign|sgn|sig|pm)$"
    r"|^(sign|sgn)[\s_.]*(of[\s_.]*)?(de|dec|decl|declination)?$",
    re.IGNORECASE,
)
_NEGATIVE = re.compile(r"^\s*[-−–—‐‑‒﹣－⁻S]", re.IGNORECASE)


class SplitColumns(NamedTuple):
    """Names of the columns of one position; None where the table has no such column."""

    hours: str
    ra_minutes: str
    ra_seconds: str | None
    sign: str | None
    degrees: str
    dec_minutes: str
    dec_seconds: str | None

    def described(self) -> str:
        """Return the names, in the order of the position."""
        return ", ".join(name for name in self if name is not None)


def find_split_columns(names: Sequence[str]) -> SplitColumns | None:
    """Return the columns of a split position, recognised by their names; None without such."""
    by_normal: dict[str, str] = {}
    sign = None
    for name in names:
        if _SIGN.match(name.strip()):
            sign = sign or name
        else:
            by_normal.setdefault(normalise_name(name), name)
    ra = _find_parts(by_normal, _RA_STEMS, _HOURS)
    dec = _find_parts(by_normal, _DEC_STEMS, _DEGREES)
    if ra is None or dec is None:
        return None
    return SplitColumns(*ra, sign, *dec)


def read_split_columns(table: Table, columns: SplitColumns) -> tuple[Floats, Floats]:
    """Return right ascension and declination in degrees; NaN where a row is no position."""
    hours, minutes, seconds = (_read(table, name) for name in columns[:3])
    ra = 15 * _sum(hours, minutes, seconds)
    degrees, arcmin, arcsec = (_read(table, name) for name in columns[4:])
    dec = _sum(degrees, arcmin, arcsec)
    negative = np.signbit(degrees) | np.signbit(arcmin) | np.signbit(arcsec)
    for name in (columns.sign, columns.degrees):
        if name is not None:
            texts = text_array(table[name]).tolist()
            negative |= np.fromiter((_NEGATIVE.match(text) is not None for text in texts), bool)
    dec = np.where(negative, -dec, dec)
    is_position = (ra <= 360) & (np.abs(dec) <= 90)
    return np.where(is_position, ra, np.nan), np.where(is_position, dec, np.nan)


def _find_parts(
    by_normal: Mapping[str, str], stems: Sequence[str], wholes: Sequence[str]
) -> tuple[str, str, str | None] | None:
    for stem in stems:
        first, minutes, seconds = (
            next(
                (by_normal[f"{stem}{part}"] for part in parts if f"{stem}{part}" in by_normal), None
            )
            for parts in (wholes, _MINUTES, _SECONDS)
        )
        if first is not None and minutes is not None:
            return first, minutes, seconds
    return None


def _read(table: Table, name: str | None) -> Floats:
    if name is None:
        return np.zeros(len(table))
    column = table[name]
    if column.dtype.kind in "iuf":
        return np.asarray(np.ma.filled(np.ma.asarray(column, np.float64), np.nan), np.float64)
    return np.array([parse_decimal(text) for text in text_array(column).tolist()], np.float64)


def _sum(whole: Floats, minutes: Floats, seconds: Floats) -> Floats:
    """Return the size of an angle; seconds may be missing, as in positions of low precision."""
    second = np.where(np.isnan(seconds), 0.0, np.abs(seconds))
    minute = np.abs(minutes)
    total = np.abs(whole) + minute / 60 + second / 3600
    return np.where((minute <= 60) & (second <= 60), total, np.nan)
