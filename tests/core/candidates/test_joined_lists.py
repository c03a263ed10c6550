"""Lists of several images as one: keys, columns, roles, units."""

from __future__ import annotations

import numpy as np
import pytest
from astropy import units as u
from astropy.table import Table

from vetter.core.candidates.candidate_list import CandidateList, Roles
from vetter.core.candidates.joined_lists import Part, join_lists


def a_list(keys, roles=None, **columns) -> CandidateList:
    count = len(keys)
    table = Table({"id": list(keys), **columns})
    places = [np.arange(count) + offset for offset in (0.5, 10.0, 150.0, 2.0)]
    out = np.empty(count, dtype=object)
    out[:] = list(map(str, keys))
    return CandidateList(table, roles or Roles(key="id", x="x", y="y"), out, *places)


def keys_of(*parts) -> list[str]:
    return join_lists(parts).keys.tolist()


def test_running_numbers_get_the_images_name():
    assert keys_of(Part("r1", a_list([1, 2])), Part("r2", a_list([1]))) == ["r1:1", "r1:2", "r2:1"]


def test_running_numbers_end_at_a_million():
    parts = Part("r1", a_list([999_999])), Part("r2", a_list([1_000_000]))
    assert keys_of(*parts) == ["r1:999999", "1000000"]


def test_a_running_number_is_called_so_whatever_the_others_hold():
    alone = keys_of(Part("r2", a_list([1, 7])))
    assert keys_of(Part("r1", a_list(["a", "b"])), Part("r2", a_list([1, 7])))[2:] == alone


def test_names_stay_and_the_later_of_two_equal_ones_gets_the_images_name():
    parts = Part("r1", a_list(["a", "b"])), Part("r2", a_list(["b", "c"]))
    assert keys_of(*parts) == ["a", "b", "r2:b", "c"]


def test_keys_of_objects_always_get_the_images_name():
    parts = Part("r1", a_list(["a"]), repeats=True), Part("r2", a_list(["b"]), repeats=True)
    assert keys_of(*parts) == ["r1:a", "r2:b"]


def test_keys_are_unique_whatever_happens():
    parts = Part("r1", a_list(["r2:1"])), Part("r2", a_list([1]))
    assert keys_of(*parts) == ["r2:1", "r2:1#2"]


def test_columns_are_united_and_the_image_comes_first():
    one = join_lists(
        [
            Part("r1", a_list(["a"], snr=[5.0]), "2026-11-20T00:00:00", "r"),
            Part("r2", a_list(["b"], chip=["x"])),
        ]
    )
    assert one.columns == ["field", "time", "filter", "id", "snr", "chip"]
    assert one.candidate(0)["chip"] is None and one.candidate(1)["snr"] is None
    assert [str(v) for v in one.table["time"]] == ["2026-11-20T00:00:00", ""]
    assert one.value("filter", 0) == "r" and one.roles.time == "time"


def test_positions_are_those_of_the_lists():
    one = join_lists([Part("r1", a_list(["a", "b"])), Part("r2", a_list(["c"]))])
    np.testing.assert_array_equal(one.x, [0.5, 1.5, 0.5])
    np.testing.assert_array_equal(one.dec, [2, 3, 2])


def test_a_column_in_the_way_is_renamed():
    one = join_lists([Part("r1", a_list(["a"], filter=["sloan r"]), filter="r")])
    assert one.columns[:5] == ["field", "time", "filter", "id", "filter_list"]


def test_magnitudes_under_different_names_are_one_column():
    one = join_lists(
        [
            Part("r1", a_list(["a"], Roles(key="id", mag="mag"), mag=[18.0])),
            Part("r2", a_list(["b"], Roles(key="id", mag="MAG_AUTO"), MAG_AUTO=[19.0])),
        ]
    )
    assert one.roles.mag == "mag"
    assert [one.value("mag", row) for row in (0, 1)] == [18.0, 19.0]


def test_a_column_that_is_called_like_a_role_but_is_none_is_left_alone():
    one = join_lists(
        [
            Part("r1", a_list(["a"], Roles(key="id", mag="mag"), mag=[18.0])),
            Part("r2", a_list(["b"], Roles(key="id", mag="MAG_AUTO"), MAG_AUTO=[19.0], mag=[3.0])),
        ]
    )
    assert one.roles.mag is None
    assert list(one.table["mag"]) == [18.0, 3.0]


def test_kinds_that_differ_are_read_as_text_and_said():
    one = join_lists([Part("r1", a_list(["a"], chip=[3])), Part("r2", a_list(["b"], chip=["x"]))])
    assert list(one.table["chip"]) == ["3", "x"]
    assert "chip" in one.notes[0]


def test_units_are_converted():
    one = join_lists(
        [
            Part("r1", a_list(["a"], size=[1.0] * u.deg)),
            Part("r2", a_list(["b"], size=[30.0] * u.arcmin)),
        ]
    )
    np.testing.assert_allclose(np.asarray(one.table["size"]), [1, 0.5])


def test_units_of_another_kind_are_said():
    one = join_lists(
        [Part("r1", a_list(["a"], flux=[1.0] * u.Jy)), Part("r2", a_list(["b"], flux=[3.0]))]
    )
    assert list(one.table["flux"]) == [1, 3] and "flux" in one.notes[0]


def test_lists_without_rows_are_no_trouble():
    none = np.empty(0)
    empty = CandidateList(Table(), Roles(), np.empty(0, object), none, none, none, none)
    one = join_lists([Part("r0", empty), Part("r1", a_list(["a"]))])
    assert len(one) == 1 and list(one.table["field"]) == ["r1"]
    assert len(join_lists([Part("r0", empty)])) == 0


def test_no_list_is_an_error():
    with pytest.raises(ValueError, match="at least one"):
        join_lists([])


@pytest.mark.parametrize(
    ("first", "second", "values", "note"),
    [
        (u.mJy, u.Jy, [1.0, 2000.0], None),
        (None, u.Jy, [1.0, 2.0], "column flux: Jy in a list, none before"),
        (u.Jy, None, [1.0, 2.0], "column flux: no unit in a list, Jy before"),
        (u.Jy, u.mag, [1.0, 2.0], "column flux: mag in a list, Jy before"),
    ],
)
def test_units_are_those_of_the_first_list(first, second, values, note):
    lists = a_list(["a"], flux=[1.0]), a_list(["b"], flux=[2.0])
    for listed, unit in zip(lists, (first, second), strict=True):
        listed.table["flux"].unit = unit
    one = join_lists([Part("r1", lists[0]), Part("r2", lists[1])])
    assert one.column("flux").tolist() == values and one.table["flux"].unit == first
    assert [text for text in one.notes if "flux" in text] == ([note] if note else [])
