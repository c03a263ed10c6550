from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import MaskedColumn, Table

from vetter.errors import InputError
from vetter.io.files.hdu_names import parse_fits_name
from vetter.io.tables import arrow as parquet_tables
from vetter.io.tables.kinds import kind_of
from vetter.io.tables.reading import read_table
from vetter.io.tables.table_file import TableFile


def a_table() -> Table:
    table = Table({"id": np.array([1155522101501501507, 8]), "name": ["one", "zwö"]})
    table["ra"] = [150.0, 151.5]
    table["ra"].unit = "deg"
    table["mag"] = MaskedColumn([19.0, 0.0], mask=[False, True])
    return table


def read(path: Path, suffix: str = "") -> TableFile:
    return read_table(parse_fits_name(f"{path}{suffix}"))


def check(file: TableFile) -> None:
    assert file.table["id"].tolist() == [1155522101501501507, 8]
    assert file.table["ra"].tolist() == [150.0, 151.5]
    assert np.ma.getmaskarray(file.table["mag"]).tolist() == [False, True] or np.isnan(
        file.table["mag"][1]
    )


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("t.ecsv", "ascii.ecsv"),
        ("t.csv", "ascii.csv"),
        ("t.vot", "votable"),
        ("t.dat", "ascii.ecsv"),
        ("t.whatever", "votable"),
    ],
)
def test_formats_by_content(tmp_path: Path, name: str, form: str) -> None:
    a_table().write(tmp_path / name, format=form)
    check(read(tmp_path / name))


def test_units_and_ucds(tmp_path: Path) -> None:
    table = a_table()
    table["ra"].info.meta = {"ucd": "pos.eq.ra;meta.main"}
    table.write(tmp_path / "t.vot", format="votable")
    file = read(tmp_path / "t.vot")
    assert file.units["ra"] == "deg" and file.ucds["ra"] == "pos.eq.ra;meta.main"


def fits_file(path: Path) -> Path:
    table = a_table()
    table["name"] = ["one", "two"]
    second = Table({"x": [1.0]})
    hdus = [fits.PrimaryHDU(), fits.ImageHDU(np.zeros((3, 3))), fits.table_to_hdu(table)]
    fits.HDUList([*hdus, fits.table_to_hdu(second)]).writeto(path)
    return path


def test_fits_takes_the_first_table_and_says_so(tmp_path: Path) -> None:
    file = read(fits_file(tmp_path / "t.fits"))
    check(file)
    assert file.table["name"].tolist() == ["one", "two"]
    assert "2 tables; the first was taken, [2]" in file.notes[0]


@pytest.mark.parametrize("names", [("x", "y"), ("RA", "DEC"), ("GLON", "GLAT")])
def test_of_several_tables_the_first_with_positions_is_taken(
    tmp_path: Path, names: tuple[str, str]
) -> None:
    about = fits.BinTableHDU(Table({"key": ["night"], "value": ["clear"]}), name="ABOUT")
    listed = fits.BinTableHDU(Table(dict.fromkeys(names, [1.0, 2.0])), name="CANDIDATES")
    fits.HDUList([fits.PrimaryHDU(), about, listed]).writeto(tmp_path / "l.fits")
    file = read(tmp_path / "l.fits")
    assert tuple(file.table.colnames) == names
    assert "2 tables; the first with positions was taken, [2]" in file.notes[0]


def test_fits_takes_the_table_that_is_named(tmp_path: Path) -> None:
    assert read(fits_file(tmp_path / "t.fits"), "[3]").table.colnames == ["x"]


@pytest.mark.parametrize(("suffix", "says"), [("[9]", "no HDU"), ("[1]", "expected a table")])
def test_fits_without_such_a_table(tmp_path: Path, suffix: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read(fits_file(tmp_path / "t.fits"), suffix)


def test_ldac_takes_the_objects(tmp_path: Path) -> None:
    head = fits.table_to_hdu(Table({"Field Header Card": ["x" * 80]}))
    head.name = "LDAC_IMHEAD"
    objects = fits.table_to_hdu(Table({"X_IMAGE": [1.0], "Y_IMAGE": [2.0]}))
    objects.name = "LDAC_OBJECTS"
    fits.HDUList([fits.PrimaryHDU(), head, objects]).writeto(tmp_path / "t.cat")
    assert read(tmp_path / "t.cat").table.colnames == ["X_IMAGE", "Y_IMAGE"]


def test_packed_fits(tmp_path: Path) -> None:
    import gzip

    path = fits_file(tmp_path / "t.fits")
    (tmp_path / "t.fits.gz").write_bytes(gzip.compress(path.read_bytes()))
    check(read(tmp_path / "t.fits.gz"))


def test_parquet(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    columns = {
        "id": arrow.array([1155522101501501507, None]),
        "ra": [150.0, 151.5],
        "name": ["one", None],
        "stamp": [b"\x00", b"\x01"],
        "history": [[1, 2], []],
    }
    parquet.write_table(arrow.table(columns), tmp_path / "t.parquet")
    file = read(tmp_path / "t.parquet")
    assert file.table["id"][0] == 1155522101501501507 and file.table["id"].mask[1]
    assert file.table.colnames == ["id", "ra", "name"]
    assert "stamp, history" in file.notes[0]


def test_parquet_without_pyarrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_tables, "has_pyarrow", lambda: False)
    (tmp_path / "t.parquet").write_bytes(b"PAR1....PAR1")
    with pytest.raises(InputError, match="needs pyarrow"):
        read(tmp_path / "t.parquet")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.parquet", b"PAR1 nonsense PAR1"),
        ("t.vot", b"<?xml version='1.0'?><VOTABLE><RESOURCE><TABLE><FIELD/>"),
        ("t.ecsv", b"# %ECSV 1.0\n# ---\n# datatype: [}\nid\n1\n"),
        ("t.fits", b"SIMPLE  =                    T" + b" " * 50 + b"END" + b" " * 4000),
        ("t.gz", b"\x1f\x8b\x08nonsense"),
        ("t.npy", b"\x93NUMPY\x01\x00v\x00{'descr': '|O'}"),
        ("t.pickle", b"\x80\x04\x95\x00\x00\x00cos\nsystem\n"),
        ("t.avro", b"Obj\x01\x04"),
    ],
)
def test_damaged_or_strange_files_are_refused_in_one_line(
    tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=name) as caught:
        read(tmp_path / name)
    assert "\n" not in str(caught.value)


def test_nothing_in_an_ecsv_file_is_executed(tmp_path: Path) -> None:
    evil = tmp_path / "owned"
    text = (
        "# %ECSV 1.0\n# ---\n# datatype:\n# - {name: id, datatype: int64}\n"
        f"# meta: !!python/object/apply:os.system ['touch {evil}']\n# schema: astropy-2.0\n"
        "id\n1\n"
    )
    (tmp_path / "t.ecsv").write_text(text)
    with pytest.raises(InputError):
        read(tmp_path / "t.ecsv")
    assert not evil.exists()


@pytest.mark.parametrize(
    ("content", "kind"),
    [(b"SQLite format 3\0", "session"), (b"SIMPLE  = T", "fits"), (b"a,b\n", "text")],
)
def test_kinds(tmp_path: Path, content: bytes, kind: str) -> None:
    (tmp_path / "f").write_bytes(content)
    assert kind_of(tmp_path / "f") == kind


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        kind_of(tmp_path / "f")
