"""Large text is read by pyarrow, and by astropy where that would differ: the same table."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vetter.io.tables.arrow import read_with_arrow
from vetter.io.tables.candidates import read_candidates
from vetter.io.tables.text import MISSING

pytest.importorskip("pyarrow")


def column(*values: str) -> Any:
    text = "n,v\n" + "".join(f"{n},{value}\n" for n, value in enumerate(values))
    table = read_with_arrow(text, ",", ("n", "v"), 1, MISSING)
    return None if table is None else table["v"]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (("1", "2"), "i"),
        (("1.5", "nan"), "f"),
        (("1", "null"), "i"),
        (("2024-01-01", "2024-01-02"), "U"),
        (("True", "False"), "U"),
        (("99999999999999999999", "1"), "U"),
        (("1e300", "1"), "f"),
        (("10:00:00", "11:00:00"), "U"),
    ],
)
def test_kinds_of_values(values: tuple[str, ...], kind: str) -> None:
    found = column(*values)
    assert np.asarray(found).dtype.kind == kind
    if kind == "U":
        assert list(found) == list(values)


def test_long_ids_beyond_63_bits() -> None:
    assert list(column("18446744073709551615", "18446744073709551614"))[0] == "18446744073709551615"


def test_gaps_are_masked() -> None:
    assert column("1", "").mask.tolist() == [False, True]


@pytest.mark.parametrize("value", ["a", " a ", "2024-01-01", "10:00:00", "True", ""])
def test_gaps_in_text_are_masked(value: str) -> None:
    found = column(value, "")
    assert found.dtype.kind == "U" and found.tolist() == [value.strip() or None, None]


def test_blanks_around_text_go() -> None:
    assert list(column(" a ", '"b, c"')) == ["a", "b, c"]


def test_what_is_wrong_is_left_to_astropy_to_say() -> None:
    assert column("1,2", "3") is None


def test_comments() -> None:
    table = read_with_arrow("# c\nn,v\n# d\n1,2\n", ",", ("n", "v"), 1, MISSING)
    assert table is not None and table["v"].tolist() == [2]


@pytest.mark.parametrize(
    ("index", "given", "key"),
    [
        (["__index_level_0__"], "__index_level_0__", "index"),
        (["ztf"], "ztf", "ztf"),
        ([], "ztf", None),
        ([{"kind": "range", "name": None, "start": 0, "stop": 2, "step": 1}], "ztf", None),
    ],
    ids=["nameless", "named", "none", "range"],
)
def test_index_of_pandas_is_the_key(
    tmp_path: Path, index: list[object], given: str, key: str | None
) -> None:
    import pyarrow
    from pyarrow import parquet

    table = pyarrow.table({"x": [1.0, 2.0], "y": [3.0, 4.0], given: ["a", "b"]})
    pandas = json.dumps({"index_columns": index, "columns": []})
    parquet.write_table(table.replace_schema_metadata({"pandas": pandas}), tmp_path / "l.parquet")
    candidates = read_candidates(tmp_path / "l.parquet")
    assert candidates.roles.key == key
    assert candidates.keys.tolist() == (["1", "2"] if key is None else ["a", "b"])


@pytest.mark.parametrize(
    "values", [[188.5, 188.25], [datetime(2026, 3, 14), datetime(2026, 3, 15)]]
)
def test_index_of_numbers_or_times_is_no_key(tmp_path: Path, values: list[object]) -> None:
    import pyarrow
    from pyarrow import parquet

    table = pyarrow.table({"x": [1.0, 2.0], "y": [3.0, 4.0], "at": values})
    pandas = json.dumps({"index_columns": ["at"], "columns": []})
    parquet.write_table(table.replace_schema_metadata({"pandas": pandas}), tmp_path / "l.parquet")
    assert read_candidates(tmp_path / "l.parquet").keys.tolist() == ["1", "2"]


def test_damaged_metadata_of_pandas_is_passed_over(tmp_path: Path) -> None:
    import pyarrow
    from pyarrow import parquet

    table = pyarrow.table({"id": ["a"], "x": [1.0], "y": [3.0]})
    parquet.write_table(table.replace_schema_metadata({"pandas": "{"}), tmp_path / "l.parquet")
    assert read_candidates(tmp_path / "l.parquet").keys.tolist() == ["a"]
