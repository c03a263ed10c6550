"""The middle of an exposure and its filter, from headers as observatories write them."""

from __future__ import annotations

import datetime

import pytest

from vetter.io.fits.exposure import filter_of, iso, middle, mjd_of, mjd_of_text


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
    assert iso(middle(header)) == expected


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
    assert middle(header) is None


def test_an_absurd_length_is_not_added():
    assert middle({"MJD-OBS": 61364.5, "EXPTIME": -1.0}) == 61364.5


def test_a_time_with_a_zone_is_brought_to_utc():
    zone = datetime.timezone(datetime.timedelta(hours=-4))
    moment = datetime.datetime(2026, 11, 19, 20, 0, tzinfo=zone)
    assert iso(mjd_of(moment)) == "2026-11-20T00:00:00"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("61364.25", 61364.25), ("2461364.75", 61364.25), ("yesterday", None), ("12", None)],
)
def test_texts(text, expected):
    assert mjd_of_text(text) == expected


def test_the_filter():
    assert filter_of({"FILTER": " r ", "BAND": "g"}) == "r"
    assert filter_of({"FILTER": 3}) is None


@pytest.mark.parametrize(
    ("written", "band"),
    [
        ("i DECam SDSS c0003 7835.0 1470.0", "i"),
        ("VR DECam c0007 6300.0 2600.0", "VR"),
        ("Bessell V 5500", "Bessell V 5500"),
        ("SDSS r", "SDSS r"),
    ],
)
def test_of_a_described_filter_only_the_band_is_kept(written, band):
    assert filter_of({"FILTER": written}) == band
