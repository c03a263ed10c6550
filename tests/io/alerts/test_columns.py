from __future__ import annotations

import math

import numpy as np
import pytest

from tests.helpers.alert_files import record
from vetter.core.candidates.candidate_list import Roles
from vetter.io.alerts.columns import (
    Column,
    column_of,
    flat_fields,
    join_columns,
    join_rows,
    key_of,
    merge_roles,
    roles_of,
    rows_of,
)
from vetter.io.alerts.packets.producers import ALERT, RUBIN, WINTER, ZTF, is_positive


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


def source(**changes: object) -> dict[str, object]:
    """A packet of Rubin."""
    own = {"diaSourceId": 9, "diaObjectId": 90, "x": 5.0, "y": 6.0, "ra": -10.0, "dec": 91.0}
    return {"diaSource": {**own, "midpointMjdTai": 61041.25, "band": "z", **changes}}


def test_positions_are_on_the_sphere_or_unknown() -> None:
    rows = rows_of([(source(), RUBIN), (source(dec=-90.0, ra=None, x=None), RUBIN)])
    assert rows.ra[0] == 350 and np.isnan(rows.dec[0]) and rows.dec[1] == -90
    assert np.isnan(rows.ra[1]) and np.isnan(rows.x[1])
    assert (rows.x[0], rows.y[0]) == (5, 6) and len(rows) == 2


def test_rows_of_several_producers_are_put_together() -> None:
    parts = [
        rows_of([(record(1, nbad=3), ZTF), (source(), RUBIN)]),
        rows_of([(source(diaSourceId=8, flag=True), RUBIN), (record(2, nbad=None), ZTF)]),
        rows_of([(record(4, extra="text"), ZTF)]),
    ]
    rows = join_rows(parts)
    assert rows.keys == ["1", "9", "8", "2", "4"] and rows.producers == ("ZTF", "Rubin")
    assert rows.producer_indices.tolist() == [0, 1, 1, 0, 0]
    assert rows.x.tolist() == [1499.25, 5, 5, 1499.25, 1499.25]
    assert rows.y.tolist() == [199.75, 6, 6, 199.75, 199.75]
    assert rows.ra.tolist() == [10, 350, 350, 10, 10]
    np.testing.assert_array_equal(rows.dec, [-5, np.nan, np.nan, -5, -5])
    missing = rows.columns["nbad"].missing
    assert missing is not None and missing.tolist() == [0, 1, 1, 1, 0]
    assert rows.columns["extra"].values.tolist() == ["", "", "", "", "text"]
    assert join_rows(parts[:1]) is parts[0]


@pytest.mark.parametrize(
    ("fields", "absent"),
    [
        ((), {}),
        (("x",), {"x": None, "y": None}),
        (("dec",), {"ra": None, "dec": None}),
        (("midpointMjdTai",), {"time": None}),
        (("diaObjectId",), {"name": None}),
        (("diaSourceId",), {"key": None}),
        (("band",), {"filter": None}),
    ],
)
def test_roles_are_of_the_fields_that_are_there(
    fields: tuple[str, ...], absent: dict[str, None]
) -> None:
    names = "diaSourceId diaObjectId x y ra dec midpointMjdTai band".split()
    roles = roles_of(RUBIN, [name for name in names if name not in fields])
    pixel = {"x": "x", "y": "y", "ra": "ra", "dec": "dec"}
    known = {"key": "diaSourceId", "name": "diaObjectId", "time": "midpointMjdTai"}
    assert roles == Roles(**{**known, **pixel, "filter": "band", **absent})


def test_producers_of_one_convention_keep_their_pixels() -> None:
    rows = rows_of([(record(1), WINTER), (record(2), ALERT)])
    roles, made = merge_roles([WINTER, ALERT], rows.columns, np.array([0, 1], np.int16))
    assert (roles.x, roles.y, roles.ra, roles.mag) == ("xpos", "ypos", "ra", "magpsf")
    assert not roles.one_based and made == {}
    roles, _ = merge_roles([ZTF, ALERT], rows.columns, np.array([0, 1], np.int16))
    assert (roles.x, roles.y, roles.one_based) == (None, None, False)
    assert merge_roles([ZTF, ZTF], rows.columns, np.array([0, 1], np.int16))[0].one_based


def test_made_columns_are_in_the_order_of_the_rows() -> None:
    rows = rows_of([(source(), RUBIN), (record(3), ZTF), (source(diaSourceId=7), RUBIN)])
    roles, made = merge_roles([ZTF, RUBIN], rows.columns, np.array([1, 0, 1], np.int16))
    assert made["id"].values.tolist() == [9, 3, 7]
    assert made["mjd"].values.tolist() == [61041.25, 60219.0, 61041.25]
    assert (roles.mag, roles.x, roles.ra, roles.one_based) == ("magpsf", None, "ra", False)
    assert "filter" not in made and roles.filter == "band"


@pytest.mark.parametrize(
    ("values", "kind"), [([1, True], "i"), ([True, None, 2], "i"), ([None], "f"), ([], "f")]
)
def test_truths_among_integers_are_integers(values: list[object], kind: str) -> None:
    assert column_of(values).values.dtype.kind == kind


def test_parts_that_are_truths_join_as_integers_or_texts() -> None:
    column = joined(([True], 1), ([7, None], 2))
    assert column.values.tolist()[:2] == [1, 7] and column.missing is not None
    assert joined(([True, None], 2), (["a"], 1)).values.tolist() == ["True", "", "a"]
    assert joined(([True, None], 2), ([0.5], 1)).values[[0, 2]].tolist() == [1, 0.5]
    assert joined((None, 2)).values.tolist() == ["", ""]


def test_texts_lose_padding_and_keep_the_rest() -> None:
    assert column_of(["a\0\0", " b "]).values.tolist() == ["a", " b "]
