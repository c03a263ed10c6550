from __future__ import annotations

import tracemalloc
from collections import namedtuple
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import MaskedColumn, Table

from vetter.errors import InputError
from vetter.io.files.hdu_names import parse_fits_name
from vetter.io.tables import fits_table
from vetter.io.tables.fits_table import read_fits_table

N = 7
Usage = namedtuple("Usage", "total used free")
INDEX = np.arange(N)
COLUMNS = {
    "int16": INDEX.astype("i2"),
    "int32": INDEX.astype("i4"),
    "int64": INDEX + 2**62,
    "uint8": INDEX.astype("u1"),
    "uint16": (INDEX + 40_000).astype("u2"),
    "uint32": (INDEX + 3_000_000_000).astype("u4"),
    "uint64": INDEX.astype("u8") + np.uint64(2**63 + 5),
    "float32": INDEX.astype("f4"),
    "nan": np.r_[np.nan, INDEX[1:].astype(float)],
    "masked": MaskedColumn(INDEX, mask=INDEX < 2),
    "truth": INDEX > 3,
    "text": np.array(["a", "bb ", "", "c", "d", "e", "ff"]),
    "array": np.arange(N * 6.0).reshape(N, 2, 3),
    "texts": np.array([["a", "bb"]] * N),
    "complex": INDEX + 1j,
}


@pytest.mark.parametrize("name", COLUMNS)
def test_columns_come_back(tmp_path: Path, name: str) -> None:
    given = Table({"id": INDEX, name: COLUMNS[name]})
    given.write(tmp_path / "t.fits")
    column = read_fits_table(parse_fits_name(tmp_path / "t.fits"))[0][name]
    expected = Table.read(tmp_path / "t.fits", character_as_bytes=False)[name]
    assert column.dtype.isnative and column.shape == expected.shape
    masked = np.ma.getmaskarray(np.ma.asarray(expected))
    if name != "text":
        assert (np.ma.getmaskarray(np.ma.asarray(column)) == masked).all()
    assert (np.ma.getdata(column)[~masked] == np.ma.getdata(expected)[~masked]).all()


def test_units_ucds_formats_and_keywords(tmp_path: Path) -> None:
    hdu = fits.table_to_hdu(Table({"mag": [1.5]}, units={"mag": "mag"}))
    hdu.header.update({"TUCD1": "phot.mag", "TDISP1": "F8.3", "NIGHT": "first"})
    hdu.writeto(tmp_path / "t.fits")
    table, _ = read_fits_table(parse_fits_name(tmp_path / "t.fits"))
    assert str(table["mag"].unit) == "mag" and table["mag"].info.meta == {"ucd": "phot.mag"}
    assert table["mag"].format == "8.3f" and table.meta == {"NIGHT": "first"}


def test_scaled_integers(tmp_path: Path) -> None:
    hdu = fits.BinTableHDU.from_columns([fits.Column("m", "I", array=np.array([50, -25]))])
    hdu.header.update({"TSCAL1": 0.01, "TZERO1": 20.0})
    hdu.writeto(tmp_path / "t.fits")
    table, _ = read_fits_table(parse_fits_name(tmp_path / "t.fits"))
    assert table["m"].tolist() == pytest.approx([20.5, 19.75])


def test_arrays_in_the_cells_of_a_large_table_take_no_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Table({"x": INDEX * 1.0, "stamp": np.ones((N, 200, 200))}).write(tmp_path / "t.fits")
    monkeypatch.setattr(fits_table, "_AT_ONCE", 1_000_000)
    monkeypatch.setattr(fits_table, "_BLOCK", 400_000)
    tracemalloc.start()
    table, _ = read_fits_table(parse_fits_name(tmp_path / "t.fits"))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000 and table["x"].tolist() == INDEX.tolist()
    assert float(np.asarray(table["stamp"][3]).sum()) == 40_000


def test_unsigned_arrays_in_the_cells_of_a_large_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = (np.arange(3 * N) * 3001).astype("u2").reshape(N, 3)
    Table({"id": INDEX, "counts": values}).write(tmp_path / "t.fits")
    monkeypatch.setattr(fits_table, "_AT_ONCE", 0)
    column = read_fits_table(parse_fits_name(tmp_path / "t.fits"))[0]["counts"]
    assert column.dtype == np.uint16 and (column == values).all()


def test_a_large_table_cut_short_while_it_is_open_is_still_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "t.fits"
    Table({"id": INDEX, "stamp": np.arange(N * 5000.0).reshape(N, 50, 100)}).write(path)
    monkeypatch.setattr(fits_table, "_AT_ONCE", 0)
    table, _ = read_fits_table(parse_fits_name(path))
    with path.open("r+b") as file:
        file.truncate(5760)
    assert table["stamp"][N - 1, 49, 99] == N * 5000 - 1
    assert table["id"].tolist() == INDEX.tolist()


def test_a_large_table_for_which_there_is_no_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Table({"id": INDEX, "stamp": np.ones((N, 5, 5))}).write(tmp_path / "t.fits")
    monkeypatch.setattr(fits_table, "_AT_ONCE", 0)
    monkeypatch.setattr(fits_table.shutil, "disk_usage", lambda folder: Usage(1, 1, 0))
    with pytest.raises(InputError, match="set TMPDIR to a larger disk"):
        read_fits_table(parse_fits_name(tmp_path / "t.fits"))


RARE = {
    "complex": fits.Column("rare", "C", array=[1j, 2]),
    "bits": fits.Column("rare", "3X", array=np.ones((2, 3), bool)),
    "variable": fits.Column("rare", "PE()", array=np.array([[1.0], [2.0, 3.0]], object)),
}


def _beside(rare: fits.Column) -> fits.BinTableHDU:
    columns = [fits.Column(name, "D", array=[k, k + 0.5]) for k, name in enumerate("abc")]
    return fits.BinTableHDU.from_columns([*columns, rare])


@pytest.mark.parametrize("rare", RARE)
def test_doubled_names_beside_rare_types_are_told_apart(tmp_path: Path, rare: str) -> None:
    path = tmp_path / "t.fits"
    hdu = _beside(RARE[rare])
    hdu.header["TUCD2"] = "phot.mag"
    hdu.writeto(path)
    path.write_bytes(path.read_bytes().replace(b"'b       '", b"'a       '"))
    table, note = read_fits_table(parse_fits_name(path))
    assert table.colnames == ["a", "a_2", "c", "rare"]
    assert table["a"].tolist() == [0, 0.5] and table["a_2"].tolist() == [1, 1.5]
    assert table["a_2"].info.meta == {"ucd": "phot.mag"}
    assert note == "t.fits: columns of one name are told apart: a_2"


def test_nameless_columns_beside_a_rare_type_are_numbered(tmp_path: Path) -> None:
    path = tmp_path / "t.fits"
    _beside(RARE["complex"]).writeto(path)
    content = path.read_bytes()
    for name in (b"'a       '", b"'b       '"):
        content = content.replace(name, b"'        '")
    path.write_bytes(content)
    assert read_fits_table(parse_fits_name(path))[0].colnames == ["col1", "col2", "c", "rare"]


def test_doubled_names_of_an_ascii_table_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "t.fits"
    columns = [fits.Column(name, "F8.3", array=[k, k + 0.5]) for k, name in enumerate("ab")]
    fits.TableHDU.from_columns(columns).writeto(path)
    path.write_bytes(path.read_bytes().replace(b"'b       '", b"'a       '"))
    table, _ = read_fits_table(parse_fits_name(path))
    assert table["a"].tolist() == [0, 0.5] and table["a_2"].tolist() == [1, 1.5]
