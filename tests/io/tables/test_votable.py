"""VOTables read through the guard, which mends what astropy would cut or make up."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.table import MaskedColumn, Table

from vetter.errors import InputError
from vetter.io.files.hdu_names import parse_fits_name
from vetter.io.tables.votable import read_votable

COLUMNS = {
    "int64": np.array([2**62 + 1, -5]),
    "int16": np.array([1, 2], "i2"),
    "uint8": np.array([1, 200], "u1"),
    "float64": np.array([1.5, np.nan]),
    "float32": np.array([1.5, -2.25], "f4"),
    "text": np.array(["a <b> & c", ""]),
    "umlaut": np.array(["Å", "zwö"]),
    "truth": np.array([True, False]),
    "masked": MaskedColumn([1, 2], mask=[True, False]),
    "masked float": MaskedColumn([1.0, 2.0], mask=[False, True]),
    "array": np.ones((2, 3)),
    "complex": np.array([1j, 2.0]),
}


@pytest.mark.parametrize("name", COLUMNS)
@pytest.mark.parametrize("form", ["tabledata", "binary2"])
def test_the_same_table_as_by_astropy(tmp_path: Path, name: str, form: str) -> None:
    path = tmp_path / "t.vot"
    Table({"id": [1, 2], "v": COLUMNS[name]}).write(path, format="votable", tabledata_format=form)
    ours = read_votable(parse_fits_name(path)).table["v"]
    astropys = Table.read(path, format="votable")["v"]
    assert ours.dtype.kind in (astropys.dtype.kind, "U")
    mask = np.ma.getmaskarray(np.ma.asarray(astropys))
    if ours.dtype.kind != "U":
        assert (np.ma.getmaskarray(np.ma.asarray(ours)) == mask).all()
    given, expected = np.asarray(ours)[~mask].tolist(), np.asarray(astropys)[~mask].tolist()
    assert given == expected


ROW = "<TABLE><FIELD name='x' datatype='int'>{field}</FIELD><DATA><TABLEDATA>{rows}</TABLEDATA>"


@pytest.mark.parametrize(
    ("field", "rows", "values"),
    [
        ("", "<TR><TD>1</TD></TR><TR><TD/></TR>", [1, None]),
        ("<VALUES null='-9'/>", "<TR><TD>1</TD></TR><TR><TD>-9</TD></TR>", [1, None]),
        ("", "<TR><TD><![CDATA[1]]></TD></TR><TR><TD>&#50;</TD></TR>", [1, 2]),
        ("", "<TR><TD>0x10</TD></TR><TR><TD>2</TD></TR>", [16, 2]),
    ],
)
def test_cells(tmp_path: Path, field: str, rows: str, values: list[int | None]) -> None:
    text = f"<VOTABLE version='1.4'><RESOURCE>{ROW.format(field=field, rows=rows)}</DATA></TABLE>"
    (tmp_path / "t.vot").write_text(text + "</RESOURCE></VOTABLE>")
    column = read_votable(parse_fits_name(tmp_path / "t.vot")).table["x"]
    found = [None if value is np.ma.masked else int(value) for value in column]
    assert found == values


def write_cells(path: Path, field: str, cells: list[str], version: str = "1.1") -> Path:
    """A VOTable of an array in cells and a column of these."""
    rows = "".join(f"<TR><TD>1 2</TD><TD>{cell}</TD></TR>" for cell in cells)
    path.write_text(
        f"<VOTABLE version='{version}'><RESOURCE><TABLE><FIELD name='pair' datatype='int' "
        f"arraysize='2'/>{field}<DATA><TABLEDATA>{rows}</TABLEDATA></DATA></TABLE></RESOURCE>"
        "</VOTABLE>"
    )
    return path


@pytest.mark.parametrize("size", ["", "arraysize='1'", "arraysize='3'", "arraysize='3*'"])
@pytest.mark.parametrize("kind", ["char", "unicodeChar", "string"])
def test_a_text_longer_than_its_field_is_whole(tmp_path: Path, kind: str, size: str) -> None:
    field = f"<FIELD name='id' datatype='{kind}' {size}/>"
    path = write_cells(tmp_path / "t.vot", field, ["000123", "Å\u20281"])
    column = read_votable(parse_fits_name(path)).table["id"]
    assert column.dtype.kind == "U" and column.tolist() == ["000123", "Å\u20281"]


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2", "1.3", "1.4"])
@pytest.mark.parametrize("kind", ["short", "int", "long"])
def test_a_gap_in_integers_is_missing(tmp_path: Path, kind: str, version: str) -> None:
    path = write_cells(
        tmp_path / "t.vot", f"<FIELD name='n' datatype='{kind}'/>", ["", "7"], version
    )
    column = read_votable(parse_fits_name(path)).table["n"]
    assert column.dtype.kind == "i" and column.tolist() == [None, 7]


def test_names_that_stand_twice_are_told_apart(tmp_path: Path) -> None:
    field = "<FIELD name='pair' datatype='int'/>"
    file = read_votable(parse_fits_name(write_cells(tmp_path / "t.vot", field, ["7"])))
    assert file.table.colnames == ["pair", "pair_2"]
    assert file.notes == ("t.vot: columns of one name are told apart: pair_2",)


@pytest.mark.parametrize(("field", "name"), [("ID='q'", "q"), ("", "col2")])
def test_a_field_without_a_name_has_one(tmp_path: Path, field: str, name: str) -> None:
    path = write_cells(tmp_path / "t.vot", f"<FIELD {field} datatype='int'/>", ["7"])
    assert read_votable(parse_fits_name(path)).table.colnames == ["pair", name]


def test_numbers_in_arrays_of_one_are_numbers(tmp_path: Path) -> None:
    field = "<FIELD name='x' datatype='double' arraysize='1' precision='2'/>"
    path = write_cells(tmp_path / "t.vot", field, ["1.23456"])
    column = read_votable(parse_fits_name(path)).table["x"]
    assert column.shape == (1,) and str(column[0]) == "1.23456" and column.info.format is None


def test_units_and_ucds(tmp_path: Path) -> None:
    table = Table({"ra": [1.0]}, units={"ra": "deg"})
    table["ra"].info.meta = {"ucd": "pos.eq.ra;meta.main"}
    table.write(tmp_path / "t.vot", format="votable")
    file = read_votable(parse_fits_name(tmp_path / "t.vot"))
    assert file.units == {"ra": "deg"} and file.ucds == {"ra": "pos.eq.ra;meta.main"}


def write_list(path: Path, before: str = "", form: str = "tabledata") -> Path:
    """A VOTable of two places, with something in front of its table."""
    Table({"x": [1.0, 2.0], "y": [3.0, 4.0]}).write(path, format="votable", tabledata_format=form)
    path.write_text(path.read_text().replace("<TABLE", f"{before}<TABLE", 1))
    return path


@pytest.mark.parametrize("form", ["tabledata", "binary2"])
def test_of_several_tables_the_first_with_positions_is_taken(tmp_path: Path, form: str) -> None:
    about = (
        '<TABLE><FIELD name="k" datatype="int"/><DATA><TABLEDATA><TR><TD>1</TD></TR></TABLEDATA>'
        "</DATA></TABLE>"
    )
    file = read_votable(parse_fits_name(write_list(tmp_path / "l.vot", about, form)))
    assert file.table.colnames == ["x", "y"]
    assert file.notes[0].endswith("2 tables; the first with positions was taken")


@pytest.mark.parametrize("form", ["tabledata", "binary2"])
@pytest.mark.parametrize(
    ("status", "words"), [("OVERFLOW", "cut off at the service's limit"), ("ERROR", "met an error")]
)
def test_a_service_that_sent_less_than_was_asked_for_is_said(
    tmp_path: Path, form: str, status: str, words: str
) -> None:
    before = f'<INFO name="QUERY_STATUS" value="{status}"/>'
    file = read_votable(parse_fits_name(write_list(tmp_path / "l.vot", before, form)))
    assert len(file.table) == 2 and words in file.notes[0]


def test_a_services_error_is_said_in_its_words(tmp_path: Path) -> None:
    path = tmp_path / "l.vot"
    info = '<INFO name="QUERY_STATUS" value="ERROR">no such\n table</INFO>'
    path.write_text(f"<VOTABLE><RESOURCE>{info}</RESOURCE></VOTABLE>")
    with pytest.raises(InputError, match="no table but a service's error: no such table"):
        read_votable(parse_fits_name(path))
