"""Rows that differ from the header: completed, left out with a note, or refused by line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.wcs import WCS

from vetter.core.candidates.candidate_list import CandidateList
from vetter.errors import InputError
from vetter.io.tables.candidates import read_candidates
from vetter.io.tables.dialects.row_lengths import even_rows

RA = [188.731875, 188.7221528, 188.7263195, 188.7165972, 188.7346528]
DEC = [-0.2154861, -0.2182639, -0.2029861, -0.2085417, -0.2002083]
STARS = [(50, 60), (120, 40), (90, 150), (160, 110), (30, 170)]


def listed(folder: Path, text: str) -> CandidateList:
    (folder / "list.txt").write_bytes(text.encode())
    # The choice of the user, so that no caution asks for it.
    return read_candidates(folder / "list.txt", one_based=False)


# Two candidates each, at x 50 and 120; the note that goes with the repair.
TEXTS = {
    "count of psql": (
        " id | x | y \n----+----+----\n 1 | 50 | 60\n 2 | 120 | 40\n(2 rows)\n",
        "line 5 is left out: '(2 rows)'",
    ),
    "count of mysql": (
        "+--+--+--+\n| id | x | y |\n+--+--+--+\n| 1 | 50 | 60 |\n| 2 | 120 | 40 |\n+--+--+--+\n"
        "2 rows in set (0.00 sec)\n",
        "line 7 is left out: '2 rows in set (0.00 sec)'",
    ),
    "count of SQL Server": (
        "id,x,y\n--,-,-\n1,50,60\n2,120,40\n\n(2 rows affected)\n",
        "line 6 is left out: '(2 rows affected)'",
    ),
    "count as long as a row": (
        " id   x    y  mag\n  1 50.0 60.0 1.0\n  2 120.0 40.0 2.0\nLength = 2 rows\n",
        "line 4 is left out: 'Length = 2 rows'",
    ),
    "text of pandas": (
        "    id      x     y\n0    1   50.0  60.0\n1    2  120.0  40.0\n",
        "rows have one field more than the header: the first is index",
    ),
    "row names of R": (
        '"id","x","y"\n"a",1,50,60\n"b",2,120,40\n',
        "rows have one field more than the header: the first is index",
    ),
    "empty last field": (
        "id,x,y,\n1,50,60,\n2,120,40,\n",
        "an empty field at the end of lines is left out",
    ),
    "empty last field of rows": (
        "id,x,y\n1,50,60,\n2,120,40,\n",
        "an empty field at the end of lines is left out",
    ),
    "empty last field of header": (
        "id;x;y;\n1;50;60\n2;120;40\n",
        "an empty field at the end of lines is left out",
    ),
    "empty rows": (
        "id,x,y,mag\n1,50,60,18\n2,120,40,\n,,,\n,,,\n",
        "2 rows of empty fields are left out: lines 4, 5",
    ),
    "missing last cells": (
        "id,x,y,mag,note\n1,50,60,18,a\n2,120,40\n",
        "1 row ends before the last columns, which are empty there: line 3",
    ),
    "missing last text": (
        "id x y note\n1 50 60 good\n2 120 40\n",
        "1 row ends before the last columns, which are empty there: line 3",
    ),
    "blanks in last column": (
        "id x y note\n1 50 60 looks like a star\n2 120 40 good\n",
        "1 row has blanks within the last column: line 2",
    ),
    "delimiter of Excel": (
        '"sep=;"\r\nid;x;y\r\n1;50;60\r\n2;120;40\r\n',
        "1 line above the header is passed over: 'sep=;'",
    ),
    "title as long as a row": (
        "Candidates of tonight\nid x y\n1 50 60\n2 120 40\n",
        "1 line above the header is passed over: 'Candidates of tonight'",
    ),
    "title with names of positions": (
        "Candidates with ra dec in degrees\nid x y\n1 50 60\n2 120 40\n",
        "1 line above the header is passed over: 'Candidates with ra dec in degrees'",
    ),
    "titles and an empty row": (
        "My night, the 3rd,,\n,,,\nby A. Nobody,,,\nid,x,y,mag\n1,50,60,1\n2,120,40,2\n",
        "2 lines above the header are passed over, the first 'My night, the 3rd'",
    ),
    "title above a rule": (
        "My list\n=======\n\nid x y\n-- -- --\n1 50 60\n2 120 40\n",
        "1 line above the header is passed over: 'My list'",
    ),
    "repeated header": (
        "id x y\n1 50 60\nid x y\n2 120 40\n",
        "1 repeated header is left out: line 3",
    ),
    "repeated header and units": (
        "id\tx\ty\n\tpix\tpix\n--\t--\t--\n1\t50\t60\nid\tx\ty\n\tpix\tpix\n--\t--\t--\n2\t120\t40\n",
        "1 repeated header is left out: line 5",
    ),
    "other columns": (
        "id,x,y\n1,50,60\nmag,y,x,id\n18.5,40,120,2\n",
        "2 blocks of different columns are read as one list",
    ),
    "titles of blocks": (
        "Night 1\nid,x,y\n1,50,60\n\nNight 2\nid,x,y\n2,120,40\n",
        "line 5 is left out: 'Night 2'",
    ),
    "frame of polars": (
        "shape: (2, 3)\n┌─────┬───────┬──────┐\n│ id  ┆ x     ┆ y    │\n│ --- ┆ ---   ┆ ---  │\n"
        "│ i64 ┆ f64   ┆ f64  │\n╞═════╪═══════╪══════╡\n│ 1   ┆ 50.0  ┆ 60.0 │\n"
        "│ 2   ┆ 120.0 ┆ 40.0 │\n└─────┴───────┴──────┘\n",
        "1 line above the header is passed over: 'shape: (2, 3)'",
    ),
    "sum of Excel": (
        "id,x,y\n1,50,60\n2,120,40\nTotal,,\n",
        "line 4 is left out: 'Total,,'",
    ),
    "text below": (
        "id,x,y\n1,50,60\n2,120,40\nGenerated by TOPCAT\n",
        "line 4 is left out: 'Generated by TOPCAT'",
    ),
}


@pytest.mark.parametrize(("text", "note"), TEXTS.values(), ids=TEXTS.keys())
def test_uneven_table_is_read_with_a_note(tmp_path: Path, text: str, note: str) -> None:
    candidates = listed(tmp_path, text)
    assert candidates.column("id").astype(str).tolist() == ["1", "2"]
    assert candidates.x.tolist() == [50, 120] and candidates.y.tolist() == [60, 40]
    assert f"list.txt: {note}" in candidates.notes
    assert not candidates.cautions


CAUTIONS = {
    "dots": (
        " id x y\n 1 50 60\n.. ... ..\n 2 120 40\n\n[500 rows x 3 columns]\n",
        "dots in place of rows (line 3): the file holds a part of the list",
    ),
    "another count": (
        "id,x,y\n1,50,60\n2,120,40\n(5 rows)\n",
        "2 candidates, but the file counts 5",
    ),
    "last line without end": (
        "id,x,y,mag\n1,50,60,18.0\n2,120,40",
        "line 3, the last, is shorter than the header and has no end: the file may be cut short",
    ),
    "number missing between blanks": (
        "id x y mag\n1 50 60 18\n2 120 40\n",
        "1 row has fewer fields than the header (line 3): the last are taken to be missing",
    ),
}


@pytest.mark.parametrize(("text", "caution"), CAUTIONS.values(), ids=CAUTIONS.keys())
def test_doubtful_rows_are_a_caution(tmp_path: Path, text: str, caution: str) -> None:
    candidates = listed(tmp_path, text)
    assert candidates.x.tolist() == [50, 120] and candidates.y.tolist() == [60, 40]
    assert candidates.cautions == (f"list.txt: {caution}",)


def test_empty_cells_of_aligned_columns_stay_in_their_column(tmp_path: Path) -> None:
    rows = "  1  50  60 18.0    7\n  3  55  66 18.5    8\n  2 120  40         9\n"
    text = f" id   x   y  mag flag\n{rows}"
    candidates = listed(tmp_path, text)
    assert candidates.column("flag").tolist() == [7, 8, 9]
    np.testing.assert_array_equal(candidates.column("mag"), [18.0, 18.5, np.nan])
    assert "list.txt: 1 row has empty cells, by the columns of the other rows: line 4" in (
        candidates.notes
    )


def test_blocks_of_other_columns_keep_their_values(tmp_path: Path) -> None:
    text = "id,x,y\n#7,50,60\n\nid,X,y,mag\n8,120,40,18.5\n"
    candidates = listed(tmp_path, text)
    assert candidates.keys.tolist() == ["#7", "8"]
    np.testing.assert_array_equal(candidates.column("mag"), [np.nan, 18.5])


def test_index_of_pandas_is_the_key_without_another(tmp_path: Path) -> None:
    assert listed(tmp_path, ",x,y\nZTF1,50,60\nZTF2,120,40\n").keys.tolist() == ["ZTF1", "ZTF2"]


REFUSED = {
    "row without a position": (
        "# a comment\nid,x,y,mag\n1,50,60,18.0\n2,120\n3,1,2,3\n",
        "line 4: expected 4 fields as in the header, found 2: '2,120'; complete the line",
    ),
    "delimiter in a name": (
        "id,name,x,y\n1,a,b,50,60\n2,c,120,40\n",
        "line 2: expected 4 fields as in the header, found 5: '1,a,b,50,60'; put fields",
    ),
    "rows of blanks": (
        "id x y flag\n1 50 60 1 2 3\n2 120 40 1\n",
        "line 2: expected 4 fields as in the header, found 6: '1 50 60 1 2 3'; put fields",
    ),
}


@pytest.mark.parametrize(("text", "says"), REFUSED.values(), ids=REFUSED.keys())
def test_row_beyond_repair_is_refused_by_its_line(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        listed(tmp_path, text)
    assert f"list.txt: {says}" in str(caught.value)


# Tables in which nothing is to be left out or moved.
KEPT = {
    "names of sums": "name,x,y\nTotal,50,60\nMean,120,40\n",
    "words of headers in cells": "id,name,x,y\n1,x,50,60\n2,Crow total,120,40\n",
    "names of counts": "name x y\n5-rows 50 60\n6-rows 120 40\n",
    "missing cells": "id,x,y,mag\n1,50,60,\n2,120,40,--\n",
    "minus signs": "id,x,y,d\n1,50,60,-\n2,120,40,-\n",
    "comment before rows": "# made, by me\nid,x,y\n1,50,60\n# more, of it\n2,120,40\n",
    "lines in quotes": 'id,x,y,note\n1,50,60,"two\nlines, id"\n2,120,40,""\n',
}


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT.keys())
def test_even_table_is_read_without_a_note(tmp_path: Path, text: str) -> None:
    candidates = listed(tmp_path, text)
    assert candidates.x.tolist() == [50, 120]
    assert not [note for note in candidates.notes if "left out" in note or "passed over" in note]


def test_even_text_is_returned_unchanged() -> None:
    text = "# by me\nid,x,y,ra_j2000\n1,50,60,7\n# more\n2,120,40,8\n"
    assert even_rows(Path("a"), text, ("id", "x", "y", "ra_j2000"), ",", 1).text is text


@pytest.mark.parametrize("delimiter", [",", "\t", " "])
def test_one_odd_row_of_many_is_found(delimiter: str) -> None:
    rows = [delimiter.join((str(row), "1.5", "2.5", "a")) for row in range(5000)]
    rows[4000] = delimiter.join(("1", "2"))
    text = "\n".join([delimiter.join(("id1", "x", "y", "n")), *rows])
    problem = even_rows(Path("a"), text, ("id1", "x", "y", "n"), delimiter, 1).problem
    assert str(problem).startswith("a: line 4002: expected 4 fields as in the header, found 2")


@pytest.mark.parametrize(
    "name",
    [
        "T01_tns_daily_csv/tns_public_objects_20260314.csv",
        "T14_excel_sep_line/english_excel.csv",
        "T16_concatenated_csv/all.csv",
    ],
)
def test_real_case_has_five_candidates_at_their_stars(cases: Path, name: str) -> None:
    wcs = WCS(fits.getheader(cases / "_field" / "science.fits"))
    candidates = read_candidates(cases / name, wcs)
    np.testing.assert_allclose(candidates.ra, RA, atol=1e-6)
    np.testing.assert_allclose(candidates.dec, DEC, atol=1e-6)
    np.testing.assert_allclose(np.transpose([candidates.x, candidates.y]), STARS, atol=0.02)
