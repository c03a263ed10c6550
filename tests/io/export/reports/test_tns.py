"""AT report against the fields of TNS's manual."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pytest

from tests.helpers.report_lists import curve, list_source, magnitudes, rubin
from vetter.io.export.reports.observations import Observations
from vetter.io.export.reports.report import Report
from vetter.io.export.reports.tns import tns_report
from vetter.settings import TnsSettings

GIVEN = TnsSettings(
    reporter="A. Smith (Institute)",
    reporting_group_id=111,
    discovery_data_source_id=165,
    at_type=1,
    archive=0,
    archive_remarks="not in the template",
)
CODES = {"instrument": 103, "filters": ("r=22", "g=21"), "flux_units": 1}

NUMBER, DATE = r"-?\d+(\.\d+)?", r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+"
PHOTOMETRY = {
    "obsdate": DATE,
    "flux": NUMBER,
    "flux_error": NUMBER,
    "limiting_flux": NUMBER,
    "flux_units": r"\d+",
    "filter_value": r"\d+",
    "instrument_value": r"\d+",
    "exptime": NUMBER,
    "observer": r".+",
    "comments": r".+",
}
PLACE = {"value": NUMBER, "error": NUMBER, "units": r"arcsec|arcmin|deg|sec"}
SCHEMA: dict[str, Any] = {
    "ra": PLACE,
    "dec": PLACE,
    "reporting_group_id": r"\d+",
    "discovery_data_source_id": r"\d+",
    "reporter": r".+",
    "discovery_datetime": DATE,
    "at_type": r"[0-5]",
    "internal_name": r".+",
    "remarks": r".+",
    "non_detection": {**PHOTOMETRY, "archiveid": r"\d+", "archival_remarks": r".+"},
    "photometry": {"photometry_group": {r"\d+": PHOTOMETRY}},
}
"""Fields of the manual's section 5 that the program writes, with the form of their values."""
MANDATORY = set(SCHEMA) - {"internal_name", "remarks"}
MANDATORY_PHOTOMETRY = {"obsdate", "flux", "flux_units", "filter_value", "instrument_value"}


def check(value: Any, schema: Any, place: str = "") -> None:
    """Compare a value with a schema of fields and forms."""
    if isinstance(schema, str):
        assert isinstance(value, str) and re.fullmatch(schema, value), (place, value)
        return
    for name, inner in value.items():
        form = schema.get(name) or next(
            (form for key, form in schema.items() if re.fullmatch(key, name)), None
        )
        assert form is not None, f"{place}.{name}: not in the manual"
        check(inner, form, f"{place}.{name}")


def _report(source: Any, tns: TnsSettings = GIVEN, history: Any = None, **changes: Any) -> Report:
    if changes:
        tns = TnsSettings(**{**{n: getattr(tns, n) for n in tns.__slots__}, **changes})
    rows = range(len(source.candidates))
    return tns_report(Observations(source), rows, tns, lambda row: history)


def _entries(report: Report) -> list[dict[str, Any]]:
    return list(json.loads(report.text)["at_report"].values())


def test_complete_report_has_the_fields_of_the_manual() -> None:
    report = _report(magnitudes(), **CODES)
    assert report.missing == () and report.notes == ()
    for entry in _entries(report):
        check(entry, SCHEMA)
        assert entry.keys() >= MANDATORY
        for epoch in entry["photometry"]["photometry_group"].values():
            assert epoch.keys() >= MANDATORY_PHOTOMETRY


def test_facts_are_those_of_the_list() -> None:
    entry = _entries(_report(magnitudes(), **CODES))[0]
    assert entry["ra"] == {"value": "150.1234567"} and entry["dec"] == {"value": "-20.5000000"}
    assert entry["discovery_datetime"] == "2023-02-25 12:00:00.000"
    assert entry["internal_name"] == "J1"
    assert entry["photometry"]["photometry_group"] == {
        "0": {
            "obsdate": "2023-02-25 12:00:00.000",
            "flux": "18.123",
            "flux_error": "0.050",
            "flux_units": "1",
            "filter_value": "22",
            "instrument_value": "103",
        }
    }


def test_rubin_report_has_its_codes_and_ab_magnitudes() -> None:
    report = _report(rubin())
    (entry,) = _entries(report)
    check(entry, SCHEMA)
    epoch = entry["photometry"]["photometry_group"]["0"]
    assert (epoch["filter_value"], epoch["instrument_value"]) == ("162", "287")
    assert (epoch["flux"], epoch["flux_units"]) == ("23.900", "1")
    assert entry["ra"]["error"] == "0.0360" and entry["dec"]["error"] == "0.0720"
    assert report.notes == ("170002: left out: flux -523 nJy is not positive: no magnitude",)


def test_what_nobody_gave_is_named_and_left_out() -> None:
    report = _report(magnitudes(), TnsSettings())
    missing = {line.partition(":")[0] for line in report.missing}
    assert missing == {
        *("tns.reporter", "tns.reporting_group_id", "tns.discovery_data_source_id"),
        *("tns.at_type", "tns.archive", "tns.filters", "tns.flux_units", "tns.instrument"),
    }
    entry = _entries(report)[0]
    check(entry, SCHEMA)
    assert not {"reporter", "at_type", "non_detection"} & entry.keys()
    assert not {"filter_value", "flux_units"} & entry["photometry"]["photometry_group"]["0"].keys()


def test_archive_of_other_needs_remarks() -> None:
    report = _report(magnitudes(), archive_remarks="", **CODES)
    assert [line.partition(":")[0] for line in report.missing] == ["tns.archive_remarks"]


def test_last_limit_of_the_history_is_the_non_detection() -> None:
    history = curve(
        (59998.0, 20.5, 0, True, "g", "limit", False),
        (59999.0, 20.25, 0, True, "r", "limit", False),
        (60000.5, 18.1, 0.1, False, "r", "detection", False),
        (60000.7, 20.0, 0, True, "r", "limit", False),
    )
    entry = _entries(_report(magnitudes(), history=history, **CODES))[0]
    assert entry["non_detection"] == {
        "obsdate": "2023-02-24 00:00:00.000",
        "limiting_flux": "20.250",
        "flux_units": "1",
        "filter_value": "22",
        "instrument_value": "103",
    }


def test_earlier_detection_of_the_history_is_the_discovery() -> None:
    history = curve(
        (59990.0, 17.0, 0.1, False, "g", "detection", True),
        (59991.0, 21.0, 0, True, "g", "limit", False),
        (59995.0, 19.0, 0.2, False, "g", "detection", False),
    )
    entry = _entries(_report(magnitudes(), history=history, **CODES))[0]
    assert entry["discovery_datetime"] == "2023-02-20 00:00:00.000"
    assert entry["non_detection"]["obsdate"] == "2023-02-16 00:00:00.000"
    epochs = entry["photometry"]["photometry_group"]
    assert [epochs[key]["flux"] for key in ("0", "1")] == ["19.000", "18.123"]
    assert epochs["0"]["filter_value"] == "21"


def test_forced_flux_within_its_noise_is_a_limit() -> None:
    history = curve(
        (60999.0, 120.0, 40.0, False, "g", "forced", False),
        (60999.5, 900.0, 40.0, False, "g", "forced", False),
        unit="nJy",
        scale="TAI",
    )
    entry = _entries(_report(rubin(), history=history))[0]
    # Five times the noise, 200 nJy; the second epoch is a detection.
    assert entry["non_detection"]["limiting_flux"] == "25.647"
    assert entry["non_detection"]["obsdate"].startswith("2025-11-19 23:59:23")


def test_rows_of_one_object_are_one_report() -> None:
    source = magnitudes(title=["J1", "J1"], mjd=[60001.0, 60000.0])
    (entry,) = _entries(_report(source, **CODES))
    epochs = entry["photometry"]["photometry_group"]
    assert [epochs[key]["flux"] for key in ("0", "1")] == ["19.500", "18.123"]
    assert entry["ra"]["value"] == "0.5000000"


@pytest.mark.parametrize("name", ['J"1\n', "Ünï\u202e"])
def test_names_of_any_letters_are_json(name) -> None:
    entry = _entries(_report(magnitudes(title=[name, "b"]), **CODES))[0]
    assert entry["internal_name"] == name.strip()


def test_rubin_objects_have_the_names_and_source_of_their_brokers() -> None:
    report = _report(rubin(), discovery_data_source_id=-1)
    (entry,) = _entries(report)
    assert entry["internal_name"] == "LSST-AP-DO-170001"
    assert entry["discovery_data_source_id"] == "165"
    assert not report.missing


def test_more_objects_than_a_file_takes_make_several() -> None:
    names = [f"J{number}" for number in range(101)]
    ones = {
        "ra": np.linspace(1, 2, 101),
        "dec": np.linspace(-1, 1, 101),
        "mag": np.full(101, 18.0),
        "mag_err": np.full(101, 0.1),
        "mjd": np.full(101, 60000.0),
        "filter": ["r"] * 101,
    }
    source = list_source(
        {"title": names, **ones}, name="title", time="mjd", **{n: n for n in ones if n != "mjd"}
    )
    report = _report(source, **CODES)
    counts = {name: len(json.loads(text)["at_report"]) for name, text in report.files.items()}
    assert counts == {"tns_at_report_1.json": 100, "tns_at_report_2.json": 1}
    assert report.count == 101


def test_no_more_points_than_one_report_takes() -> None:
    count = 12
    source = magnitudes()
    table = {name: [source.candidates.table[name][0]] * count for name in ("ra", "dec", "mag")}
    table |= {"title": ["J1"] * count, "filter": ["r"] * count, "mjd": 60000.0 + np.arange(count)}
    many = list_source(
        table, name="title", time="mjd", **{n: n for n in ("ra", "dec", "mag", "filter")}
    )
    report = _report(many, **CODES)
    (entry,) = _entries(report)
    assert len(entry["photometry"]["photometry_group"]) == 10
    assert report.notes == ("J1: the first 10 of 12 points",)


def test_zero_is_a_number_of_theirs() -> None:
    zeros = {"reporting_group_id": 0, "discovery_data_source_id": 0, "at_type": 0, "archive": 1}
    report = _report(rubin(), **zeros, instrument=0)
    assert report.missing == ()
    (entry,) = _entries(report)
    names = ("reporting_group_id", "discovery_data_source_id", "at_type")
    assert [entry[name] for name in names] == ["0", "0", "0"]
    assert entry["photometry"]["photometry_group"]["0"]["instrument_value"] == "0"
    entry = _entries(_report(magnitudes(), **{**CODES, "flux_units": 0}))[0]
    assert entry["photometry"]["photometry_group"]["0"]["flux_units"] == "0"


@pytest.mark.parametrize(
    ("archive", "remarks", "written", "missing"),
    [
        (0, "deep", {"archiveid": "0", "archival_remarks": "deep"}, ""),
        (1, "deep", {"archiveid": "1", "archival_remarks": "deep"}, ""),
        (1, "", {"archiveid": "1"}, ""),
        (0, "", None, "tns.archive_remarks: where it is not seen before, as archive is 0"),
        (-1, "deep", None, "tns.archive: no earlier limit known, so not seen in 0 other, 1 SDSS"),
    ],
)
def test_archive_stands_for_an_earlier_limit(
    archive: int, remarks: str, written: dict[str, str] | None, missing: str
) -> None:
    report = _report(magnitudes(), archive=archive, archive_remarks=remarks, **CODES)
    assert [entry.get("non_detection") for entry in _entries(report)] == [written] * 2
    assert "".join(report.missing).startswith(missing) and len(report.missing) == bool(missing)


def test_exposure_observer_and_remarks_are_written_if_they_are_given() -> None:
    given = {"exposure_time": 30.5, "observer": "B. Jones", "remarks": "in a galaxy"}
    entry = _entries(_report(magnitudes(), **CODES, **given))[0]
    epoch = entry["photometry"]["photometry_group"]["0"]
    assert (epoch["exptime"], epoch["observer"]) == ("30.5", "B. Jones")
    assert entry["remarks"] == "in a galaxy"
    plain = _entries(_report(magnitudes(), **CODES))[0]
    assert "remarks" not in plain
    assert not {"exptime", "observer"} & plain["photometry"]["photometry_group"]["0"].keys()


def test_filter_without_a_code_is_asked_for() -> None:
    report = _report(magnitudes(filter=["z", ""]), **CODES)
    assert report.missing == (
        "tns.filters: TNS number of the filter, which the list does not name, as r=22",
    )
    report = _report(magnitudes(filter=["r", "z"]), **CODES)
    assert report.missing == ("tns.filters: TNS number of filter z, as z=22",)


def test_text_is_indented_and_keeps_letters() -> None:
    text = _report(magnitudes(title=["Ünï", "b"]), **CODES).text
    assert text.startswith('{\n "at_report": {\n  "0": {\n   "ra"') and text.endswith("}\n")
    assert '"internal_name": "Ünï"' in text


@pytest.mark.parametrize(("fid", "code"), [(1, "110"), (2, "111"), (3, "112")])
def test_codes_of_ztf_are_known(fid: int, code: str) -> None:
    columns: dict[str, Any] = {"ra": [10.0], "dec": [5.0], "magpsf": [18.0], "jd": [2460001.0]}
    names = ["ZTF20abcdefg"]
    roles = {"ra": "ra", "dec": "dec", "mag": "magpsf", "time": "jd", "filter": "fid"}
    source = list_source({"objectId": names, "fid": [fid], **columns}, name="objectId", **roles)
    report = _report(source, discovery_data_source_id=-1)
    (entry,) = _entries(report)
    epoch = entry["photometry"]["photometry_group"]["0"]
    assert (epoch["instrument_value"], epoch["filter_value"]) == ("196", code)
    assert entry["discovery_data_source_id"] == "48" and epoch["flux_units"] == "1"
    assert report.missing == () and entry["internal_name"] == "ZTF20abcdefg"
