"""Observations of candidates in the units of reports: UTC, degrees, magnitudes."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.candidates.column_roles import normalise_name
from vetter.core.candidates.column_values import cell
from vetter.core.columns.rubin_facts import is_in_njy
from vetter.core.coordinates.times import read_mjd
from vetter.core.cutout_source import CutoutSource
from vetter.core.number_text import AB_ZERO_NJY

MAG_PER_RELATIVE_ERROR = 2.5 / math.log(10)
"""Error of a magnitude divided by the relative error of its flux."""

_MJD_ZERO = datetime(1858, 11, 17)
_MS_PER_DAY = 86_400_000
_ZTF_NAME = re.compile(r"ZTF\d{2}[a-z]{7}")
_FLUXES = ("flux", "psfflux", "psflux", "diffflux", "fluxdiff")
"""Columns whose negative values are of a source that became fainter, as `normalise_name` has it."""
_TAI_COLUMNS = ("midpointMjdTai", "midPointTai")
"""Columns of Rubin with the middle of the exposure, MJD in TAI."""
_NEGATIVE = ("f", "false", "0", "n", "no", "-1", "-")
_POSITIVE = ("t", "true", "1", "y", "yes", "+")
"""Texts of ``isdiffpos`` for a source that became fainter, and brighter."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One candidate's position, time and magnitude; None where unknown.

    Attributes
    ----------
    row : int
    name : str
        Name of the object.
    ra, dec : float or None
        Degrees.
    mjd : float or None
        UTC.
    mag, mag_err : float or None
    is_ab : bool
        Whether the magnitude is known to be AB.
    band : str
        Name of the filter; '' if unknown.
    problems : mapping of str to str
        Reasons why position ('ra'), time ('mjd') or magnitude ('mag') are unknown.
    """

    row: int
    name: str
    ra: float | None
    dec: float | None
    mjd: float | None = None
    mag: float | None = None
    mag_err: float | None = None
    is_ab: bool = False
    band: str = ""
    problems: Mapping[str, str] = field(default_factory=dict)

    def without(self, name: str, problem: str) -> Observation:
        """Return a copy with the reason why an attribute is unknown."""
        return replace(self, problems={**self.problems, name: problem})


class Observations:
    """Reader of the observations of a source's candidates.

    Attributes
    ----------
    survey : str
        'Rubin' or 'ZTF' if the columns are theirs, else ''.
    time_column : str
        Column of the time; '' if times are those of the images.
    """

    def __init__(self, source: CutoutSource) -> None:
        self._source = source
        self._list = source.candidates
        self._names = {normalise_name(name): name for name in reversed(self._list.columns)}
        self.survey = _find_survey(self._list)
        self.time_column = self._list.roles.time or ""

    def read(self, row: int) -> Observation:
        """Return the observation of a candidate."""
        listed = self._list
        known = Observation(
            row,
            listed.name(row),
            listed.value("ra", row),
            listed.value("dec", row),
            band=self._band(row),
        )
        if known.ra is None or known.dec is None:
            known = known.without("ra", "no sky position")
        return self._add_magnitude(self._add_time(known))

    def number(self, row: int, *names: str) -> float | None:
        """Return the number in the first of these columns that exists and has one."""
        for name in names:
            column = self._names.get(normalise_name(name))
            value = None if column is None else cell(self._list.table[column], row)
            if isinstance(value, (int, float)) and math.isfinite(value):
                return float(value)
        return None

    def text(self, row: int, *names: str) -> str:
        """Return the text in the first of these columns that exists and has one."""
        for name in names:
            column = self._names.get(normalise_name(name))
            value = None if column is None else cell(self._list.table[column], row)
            text = "" if value is None else str(value).strip()
            if text and text not in ("nan", "None", "--", "0"):
                return text
        return ""

    def _band(self, row: int) -> str:
        value = self._list.value("filter", row)
        text = "" if value is None else str(value).strip()
        if self.survey == "ZTF":
            text = {"1": "g", "2": "r", "3": "i"}.get(text.removesuffix(".0"), text)
        return text or self._field(row).filter

    def _field(self, row: int) -> Any:
        return self._source.fields[self._source.field_of(row)]

    def _add_time(self, known: Observation) -> Observation:
        # A list of several schemas has one column for their times, which loses Rubin's scale.
        middle = self.number(known.row, *_TAI_COLUMNS)
        if middle is not None:
            return replace(known, mjd=utc_mjd(middle, _TAI_COLUMNS[0]))
        column = self._list.roles.time
        value = self._list.value("time", known.row)
        if value is None or value != value:
            value, column = self._field(known.row).time, ""
        if value in ("", None):
            return known.without("mjd", "no time")
        unit = "" if not column else str(getattr(self._list.table[column], "unit", "") or "")
        try:
            return replace(known, mjd=utc_mjd(value, column or "", unit))
        except ValueError as problem:
            return known.without("mjd", str(problem))

    def _add_magnitude(self, known: Observation) -> Observation:
        row = known.row
        if self.survey == "Rubin":
            flux, error = self.number(row, "psfFlux"), self.number(row, "psfFluxErr")
            if flux is None:
                return known.without("mag", "no flux")
            if flux <= 0:
                return known.without("mag", f"flux {flux:g} nJy is not positive: no magnitude")
            return replace(
                known,
                mag=ab_magnitude(flux),
                mag_err=None if error is None else MAG_PER_RELATIVE_ERROR * error / flux,
                is_ab=True,
            )
        if self._is_negative(row):
            return known.without("mag", "the difference is negative: no magnitude of a new source")
        mag, error = self._list.value("mag", row), self._list.value("mag_err", row)
        if not _is_number(mag):
            return known.without("mag", "no magnitude")
        return replace(
            known,
            mag=float(mag),
            mag_err=float(error) if _is_number(error) and error > 0 else None,
            is_ab=self.survey == "ZTF" or self._has_ab_unit(),
        )

    def _is_negative(self, row: int) -> bool:
        column = self._names.get("isdiffpos")
        flag = "" if column is None else str(cell(self._list.table[column], row)).strip().lower()
        if flag in _NEGATIVE or flag in _POSITIVE:
            return flag in _NEGATIVE
        flux = self.number(row, *_FLUXES)
        return flux is not None and flux <= 0

    def _has_ab_unit(self) -> bool:
        column = self._list.roles.mag
        unit = "" if column is None else str(getattr(self._list.table[column], "unit", "") or "")
        return normalise_name(unit) in ("magab", "abmag", "mabmag")


def ab_magnitude(flux: float) -> float:
    """Return the AB magnitude of a flux in nJy above 0."""
    return AB_ZERO_NJY - 2.5 * math.log10(flux)


def utc_mjd(value: Any, column: str = "", unit: str = "") -> float:
    """Return a time as MJD in UTC.

    Raises
    ------
    ValueError
        The time cannot be read, or is not one at the observatory.
    """
    from astropy.time import Time

    from vetter.errors import suppress_warnings

    if isinstance(value, str):
        try:
            number: Any = float(value)
        except ValueError:
            number = None
        if number is None:
            try:
                with suppress_warnings():
                    return float(Time(value.strip().removesuffix("Z"), scale="utc").mjd)
            except ValueError:
                raise ValueError(f"unreadable time {value!r}") from None
        value = number
    found = read_mjd(value, column, unit)
    if found is None:
        raise ValueError(f"unreadable time {value!r}")
    mjd, scale = found
    if scale in ("bjd", "hjd"):
        raise ValueError(f"{scale.upper()} is not the time at the observatory")
    return float(Time(mjd, format="mjd", scale=scale).utc.mjd) if scale != "utc" else mjd


def iso_time(mjd: float) -> str:
    """Return a UTC time as ``2026-11-30T04:00:00.123``, rounded to milliseconds.

    Without astropy's Time, which takes 0.3 ms for each of 100,000 candidates.
    """
    moment = _MJD_ZERO + timedelta(milliseconds=round(mjd * _MS_PER_DAY))
    return moment.isoformat(timespec="milliseconds")


def _find_survey(listed: CandidateList) -> str:
    if is_in_njy(listed):
        return "Rubin"
    is_ztf = len(listed) > 0 and _ZTF_NAME.fullmatch(listed.name(0))
    return "ZTF" if is_ztf and normalise_name(listed.roles.mag or "") == "magpsf" else ""


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def separate(observations: list[Observation], *needed: str) -> tuple[list[Observation], list[str]]:
    """Return the observations that have all needed facts, and lines on the others.

    ``needed`` are attributes: 'ra', 'mjd', 'mag'.
    """
    complete, notes = [], []
    for one in observations:
        lacking = [one.problems[name] for name in needed if name in one.problems]
        if lacking:
            notes.append(f"{one.name}: left out: {', '.join(lacking)}")
        else:
            complete.append(one)
    return complete, notes


def group_by_object(observations: list[Observation]) -> list[list[Observation]]:
    """Return the observations of each object, in the order of time; objects as first listed."""
    groups: dict[str, list[Observation]] = {}
    for one in observations:
        groups.setdefault(one.name, []).append(one)
    return [
        sorted(group, key=lambda one: math.inf if one.mjd is None else one.mjd)
        for group in groups.values()
    ]
