"""Observations in the Minor Planet Center's 80-column format.

The columns are those of https://minorplanetcenter.net/iau/info/OpticalObs.html: packed number 1-5,
designation 6-12, discovery 13, notes 14 and 15, date of observation 16-32, RA 33-44, Dec 45-56,
magnitude 66-70, band 71, observatory 78-80. Lines such as ``COD 500`` are the header of a report
(https://minorplanetcenter.net/iau/info/ObsDetails.html).
"""

from __future__ import annotations

import datetime
import re

import numpy as np

from vetter.core.number_text import format_count
from vetter.errors import InputError
from vetter.io.files.hdu_names import FitsName
from vetter.io.tables.encoding import lines_of, table_text
from vetter.io.tables.table_file import TableFile

_HEADER = re.compile(r"^(COD|CON|OBS|MEA|TEL|NET|BND|COM|NUM|ACK|AC2|STD|TYP)\b")
_DATE = re.compile(r"^[A-Z]?(\d{4}) (\d\d) (\d\d)(\.\d*)?\s*$")
_ANGLE = re.compile(r"^\s*([+-]?)(\d\d(?:\.\d*)?)(?: (\d\d(?:\.\d*)?)(?: (\d\d(?:\.\d*)?))?)?\s*$")
_MJD_OF_DAY_ZERO = 678576
"""Days from the ordinal of `datetime.date` to the MJD."""
_SECOND_LINES = "svr"
"""Note 2 of lines that hold the place of a spacecraft or a rover, or a radar's settings."""
_MAX_LISTED = 5

Values = dict[str, str | float]


def is_mpc(text: str) -> bool:
    """Return whether a text begins as a report: header lines, then an observation."""
    for line in lines_of(text):
        if line.strip() and not line.startswith("#") and not _HEADER.match(line):
            return _parsed(line) is not None
    return False


def read_mpc(name: FitsName) -> TableFile:
    """Read observations as candidates; ``ra`` and ``dec`` are in degrees, ``mjd`` is UTC.

    Packed designations are not unpacked. An object observed more than once is several candidates.

    Raises
    ------
    InputError
        The file has no observation.
    """
    from astropy.table import Table

    rows: list[Values] = []
    second: list[int] = []
    other: list[int] = []
    for number, line in enumerate(lines_of(table_text(name.path)), 1):
        if not line.strip() or line.startswith("#") or _HEADER.match(line):
            continue
        values = _parsed(line)
        if values is not None:
            rows.append(values)
        elif len(line) > 14 and line[14] in _SECOND_LINES:
            second.append(number)
        else:
            other.append(number)
    if not rows:
        raise InputError(f"{name}: expected observations in 80 columns, found none")
    table = Table({column: [row[column] for row in rows] for column in rows[0]})
    # An empty magnitude is missing.
    mags = table["mag"].tolist()
    table["mag"] = np.array([float(mag) if mag else np.nan for mag in mags], np.float64)
    notes = []
    if second:
        words = format_count(len(second), "line", "lines")
        notes.append(f"{name.label}: {words} of a spacecraft's or radar's place left out")
    if other:
        shown = ", ".join(map(str, other[:_MAX_LISTED]))
        more = " and more" if len(other) > _MAX_LISTED else ""
        words = format_count(len(other), "line is", "lines are")
        notes.append(f"{name.label}: {words} no observation and left out: {shown}{more}")
    return TableFile(table, {"ra": "deg", "dec": "deg"}, notes=tuple(notes))


def _parsed(line: str) -> Values | None:
    """Return the values of an observation; None for another line."""
    date = _DATE.match(line[15:32])
    ra, dec = _degrees(line[32:44]), _degrees(line[44:56])
    if date is None or ra is None or dec is None or line[44] not in "+-":
        return None
    try:
        day = datetime.date(int(date[1]), int(date[2]), int(date[3])).toordinal()
    except ValueError:
        return None
    number, provisional = line[:5].strip(), line[5:12].strip()
    mag = line[65:70].strip()
    values: Values = {
        "designation": number or provisional,
        "discovery": line[12:13].strip(),
        "note1": line[13:14].strip(),
        "note2": line[14:15].strip(),
        "obstime": line[15:32].strip(),
        "mjd": day - _MJD_OF_DAY_ZERO + float(date[4] or 0),
        "ra": ra * 15,
        "dec": dec,
        "mag": mag if re.fullmatch(r"\d+\.?\d*", mag) else "",
        "band": line[70:71].strip(),
        "stn": line[77:80].strip(),
    }
    return values


def _degrees(text: str) -> float | None:
    """Return an angle of one to three parts, in the unit of the first; None for another text."""
    match = _ANGLE.match(text)
    if match is None:
        return None
    parts = [float(part) for part in match.groups()[1:] if part]
    value = sum(part / 60.0**place for place, part in enumerate(parts))
    return -value if match[1] == "-" else value
