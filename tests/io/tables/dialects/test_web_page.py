"""Tables of web pages, as astropy, pandas and brokers' pages write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from vetter.errors import InputError
from vetter.io.files.hdu_names import parse_fits_name
from vetter.io.tables.candidates import read_list
from vetter.io.tables.dialects.web_page import read_html
from vetter.io.tables.kinds import kind_of
from vetter.io.tables.reading import read_table

ASTROPY = """<html>
 <head>
  <meta charset="utf-8"/>
 </head>
 <body>
  <table>
   <thead>
    <tr><th>id</th><th>ra</th><th>dec</th><th>mag</th><th>n</th></tr>
   </thead>
   <tr><td>000123</td><td>10.5</td><td>-5.25</td><td>18.5</td><td>3</td></tr>
   <tr><td>000124</td><td>11.5</td><td>-6.25</td><td></td><td></td></tr>
  </table>
 </body>
</html>
"""
PANDAS = """<table border="1" class="dataframe">
  <thead><tr style="text-align: right;"><th></th><th>objectId</th><th>ra</th><th>dec</th></tr>
  </thead>
  <tbody><tr><th>0</th><td>ZTF1</td><td>1.5</td><td>2.5</td></tr>
  <tr><th>1</th><td>ZTF2 &amp; more</td><td>2.5</td><td>3.5</td></tr></tbody>
</table>
"""
# As browsers accept it: without ends of cells and rows, among other tables.
PAGE = """<!DOCTYPE html><html><body><table><tr><td>menu<td>login</table>
<table><tr><th>Name<th>RA<th>Dec<th>z
<tr><td><a href="/sn">SN 2026abc</a><td>12:30:45.1<td>+12:13:14<td>0.1
<tr><td>SN<br>2026abd<td>02:30:45.1<td>-00:13:14<td>0.2
<tr><td colspan=4>and more</table><table><tr><th>ra<th>dec<tr><td>1<td>2</table></body></html>
"""


def written(folder: Path, content: str) -> Path:
    path = folder / "list.html"
    path.write_text(content, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "content, keys, ra",
    [
        (ASTROPY, ["000123", "000124"], [10.5, 11.5]),
        (PANDAS, ["ZTF1", "ZTF2 & more"], [1.5, 2.5]),
        (PAGE, ["SN 2026abc", "SN 2026abd"], ["12:30:45.1", "02:30:45.1"]),
    ],
    ids=["astropy", "pandas", "page"],
)
def test_the_table_of_candidates_is_read(
    tmp_path: Path, content: str, keys: list[str], ra: list[object]
) -> None:
    path = written(tmp_path, content)
    assert kind_of(path) == "html"
    listed = read_list(path)
    assert listed.file.table[listed.roles.key].tolist() == keys
    assert listed.file.table[listed.roles.ra].tolist() == ra


def test_numbers_are_numbers_and_gaps_are_missing(tmp_path: Path) -> None:
    table = read_table(parse_fits_name(written(tmp_path, ASTROPY))).table
    assert table["mag"].tolist() == [18.5, None] and table["n"].tolist() == [3, None]
    assert table["n"].dtype.kind == "i"


def test_rows_left_out_are_counted(tmp_path: Path) -> None:
    notes = read_table(parse_fits_name(written(tmp_path, PAGE))).notes
    assert notes == (
        "list.html: the table of 2 rows in the page is read",
        "list.html: 1 row of another number of cells left out",
    )


@pytest.mark.parametrize(
    "content",
    [
        "<!DOCTYPE html>\n<html>Log in</html>",
        "<html><table><tr><th>user<th>password<tr><td>a<td>b</table></html>",
        "<html><table></table><td>ra</html>",
    ],
)
def test_a_page_without_candidates_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(InputError, match="a web page, .*: download the file itself again"):
        read_html(parse_fits_name(written(tmp_path, content)))


@pytest.mark.parametrize(
    "content, kind",
    [
        ('<?xml version="1.0"?>\n<!DOCTYPE html>', "html"),
        ("<!-- a -->\n<TABLE>", "html"),
        ("<!DOCTYPE VOTABLE><VOTABLE>", "votable"),
        ("<tables>", "text"),
    ],
)
def test_web_pages_are_told_from_other_marked_up_texts(
    tmp_path: Path, content: str, kind: str
) -> None:
    assert kind_of(written(tmp_path, content)) == kind
