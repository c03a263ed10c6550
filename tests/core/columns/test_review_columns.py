from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from astropy.table import MaskedColumn, Table

from vetter.core.candidates.candidate_list import CandidateList, Roles
from vetter.core.columns.review_columns import ReviewColumns


class Opinion:
    def __init__(self, tags: tuple[str, ...] = (), comment: str = "") -> None:
        self.tags, self.comment = tags, comment


class Decided:
    codes = np.array([0, 2, 1], np.uint8)

    def remarked_rows(self) -> list[int]:
        return list(range(len(self.codes)))

    def opinion(self, row: int) -> Opinion:
        return Opinion(("dipole", "ghost"), "near a star") if row == 1 else Opinion()


def _columns(table: Table, **roles: object) -> ReviewColumns:
    count = len(table)
    nan = np.full(count, np.nan)
    pixels = {p: np.arange(count) + 0.5 if p in roles else nan for p in ("x", "y", "ra", "dec")}
    keys = np.array([f"k{i}" for i in range(count)])
    return ReviewColumns(
        CandidateList(table=table, roles=Roles(**roles), keys=keys, **pixels), Decided()
    )


def test_decisions_are_columns() -> None:
    columns = _columns(Table({"mag": [1.0, 2.0, 3.0]}))
    assert columns.values("verdict").tolist() == [0, 2, 1]
    assert columns.values("tags").tolist() == ["", "dipole, ghost", ""]
    assert columns.values("comment").tolist() == ["", "near a star", ""]


def test_a_table_column_called_verdict_stays_reachable() -> None:
    columns = _columns(Table({"verdict": ["a", "b", "c"]}))
    assert columns.values("verdict").tolist() == [0, 2, 1]
    assert columns.values("list.verdict").tolist() == ["a", "b", "c"]
    assert "list.verdict" in columns.names


def test_a_candidate_without_a_name_goes_by_its_key() -> None:
    names = MaskedColumn(["A", "", "C"], mask=[False, False, True])
    columns = _columns(Table({"id": names}), name="id")
    assert columns.values("name").tolist() == ["A", "k1", "k2"]


def test_of_a_list_without_names_the_keys_are_taken_as_they_are() -> None:
    columns = _columns(Table({"mag": [1.0, 2.0, 3.0]}))
    keys = np.array(["k0", "k1", "k2"], object)
    columns.candidates = dataclasses.replace(columns.candidates, keys=keys)
    assert columns.values("name").tolist() == ["k0", "k1", "k2"]
    assert np.shares_memory(columns.values("name"), keys)


def test_pixels_from_one_are_offered_beside_the_programs_own() -> None:
    table = Table({"x": [1.5, 2.5, 3.5], "y": [1.5, 2.5, 3.5]})
    columns = _columns(table, x="x", y="y", one_based=True)
    assert columns.values("x").tolist() == [0.5, 1.5, 2.5]
    assert columns.values("list.x").tolist() == [1.5, 2.5, 3.5]
    assert columns.unit("x") == "pixels from 0"


def test_a_position_column_is_not_offered_twice() -> None:
    columns = _columns(Table({"x": [0.5, 1.5, 2.5], "y": [0.5, 1.5, 2.5]}), x="x", y="y")
    assert columns.names == ["verdict", "name", "tags", "comment", "x", "y"]


def test_a_role_finds_its_column() -> None:
    columns = _columns(Table({"MAG_AUTO": [1.0, 2.0, 3.0]}), mag="MAG_AUTO")
    assert columns.find("mag") == "MAG_AUTO"
    assert columns.find("mag_auto") == "MAG_AUTO"


def test_a_word_that_means_two_columns_means_none() -> None:
    columns = _columns(Table({"Flux": [1, 2, 3], "FLUX": [1, 2, 3]}))
    with pytest.raises(KeyError):
        columns.find("flux")
    assert columns.find("FLUX") == "FLUX"


def test_missing_numbers_are_nan() -> None:
    columns = _columns(Table({"n": MaskedColumn([1, 2, 3], mask=[False, True, False])}))
    np.testing.assert_array_equal(columns.values("n"), [1, np.nan, 3])


def test_long_numbers_as_names_keep_their_digits_where_some_are_missing() -> None:
    numbers = MaskedColumn([169747015154532428, 0], mask=[False, True])
    columns = _columns(Table({"object": numbers}), name="object")
    assert columns.values("name").tolist() == ["169747015154532428", "k1"]
