"""Rows that begin with ``#``, and signs in cells that some programs take for line ends."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.table import Table

from vetter.core.candidates.candidate_list import CandidateList
from vetter.io.tables import text as text_tables
from vetter.io.tables.candidates import read_candidates

SIGNS = {"VT": "\x0b", "FF": "\x0c", "FS": "\x1c", "NEL": "\x85", "LS": "\u2028", "PS": "\u2029"}


def read(folder: Path, text: str, name: str = "list.csv") -> CandidateList:
    path = folder / name
    path.write_bytes(text.encode())
    return read_candidates(path)


@pytest.fixture(params=["astropy", "pyarrow"])
def reader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Small texts are read by astropy, large ones by pyarrow."""
    if request.param == "pyarrow":
        pytest.importorskip("pyarrow")
        monkeypatch.setattr(text_tables, "ARROW_PAYS", 0)
    return request.param


KEPT = {
    "comma": "id,x,y\na,1,2\n#b,3,4\nc,5,6\n",
    "tab": "id\tx\ty\na\t1\t2\n#b\t3\t4\nc\t5\t6\n",
    "blanks": "id x y\na 1 2\n#b 3 4\nc 5 6\n",
    "indented": "id, x, y\na, 1, 2\n  #b, 3, 4\nc, 5, 6\n",
    "windows": "id,x,y\r\na,1,2\r\n#b,3,4\r\nc,5,6\r\n",
    "old Mac": "id,x,y\ra,1,2\r#b,3,4\rc,5,6\r",
    "old Mac, blanks": "id x y\ra 1 2\r#b 3 4\rc 5 6\r",
    "mixed": "id,x,y\r\na,1,2\r#b,3,4\nc,5,6\r",
    "old Mac, rule": "id|x|y\r--|--|--\ra|1|2\r#b|3|4\rc|5|6\r",
    "commented header": "# id x y\na 1 2\n#b 3 4\nc 5 6\n",
    "quotes": 'id,x,y\na,1,2\n"#b",3,4\nc,5,6\n',
}


@pytest.mark.parametrize("kind", KEPT)
def test_row_named_with_hash_is_kept(tmp_path: Path, kind: str, reader: str) -> None:
    found = read(tmp_path, KEPT[kind])
    assert list(found.keys) == ["a", "#b", "c"]
    assert np.asarray(found.table["x"]).tolist() == [1, 3, 5]


def test_kept_row_with_hash_is_said(tmp_path: Path) -> None:
    notes = " ".join(read(tmp_path, KEPT["comma"]).notes)
    assert "1 row begins with # and is kept" in notes


def test_list_of_names_with_hash_is_read(tmp_path: Path, reader: str) -> None:
    found = read(tmp_path, "# made by hand\nid,x,y\n#1,1,2\n#2,3,4\n")
    assert list(found.keys) == ["#1", "#2"]


def test_row_put_aside_is_left_out_and_said(tmp_path: Path, reader: str) -> None:
    found = read(tmp_path, "id,x,y\n1,1,2\n#2,3,4\n# 3,3,4\n4,5,6\n")
    assert list(found.keys) == ["1", "4"]
    assert "2 rows put aside with # are left out" in " ".join(found.notes)


COMMENTS = {
    "words": "id,x,y\na,1,2\n# a note\nb,5,6\n",
    "words with commas": "id,x,y\na,1,2\n# seen twice, faint, red\nb,5,6\n",
    "units": "id,x,y\n#,pix,pix\na,1,2\nb,5,6\n",
    "a long line": "id,x,y\na,1,2\n" + "#" * 200_000 + "\nb,5,6\n",
    "above": "#x,1,2\n#y,3,4\nid,x,y\na,1,2\nb,5,6\n",
    "a second header": "id,x,y\na,1,2\n#id,x,y\nb,5,6\n",
}


@pytest.mark.parametrize("kind", COMMENTS)
def test_comment_stays_a_comment(tmp_path: Path, kind: str, reader: str) -> None:
    found = read(tmp_path, COMMENTS[kind])
    assert list(found.keys) == ["a", "b"]
    assert "#" not in " ".join(found.notes)


@pytest.mark.parametrize("delimiter", [",", " "])
def test_ecsv_row_named_with_hash_is_kept(tmp_path: Path, delimiter: str) -> None:
    table = Table({"id": ["a", "#b", "c"], "x": [1.5, 2, 3], "y": [4.0, 5, 6]})
    table.write(tmp_path / "l.ecsv", format="ascii.ecsv", delimiter=delimiter)
    assert list(read_candidates(tmp_path / "l.ecsv").keys) == ["a", "#b", "c"]


@pytest.mark.parametrize("quote", ["", '"'])
@pytest.mark.parametrize("sign", SIGNS.values(), ids=SIGNS)
def test_sign_in_a_cell_splits_no_row(tmp_path: Path, sign: str, quote: str, reader: str) -> None:
    cell = f"{quote}q{sign}r{quote}"
    found = read(tmp_path, f"id,n,x,y\na,{cell},1,2\nb,{cell},3,4\n")
    assert list(found.keys) == ["a", "b"]
    assert found.table["n"].tolist() == [f"q{sign}r"] * 2


@pytest.mark.parametrize("sign", SIGNS.values(), ids=SIGNS)
def test_sign_in_a_comment_splits_no_line(tmp_path: Path, sign: str) -> None:
    assert list(read(tmp_path, f"# made{sign}today\nid,x,y\na,1,2\n").keys) == ["a"]


@pytest.mark.parametrize("sign", SIGNS.values(), ids=SIGNS)
def test_sign_in_an_ecsv_cell_splits_no_row(tmp_path: Path, sign: str) -> None:
    table = Table({"id": ["a", "b"], "n": [f"q{sign}r", "s"], "x": [1.5, 2], "y": [4.0, 5]})
    table.write(tmp_path / "l.ecsv", format="ascii.ecsv")
    found = read_candidates(tmp_path / "l.ecsv")
    assert found.table["n"].tolist() == [f"q{sign}r", "s"]


@pytest.mark.parametrize("sign", ["\u2028", "\x85", "\x0c"], ids=["LS", "NEL", "FF"])
def test_sign_in_a_region_text_splits_no_line(tmp_path: Path, sign: str) -> None:
    text = f"# Region file format: DS9\nimage\ncircle(1,2,3) # text={{q{sign}circle(9,9,9)}}\n"
    assert len(read(tmp_path, text, "l.reg").keys) == 1


def test_line_end_in_a_quoted_cell_splits_no_row(tmp_path: Path) -> None:
    found = read(tmp_path, 'id,n,x,y\na,"q\nr, s",1,2\nb,t,3,4\n')
    assert list(found.keys) == ["a", "b"]
    assert found.table["n"].tolist() == ["q\nr, s", "t"]


def test_arcseconds_do_not_join_lines(tmp_path: Path) -> None:
    found = read(tmp_path, 'id,x,y,size\na,1,2,3"\nb,3,4,5"\nc,5,6,7"\n')
    assert list(found.keys) == ["a", "b", "c"]
