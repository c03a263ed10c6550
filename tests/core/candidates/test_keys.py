from __future__ import annotations

import numpy as np
import pytest
from astropy.table import MaskedColumn, Table
from hypothesis import given
from hypothesis import strategies as st

from vetter.core.candidates.keys import is_float_key, make_keys


def test_long_integers_keep_their_digits() -> None:
    keys, _ = make_keys(Table({"id": np.array([1155522101501501507, 1155522101501501508])}), "id")
    assert keys.tolist() == ["1155522101501501507", "1155522101501501508"]


REPEATED = "a value of id: kept apart as KEY#2 and so on"


@pytest.mark.parametrize(
    ("values", "expected", "notes"),
    [
        (["a", "b"], ["a", "b"], []),
        (["a", "b", "a"], ["a", "b", "a#2"], [f"1 row repeats {REPEATED}"]),
        (["a", "b", "a", "a"], ["a", "b", "a#2", "a#3"], [f"2 rows repeat {REPEATED}"]),
        ([7, 5, 7], ["7", "5", "7#2"], [f"1 row repeats {REPEATED}"]),
        (["a", ""], ["a", "row-2"], ["1 row without id: called row-2"]),
        (["", "a", ""], ["row-1", "a", "row-3"], ["2 rows without id: called row-1 and so on"]),
        (
            ["", "row-1", "a"],
            ["row-1", "row-1#2", "a"],
            ["1 row without id: called row-1", f"1 row repeats {REPEATED}"],
        ),
    ],
)
def test_repeated_and_empty_keys_are_kept_apart_and_said(
    values: list[object], expected: list[str], notes: list[str]
) -> None:
    keys, said = make_keys(Table({"id": values}), "id")
    assert keys.tolist() == expected and list(said) == notes


@pytest.mark.parametrize(
    ("values", "is_float"), [([1.0, 2.0], True), ([1, 2], False), (["1.0", "2.0"], False)]
)
def test_numbers_read_as_floats_are_told(values: list[object], is_float: bool) -> None:
    assert is_float_key(Table({"id": values}), "id") is is_float
    assert not is_float_key(Table({"id": values}), None)


def test_a_key_that_is_called_like_a_repeated_one() -> None:
    keys, _ = make_keys(Table({"id": ["a", "a#2", "a"]}), "id")
    assert keys.tolist() == ["a", "a#2", "a#3"]


@pytest.mark.parametrize(
    ("values", "mask", "expected"),
    [
        ([5, 6], [False, True], ["5", "row-2"]),
        ([[1, 2], [3, 4]], [[False, False], [False, True]], ["1-2", "row-2"]),
    ],
)
def test_masked_rows_have_no_key(
    values: list[object], mask: list[object], expected: list[str]
) -> None:
    keys, notes = make_keys(Table({"id": MaskedColumn(values, mask=mask)}), "id")
    assert keys.tolist() == expected and notes == ("1 row without id: called row-2",)


def test_no_column_numbers_the_rows() -> None:
    keys, notes = make_keys(Table({"x": [1.0, 2.0]}), None)
    assert keys.tolist() == ["1", "2"] and "numbered by row" in notes[0]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1.0, 2.0], ["1", "2"]),
        ([1.5, np.nan], ["1.5", "row-2"]),
        # From 2^53 on a float stands for several integers.
        ([2.0**53 - 1, -(2.0**53)], ["9007199254740991", "-9007199254740992.0"]),
        ([b"x ", b"y"], ["x", "y"]),
        # A file's name that is not UTF-8.
        (["night\udce9.fits"], ["night\\udce9.fits"]),
        ([[1, 2], [3, 4]], ["1-2", "3-4"]),
    ],
)
def test_other_kinds(values: list[object], expected: list[str]) -> None:
    assert make_keys(Table({"id": np.array(values)}), "id")[0].tolist() == expected


@given(st.lists(st.sampled_from(["a", "a#2", "a#3", "b", "", "row-1", "row-2"]), min_size=1))
def test_keys_are_unique_whatever_they_are(values: list[str]) -> None:
    keys, _ = make_keys(Table({"id": values}), "id")
    assert len(set(keys.tolist())) == len(values)
