"""Report for the Minor Planet Center: ADES of version 2022 in pipe-separated values (PSV).

Order, types and lengths of the fields: ``xsd/submit.xsd`` of IAU-ADES/ADES-Master, version 2022.
Values that MPC accepts: `vetter.io.export.reports.ades_values`. What is unknown is left out, never
guessed.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence

from vetter import __version__
from vetter.io.export.reports.ades_values import BANDS as KNOWN_BANDS
from vetter.io.export.reports.ades_values import (
    CATALOGUES,
    LIKELY_BANDS,
    MODES,
    describe_unknown,
)
from vetter.io.export.reports.observations import Observation, Observations, iso_time, separate
from vetter.io.export.reports.report import Report, parse_codes
from vetter.settings import AdesSettings

FILE_NAME = "ades.psv"
COLUMNS = (
    *("permID", "provID", "trkSub", "mode", "stn", "obsTime", "ra", "dec", "rmsRA", "rmsDec"),
    *("astCat", "mag", "rmsMag", "band", "photCat", "remarks"),
)
"""Fields of an optical observation that are written, in the order of the standard."""

SURVEY_BANDS: Mapping[str, Mapping[str, str]] = {
    "Rubin": {band: f"L{band}" for band in "ugrizy"},
}
"""MPC's codes of bands, by survey and filter."""
STATIONS = {"Rubin": "X05", "ZTF": "I41"}
"""MPC's codes of the surveys' observatories."""

FIELDS = {
    "station": "MPC's code of the observatory, three or four characters",
    "submitter": "name of the person who submits",
    "observers": "names of the observers",
    "measurers": "names of those who measured",
    "design": "design of the telescope, as Reflector",
    "aperture": "aperture of the telescope, metres",
    "detector": "detector, as CCD",
    "mode": "how the positions were measured, as CCD or CMO",
    "catalogue": "catalogue of the astrometry, as Gaia3",
}
"""Mandatory facts that no list holds, with their meaning."""

_PERM_ID = re.compile(r"\d+([IPD](-[A-Z]{1,2})?)?")
_PROV_ID = re.compile(
    r"(\d{4}|A[89]\d{2}) [A-HJ-Y][A-HJ-Z]\d*|\d{4} (P-L|T-[123])|[ADCPX]/\d{4} [A-Z]{1,2}\d*"
)
_TRK_SUB = re.compile(r"[-A-Za-z0-9_]{1,8}")
_FAINTEST, _BRIGHTEST = 35.0, -5.0
"""Magnitudes that the standard takes."""
_LENGTHS = {"design": 25, "detector": 25, "aperture": 6}
"""Largest number of characters in a line of the header; 100 in all others."""


def ades_report(reader: Observations, rows: Sequence[int], ades: AdesSettings) -> Report:
    """Return the report on these rows, one optical observation each."""
    if not ades.station and reader.survey in STATIONS:
        station = STATIONS[reader.survey]
    else:
        station = ades.station
    values = {name: getattr(ades, name) for name in FIELDS} | {"station": station}
    missing = [f"ades.{name}: {words}" for name, words in FIELDS.items() if not values[name]]
    refused = _refused(ades)
    missing += [f"ades.{line}" for line in refused]
    every = [reader.read(row) for row in rows]
    known, notes = separate(every, "ra", "mjd")
    # Among the notes too: a window shows of what is missing the names alone.
    notes = [*refused, *notes]
    if known and "mid" not in reader.time_column.lower():
        origin = f"column {reader.time_column}" if reader.time_column else "the images"
        notes.append(f"obsTime is the time of {origin}; MPC wants the middle of the exposure")
    bands = {**SURVEY_BANDS.get(reader.survey, {}), **parse_codes(ades.bands)}
    records = [_record(reader, one, ades, station, bands, notes) for one in known]
    unknown = {one.band for one in known if one.mag is not None and not _band(one, bands)}
    used = [name for name in COLUMNS if any(record.get(name) for record in records)]
    lines = [*_header(ades, station), *_align([dict(zip(used, used, strict=True)), *records], used)]
    text = "\n".join(lines) + "\n"
    return Report(
        "ades",
        {FILE_NAME: text},
        len(records),
        tuple(missing),
        (_describe_unknown_bands(unknown),) if unknown else (),
        tuple(notes),
    )


def _refused(ades: AdesSettings) -> list[str]:
    """Return a line on each given value that MPC would refuse."""
    given = (
        ("mode", ades.mode, MODES, "mode"),
        ("catalogue", ades.catalogue, CATALOGUES, "catalogue"),
        ("photometric_catalogue", ades.photometric_catalogue, CATALOGUES, "catalogue"),
    )
    problems = ((name, describe_unknown(v, known, thing)) for name, v, known, thing in given if v)
    return [f"{name}: {problem}" for name, problem in problems if problem]


def _describe_unknown_bands(filters: set[str]) -> str:
    """Return the line that asks for MPC's bands of filters; an empty name has none."""
    names = sorted(filter(None, filters)) or ["r"]
    proposals = ", ".join(f"{name}={LIKELY_BANDS.get(name, 'W')}" for name in names)
    return f"ades.bands: MPC's band of filter {', '.join(names)}, as {proposals}"


def _header(ades: AdesSettings, station: str) -> list[str]:
    parts: tuple[tuple[str, Sequence[tuple[str, str]]], ...] = (
        ("observatory", [("mpcCode", station), ("name", ades.observatory)]),
        ("submitter", [("name", ades.submitter), ("institution", ades.institution)]),
        ("observers", [("name", name) for name in ades.observers]),
        ("measurers", [("name", name) for name in ades.measurers]),
        (
            "telescope",
            [
                ("name", ades.telescope),
                ("design", ades.design),
                ("aperture", f"{ades.aperture:g}" if ades.aperture else ""),
                ("detector", ades.detector),
            ],
        ),
        ("comment", [("line", ades.comment), ("line", f"Written by vetter {__version__}")]),
    )
    lines = ["# version=2022"]
    for heading, keywords in parts:
        filled = [
            f"! {keyword} {_clean(text, _LENGTHS.get(keyword, 100))}"
            for keyword, text in keywords
            if text
        ]
        lines += [f"# {heading}", *filled] if filled else []
    return lines


def _record(
    reader: Observations,
    one: Observation,
    ades: AdesSettings,
    station: str,
    bands: Mapping[str, str],
    notes: list[str],
) -> dict[str, str]:
    assert one.ra is not None and one.dec is not None and one.mjd is not None
    record = {
        **_identity(reader, one),
        "mode": ades.mode,
        "stn": station,
        "obsTime": iso_time(one.mjd) + "Z",
        # Rounded first: 359.99999999 would become 360, which the standard excludes.
        "ra": f"{round(one.ra, 7) % 360:.7f}",
        "dec": f"{one.dec:.7f}",
        "rmsRA": _error(reader, one, "rmsRA", "raErr", ades.rms_ra),
        "rmsDec": _error(reader, one, "rmsDec", "decErr", ades.rms_dec),
        "astCat": ades.catalogue,
    }
    band = _band(one, bands)
    if one.mag is None:
        notes.append(f"{one.name}: without magnitude: {one.problems.get('mag', '')}")
    elif not _BRIGHTEST <= one.mag <= _FAINTEST:
        notes.append(f"{one.name}: without magnitude: {one.mag:g} is no magnitude")
    elif band:
        record |= {
            "mag": f"{one.mag:.2f}",
            "rmsMag": _magnitude_error(one.mag_err),
            "band": band,
            "photCat": ades.photometric_catalogue,
        }
    return record


def _band(one: Observation, bands: Mapping[str, str]) -> str:
    """Return MPC's code of a filter; '' if it is unknown."""
    band = bands.get(one.band, one.band)
    return band if band in KNOWN_BANDS else ""


def _magnitude_error(error: float | None) -> str:
    """Return an error of a magnitude above 0, in six characters at most; '' if it says nothing."""
    return "" if error is None or error >= 10 else f"{max(error, 0.001):.3f}"


def _identity(reader: Observations, one: Observation) -> dict[str, str]:
    """Return the fields that name the object: MPC's designation if the list has it, and trkSub.

    A name that is no trkSub (eight characters at most) gets one made from it, the same each time;
    the name then stands in the remarks.
    """
    known = {}
    perm, prov = reader.text(one.row, "permID"), reader.text(one.row, "provID")
    if _PERM_ID.fullmatch(perm):
        known["permID"] = perm
    if _PROV_ID.fullmatch(prov):
        known["provID"] = prov
    given = reader.text(one.row, "trkSub") or one.name
    if _TRK_SUB.fullmatch(given):
        known["trkSub"] = given
    elif not known:
        known["trkSub"] = make_trk_sub(given)
        known["remarks"] = _clean(given, 300)
    return known


def make_trk_sub(name: str) -> str:
    """Return a trkSub for a name: V and seven characters of its hash, the same each time."""
    digest = hashlib.sha256(name.encode("utf-8", "backslashreplace")).digest()
    return "V" + base64.b32encode(digest).decode("ascii")[:7]


def _error(
    reader: Observations, one: Observation, arcsec: str, degrees: str, default: float
) -> str:
    """Return the error of a position in arcseconds; '' if unknown.

    Columns with ADES' names are in arcseconds; those of Rubin in degrees.
    """
    value = reader.number(one.row, arcsec)
    if value is None and reader.survey == "Rubin":
        value = reader.number(one.row, degrees)
        value = None if value is None else value * 3600
    value = default if value is None else value
    return f"{max(value, 0.0001):.4f}" if 0 < value < 99 else ""


def _align(records: Sequence[Mapping[str, str]], used: Sequence[str]) -> list[str]:
    widths = {name: max(len(record.get(name, "")) for record in records) for name in used}
    return [
        "|".join(record.get(name, "").ljust(widths[name]) for name in used).rstrip()
        for record in records
    ]


def _clean(text: str, length: int) -> str:
    """Return a text without bars and line ends, which separate fields."""
    return re.sub(r"[|\s]+", " ", text).strip()[:length]
