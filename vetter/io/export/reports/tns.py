"""AT report for the Transient Name Server, in the JSON of its bulk report.

Fields, which of them are mandatory, and how many reports and points a file may have: "TNS 2.0 Bulk
reports manual", section 5, of January 2025. Names of the fields: those that the senders of ATLAS
(accepted in January 2026, by Lasair's documentation), Fink (``fink_tns/lsst/report.py``) and AMPEL
use; the manual has newer ones besides, as ``filterid`` for ``filter_value``. Codes of Rubin and
ZTF: TNS's lists of values, as these senders have them. What is unknown is left out, never guessed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from vetter.core.candidates.light_curve import LightCurve
from vetter.io.export.reports.history import NonDetection, first_detection, last_non_detection
from vetter.io.export.reports.observations import (
    Observation,
    Observations,
    group_by_object,
    iso_time,
    separate,
)
from vetter.io.export.reports.report import Report, parse_codes
from vetter.settings import TnsSettings

FILE_NAME = "tns_at_report.json"
MAX_REPORTS, MAX_EPOCHS = 100, 10
"""Objects of one file, and points of one object's photometry, that TNS takes at most."""
AB_MAG = 1
"""TNS's code of the unit ABMag."""

INSTRUMENTS = {"Rubin": 287, "ZTF": 196}
"""TNS's codes of instruments: LSSTCam, and the camera of ZTF on the 48-inch telescope."""
FILTERS: Mapping[str, Mapping[str, str]] = {
    "Rubin": {"u": "160", "g": "161", "r": "162", "i": "163", "z": "164", "y": "165"},
    "ZTF": {"g": "110", "r": "111", "i": "112"},
}
"""TNS's codes of filters, by survey and name."""
DATA_SOURCES = {"Rubin": 165, "ZTF": 48}
"""TNS's numbers of the surveys as sources of data."""
_RUBIN_NAME = "LSST-AP-DO-{}"
"""Internal name of an object of Rubin, from its ``diaObjectId``, as its brokers report it."""

FIELDS = {
    "reporter": "names of the authors, as A. Smith (Institute), on behalf of ...",
    "reporting_group_id": "TNS number of the group that reports",
    "discovery_data_source_id": "TNS number of the survey whose data these are",
    "at_type": "0 other, 1 possible supernova, 2 possible nova, 3 AGN, 4 nuclear, 5 FRB",
}
"""Mandatory facts that no list holds, with their meaning."""

History = Callable[[int], LightCurve | None]


def tns_report(
    reader: Observations, rows: Sequence[int], tns: TnsSettings, history: History
) -> Report:
    """Return the report on the objects of these rows; several rows of one name are one object.

    Parameters
    ----------
    reader : Observations
    rows : sequence of int
    tns : TnsSettings
    history : callable
        Light curve of a row's object, or None.
    """
    every = [reader.read(row) for row in rows]
    known, notes = separate(every, "ra", "mjd", "mag")
    if tns.discovery_data_source_id < 0 and reader.survey in DATA_SOURCES:
        tns = replace(tns, discovery_data_source_id=DATA_SOURCES[reader.survey])
    missing = {name: words for name, words in FIELDS.items() if getattr(tns, name) in ("", -1)}
    writer = _Writer(reader, tns, missing)
    entries = [writer.entry(group, history(group[0].row)) for group in group_by_object(known)]
    lines = tuple(f"tns.{name}: {words}" for name, words in writer.missing.items())
    notes += writer.notes
    return Report("tns", _files(entries), len(entries), lines, notes=tuple(notes))


def _files(entries: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return the texts of as many files as TNS needs, by name; at least one."""
    parts = [entries[k : k + MAX_REPORTS] for k in range(0, len(entries), MAX_REPORTS)] or [[]]
    stem, _, ending = FILE_NAME.partition(".")
    files = {}
    for number, part in enumerate(parts, 1):
        name = FILE_NAME if len(parts) == 1 else f"{stem}_{number}.{ending}"
        reports = {str(k): entry for k, entry in enumerate(part)}
        files[name] = json.dumps({"at_report": reports}, indent=1, ensure_ascii=False) + "\n"
    return files


class _Writer:
    """Writer of entries; collects what is missing, and notes on what is left out."""

    def __init__(self, reader: Observations, tns: TnsSettings, missing: dict[str, str]) -> None:
        self.missing = missing
        self.notes: list[str] = []
        self._reader, self._tns = reader, tns
        self._filters = {**FILTERS.get(reader.survey, {}), **parse_codes(tns.filters)}
        self._instrument = (
            tns.instrument if tns.instrument >= 0 else INSTRUMENTS.get(reader.survey, -1)
        )

    def entry(self, group: Sequence[Observation], curve: LightCurve | None) -> dict[str, Any]:
        """Return the entry of one object, whose observations are in the order of time."""
        tns, own = self._tns, group[0]
        earlier = first_detection(own, curve)
        epochs = [*([] if earlier is None else [earlier]), *group]
        first = epochs[0]
        assert first.mjd is not None and own.ra is not None and own.dec is not None
        entry: dict[str, Any] = {
            "ra": {"value": f"{own.ra:.7f}"},
            "dec": {"value": f"{own.dec:.7f}"},
        }
        for axis, name in (("ra", "raErr"), ("dec", "decErr")):
            error = self._reader.number(own.row, name) if self._reader.survey == "Rubin" else None
            if error is not None:
                entry[axis] |= {"error": f"{error * 3600:.4f}", "units": "arcsec"}
        for name in ("reporting_group_id", "discovery_data_source_id"):
            if getattr(tns, name) >= 0:
                entry[name] = str(getattr(tns, name))
        if tns.reporter:
            entry["reporter"] = tns.reporter
        entry["discovery_datetime"] = _date(first.mjd)
        if tns.at_type >= 0:
            entry["at_type"] = str(tns.at_type)
        entry["internal_name"] = self._internal_name(own)
        if tns.remarks:
            entry["remarks"] = tns.remarks
        non_detection = self._non_detection(own, last_non_detection(first.mjd, curve))
        if non_detection:
            entry["non_detection"] = non_detection
        if len(epochs) > MAX_EPOCHS:
            self.notes.append(f"{own.name}: the first {MAX_EPOCHS} of {len(epochs)} points")
        photometry = {str(k): self._photometry(one) for k, one in enumerate(epochs[:MAX_EPOCHS])}
        entry["photometry"] = {"photometry_group": photometry}
        return entry

    def _internal_name(self, own: Observation) -> str:
        is_rubin = self._reader.survey == "Rubin"
        number = self._reader.text(own.row, "diaObjectId") if is_rubin else ""
        return _RUBIN_NAME.format(number) if number.isdecimal() else own.name

    def _non_detection(self, own: Observation, found: NonDetection | None) -> dict[str, str]:
        tns = self._tns
        if found is not None:
            return {
                "obsdate": _date(found.mjd),
                "limiting_flux": f"{found.limit:.3f}",
                "flux_units": str(AB_MAG),
                **self._codes(found.band),
            }
        if tns.archive >= 0 and (tns.archive > 0 or tns.archive_remarks):
            remarks = {"archival_remarks": tns.archive_remarks} if tns.archive_remarks else {}
            return {"archiveid": str(tns.archive), **remarks}
        field = "archive_remarks" if tns.archive == 0 else "archive"
        self.missing[field] = "no earlier limit known, so not seen in 0 other, 1 SDSS, 2 DSS"
        if tns.archive == 0:
            self.missing[field] = "where it is not seen before, as archive is 0"
        return {}

    def _photometry(self, one: Observation) -> dict[str, str]:
        assert one.mjd is not None and one.mag is not None
        tns = self._tns
        known = {"obsdate": _date(one.mjd), "flux": f"{one.mag:.3f}"}
        if one.mag_err is not None:
            known["flux_error"] = f"{one.mag_err:.3f}"
        units = AB_MAG if one.is_ab else tns.flux_units
        if units >= 0:
            known["flux_units"] = str(units)
        else:
            self.missing["flux_units"] = "TNS number of the magnitudes' system, as 1 for AB"
        known |= self._codes(one.band)
        if tns.exposure_time > 0:
            known["exptime"] = f"{tns.exposure_time:g}"
        if tns.observer:
            known["observer"] = tns.observer
        return known

    def _codes(self, band: str) -> dict[str, str]:
        """Return the codes of filter and instrument, as far as they are known."""
        known = {}
        code = self._filters.get(band)
        if code:
            known["filter_value"] = code
        else:
            name = f"filter {band}" if band else "the filter, which the list does not name"
            self.missing["filters"] = f"TNS number of {name}, as {band or 'r'}=22"
        if self._instrument >= 0:
            known["instrument_value"] = str(self._instrument)
        else:
            self.missing["instrument"] = "TNS number of the instrument"
        return known


def _date(mjd: float) -> str:
    return iso_time(mjd).replace("T", " ")
