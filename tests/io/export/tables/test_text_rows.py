"""Rows written as text against astropy's own."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from astropy.table import Column, MaskedColumn, Table

from vetter.errors import suppress_warnings
from vetter.io.export.tables.table_writing import plain_table
from vetter.io.export.tables.text_rows import ecsv_rows, votable_text


def _table(kind: str) -> Table:
    """A table of every kind of number and of awkward texts, as plain columns."""
    rng = np.random.default_rng(2)
    doubles = rng.normal(size=200) * 10.0 ** rng.integers(-320, 300, 200)
    doubles[:8] = 0.0, -0.0, np.nan, np.inf, -np.inf, 1e16, 1e-5, 5e-324
    table = Table({"double": Column(doubles, unit="mag", description="a <magnitude>")})
    with np.errstate(all="ignore"):
        for name, dtype in (("half", "f2"), ("single", "f4"), ("big", ">f8")):
            table[name] = doubles.astype(dtype)
        for dtype in ("u1", "i2", "i8"):
            table[dtype] = rng.integers(0, 100, 200).astype(dtype)
    table["hidden"] = MaskedColumn(doubles, mask=rng.random(200) < 0.5)
    table["counts"] = MaskedColumn(np.arange(200), mask=rng.random(200) < 0.5)
    table["truth"] = MaskedColumn(doubles > 0, mask=rng.random(200) < 0.5)
    texts = [" edge ", " ", "", "NaN", "nan", "inf", "--", "'", '"', "a,b", "<&>", "é", "True"]
    table["text"] = (texts * 20)[:200]
    table["gaps"] = MaskedColumn((texts * 20)[:200], mask=rng.random(200) < 0.5)
    table["text"].meta["ucd"] = "meta.note"
    return plain_table(table, kind)[0]


def _written(table: Table, **options: Any) -> str:
    out = io.BytesIO()
    with suppress_warnings():
        table.write(out, **options)
    return out.getvalue().decode()


def test_votable_rows_match_astropy() -> None:
    table = _table("votable")
    assert votable_text(table) == _written(table, format="votable")


def test_ecsv_rows_match_astropy() -> None:
    table = _table("ecsv")
    out = io.StringIO(newline="")
    table.write(out, format="ascii.ecsv")
    head = io.StringIO(newline="")
    table[:0].write(head, format="ascii.ecsv")
    rows = ecsv_rows(table, head.getvalue())
    assert rows is not None and head.getvalue() + rows == out.getvalue()


@pytest.mark.parametrize("values", [np.zeros((2, 3)), np.ones(2, complex)], ids=["2-D", "complex"])
def test_arrays_and_complex_numbers_are_left_to_astropy(values) -> None:
    assert votable_text(Table({"a": values})) is None
    assert ecsv_rows(Table({"a": values}), "") is None


def test_empty_votable_is_left_to_astropy() -> None:
    assert votable_text(Table({"a": np.empty(0)})) is None
