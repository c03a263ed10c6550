"""Parquet tables, as pyarrow and a reader of the VOTable in the schema find them."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from astropy.io import votable
from astropy.table import Column, MaskedColumn, Table

from vetter.io.export.tables.parquet_writing import write_parquet

parquet = pytest.importorskip("pyarrow.parquet", reason="Parquet is an optional extra")


@pytest.fixture
def plain() -> Table:
    """Three rows of columns of several shapes and types, some with values missing."""
    table = Table()
    table["mag"] = Column([18.5, 19.0, np.nan], unit="mag", description="a magnitude")
    table["mag"].meta["ucd"] = "phot.mag"
    table["plain"] = np.array([1, 2, 3], ">i4")
    table["small"] = np.array([-1, 0, 1], np.int8)
    table["large"] = MaskedColumn(np.array([1, 2, 65535], np.uint16), mask=[False, True, False])
    table["pair"] = np.arange(6.0).reshape(3, 2)
    mask = [[False, True], [False, False], [True, True]]
    table["gaps"] = MaskedColumn(np.arange(6.0).reshape(3, 2), mask=mask)
    table["cube"] = np.arange(12).reshape(3, 2, 2)
    table["text"] = ["a", "", "c"]
    return table


def test_values_and_gaps_are_those_of_the_table(plain: Table, tmp_path: Path) -> None:
    write_parquet(plain, tmp_path / "t.parquet")
    found = parquet.read_table(tmp_path / "t.parquet").to_pydict()
    assert list(found) == plain.colnames
    assert found["mag"][:2] == [18.5, 19.0] and np.isnan(found["mag"][2])
    assert (found["plain"], found["small"]) == ([1, 2, 3], [-1, 0, 1])
    assert found["large"] == [1, None, 65535] and found["text"] == ["a", "", "c"]
    assert found["pair"] == [[0, 1], [2, 3], [4, 5]]
    assert found["gaps"] == [[0, None], [2, 3], [None, None]]
    assert found["cube"] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]


def test_schema_holds_what_is_known_of_a_column(plain: Table, tmp_path: Path) -> None:
    write_parquet(plain, tmp_path / "t.parquet")
    schema = parquet.read_schema(tmp_path / "t.parquet")
    known = {b"description": b"a magnitude", b"unit": b"mag", b"ucd": b"phot.mag"}
    assert known.items() <= (schema.field("mag").metadata or {}).items()
    assert not {*known} & {*(schema.field("plain").metadata or {})}
    assert schema.metadata[b"IVOA.VOTable-Parquet.version"] == b"1.0"
    header = schema.metadata[b"IVOA.VOTable-Parquet.content"]
    mark = b'<PARQUET type="Parquet-local-XML"/>'
    assert mark in header and b"<DATA>" not in header
    fields = votable.parse(io.BytesIO(header.replace(mark, b""))).get_first_table().fields
    types = {field.name: (field.datatype, field.arraysize) for field in fields}
    assert list(types) == plain.colnames
    # VOTable has no signed bytes and no unsigned integers but bytes.
    assert types["small"][0] == "short" and types["large"][0] == "int"
    assert types["pair"] == ("double", "2") and types["cube"] == ("long", "2x2")
