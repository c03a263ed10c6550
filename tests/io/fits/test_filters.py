"""Names of filters, from headers as observatories write them."""

from __future__ import annotations

import pytest
from astropy.io import fits

from vetter.io.fits.filters import filter_of


def test_filter_blanks_are_removed():
    assert filter_of({"FILTER": " r ", "BAND": "g"}) == "r"


def test_filter_number_is_not_name():
    assert filter_of({"FILTER": 3}) is None


@pytest.mark.parametrize(
    ("written", "band"),
    [
        ("i DECam SDSS c0003 7835.0 1470.0", "i"),
        ("VR DECam c0007 6300.0 2600.0", "VR"),
        ("r.00000", "r"),
        ("CLEAR1L;F814W", "F814W"),
        ("open1-6 & r_G0303", "r_G0303"),
        ("Bessell V 5500", "Bessell V 5500"),
        ("SDSS r", "SDSS r"),
        ("r.MP9601", "r.MP9601"),
        ("L", "L"),
        ("625", "625"),
        ("Airglow", "Airglow"),
    ],
)
def test_filter_name_is_band(written, band):
    assert filter_of({"FILTER": written}) == band


@pytest.mark.parametrize(
    "cards",
    [
        {"FILTER": "NO_FILTER", "FILTER2": "R"},
        {"FILTER1": "CLEAR1L", "FILTER2": "R"},
        {"FILTER1": "open1-6", "FILTER2": "R"},
        {"FILTER": "CLEAR", "PUPIL": "R"},
        {"FILTER1": "AIR", "FILTER2": "EMPTY_2", "FILTER3": "None", "FILTER4": "R"},
        {"FILTER": "--", "FILTER02": "R"},
        {"FILTER_1": "Clear", "FILTER_2": "R"},
        {"ESO INS FILT1 NAME": "free!", "ESO INS FILT2 NAME": "R"},
    ],
    ids=["Goodman", "HST", "Gemini", "JWST", "many", "dashes", "underscore", "ESO"],
)
def test_filter_first_wheel_with_filter_counts(cards):
    assert filter_of(cards) == "R"


@pytest.mark.parametrize("keyword", ["HIERARCH FPA.FILTERID", "HIERARCH ESO INS FILT1 NAME"])
def test_filter_hierarch_keyword_is_read(keyword):
    header = fits.Header.fromstring(f"{keyword} = 'r.00000 '".ljust(80) + "END".ljust(80))
    assert filter_of(header) == "r"


def test_filter_all_wheels_clear_is_none():
    assert filter_of({"FILTER1": "CLEAR1S", "FILTER2": "CLEAR2S"}) is None


def test_filter_primary_header_stands_behind_extension():
    assert filter_of({}, {"FILTER": "g"}) == "g"
    assert filter_of({"FILTER": "r"}, {"FILTER": "g"}) == "r"
    assert filter_of({"FILTER": "NONE"}, {"FILTER": "g"}) == "g"


@pytest.mark.parametrize(
    "keyword",
    [
        *("FILTER", "BAND", "FILTERS", "FILTERID", "FPAFILTER", "INSFILTE", "PUPIL", "NCFLTNM2"),
        *(f"FILTER{number}" for number in range(1, 7)),
        *(f"FILTER0{number}" for number in range(1, 5)),
        *(f"FILTNAM{number}" for number in range(1, 5)),
        *(f"FILT{number}" for number in range(1, 5)),
        *(f"ESO INS FILT{number} NAME" for number in range(1, 10)),
        *("LSST BUTLER DATAID BAND", "LSST BUTLER DATAID PHYSICAL_FILTER"),
    ],
)
def test_filter_is_read_from_its_keyword(keyword: str) -> None:
    assert filter_of({keyword: "R"}) == "R"


@pytest.mark.parametrize(
    "keyword",
    [
        "FILTER0",
        "FILTER7",
        "FILTER00",
        "FILTER05",
        "FILTNAM0",
        "FILTNAM5",
        "FILT0",
        "FILT5",
        "ESO INS FILT10 NAME",
    ],
)
def test_filter_of_a_wheel_that_nobody_has_is_not_read(keyword: str) -> None:
    assert filter_of({keyword: "R"}) is None


@pytest.mark.parametrize(
    ("first", "second"),
    [("FILTER", "FILTER1"), ("FILTER1", "FILTER2"), ("FILTER2", "FILTER6"), ("FILT1", "PUPIL")],
)
def test_filter_in_use_comes_before_wheels_by_number(first: str, second: str) -> None:
    assert filter_of({second: "g", first: "r"}) == "r"
