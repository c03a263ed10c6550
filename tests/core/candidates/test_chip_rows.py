"""Chips of rows, by the columns and headers that surveys write."""

from __future__ import annotations

import pytest
from astropy.table import Table

from vetter.core.candidates.chip_rows import Chip, rows_of_chips


def chip(index: int, name: str = "", version: int = 1, **cards: str) -> Chip:
    """A chip of a file whose primary HDU is empty."""
    return Chip(index, index, name, version, cards)


DECAM = (chip(1, "N6", ccdnum="37"), chip(2, "S29", ccdnum="1"), chip(3, "N30", ccdnum="61"))
NAMED = (chip(1, "CCD01"), chip(2, "CCD02"), chip(3, "CCD03"))
PLAIN = (chip(1), chip(2), chip(3))
HST = (Chip(1, 1, "SCI", 1, {"ccdchip": "2"}), Chip(4, 2, "SCI", 2, {"ccdchip": "1"}))


@pytest.mark.parametrize(
    ("chips", "column", "values", "expected"),
    [
        (PLAIN, "EXT_NUMBER", [1, 3, 3], [0, 2, 2]),
        (DECAM, "ccdnum", [37, 61, 1], [0, 2, 1]),
        (DECAM, "CCD", ["1", "37", "1"], [1, 0, 1]),
        (DECAM, "EXTNAME", ["s29", "N6", "N30"], [1, 0, 2]),
        (DECAM, "detector", ["S29", "N6", "N6"], [1, 0, 0]),
        (DECAM, "ccdnum", [37.0, 61.0, 61.0], [0, 2, 2]),
        (DECAM, "ccdnum", [37, 61, 99], [0, 2, -1]),
        (NAMED, "chip", [1, 2, 3], [0, 1, 2]),
        (PLAIN, "detector", [0, 1, 2], [0, 1, 2]),
        (PLAIN, "hdu", [1, 2, 2], [0, 1, 1]),
        (HST, "chip", [2, 1, 1], [0, 1, 1]),
        (HST, "EXTVER", [2, 1, 1], [1, 0, 0]),
        (HST, "hdu", [4, 1, 1], [1, 0, 0]),
        (HST, "extname", ["SCI,2", "SCI,1", "SCI,1"], [1, 0, 0]),
        (DECAM, "i:ccdnum", [37, 1, 1], [0, 1, 1]),
    ],
)
def test_rows_go_to_chip_they_name(chips, column, values, expected):
    table = Table({"id": ["a", "b", "c"], "x": [1.0, 2.0, 3.0], column: values})
    rows = rows_of_chips(table, chips)
    assert rows.column == column and rows.numbers.tolist() == expected


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("ext", [0.12, 0.3, 0.2]),
        ("detid", [1, 2, 3]),
        ("ccdnum", [90, 91, 92]),
        ("chip", [1.5, 2.0, 3.0]),
        ("detector", ["", "", ""]),
        ("order", [1, 2, 3]),
    ],
    ids=["extinction", "detection", "other camera", "fraction", "empty", "other name"],
)
def test_rows_without_chip_stay(column, values):
    table = Table({"x": [1.0, 2.0, 3.0], column: values})
    assert rows_of_chips(table, DECAM) is None


def test_rows_by_order_are_not_half_guessed():
    table = Table({"detector": [1, 2, 9]})
    assert rows_of_chips(table, PLAIN) is None


def test_single_image_takes_rows_of_its_card():
    single = (Chip(0, 0, "", 1, {"ccdnum": "5", "extver": "1"}),)
    rows = rows_of_chips(Table({"ccd": [5, 1, 1, 1]}), single)
    assert rows.numbers.tolist() == [0, -1, -1, -1]


@pytest.mark.parametrize(("name", "expected"), [("CCD05", [0, -1, -1]), ("im5", None)])
def test_single_image_takes_rows_of_its_extname(name, expected):
    rows = rows_of_chips(Table({"ccd": [5, 6, 7]}), (Chip(0, 0, name, 1, {}),))
    assert (None if rows is None else rows.numbers.tolist()) == expected
