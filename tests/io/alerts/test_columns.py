from __future__ import annotations

import math

import numpy as np
import pytest

from tests.helpers.alert_files import record
from vetter.io.alerts.columns import (
    Column,
    column_of,
    flat_fields,
    join_columns,
    key_of,
    rows_of,
)
from vetter.io.alerts.packets.producers import RUBIN, WINTER, ZTF, is_positive


def test_the_candidates_own_fields_are_flat_columns() -> None:
    fields = flat_fields(record(5), ZTF)
    assert fields["magpsf"] == 18.5 and fields["objectId"] == "ZTF005"
    assert fields["band"] == "r"
    assert "prv_candidates" not in fields and "cutoutScience" not in fields


def test_a_name_that_is_there_twice_is_told_apart() -> None:
    packet = {**record(5), "magpsf": 3.0}
    assert flat_fields(packet, ZTF)["packet_magpsf"] == 3.0
    assert "packet_candid" not in flat_fields(packet, ZTF)


@pytest.mark.parametrize(
    ("value", "meant"),
    [("t", True), ("f", False), ("1", True), ("0", False), (1, True), (0, False), (True, True)],
)
def test_the_sign_of_a_difference_is_understood(value: object, meant: bool) -> None:
    assert is_positive(value) is meant


def test_keys_are_sixty_four_bits_as_text() -> None:
    assert key_of(record(2475433850015010009), ZTF) == "2475433850015010009"
    assert key_of({"candidate": {"candid": None}}, ZTF) == ""


def test_one_spelling_of_the_object() -> None:
    fields = flat_fields({"objectid": "WNTR1", "candidate": {"fid": 2}}, WINTER)
    assert fields["objectId"] == "WNTR1" and fields["band"] == "J"


def test_no_object_is_no_name() -> None:
    assert flat_fields({"diaSource": {"diaObjectId": 0}}, RUBIN)["diaObjectId"] is None


def test_positions_are_counted_from_zero() -> None:
    rows = rows_of([(record(1, xpos=1.0, ypos=2.0, ra=370.0), ZTF)])
    assert (rows.x[0], rows.y[0], rows.ra[0]) == (0, 1, 10)


@pytest.mark.parametrize(
    ("values", "kind", "missing"),
    [
        ([1, None, 3], "i", [False, True, False]),
        ([True, None], "b", [False, True]),
        ([1.5, None, 2], "f", None),
        ([None, None], "f", None),
        (["a", None], "U", None),
        ([1, "a"], "U", None),
        ([2**63], "U", None),
        ([2**60, 0.5], "U", None),
        ([1000, 0.5], "f", None),
        ([2**53, 0.5], "f", None),
        ([2**53 + 1, 0.5], "U", None),
        ([1, 0.5, True], "f", None),
        ([-(2**63), 1], "i", None),
        ([-(2**63), None], "i", [False, True]),
        ([-(2**63) - 1], "U", None),
    ],
)
def test_columns_keep_what_they_hold(
    values: list[object], kind: str, missing: list[bool] | None
) -> None:
    column = column_of(values)
    assert column.values.dtype.kind == kind
    assert (None if column.missing is None else column.missing.tolist()) == missing


def joined(*parts: tuple[list[object] | None, int]) -> Column:
    return join_columns([(None if p is None else column_of(p), n) for p, n in parts])


def test_parts_of_one_kind_are_put_together() -> None:
    column = joined(([1, 2], 2), ([None, 4], 2), (None, 1))
    assert column.values[[0, 1, 3]].tolist() == [1, 2, 4]
    assert column.missing is not None and column.missing.tolist() == [0, 0, 1, 0, 1]


def test_parts_without_values_have_no_kind() -> None:
    assert joined(([None, None], 2), (["a"], 1)).values.tolist() == ["", "", "a"]
    assert joined((["a"], 1), ([None], 1)).values.tolist() == ["a", ""]
    flags = joined(([None], 1), ([True], 1))
    assert flags.values.dtype.kind == "b" and flags.missing is not None


def test_numbers_of_two_kinds_become_floats_unless_that_would_change_them() -> None:
    assert joined(([1], 1), ([0.5], 1)).values.tolist() == [1.0, 0.5]
    assert joined(([2**60], 1), ([0.5], 1)).values.tolist() == [str(2**60), "0.5"]
    assert math.isnan(joined(([1.0], 1), (None, 1)).values[1])


@pytest.mark.parametrize(
    ("number", "kind"), [(107, "f"), (1000, "f"), (2**53, "f"), (2**53 + 1, "U")]
)
def test_integers_joined_with_floats_stay_exact(number: int, kind: str) -> None:
    column = joined(([number], 1), ([0.5], 1))
    assert column.values.dtype.kind == kind
    assert column.values[0] == (number if kind == "f" else str(number))


def test_least_integer_joined_with_floats_becomes_text() -> None:
    assert joined(([-(2**63)], 1), ([0.5], 1)).values.tolist() == [str(-(2**63)), "0.5"]


def test_longer_text_does_not_cut_or_get_cut() -> None:
    assert joined((["a"], 1), (["longer"], 1), (["b"], 1)).values.tolist() == ["a", "longer", "b"]
    assert np.char.str_len(joined((["a" * 90], 1), (None, 1)).values).tolist() == [90, 0]
