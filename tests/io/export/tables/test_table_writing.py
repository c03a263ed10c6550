from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import SkyCoord
from astropy.table import Column, MaskedColumn, QTable, Table
from astropy.time import Time

from vetter.errors import InputError
from vetter.io.export.tables.table_writing import FORMATS, write_pieces, write_table
from vetter.io.tables.arrow import has_pyarrow

READERS = {"ecsv": "ascii.ecsv", "csv": "ascii.csv", "votable": "votable", "fits": "fits"}
ALL_FORMATS = [
    pytest.param(
        kind, marks=pytest.mark.skipif(kind == "parquet" and not has_pyarrow(), reason=why)
    )
    for kind, why in ((kind, "Parquet is an optional extra") for kind in FORMATS)
]


def there_and_back(table: Table, folder: Path, kind: str) -> tuple[Table, tuple[str, ...]]:
    path = folder / f"table.{kind}"
    notes = write_table(table, path, kind)
    if kind == "parquet":
        return read_nulls(path), notes
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Table.read(path, format=READERS[kind]), notes


def read_nulls(path: Path) -> Table:
    """Read a Parquet table; astropy's own reader needs pandas."""
    from pyarrow import parquet

    back = Table()
    for name, values in parquet.read_table(path).to_pydict().items():
        hidden = [value is None for value in values]
        filled = [
            next(v for v in values if v is not None) if h else v
            for v, h in zip(values, hidden, strict=True)
        ]
        back[name] = MaskedColumn(filled, mask=hidden) if any(hidden) else filled
    return back


def one(values: Any, folder: Path, kind: str) -> tuple[list[Any], tuple[str, ...]]:
    table = QTable() if isinstance(values, u.Quantity | Time) else Table()
    table["c"] = values
    back, notes = there_and_back(table, folder, kind)
    texts = [v.decode() if isinstance(v, bytes) else v for v in back["c"].tolist()]
    return texts, notes


@pytest.mark.parametrize("kind", ALL_FORMATS)
@pytest.mark.parametrize(
    "values",
    [
        np.array([1, -2, 3], "i1"),
        np.array([1, 2, 65535], "u2"),
        np.array([1, 2, 2**32 - 1], "u4"),
        np.array([2**63 - 1, -(2**63) + 1, 0]),
        np.array([0.1, 1 / 3, 1e-300]),
        np.array([1.5, 2.5, 3.5], ">f4"),
        np.array([0.5, 0.25, 2.0], "f2"),
        np.array([1, 2, 3], np.longdouble),
    ],
    ids=["int8", "uint16", "uint32", "int64", "float64", "big-endian", "float16", "longdouble"],
)
def test_numbers_come_back(values: Any, kind: str, tmp_path: Path) -> None:
    assert one(values, tmp_path, kind)[0] == values.tolist()


@pytest.mark.parametrize("kind", ALL_FORMATS)
def test_object_numbers_stay_numbers(kind: str, tmp_path: Path) -> None:
    back, notes = one(np.array([1, None, 3], object), tmp_path, kind)
    assert back == [1, None, 3]
    assert notes == (f"column 'c' in {kind}: mixed values written as integers",)


@pytest.mark.parametrize("kind", ALL_FORMATS)
def test_mixed_objects_become_text(kind: str, tmp_path: Path) -> None:
    back, notes = one(np.array(["x", 3, [1, 2]], object), tmp_path, kind)
    assert back == ["x", "3", "[1, 2]"]
    assert "written as text" in notes[0]


@pytest.mark.parametrize("kind", ALL_FORMATS)
def test_masked_numbers_stay_masked(kind: str, tmp_path: Path) -> None:
    assert one(MaskedColumn([1, 2, 3], mask=[0, 1, 0]), tmp_path, kind)[0] == [1, None, 3]


@pytest.mark.parametrize(
    ("kind", "back"),
    [
        ("ecsv", [True, None, False]),
        ("csv", ["True", None, "False"]),
        ("votable", [True, None, False]),
        ("fits", [1, None, 0]),
        pytest.param("parquet", [True, None, False], marks=ALL_FORMATS[-1].marks),
    ],
)
def test_masked_booleans_stay_masked(kind: str, back: list[Any], tmp_path: Path) -> None:
    assert one(MaskedColumn([True, True, False], mask=[0, 1, 0]), tmp_path, kind)[0] == back


@pytest.mark.parametrize("kind", ["ecsv", "csv", "votable"])
@pytest.mark.parametrize("text", ["naïve β", "two\nlines", 'a "b", c', "=1+1", "-5 mag", "@x"])
def test_text_is_not_touched(text: str, kind: str, tmp_path: Path) -> None:
    assert one([text, "b"], tmp_path, kind) == ([text, "b"], ())


def test_fits_holds_ascii_only(tmp_path: Path) -> None:
    back, notes = one(["naïve", "two\nlines"], tmp_path, "fits")
    assert back == ["na\\xefve", "two\\nlines"]
    assert "cannot hold" in notes[0]


@pytest.mark.parametrize("kind", ALL_FORMATS)
def test_control_characters_are_escaped(kind: str, tmp_path: Path) -> None:
    assert one(["a\x00b", "\x1b[31m"], tmp_path, kind)[0] == ["a\\x00b", "\\x1b[31m"]


@pytest.mark.parametrize("kind", ["ecsv", "votable", "fits"])
def test_arrays_in_cells(kind: str, tmp_path: Path) -> None:
    values = np.arange(6.0).reshape(3, 2)
    assert one(values, tmp_path, kind) == (values.tolist(), ())


def test_arrays_in_csv_are_json(tmp_path: Path) -> None:
    values = np.ma.array([[1.0, 2.0], [3.0, 4.0]], mask=[[0, 1], [0, 0]])
    back, notes = one(values, tmp_path, "csv")
    assert back == ["[1.0, null]", "[3.0, 4.0]"]
    assert notes == ("column 'c' in csv: arrays written as JSON",)


@pytest.mark.parametrize("kind", ALL_FORMATS)
def test_arrays_of_text_are_json(kind: str, tmp_path: Path) -> None:
    assert one(np.array([["a", "b"], ["c", "d"]]), tmp_path, kind)[0] == [
        '["a", "b"]',
        '["c", "d"]',
    ]


@pytest.mark.parametrize("kind", ALL_FORMATS)
def test_times_are_text(kind: str, tmp_path: Path) -> None:
    back, notes = one(Time([51544.5, 60000.0], format="mjd"), tmp_path, kind)
    assert back == ["2000-01-01T12:00:00.000", "2023-02-25T00:00:00.000"]
    assert notes == (f"column 'c' in {kind}: time as text, utc",)


@pytest.mark.parametrize("kind", ALL_FORMATS)
def test_dates_are_text(kind: str, tmp_path: Path) -> None:
    back, _ = one(np.array(["2020-01-01", "2020-01-02"], "M8[s]"), tmp_path, kind)
    assert back == ["2020-01-01T00:00:00", "2020-01-02T00:00:00"]


@pytest.mark.parametrize("kind", ALL_FORMATS)
def test_sky_positions_are_two_columns(kind: str, tmp_path: Path) -> None:
    table = QTable({"sky": SkyCoord([1.0, 2.0], [-3.0, 4.0], unit="deg")})
    back, _ = there_and_back(table, tmp_path, kind)
    assert back["sky.ra"].tolist() == [1.0, 2.0]
    np.testing.assert_allclose(back["sky.dec"].tolist(), [-3.0, 4.0], rtol=1e-14)


@pytest.mark.parametrize("kind", ALL_FORMATS)
def test_records_are_json(kind: str, tmp_path: Path) -> None:
    values = np.array([(1, 2.5), (3, 4.5)], dtype=[("a", int), ("b", float)])
    assert one(values, tmp_path, kind)[0] == ["[1, 2.5]", "[3, 4.5]"]


@pytest.mark.parametrize("kind", ALL_FORMATS)
def test_display_formats_cost_no_digits(kind: str, tmp_path: Path) -> None:
    assert one(Column([1 / 3, 2 / 3], format="%.2f"), tmp_path, kind)[0] == [1 / 3, 2 / 3]


@pytest.mark.parametrize("kind", ["ecsv", "votable", "fits"])
def test_units_come_back(kind: str, tmp_path: Path) -> None:
    back, _ = there_and_back(Table({"c": Column([1.0], unit="deg")}), tmp_path, kind)
    assert back["c"].unit == u.deg


@pytest.mark.parametrize("kind", ALL_FORMATS)
def test_units_of_no_standard_do_not_stop_it(kind: str, tmp_path: Path) -> None:
    odd = u.Unit("counts per whatever", parse_strict="silent")
    assert one(Column([1.0, 2.0], unit=odd), tmp_path, kind)[0] == [1.0, 2.0]


@pytest.mark.parametrize("kind", ALL_FORMATS)
def test_no_rows(kind: str, tmp_path: Path) -> None:
    table = Table(
        {
            "s": np.array([], "U5"),
            "o": np.array([], object),
            "m": np.zeros((0, 3)),
            "r": np.array([], [("a", int)]),
        }
    )
    back, _ = there_and_back(table, tmp_path, kind)
    assert (len(back), back.colnames) == (0, ["s", "o", "m", "r"])


def test_names_that_fits_takes_for_one(tmp_path: Path) -> None:
    back, notes = there_and_back(Table({"x": [1], "X": [2], "é": [3]}), tmp_path, "fits")
    assert back.colnames == ["x", "X_2", "\\xe9"]
    assert notes[0] == "column 'X' is called 'X_2' in fits"


def test_integers_that_votable_has_not(tmp_path: Path) -> None:
    assert one(np.array([2**64 - 1, 1], "u8"), tmp_path, "votable")[0] == [str(2**64 - 1), "1"]


def test_the_table_is_not_changed(tmp_path: Path) -> None:
    table = Table({"c": Column([1 / 3], format="%.2f", unit="deg", description="d")})
    write_table(table, tmp_path / "t.csv", "csv")
    assert (table["c"].format, table["c"].unit, table["c"].description) == ("%.2f", u.deg, "d")


def test_a_folder_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        write_table(Table({"c": [1]}), tmp_path / "no" / "t.csv", "csv")


@pytest.mark.parametrize("kind", ALL_FORMATS)
def test_a_table_in_pieces_is_the_table_in_one(tmp_path: Path, kind: str) -> None:
    count = 7
    table = Table(
        {
            "name": [f"J{row}, a" for row in range(count)],
            "words": ["", "two words", 'a "quote"', "line\nbreak", "", "#", "µ"],
            "x": Column(np.linspace(0, 1, count), unit="pix"),
            "gone": MaskedColumn([True] * count, mask=[False] * 3 + [True] * 4),
        },
        meta={"field": "ngc 1"},
    )
    write_table(table, tmp_path / "one", kind)
    write_pieces([table[:3], table[3:4], table[4:]], tmp_path / "pieces", kind)
    assert (tmp_path / "pieces").read_bytes() == (tmp_path / "one").read_bytes()


def test_a_table_of_no_rows_in_pieces_has_its_columns(tmp_path: Path) -> None:
    write_pieces([Table({"x": np.empty(0), "name": np.empty(0, str)})], tmp_path / "t", "ecsv")
    back: Any = Table.read(tmp_path / "t", format="ascii.ecsv")
    assert back.colnames == ["x", "name"] and len(back) == 0


def test_pieces_of_every_kind_of_number_are_as_in_one(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    doubles = rng.normal(size=200) * 10.0 ** rng.integers(-320, 300, 200)
    doubles[:8] = 0.0, -0.0, np.nan, np.inf, -np.inf, 1e16, 1e-5, 5e-324
    table = Table({"double": doubles})
    with np.errstate(all="ignore"):
        for kind in ("f2", "f4", ">f8", "longdouble"):
            table[kind] = doubles.astype(kind)
        for kind in ("i1", "u2", "i8", "u8"):
            table[kind] = rng.integers(0, 100, 200).astype(kind)
    table["long"] = np.full(200, 2475433850015010009)
    table["hidden"] = MaskedColumn(doubles, mask=rng.random(200) < 0.5)
    table["truth"] = MaskedColumn(doubles > 0, mask=rng.random(200) < 0.5)
    texts = [" edge ", "\t", " ", "", "NaN", "--", "'", '"', "a,b", "\\", "é\u2028", "\x85"]
    table["text"] = (texts * 20)[:200]
    table["gaps"] = MaskedColumn((texts * 20)[:200], mask=rng.random(200) < 0.5)
    table["array"] = rng.normal(size=(200, 2))
    for name in (table.colnames, table.colnames[:-1]):
        write_table(table[name], tmp_path / "one", "ecsv")
        write_pieces([table[name][:150], table[name][150:]], tmp_path / "pieces", "ecsv")
        assert (tmp_path / "pieces").read_bytes() == (tmp_path / "one").read_bytes()
