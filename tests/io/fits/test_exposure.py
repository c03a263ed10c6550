"""Times of exposures, from headers as observatories write them."""

from __future__ import annotations

import datetime

import pytest
from astropy.io import fits

from vetter.io.fits.exposure import (
    Moment,
    exposure_middle,
    iso_time,
    mjd_of_datetime,
    mjd_of_text,
    moment_of_text,
)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ({"DATE-OBS": "2026-11-20T03:14:15.5", "EXPTIME": 60.0}, "2026-11-20T03:14:46"),
        ({"DATE-OBS": "2026-11-20", "TIME-OBS": "03:14:15"}, "2026-11-20T03:14:15"),
        ({"DATE-OBS": "2026-11-20", "MJD-OBS": 61364.25}, "2026-11-20T06:00:00"),
        ({"MJD-OBS": 61364.5, "EXPTIME": 7200}, "2026-11-20T13:00:00"),
        ({"JD": 2461365.0}, "2026-11-20T12:00:00"),
        ({"MJD-AVG": 61364.5, "MJD-OBS": 61360.0, "EXPTIME": 60}, "2026-11-20T12:00:00"),
        ({"DATE-AVG": "2026-11-20T01:00:00", "EXPTIME": 600}, "2026-11-20T01:00:00"),
    ],
    ids=["start", "date and clock", "date and MJD", "MJD", "JD", "MJD in the middle", "average"],
)
def test_the_middle_of_the_exposure(header, expected):
    assert iso_time(exposure_middle(header).mjd) == expected


@pytest.mark.parametrize(
    "header",
    [
        {},
        {"DATE-OBS": "20/11/98"},
        {"DATE-OBS": "2026-11-20"},
        {"MJD-OBS": 0.0},
        {"MJD-OBS": True},
        {"DATE-OBS": "2026-11-20T99:99:99"},
    ],
    ids=["none", "old date", "date alone", "zero", "boolean", "no such hour"],
)
def test_no_time_is_made_up(header):
    assert exposure_middle(header) is None


def test_an_absurd_length_is_not_added():
    assert exposure_middle({"MJD-OBS": 61364.5, "EXPTIME": -1.0}).mjd == 61364.5


def test_a_time_with_a_zone_is_brought_to_utc():
    zone = datetime.timezone(datetime.timedelta(hours=-4))
    moment = datetime.datetime(2026, 11, 19, 20, 0, tzinfo=zone)
    assert iso_time(mjd_of_datetime(moment)) == "2026-11-20T00:00:00"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("61364.25", 61364.25), ("2461364.75", 61364.25), ("yesterday", None), ("12", None)],
)
def test_texts(text, expected):
    assert mjd_of_text(text) == expected


def header_of(**cards) -> fits.Header:
    """A header of cards whose dashes are written as underscores here."""
    header = fits.Header()
    for keyword, value in cards.items():
        header[keyword.replace("_", "-")] = value
    return header


@pytest.mark.parametrize(
    ("cards", "expected"),
    [
        (
            {"DATE_BEG": "2026-03-14T03:12:33", "DATE_END": "2026-03-14T03:14:33", "EXPTIME": 30.0},
            "2026-03-14T03:13:33",
        ),
        (
            {"EXPSTART": 61113.125, "EXPEND": 61113.25, "EXPTIME": 9.0, "DATE_OBS": "2026-03-14"},
            "2026-03-14T04:30:00",
        ),
        (
            {"DATE_OBS": "2019-01-01", "UTSTART": "23:59:00", "UTEND": "00:01:00"},
            "2019-01-02T00:00:00",
        ),
        ({"MJD_STR": 57000.0, "MJD_END": 57000.5}, "2014-12-09T06:00:00"),
        ({"DATE_END": "2026-03-14T03:13:33", "EXPTIME": 60.0}, "2026-03-14T03:13:03"),
        ({"EXPMID": 59772.2, "EXPSTART": 59772.1}, "2022-07-12T04:48:00"),
    ],
    ids=["DATE-BEG/END", "HST", "Gemini", "HSC", "end and length", "JWST"],
)
def test_middle_start_and_end_comes_before_length(cards, expected):
    assert exposure_middle(header_of(**cards)).text == expected


def test_middle_end_before_start_is_ignored():
    cards = {"DATE_OBS": "2026-03-14T03:12:33", "DATE_END": "2026-03-14T03:12:33", "EXPTIME": 30.0}
    assert exposure_middle(header_of(**cards)).text == "2026-03-14T03:12:48"


@pytest.mark.parametrize(
    ("cards", "seconds"),
    [
        ({"EXPTIME": (0.002, "[d] length")}, 86.4),
        ({"EXPTIME": (2, "exposure (min)")}, 60),
        ({"EXPTIME": (500, "integration time in milliseconds")}, 0.25),
        ({"EXPOSURE": 0.002, "TIMEUNIT": "d"}, 86.4),
        ({"EXPTIME": 60.0, "TIMEUNIT": "d"}, 30),
        ({"EXPTIME": "60,0"}, 30),
        ({"EXPTIME": "60.0 s"}, 30),
        ({"EXPTIME": "6.0D1"}, 30),
        ({"EXPTIME": "00:01:00,0"}, 30),
        ({"EXPTIME": (60.0, "[s] shutter (d 3)")}, 30),
        ({"EXPTIME": "sixty"}, 0),
    ],
)
def test_middle_length_units_are_read(cards, seconds):
    moment = exposure_middle(header_of(MJD_OBS=61113.25, **cards))
    assert moment.mjd == pytest.approx(61113.25 + seconds / 86400, abs=1e-9)


@pytest.mark.parametrize(
    ("cards", "expected"),
    [
        ({"MJD_OBS": "61113,25"}, "2026-03-14T06:00:00"),
        ({"DATE_OBS": "2026-03-14T03:12:33,5"}, "2026-03-14T03:12:33.5"),
        ({"DATE_OBS": "2026/03/14", "UT": "3:12:33.25"}, "2026-03-14T03:12:33.25"),
        ({"DATE_OBS": "2026-03-14T00:00:00", "UT": "03:12:33"}, "2026-03-14T03:12:33"),
        ({"DATE_OBS": "2016-12-31T23:59:60.5"}, "2017-01-01T00:00:00.5"),
        ({"DATE_OBS": "2026-03-14T03:12:33+01:00"}, "2026-03-14T02:12:33"),
    ],
    ids=["comma in MJD", "comma in seconds", "slashes", "date at midnight", "leap second", "zone"],
)
def test_middle_odd_spellings_are_read(cards, expected):
    assert exposure_middle(header_of(**cards)).text == expected


@pytest.mark.parametrize(
    ("cards", "expected"),
    [
        ({"TIMESYS": "TAI", "DATE_AVG": "2026-03-14T03:12:33.5"}, "2026-03-14T03:12:33.5 TAI"),
        ({"TIMESYS": "TT(TAI)", "MJD_OBS": 61113.25}, "2026-03-14T06:00:00 TT"),
        ({"TIMESYS": "UTC", "MJD_OBS": 61113.25}, "2026-03-14T06:00:00"),
        ({"DATE_OBS": "2026-03-14T03:12:33 TAI"}, "2026-03-14T03:12:33 TAI"),
        ({"TAI": 4538271265.5}, "2002-09-09T06:54:25.5 TAI"),
        ({"TIMESYS": "night", "MJD_OBS": 61113.25}, "2026-03-14T06:00:00"),
    ],
    ids=["Rubin", "realisation", "UTC", "behind the time", "SDSS", "unknown"],
)
def test_middle_time_scale_is_kept(cards, expected):
    assert exposure_middle(header_of(**cards)).text == expected


def test_middle_primary_header_stands_behind_extension():
    primary = header_of(DATE_OBS="2026-03-14", TIME_OBS="03:12:33", EXPTIME=500.0)
    assert exposure_middle(header_of(), primary).text == "2026-03-14T03:16:43"
    assert exposure_middle(header_of(EXPTIME=10.0), primary).text == "2026-03-14T03:12:38"


def test_moment_of_text_scale_is_read():
    assert moment_of_text("2026-03-14T06:00:00 TAI") == Moment(61113.25, "TAI")
    assert moment_of_text("61113.25") == Moment(61113.25, "")
    assert moment_of_text("noon") is None
