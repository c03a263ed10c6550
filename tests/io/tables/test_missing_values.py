from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table

from tests.helpers.cautions import other_texts
from tests.helpers.field_files import SHAPE, tan_wcs
from vetter.core.candidates.candidate_list import CandidateList
from vetter.core.columns.filter import FilterError, match_filter
from vetter.core.columns.review_columns import ReviewColumns
from vetter.core.coordinates.wcs import header_wcs
from vetter.core.decisions.ledger import Ledger
from vetter.io.input_options import InputOptions
from vetter.io.inputs.open_input import open_input
from vetter.io.tables.candidates import read_candidates

X, Y = np.array([10.0, 30.0, 50.0]), np.array([5.0, 25.0, 45.0])


def read(folder: Path, content: str, name: str = "l.csv", **options: Any) -> CandidateList:
    (folder / name).write_text(content, encoding="utf-8")
    return read_candidates(folder / name, **options)


def case(cases: Path, name: str) -> CandidateList:
    """One of the cases of broken lists, on its field."""
    header = fits.getheader(cases / "_field" / "science.fits")
    return read_candidates(cases / name, header_wcs(header), (200, 200))


def columns_of(candidates: CandidateList) -> ReviewColumns:
    return ReviewColumns(candidates, Ledger(candidates, "ann"))


def rows(candidates: CandidateList, expression: str) -> list[int]:
    return np.flatnonzero(match_filter(expression, columns_of(candidates))).tolist()


def test_words_among_numbers_are_missing_and_said(tmp_path: Path) -> None:
    candidates = read(tmp_path, "id,x,y,mag\n1,1,2,18.2\n2,3,4,****\n3,5,6,1.#QNAN\n")
    np.testing.assert_array_equal(candidates.column("mag"), [18.2, np.nan, np.nan])
    assert rows(candidates, "mag<19") == [0]
    assert "words for a missing number: ****, 1.#QNAN in mag (2)" in candidates.notes


def test_words_as_position_are_empty(tmp_path: Path) -> None:
    candidates = read(tmp_path, "id,x,y\n1,1,2\n2,****,-\n3,5,6\n")
    assert np.isnan(candidates.x[1]) and other_texts(candidates.cautions) == ()
    assert "1 candidate has no position" in candidates.notes


def test_limits_leave_a_column_of_text(tmp_path: Path) -> None:
    candidates = read(tmp_path, "id,x,y,mag\n1,1,2,18.2\n2,3,4,>19\n3,5,6,17\n")
    with pytest.raises(FilterError, match="'mag' holds text, as '>19'"):
        rows(candidates, "mag<18.2")


def test_sentinels_of_fits_table_are_missing(tmp_path: Path) -> None:
    table = Table({"id": [1, 2, 3], "x": X, "y": Y, "mag": np.float32([18.2, 99.0, 17.5])})
    table.write(tmp_path / "l.fits")
    candidates = read_candidates(tmp_path / "l.fits")
    assert rows(candidates, "mag>18") == [0]
    assert "values that mean none count as missing: 99 in mag (1)" in candidates.notes


def test_values_of_nines_within_the_rest_stay(tmp_path: Path) -> None:
    candidates = read(tmp_path, "id,x,y,ra,snr\n1,1,2,98,12\n2,3,4,99,99\n3,5,6,101,40\n")
    assert rows(candidates, "snr=99") == [1] and rows(candidates, "ra=99") == [1]
    assert not any("missing" in note for note in candidates.notes)


@pytest.mark.parametrize("sign", ["-", "−", "–"])
def test_split_position_of_text_is_read(tmp_path: Path, sign: str) -> None:
    wcs = tan_wcs()
    wcs.wcs.crval = [188.7318750, -0.2154861]
    candidates = read(
        tmp_path,
        f"name,RAh,RAm,RAs,DEd,DEm,DEs\na,12,34,55.65,{sign}00,12,55.75\nb,12,34,55.65,x,12,0\n",
        wcs=wcs,
        shape=SHAPE,
    )
    assert (candidates.x[0], candidates.y[0]) == pytest.approx((39, 29), abs=0.01)
    assert len(candidates.cautions) == 1
    assert "that cannot be read: RAh '12'" in candidates.cautions[0]
    assert "DEd 'x'" in candidates.cautions[0]


def test_name_or_unit_of_hours_is_taken_without_caution(tmp_path: Path) -> None:
    for head in ("id,ra_h,dec", "id,RA (hr),Dec (deg)", "id,RAhours,dec"):
        candidates = read(tmp_path, f"{head}\na,10.0,2.0\n", wcs=tan_wcs(), shape=SHAPE)
        assert (candidates.x[0], candidates.y[0]) == pytest.approx((39, 29), abs=0.01)
        assert candidates.cautions == ()


def test_real_typographic_minus(cases: Path) -> None:
    candidates = case(cases, "T08_typographic_minus/decimal_u2212.csv")
    assert candidates.x == pytest.approx([50, 120, 90, 160, 30], abs=0.01)
    assert (candidates.dec < 0).all() and candidates.cautions == ()


def test_real_byte_by_byte_table(cases: Path) -> None:
    candidates = case(cases, "T06_aas_mrt/apj_table2_mrt.txt")
    assert candidates.x == pytest.approx([50, 120, 90, 160, 30], abs=0.02)
    assert candidates.y == pytest.approx([60, 40, 150, 110, 170], abs=0.02)


def test_real_sentinels(cases: Path) -> None:
    candidates = case(cases, "T24_sentinel_values/list.csv")
    assert rows(candidates, "mag<18") == [3, 6]
    assert rows(candidates, "drb=missing") == [1, 3, 5] and rows(candidates, "snr<0") == []
    assert np.isnan([candidates.x[5], candidates.ra[5]]).all()
    assert candidates.table["mag"][4] == -999


def test_real_times_as_text(cases: Path) -> None:
    candidates = case(cases, "T27_times_as_text/list.csv")
    columns = columns_of(candidates)
    write, values = columns.writer("obstime"), columns.values("obstime")
    assert write(values[0]) == "2026-03-14 03:12:33 UTC"
    assert write(values[4]) == "Tue Mar 17 03:12:33 2026"


def test_real_regions_of_one_line(cases: Path) -> None:
    candidates = case(cases, "T28_ds9_regions/one_line_arcsec.reg")
    assert candidates.x == pytest.approx([50, 120, 90, 160, 30], abs=0.01)


def test_real_packets_without_minor_planet_answer_no_filter(real_data: Path) -> None:
    source = open_input(str(real_data / "alerts" / "ztf"), InputOptions())
    candidates = source.candidates
    source.close()
    name = next(one for one in candidates.columns if one.lower().endswith("ssdistnr"))
    listed = np.ma.filled(np.ma.asarray(candidates.table[name], float), np.nan)
    assert (listed == -999).any()
    assert not (candidates.column(name) < 0).any()


def test_line_of_units_tells_hours(tmp_path: Path) -> None:
    for number, units in enumerate(("none,hours,deg", "none,h,deg", ",hr,deg")):
        content = f"id,ra,dec\n{units}\na,10.0,2.0\nb,10.0,2.0\n"
        candidates = read(tmp_path, content, f"{number}.csv", wcs=tan_wcs(), shape=SHAPE)
        assert candidates.x == pytest.approx([39, 39], abs=0.01) and candidates.cautions == ()


def test_line_of_units_tells_what_is_no_pixel(tmp_path: Path) -> None:
    content = "id,x,y,xpos,ypos\nnone,deg,deg,pix,pix\na,10.0,2.0,5,6\n"
    assert read(tmp_path, content).roles.x == "xpos"


def test_decimal_commas_and_words_share_a_column(tmp_path: Path) -> None:
    candidates = read(tmp_path, "id;x;y;mag\n1;1,5;2;18,2\n2;3,5;4;****\n3;5,5;1,5D+01;99,0\n")
    np.testing.assert_array_equal(candidates.column("mag"), [18.2, np.nan, np.nan])
    assert candidates.y[2] == 15


@pytest.mark.parametrize(("x", "is_caution"), [(900, True), (10, False)])
def test_list_off_the_image_is_a_caution(tmp_path: Path, x: int, is_caution: bool) -> None:
    candidates = read(tmp_path, f"id,x,y\n1,{x},2\n2,800,3\n3,700,4\n", shape=SHAPE)
    assert other_texts(candidates.cautions) == (
        ("3 candidates lie off the image",) if is_caution else ()
    )
