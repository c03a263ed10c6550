from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.table import Table
from astropy.wcs import WCS

from vetter.core.candidates.placement.position_text import (
    find_position_column,
    read_position_text,
)
from vetter.io.tables.candidates import read_candidates

RA, DEC = 188.731875, -0.215486


def field() -> tuple[WCS, tuple[int, int]]:
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = "RA---TAN", "DEC--TAN"
    wcs.wcs.crval, wcs.wcs.crpix, wcs.wcs.cdelt = (188.7, 0.0), (500, 500), (-0.001, 0.001)
    return wcs, (1000, 1000)


@pytest.mark.parametrize(
    "text",
    [
        "12:34:55.65 -00:12:55.75",
        "12:34:55.65-00:12:55.75",
        "12 34 55.65 -00 12 55.75",
        "12h34m55.65s -00d12m55.75s",
        "12ʰ34ᵐ55.65ˢ −00°12′55.75″",
        "12:34:55.65, -00:12:55.75",
        "12:34:55.65 / -00:12:55.75",
        "188.731875 -0.215486",
        "(188.731875, -0.215486)",
        "[188.731875,-0.215486]",
        "<SkyCoord (ICRS): (ra, dec) in deg (188.731875, -0.215486)>",
    ],
)
def test_both_angles_are_read_however_they_are_written(text: str) -> None:
    ra, dec = read_position_text(np.array([text]))
    assert ra[0] == pytest.approx(RA, abs=1e-5) and dec[0] == pytest.approx(DEC, abs=1e-5)


@pytest.mark.parametrize(
    "text", ["", "unknown", "2026-03-14 03:12:33", "18.2 mag", "400.5 -0.2", "12.5 -95.0", "12:34"]
)
def test_a_text_that_is_no_position_stays_unknown(text: str) -> None:
    ra, dec = read_position_text(np.array([text]))
    assert np.isnan(ra[0]) and np.isnan(dec[0])


def test_a_northern_declination_needs_no_sign() -> None:
    ra, dec = read_position_text(np.array(["12 34 00 30 15 00", "188.5 30.25"]))
    assert ra.tolist() == [188.5, 188.5] and dec.tolist() == [30.25, 30.25]


def test_the_column_is_found_by_what_it_holds() -> None:
    table = Table({"id": [1, 2], "date": ["2026-03-14 03:12:33"] * 2, "seen at": ["1 -2", "n/a"]})
    assert find_position_column(table, table.colnames) == "seen at"
    assert find_position_column(table, ["id", "date"]) is None


def test_a_list_with_such_a_column_alone_is_placed(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(
        "name,coords\nSN a,12:34:55.65 -00:12:55.75\nSN b,\nSN c,188.5 +0.5\n"
    )
    candidates = read_candidates(tmp_path / "list.csv", *field())
    assert candidates.keys.tolist() == ["SN a", "SN b", "SN c"]
    assert candidates.ra[[0, 2]] == pytest.approx([RA, 188.5], abs=1e-5)
    assert np.isnan(candidates.ra[1])
    assert "ra and dec are made of coords" in candidates.notes


def test_columns_of_positions_come_first(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("name,coords,ra,dec\na,10 20,188.5,0.5\n")
    candidates = read_candidates(tmp_path / "list.csv", *field())
    assert candidates.ra.tolist() == [188.5]
