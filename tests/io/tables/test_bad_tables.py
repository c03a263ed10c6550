"""Lists that are damaged, strange or made to harm: used as far as they go, or refused in a line."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table

from tests.helpers.field_files import SHAPE, write_list
from vetter.core.candidates.candidate_list import CandidateList
from vetter.errors import InputError
from vetter.io.tables.candidates import read_candidates

VOTABLE = (
    "<?xml version='1.0'?>{before}<VOTABLE version='1.4'><RESOURCE><TABLE>"
    "<FIELD name='x' datatype='double'/><FIELD name='y' datatype='double'/>"
    "<DATA>{data}</DATA></TABLE></RESOURCE></VOTABLE>"
)
ROWS = "<TABLEDATA><TR><TD>1</TD><TD>2</TD></TR></TABLEDATA>"


def written(path: Path, content: bytes | str) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def refused(path: Path, says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        read_candidates(path)
    text = str(caught.value)
    assert path.name in text and "\n" not in text and len(text) < 500


BOMB = "<!DOCTYPE VOTABLE [" + "".join(
    f"<!ENTITY a{n} '{f'&a{n - 1};' * 10 if n else 'lol'}'>" for n in range(10)
)
REFUSED = {
    "no columns of positions": (
        "l.csv",
        "a,b\n1,2\n",
        "columns of positions .* found a, b",
    ),
    "no rows": ("l.csv", "id,x,y\n", "no rows; its columns are id, x, y"),
    "a million columns": (
        "l.csv",
        "c," * 3_000_000 + "c\n1\n",
        "no end of a line",
    ),
    "many columns": ("l.csv", ",".join(f"c{n}" for n in range(50_000)) + "\n1\n", "50000 columns"),
    "one long line": ("l.csv", "1," * 10_000_000, "no end of a line in the first megabyte"),
    "one long field": ("l.csv", "a,b\n" + "1" * 900_000 + ",2\n", "field larger than"),
    "a NUL at once": ("l.csv", "id,x\0,y\n1,2,3\n", "binary file of unknown kind"),
    "a NUL later": (
        "l.csv",
        "id,x,y\n" + "1,2,3\n" * 20_000 + "1,\0,3\n",
        "NUL byte in line 20002",
    ),
    "half of UTF-16": ("l.csv", "id,x,y\n".encode("utf-16") + b"1", "UTF-16"),
    "a column with a large number": (
        "l.cat",
        "#   1 X_IMAGE  x  [pixel]\n# 99999999999999999999999999999910 Y_IMAGE y [pixel]\n1 2\n",
        "999999999999999999999999999999 columns",
    ),
    "a stream elsewhere": (
        "l.vot",
        VOTABLE.format(
            before="", data="<BINARY><STREAM href='http://127.0.0.1:9/x' encoding='gzip'/></BINARY>"
        ),
        "its data are elsewhere, at http://127.0.0.1:9/x, and are not fetched",
    ),
    "a file elsewhere": (
        "l.vot",
        VOTABLE.format(before="", data="<FITS><STREAM href='file:///etc/passwd'/></FITS>"),
        "not fetched",
    ),
    "entities": ("l.vot", VOTABLE.format(before=BOMB + "]>", data=ROWS), "defines entities"),
    "an outer entity": (
        "l.vot",
        VOTABLE.format(before="<!DOCTYPE V [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>", data=ROWS),
        "defines entities",
    ),
    "a cut VOTable": ("l.vot", VOTABLE.format(before="", data=ROWS)[:-40], "cannot be read"),
    "numpy objects": ("l.npy", b"\x93NUMPY\x01\0v\0{'descr': '|O'}", "a numpy array"),
    "a pickle": ("l.pkl", pickle.dumps({"x": [1], "y": [2]}), "a Python pickle"),
    "shapes only": ("l.reg", "fk5\nbox(1,2,3,4,0)\nellipse(1,2,3,4,0)\n", "found 1 box, 1 ellipse"),
    "a pretty object": ("l.json", '{\n "x": 1,\n "y": 2\n}\n', "one object over many lines"),
    "no objects": ("l.json", "[1, 2]", "found none; no record: record 1, record 2"),
    "deep JSON": ("l.json", '[{"a":' * 100_000, "cannot be read"),
    "broken JSON": ("l.jsonl", "{x\n{y\n", "no record: line 1, line 2"),
    "cut gzip": ("l.csv.gz", b"\x1f\x8b\x08\0\0\0\0\0\0\x03K", "damaged"),
}


@pytest.mark.parametrize(("name", "content", "says"), REFUSED.values(), ids=REFUSED.keys())
def test_refused_in_one_line(tmp_path: Path, name: str, content: bytes | str, says: str) -> None:
    refused(written(tmp_path / name, content), says)


def test_a_fits_table_that_is_cut_short(tmp_path: Path) -> None:
    path = write_list(tmp_path / "l.fits", id=np.arange(9000), x=np.ones(9000), y=np.ones(9000))
    path.write_bytes(path.read_bytes()[:60_000])
    refused(path, r"cut short: 9,000 rows are promised, the file ends after 22\d\d; copy")


def test_a_fits_header_that_promises_10_gigabytes(tmp_path: Path) -> None:
    path = write_list(tmp_path / "l.fits")
    raw = path.read_bytes()
    promised = b"NAXIS2  =           9999999999".ljust(80)
    place = raw.index(b"NAXIS2  ")
    path.write_bytes(raw[:place] + promised + raw[place + 80 :])
    refused(path, "9,999,999,999 rows are promised")


def test_a_fits_table_whose_rows_do_not_add_up(tmp_path: Path) -> None:
    path = write_list(tmp_path / "l.fits")
    raw = path.read_bytes()
    path.write_bytes(
        raw.replace(b"NAXIS1  =                   17", b"NAXIS1  =                   19")
    )
    refused(path, "its columns take 17 bytes, its rows 19")


USED = {
    "byte order mark": ("l.csv", "\ufeffid,x,y\na,1,2\n".encode(), "a"),
    "UTF-16": ("l.csv", "id,x,y\na,1,2\n".encode("utf-16"), "a"),
    "UTF-16, big end first": ("l.csv", b"\xfe\xff" + "id,x,y\na,1,2\n".encode("utf-16-be"), "a"),
    "Latin-1": ("l.csv", "id,x,y\nÅ,1,2\n".encode("latin-1"), "Å"),
    "ids beyond 64 bits": ("l.csv", "id,x,y\n99999999999999999999,1,2\n", "99999999999999999999"),
    "ids beyond 63 bits": ("l.jsonl", '{"id": 18446744073709551615, "x": 1, "y": 2}', "1844674407"),
    "ids beyond all bits": ("l.jsonl", '{"id": 99999999999999999999, "x": 1, "y": 2}', "99999999"),
    "columns of one name": ("l.csv", "id,x,y,x\na,1,2,3\n", "a"),
    "an empty column": ("l.csv", "id,x,y,mag\na,1,2,\nb,2,3,\n", "a"),
    "a JSON array": ("l.json", '[{"id": "a", "x": 1, "y": 2}]', "a"),
    "BOM before JSON": ("l.json", '\ufeff[{"id": "a", "x": 1, "y": 2}]'.encode(), "a"),
    "a doctype without entities": (
        "l.vot",
        VOTABLE.format(before="<!DOCTYPE VOTABLE SYSTEM 'http://127.0.0.1:9/v.dtd'>", data=ROWS),
        "1",
    ),
}


def used(path: Path) -> CandidateList:
    candidates = read_candidates(path, shape=SHAPE)
    assert (candidates.x[0], candidates.y[0]) == (1, 2)
    return candidates


@pytest.mark.parametrize(("name", "content", "key"), USED.values(), ids=USED.keys())
def test_used_all_the_same(tmp_path: Path, name: str, content: bytes | str, key: str) -> None:
    assert used(written(tmp_path / name, content)).key(0).startswith(key)


def test_columns_of_one_name_are_said(tmp_path: Path) -> None:
    notes = used(written(tmp_path / "l.csv", "id,x,y,x\na,1,2,3\n")).notes
    assert "l.csv: columns of one name are told apart: x_2" in notes


def test_fits_columns_of_one_name(tmp_path: Path) -> None:
    columns = [
        fits.Column(name, "D", array=[value]) for name, value in zip("xyz", (1, 2, 3), strict=True)
    ]
    fits.BinTableHDU.from_columns(columns).writeto(tmp_path / "whole.fits")
    raw = (tmp_path / "whole.fits").read_bytes()
    path = written(tmp_path / "l.fits", raw.replace(b"TTYPE3  = 'z", b"TTYPE3  = 'x"))
    assert used(path).columns == ["x", "y", "x_2"]


def test_repeated_ids_are_kept_apart_and_said(tmp_path: Path) -> None:
    candidates = used(written(tmp_path / "l.csv", "id,x,y\na,1,2\na,3,4\nb,5,6\n"))
    assert candidates.keys.tolist() == ["a", "a#2", "b"]
    assert any("1 row repeats a value of id" in note for note in candidates.notes)


def test_parquet_with_nested_columns(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    columns = {
        "diaSource": arrow.array([{"diaSourceId": 2**62 + 1, "x": 1.0, "y": 2.0, "l": [1]}]),
        "history": [[{"mjd": 1.0}]],
        "stamp": [b"\0"],
        "nothing": arrow.nulls(1),
        "at": arrow.array([0], arrow.timestamp("us", "UTC")),
        "band": arrow.array(["r"]).dictionary_encode(),
    }
    parquet.write_table(arrow.table(columns), tmp_path / "l.parquet")
    candidates = used(tmp_path / "l.parquet")
    assert candidates.key(0) == str(2**62 + 1)
    assert candidates.roles.filter == "band"
    assert any("history, stamp, nothing" in note for note in candidates.notes)


def test_objects_in_columns_are_never_loaded(tmp_path: Path) -> None:
    owned = tmp_path / "owned"
    evil = f"import os; os.mkdir({str(owned)!r})"
    raw = pickle.dumps({"x": eval, "y": evil})
    text = "# %ECSV 1.0\n# ---\n# datatype:\n# - {name: x, datatype: object}\n"
    path = written(tmp_path / "l.ecsv", text.encode() + b"# schema: astropy-2.0\nx\n" + raw)
    with pytest.raises(InputError):
        read_candidates(path)
    assert not owned.exists()


def test_masked_and_far_away_positions_are_kept(tmp_path: Path) -> None:
    text = '{"id": 1, "x": 1, "y": 2}\n{"id": 2, "x": NaN, "y": 1}\n{"id": 3, "x": 1e300, "y": 1}\n'
    candidates = used(written(tmp_path / "l.jsonl", text))
    assert len(candidates) == 3 and np.isnan(candidates.x[1])
    assert "1 candidate has no position" in candidates.notes
    assert "1 candidate lies off the image" in candidates.notes


def test_an_entirely_masked_column_of_positions(tmp_path: Path) -> None:
    table = Table({"id": ["a"], "x": np.ma.array([1.0], mask=[True]), "y": [2.0]})
    table.write(tmp_path / "l.fits")
    refused(tmp_path / "l.fits", "no column|columns of positions")


def test_every_byte_of_parquet_is_read_or_refused(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    path = tmp_path / "l.parquet"
    table = pyarrow.table({"id": ["a", "bb", "c"], "x": [1.5, 2.5, 3.5], "y": [4, 5, 6]})
    parquet.write_table(table, path, compression="none", write_statistics=False)
    content = path.read_bytes()
    outcomes = set()
    for place in range(len(content)):
        changed = bytearray(content)
        changed[place] ^= 1
        path.write_bytes(changed)
        try:
            outcomes.add(len(read_candidates(path).keys))
        except InputError as error:
            outcomes.add(0)
            assert "\n" not in str(error)
    # Some are refused; those that are read have all their rows.
    assert outcomes == {0, 3}


def test_parquet_column_of_fewer_rows_is_refused(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    path = tmp_path / "l.parquet"
    parquet.write_table(pyarrow.table({"id": [7, 8, 9], "x": [1, 2, 3], "y": [4, 5, 6]}), path)
    content = path.read_bytes()
    found = set()
    for place in range(4, 120):
        path.write_bytes(content[:place] + b"\x01" + content[place + 1 :])
        try:
            read_candidates(path)
        except InputError as error:
            found.add(str(error).removeprefix(f"{path}: ").partition(":")[0])
    assert "a damaged Parquet table" in found


def test_described_columns_beyond_the_most_are_refused(tmp_path: Path) -> None:
    rule = "-" * 80
    text = f"Title: x\n\nByte-by-byte Description of file: a\n{rule}\n"
    text += f"   Bytes Format Units  Label Explanations\n{rule}\n"
    text += "   1-  4 I4     ---    id    x\n" * 10_001 + f"{rule}\n1 2\n"
    (tmp_path / "a.txt").write_text(text)
    with pytest.raises(InputError, match="found 10001 columns; 10000 are the most"):
        read_candidates(tmp_path / "a.txt")
