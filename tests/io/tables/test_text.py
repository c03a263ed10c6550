from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vetter.errors import ColumnsWanted, InputError
from vetter.io.files.hdu_names import parse_fits_name
from vetter.io.tables.candidates import read_candidates
from vetter.io.tables.reading import read_table


def read(folder: Path, text: str, name: str = "list.txt") -> Any:
    path = folder / name
    path.write_bytes(text.encode())
    return read_table(parse_fits_name(path)).table


TABLES = {
    "csv": "id,x,y\n1,2.5,3\n2,4,5\n",
    "csv with blanks": "id, x, y\n1, 2.5, 3\n2, 4, 5\n",
    "csv with comments": "# made today\n# by hand\nid,x,y\n1,2.5,3\n# more\n2,4,5\n",
    "tsv": "id\tx\ty\n1\t2.5\t3\n2\t4\t5\n",
    "semicolons": "id;x;y\n1;2.5;3\n2;4;5\n",
    "bars": "id|x|y\n1|2.5|3\n2|4|5\n",
    "white space": "  id    x   y\n   1  2.5   3\n   2  4    5\n",
    "commented header": "# id x y\n1 2.5 3\n2 4 5\n",
    "commented header, more comments": "# some night\n# id x y\n#\n1 2.5 3\n2 4 5\n",
    "ipac": "\\ of an archive\n|  id|   x|  y|\n| int|real|int|\n"
    "   1   2.5   3 \n   2   4.0   5 \n",
    "windows": "id,x,y\r\n1,2.5,3\r\n2,4,5\r\n",
    "byte order mark": "\ufeffid,x,y\n1,2.5,3\n2,4,5\n",
    "no last line end": "id,x,y\n1,2.5,3\n2,4,5",
    "sextractor": "#   1 id     Number  [count]\n#   2 x   X [pixel]\n#   3 y   Y [pixel]\n"
    "1 2.5 3\n2 4 5\n",
}


@pytest.mark.parametrize("text", TABLES.values(), ids=TABLES.keys())
def test_layouts(tmp_path: Path, text: str) -> None:
    table = read(tmp_path, text)
    assert table.colnames == ["id", "x", "y"]
    assert table["id"].tolist() == [1, 2] and table["x"].tolist() == [2.5, 4.0]


def test_quoted_delimiters(tmp_path: Path) -> None:
    table = read(tmp_path, 'id,name,x\n1,"a, b",2\n2,"c ""d""",3\n')
    assert table["name"].tolist() == ["a, b", 'c "d"']


def test_gaps_are_masked(tmp_path: Path) -> None:
    table = read(tmp_path, "id,x,y\n1,,3\n2,nan,null\n")
    assert table["x"].mask.tolist() == [True, False] and np.isnan(table["x"][1])
    assert table["y"].mask.tolist() == [False, True]


def test_long_integers_keep_their_digits(tmp_path: Path) -> None:
    table = read(tmp_path, "id,x\n1155522101501501507,1\n9223372036854775807,2\n")
    assert table["id"].tolist() == [1155522101501501507, 9223372036854775807]


def test_integers_beyond_64_bits_are_text(tmp_path: Path) -> None:
    assert read(tmp_path, "id,x\n99999999999999999999,1\n")["id"][0] == "99999999999999999999"


def test_columns_of_one_name_are_told_apart(tmp_path: Path) -> None:
    assert read(tmp_path, "a,a,\n1,2,3\n").colnames == ["a", "a_2", "col3"]


def test_latin_1(tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_bytes("id,name\n1,Å\n".encode("latin-1"))
    assert read_table(parse_fits_name(tmp_path / "l.csv")).table["name"][0] == "Å"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("id,x,y\n1,2\n3,4,5\n", "line 2: expected 3 fields as in the header, found 2: '1,2'"),
        ("just a sentence\n", "expected a line"),
        ("one\n2\n", "found one column: 'one'"),
        ("# nothing but this\n", "no line of data"),
        ("", "the file is empty"),
        ("a\0b\n", "binary file"),
    ],
)
def test_what_is_no_table(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(InputError, match=f"list.txt.*{says}") as caught:
        table = read(tmp_path, text)
        if len(table) == 0:
            raise InputError("list.txt: expected a line")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("1 2 3\n4 5 6\n", [["1", "2", "3"], ["4", "5", "6"]]),
        ("SNa,1.5,2\nSNb,,4\n", [["SNa", "1.5", "2"], ["SNb", "--", "4"]]),
        ("# made by hand\n1\t2\n", [["1", "2"]]),
        ("SNa;12:30:00;1.5;2.5\n", [["SNa", "12:30:00", "1.5", "2.5"]]),
    ],
    ids=["numbers", "names", "a comment above", "one row"],
)
def test_without_names_the_columns_are_numbered(
    tmp_path: Path, text: str, rows: list[list[str]]
) -> None:
    (tmp_path / "l.txt").write_text(text)
    file = read_table(parse_fits_name(tmp_path / "l.txt"))
    assert file.table.colnames[:2] == ["col1", "col2"]
    found = [[str(cell).removesuffix(".0") for cell in row] for row in file.table.iterrows()]
    assert found == [[cell.removesuffix(".0") for cell in row] for row in rows]
    assert any("no line of column names" in note for note in file.notes)


@pytest.mark.parametrize(
    "text", ["name,ra,400,500\na,1,2,3\n", "name,2,x\n1,2,3\n", "1st,2nd,3\nx,2,3\n"]
)
def test_names_may_be_numbers(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text).colnames == text.split("\n")[0].split(",")


def test_a_list_without_names_is_used_once_its_columns_are_named(tmp_path: Path) -> None:
    (tmp_path / "l.txt").write_text("SNa 1.5 2\nSNb 3 4\n")
    with pytest.raises(ColumnsWanted, match=r"found col1, col2, col3 \(the file has no line of n"):
        read_candidates(tmp_path / "l.txt")
    columns = {"key": "col1", "x": "col2", "y": "col3"}
    candidates = read_candidates(tmp_path / "l.txt", columns=columns)
    assert candidates.keys.tolist() == ["SNa", "SNb"] and candidates.x.tolist() == [1.5, 3.0]


def test_empty_fields_at_the_ends_of_tabbed_lines(tmp_path: Path) -> None:
    table = read(tmp_path, "name\tx\ty\tnote\r\na\t1\t2\t\r\n\t3\t4\tb\r\n")
    assert table["x"].tolist() == [1, 3] and table["y"].tolist() == [2, 4]
    assert [str(value) for value in np.ma.filled(table["note"], "")] == ["", "b"]


def test_a_commented_header_over_rows_with_text(tmp_path: Path) -> None:
    table = read(tmp_path, "# name x y\n# made by hand\nJ1 2.5 3\nJ2 4 5\n")
    assert table.colnames == ["name", "x", "y"] and len(table) == 2


def test_of_comments_that_fit_the_one_with_positions_is_the_header(tmp_path: Path) -> None:
    table = read(tmp_path, "# x y\n# made today, by hand\n2.5 3\n4 5\n")
    assert table.colnames == ["x", "y"] and len(table) == 2
