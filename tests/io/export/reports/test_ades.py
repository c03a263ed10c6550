"""ADES report against the order and types of the standard's schema, version 2022."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.report_lists import magnitudes, rubin
from vetter.io.export.reports.ades import COLUMNS, ades_report, make_trk_sub
from vetter.io.export.reports.ades_values import BANDS, CATALOGUES, MODES
from vetter.io.export.reports.observations import Observations
from vetter.io.export.reports.report import Report
from vetter.settings import AdesSettings

GIVEN = AdesSettings(
    station="G96",
    submitter="A. Smith",
    observers=("B. Jones", "C. Lee"),
    measurers=("A. Smith",),
    design="Reflector",
    aperture=1.5,
    detector="CCD",
    mode="CCD",
    catalogue="Gaia3",
    photometric_catalogue="Gaia3",
    bands=("r=Sr", "g=Sg"),
    rms_ra=0.12,
    rms_dec=0.15,
)

ORDER = (
    *("permID", "provID", "artSat", "trkSub", "obsSubID", "mode", "stn", "obsTime", "rmsTime"),
    *("ra", "dec", "rmsRA", "rmsDec", "rmsCorr", "astCat", "mag", "rmsMag", "band", "fltr"),
    *("photCat", "photAp", "logSNR", "seeing", "exp", "rmsFit", "nStars", "disc", "uncTime"),
    *("notes", "remarks"),
)
"""Elements of OpticalType in xsd/submit.xsd, in their order."""
TYPES = {
    "permID": r"\d+([IPD](-[A-Z]{1,2})?)?",
    "provID": r"\d{4} [A-HJ-Y][A-HJ-Z]\d*|A[89]\d{2} [A-HJ-Y][A-HJ-Z]",
    "trkSub": r"[-A-Za-z0-9_]{1,8}",
    "mode": r"[A-Za-z0-9_]{1,3}",
    "stn": r"[A-Za-z0-9_]{3,4}",
    "obsTime": r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?Z",
    "ra": r"([1-3][0-9]{2}|[1-9]?[0-9])?(\.[0-9]{0,9})?",
    "dec": r"[+\-]?([1-9]?[0-9])?(\.[0123456789]{0,9})?",
    "rmsRA": r"(?=.{1,7}$)(0|([1-9][0-9]*))(\.[0-9]*)?",
    "rmsDec": r"(?=.{1,7}$)(0|([1-9][0-9]*))(\.[0-9]*)?",
    "astCat": r"[.A-Za-z0-9_]{1,8}",
    "mag": r"[+\-]?(?=.{1,7}$)(0|([1-9][0-9]*))(\.[0-9]*)?",
    "rmsMag": r"(?=.{1,6}$)(0|([1-9][0-9]*))(\.[0-9]*)?",
    "band": r"[A-Za-z0-9_]{1,3}",
    "photCat": r"[.A-Za-z0-9_]{1,8}",
    "remarks": r"[^|]{1,300}",
}
"""Patterns of the schema's types."""
REQUIRED = ("mode", "stn", "obsTime", "ra", "dec", "astCat")
HEADER_LENGTHS = {"design": 25, "detector": 25, "aperture": 6}


def check(report: Report) -> None:
    """Compare a file with the rules of the schema and with the values that MPC accepts."""
    header, columns, records = _parse(report)
    assert header[0] == "# version=2022"
    for line in header[1:]:
        assert re.fullmatch(r"# [a-z]+|! [a-zA-Z]+ [^|]*[^|\s][^|]*", line), line
        if line.startswith("! "):
            keyword, text = line[2:].split(" ", 1)
            assert len(text) <= HEADER_LENGTHS.get(keyword, 100)
    assert columns == sorted(columns, key=ORDER.index)
    for record in records:
        for name, value in record.items():
            assert re.fullmatch(TYPES[name], value), (name, value)
        assert record.keys() >= set(REQUIRED)
        assert record.keys() & {"permID", "provID", "trkSub"}
        assert ("mag" in record) == ("band" in record)
        assert 0 <= float(record["ra"]) < 360 and -90 <= float(record["dec"]) <= 90
        assert -5 <= float(record.get("mag", 0)) <= 35
        assert all(float(record.get(name, 1)) > 0 for name in ("rmsRA", "rmsDec", "rmsMag"))
        assert record["mode"] in MODES and record["astCat"] in CATALOGUES
        assert record.get("band", "Lr") in BANDS and record.get("photCat", "Gaia3") in CATALOGUES


def _report(source: Any, ades: AdesSettings = GIVEN) -> Report:
    return ades_report(Observations(source), range(len(source.candidates)), ades)


def _parse(report: Report) -> tuple[list[str], list[str], list[dict[str, str]]]:
    """Return header lines, columns and records of a file in PSV."""
    lines = report.text.splitlines()
    first = next(n for n, line in enumerate(lines) if line[0] not in "#!")
    columns = [name.strip() for name in lines[first].split("|")]
    records = []
    for line in lines[first + 1 :]:
        cells = [cell.strip() for cell in line.split("|")]
        assert len(cells) == len(columns)
        filled = zip(columns, cells, strict=True)
        records.append({name: cell for name, cell in filled if cell})
    return lines[:first], columns, records


@pytest.mark.parametrize("source", [magnitudes(), rubin()], ids=["list", "rubin"])
def test_fields_have_order_and_types_of_the_standard(source) -> None:
    report = _report(source)
    check(report)
    assert report.count == 2


FLOATS = st.floats(allow_nan=True, allow_infinity=True)


@given(
    name=st.text(max_size=40),
    ra=st.floats(0, 360) | st.sampled_from([359.99999999, 360.0, 1e-9]),
    dec=st.floats(-90, 90),
    mag=FLOATS,
    error=FLOATS,
    rms=FLOATS,
    band=st.sampled_from(["r", "V", "Vj", "clear", "", "|", "L"]),
)
def test_any_list_makes_a_file_within_the_rules(name, ra, dec, mag, error, rms, band) -> None:
    source = magnitudes(
        title=[name, "J2"],
        ra=[ra, 0.5],
        dec=[dec, 20.25],
        mag=[mag, 19.5],
        mag_err=[error, 0.1],
        filter=[band, "g"],
        rmsRA=[rms, 0.1],
    )
    check(_report(source))


@pytest.mark.parametrize(
    ("field", "value", "line"),
    [
        ("mode", "CMOS", "ades.mode: MPC has no mode 'CMOS'; it has CCD, CMO, OCC, TDI, VID"),
        ("catalogue", "GaiaDR3", "ades.catalogue: MPC has no catalogue 'GaiaDR3'; it has 2MASS"),
        ("photometric_catalogue", "PS1", "ades.photometric_catalogue: MPC has no catalogue 'PS1'"),
    ],
)
def test_value_that_rejects_a_batch_is_named_with_those_accepted(field, value, line) -> None:
    report = _report(magnitudes(), replace(GIVEN, **{field: value}))
    (missing,) = report.missing
    assert missing.startswith(line)
    assert f"ades.{report.notes[0]}" == missing


def test_ztf_has_no_band_of_its_own() -> None:
    source = magnitudes(magpsf=[18.0, 19.0], title=["ZTF18abcdefg", "ZTF18abcdefh"])
    roles = source.candidates.roles.with_(mag="magpsf")
    source.candidates = replace(source.candidates, roles=roles)
    report = _report(source, replace(GIVEN, bands=()))
    assert report.wanted == ("ades.bands: MPC's band of filter g, r, as g=Sg, r=Sr",)


def test_filter_that_is_a_band_of_the_centre_is_taken() -> None:
    _, _, (record, second) = _parse(_report(magnitudes(filter=["Vj", "V"])))
    assert record["band"] == "Vj" and "band" not in second


def test_magnitude_outside_the_standard_is_left_out() -> None:
    report = _report(magnitudes(mag=[99.0, 19.5]))
    _, _, (record, _) = _parse(report)
    assert "mag" not in record
    assert "J1: without magnitude: 99 is no magnitude" in report.notes


def test_all_columns_are_in_the_standards_order() -> None:
    assert list(COLUMNS) == sorted(COLUMNS, key=ORDER.index)


def test_header_names_observatory_people_and_telescope() -> None:
    header, _, _ = _parse(_report(magnitudes()))
    assert header[:16] == [
        "# version=2022",
        "# observatory",
        "! mpcCode G96",
        "# submitter",
        "! name A. Smith",
        "# observers",
        "! name B. Jones",
        "! name C. Lee",
        "# measurers",
        "! name A. Smith",
        "# telescope",
        "! design Reflector",
        "! aperture 1.5",
        "! detector CCD",
        "# comment",
        header[15],
    ]
    assert header[15].startswith("! line Written by vetter")


def test_values_are_those_of_the_list() -> None:
    _, _, (record, _) = _parse(_report(magnitudes()))
    assert record == {
        "trkSub": "J1",
        "mode": "CCD",
        "stn": "G96",
        "obsTime": "2023-02-25T12:00:00.000Z",
        "ra": "150.1234567",
        "dec": "-20.5000000",
        "rmsRA": "0.1200",
        "rmsDec": "0.1500",
        "astCat": "Gaia3",
        "mag": "18.12",
        "rmsMag": "0.050",
        "band": "Sr",
        "photCat": "Gaia3",
    }


def test_designations_of_the_list_come_first() -> None:
    source = magnitudes(permID=["1234", ""], provID=["A801 AA", "2023 DA1"])
    _, _, (first, second) = _parse(_report(source))
    assert (first["permID"], first["provID"]) == ("1234", "A801 AA")
    assert second["provID"] == "2023 DA1"


def test_long_name_gets_the_same_short_one_each_time() -> None:
    name = "J213334.25-005233.9"
    _, _, (record, _) = _parse(_report(magnitudes(title=[name, "b"])))
    assert record["trkSub"] == make_trk_sub(name) and record["remarks"] == name
    assert make_trk_sub(name) != make_trk_sub(name + "0")


def test_rubin_has_its_station_bands_and_errors() -> None:
    report = _report(rubin(), AdesSettings())
    _, _, (record, second) = _parse(report)
    assert (record["stn"], record["band"], record["rmsRA"]) == ("X05", "Lr", "0.0360")
    assert "mag" not in second
    assert "170002: without magnitude: flux -523 nJy" in report.notes[0]
    missing = {line.partition(":")[0] for line in report.missing}
    assert "ades.catalogue" in missing and "ades.station" not in missing


def test_missing_facts_are_named_with_their_meaning() -> None:
    missing = dict(line.split(": ", 1) for line in _report(magnitudes(), AdesSettings()).missing)
    assert set(missing) == {
        *("ades.station", "ades.submitter", "ades.observers", "ades.measurers", "ades.design"),
        *("ades.aperture", "ades.detector", "ades.mode", "ades.catalogue"),
    }
    assert missing["ades.catalogue"] == "catalogue of the astrometry, as Gaia3"


def test_unknown_band_leaves_the_magnitude_out() -> None:
    report = _report(magnitudes(filter=["clear", "g"]))
    _, _, (record, second) = _parse(report)
    assert "mag" not in record and second["band"] == "Sg"
    assert report.wanted == ("ades.bands: MPC's band of filter clear, as clear=W",)
    assert report.missing == ()


def test_bars_in_texts_do_not_make_fields() -> None:
    source = magnitudes(title=["a|b name that is long", "b"])
    _, _, (record, _) = _parse(_report(source))
    assert record["remarks"] == "a b name that is long"


@pytest.mark.parametrize(
    ("magnitude", "is_kept"),
    [(35.0, True), (35.01, False), (-5.0, True), (-5.01, False), (18.0, True)],
)
def test_magnitude_is_within_what_the_standard_takes(magnitude: float, is_kept: bool) -> None:
    report = _report(magnitudes(mag=[magnitude, 19.0]))
    assert ("mag" in _parse(report)[2][0]) is is_kept
    words = f"J1: without magnitude: {magnitude:g} is no magnitude"
    assert (words in report.notes) is not is_kept


@pytest.mark.parametrize(
    ("ra", "written"),
    [(360.0, "0.0000000"), (359.99999999, "0.0000000"), (359.9999999, "359.9999999")],
)
def test_right_ascension_is_below_360(ra: float, written: str) -> None:
    assert _parse(_report(magnitudes(ra=[ra, 1.0])))[2][0]["ra"] == written


def test_made_name_has_eight_characters() -> None:
    made = make_trk_sub("a long name of nothing")
    assert len(made) == 8 and made == make_trk_sub("a long name of nothing")
    assert made != make_trk_sub("another")


@pytest.mark.parametrize(
    ("error", "written"),
    [(0.00005, "0.001"), (0.0514, "0.051"), (9.9994, "9.999"), (10.0, None)],
)
def test_error_of_a_magnitude_has_six_characters(error: float, written: str | None) -> None:
    record = _parse(_report(magnitudes(mag_err=[error, 0.1])))[2][0]
    assert record.get("rmsMag") == written
