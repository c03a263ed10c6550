from __future__ import annotations

import numpy as np
import pytest
from astropy.table import MaskedColumn, Table
from hypothesis import given
from hypothesis import strategies as st

from vetter.core.candidates.keys import make_keys


def test_long_integers_keep_their_digits() -> None:
    keys, _ = make_keys(Table({"id": np.array([1155522101501501507, 1155522101501501508])}), "id")
    assert keys.tolist() == ["1155522101501501507", "1155522101501501508"]


def test_repeated_keys_are_kept_apart_and_said() -> None:
    keys, notes = make_keys(Table({"id": ["a", "b", "a", "a"]}), "id")
    assert keys.tolist() == ["a", "b", "a#2", "a#3"]
    assert "2 rows repeat" in notes[0]


def test_a_key_that_is_called_like_a_repeated_one() -> None:
    keys, _ = make_keys(Table({"id": ["a", "a#2", "a"]}), "id")
    assert keys.tolist() == ["a", "a#2", "a#3"]


def test_rows_without_a_key() -> None:
    column = MaskedColumn([5, 6], mask=[False, True])
    keys, notes = make_keys(Table({"id": column}), "id")
    assert keys.tolist() == ["5", "row-2"]
    assert notes[0].startswith("1 row without id: called row-")


def test_no_column_numbers_the_rows() -> None:
    keys, notes = make_keys(Table({"x": [1.0, 2.0]}), None)
    assert keys.tolist() == ["1", "2"] and "numbered by row" in notes[0]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1.0, 2.0], ["1", "2"]),
        ([1.5, np.nan], ["1.5", "row-2"]),
        ([b"x ", b"y"], ["x", "y"]),
        ([[1, 2], [3, 4]], ["1-2", "3-4"]),
    ],
)
def test_other_kinds(values: list[object], expected: list[str]) -> None:
    assert make_keys(Table({"id": np.array(values)}), "id")[0].tolist() == expected


@given(st.lists(st.sampled_from(["a", "a#2", "a#3", "b", "", "row-1", "row-2"]), min_size=1))
def test_keys_are_unique_whatever_they_are(values: list[str]) -> None:
    keys, _ = make_keys(Table({"id": values}), "id")
    assert len(set(keys.tolist())) == len(values)
