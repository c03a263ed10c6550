from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from astropy.table import MaskedColumn, Table

from vetter.core.candidates.candidate_list import CandidateList, Roles
from vetter.core.columns.review_columns import ReviewColumns, SomeRows
from vetter.core.decisions.triage.storms import Storm
from vetter.core.judgement.fit_table import FitTable


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


class Others:
    """Other reviewers' columns of three candidates."""

    def disagreements(self, first: int = 0) -> np.ndarray:
        return np.array(["", "yes", "no"])[first:]

    def texts(self, first: int = 0) -> np.ndarray:
        return np.array(["", "bob: reject", "bob: maybe"])[first:]

    def next_reviewers(self, first: int = 0) -> np.ndarray:
        return np.array(["ann", "", "bob"])[first:]


def _full_columns() -> ReviewColumns:
    table = Table(
        {
            "seen": [1, 2, 3],
            "mag": MaskedColumn([18.0, 19.0, 20.0], unit="mag", format="%.1f"),
            "mjd": [20260314.13373, 20260315.5, 20260316.5],
        }
    )
    count = np.arange(3.0)
    roles = Roles(x="x", y="y", ra="ra", dec="dec", time="mjd")
    keys = np.array(["k0", "k1", "k2"])
    listed = CandidateList(table, roles, keys, count, count + 0.5, count + 10, count - 10)
    return ReviewColumns(
        listed,
        Decided(),
        FitTable(3),
        Others(),
        has_seen=True,
        waits=lambda: np.array([np.nan, 0.256, 2.0]),
    )


def test_all_columns_come_in_their_order() -> None:
    columns = _full_columns()
    first = ["verdict", "name", "tags", "comment", "x", "y", "ra", "dec"]
    rest = ["seen", "waits", "disagree", "others", "next", "list.seen", "mag", "mjd"]
    names = columns.names
    assert names[:8] == first
    assert [name for name in names[8:] if name in rest] == rest
    assert columns.fixed == {"name", "x", "y", "ra", "dec", "list.seen", "mag", "mjd"}


@pytest.mark.parametrize(
    ("name", "text", "unit"),
    [
        ("x", "1.00", "pixels from 0"),
        ("ra", "11.000000", "deg"),
        ("dec", "-9.000000", "deg"),
        ("waits", "0.26", "days"),
        ("mag", "19.0", "mag"),
        ("mjd", "20260315.5", ""),
        ("shift", "", "pixels"),
        ("list.seen", "2", ""),
    ],
)
def test_column_is_written_with_its_unit(name: str, text: str, unit: str) -> None:
    columns = _full_columns()
    assert columns.writer(name)(columns.values(name)[1]) == text
    assert columns.unit(name) == unit
    described = columns.describe(name)
    assert described.startswith(f"{name} ({unit})" if unit else name)


def test_columns_of_others_are_theirs_and_described() -> None:
    columns = _full_columns()
    assert columns.values("others").tolist() == ["", "bob: reject", "bob: maybe"]
    assert columns.values("next", 1).tolist() == ["", "bob"]
    assert columns.values("disagree", 1).tolist() == ["yes", "no"]
    assert columns.describe("others").startswith("others: ")
    assert columns.folded("others", 2).tolist() == [b"bob: maybe"]


def test_earlier_verdicts_are_those_set_last() -> None:
    columns = _full_columns()
    columns.set_seen({0: "accept", 2: "reject", 3: "beyond"})
    assert columns.values("seen").tolist() == ["accept", "", "reject"]
    assert columns.values("seen", 1).tolist() == ["", "reject"]
    columns.set_seen({1: "maybe"})
    assert columns.values("seen").tolist() == ["", "maybe", ""]


@pytest.mark.parametrize(("first", "count", "rows"), [(0, 2, [0, 1]), (1, None, [1, 2])])
def test_some_rows_are_those_of_the_list(first: int, count: int | None, rows: list[int]) -> None:
    columns = _full_columns()
    some = SomeRows(columns, first, count)
    assert some.names == columns.names and some.find("time") == "mjd"
    assert some.values("x").tolist() == rows
    assert some.folded("name").tolist() == [f"k{row}".encode() for row in rows]
    assert columns.since(1).values("x").tolist() == [1, 2]


def test_storms_name_their_rows_and_samples() -> None:
    columns = _full_columns()
    assert "storm" not in columns.names
    larger = Storm("image", "a", np.array([1, 2]), 0.0)
    columns.set_storms([larger, Storm("night", "b", np.array([0, 1]), 0.0)])
    # The first storms are the largest, and keep their rows.
    for name in ("storm", "storm_sample"):
        assert columns.values(name).tolist() == ["night b", "image a", "image a"]
        assert columns.values(name, 2).tolist() == ["image a"]
    columns.set_storms([])
    assert "storm" not in columns.names


def test_sample_of_a_storm_is_ten_of_its_rows() -> None:
    columns = _columns(Table({"mag": np.arange(15.0)}))
    storm = Storm("image", "a", np.arange(12), 0.0)
    columns.set_storms([storm])
    assert np.flatnonzero(columns.values("storm") == "image a").tolist() == list(range(12))
    sample = np.flatnonzero(columns.values("storm_sample") == "image a")
    assert len(sample) == 10 and sample.tolist() == storm.sample.tolist()


def test_what_was_said_is_of_the_rows_asked_for() -> None:
    columns = _full_columns()
    assert columns.values("tags").tolist() == ["", "dipole, ghost", ""]
    assert columns.values("tags", 1).tolist() == ["dipole, ghost", ""]
    assert columns.values("comment", 2).tolist() == [""]
    assert columns.values("verdict", 1).tolist() == [2, 1]


def test_longer_list_brings_rows_and_columns() -> None:
    columns = _full_columns()
    columns.values("name")
    longer = Table({"seen": [1, 2, 3, 4], "mag": [18.0, 19.0, 20.0, 21.0], "new": list("abcd")})
    count = np.arange(4.0)
    keys = np.array(["k0", "k1", "k2", "k3"])
    columns.extend(CandidateList(longer, Roles(x="x", y="y"), keys, count, count, count, count))
    assert columns.names[-3:] == ["list.seen", "mag", "new"]
    assert columns.values("name").tolist() == keys.tolist()
    assert columns.values("new", 2).tolist() == ["c", "d"]
    assert len(columns.values("shift")) == 4
    plain = _columns(Table({"mag": [1.0, 2.0]}))
    plain.extend(columns.candidates)
    assert plain.values("mag").tolist() == [18, 19, 20, 21]


def test_some_rows_are_all_by_default() -> None:
    columns = _full_columns()
    assert SomeRows(columns).values("x").tolist() == [0, 1, 2]
    assert len(SomeRows(columns).folded("comment")) == 3


def test_folded_text_follows_decisions_and_keeps_the_rest() -> None:
    class Changing(Decided):
        comment = "Faint"

        def opinion(self, row: int) -> Opinion:
            return Opinion(("A",), self.comment)

    decided = Changing()
    table = Table({"band": ["R", "G", "B"]})
    nan = np.full(3, np.nan)
    keys = np.array(["K0", "K1", "K2"])
    columns = ReviewColumns(CandidateList(table, Roles(), keys, nan, nan, nan, nan), decided)
    assert columns.folded("comment").tolist() == [b"faint"] * 3
    decided.comment = "Bright"
    assert columns.folded("comment", 1).tolist() == [b"bright"] * 2
    assert columns.folded("tags").tolist() == [b"a"] * 3
    assert columns.folded("band", 2).tolist() == [b"b"]
    for name in ("name", "band"):
        assert np.shares_memory(columns.folded(name), columns.folded(name))
    assert not np.shares_memory(columns.folded("comment"), columns.folded("comment"))


def test_names_that_others_or_fits_would_have_are_free_without_them() -> None:
    table = Table({"waits": [1, 2, 3], "shift": [4, 5, 6], "others": ["a", "b", "c"]})
    table["waits"].unit = "min"
    columns = _columns(table)
    for name, unit in (("waits", "min"), ("shift", ""), ("others", "")):
        assert columns.values(name).tolist() == table[name].tolist()
        assert columns.unit(name) == unit
        assert columns.describe(name) == (f"{name} ({unit})" if unit else name)
        assert columns.writer(name)(columns.values(name)[0]) == str(table[name][0])
    full = _full_columns()
    assert full.describe("shift").startswith("shift (pixels): ")
    assert full.describe("mag") == "mag (mag)" and full.describe("list.seen") == "list.seen"


@pytest.mark.parametrize("one_based", [True, False])
def test_listed_pixels_are_offered_where_they_count_from_one(one_based: bool) -> None:
    table = Table({"x": [1.5, 2.5, 3.5], "y": [1.5, 2.5, 3.5]})
    names = _columns(table, x="x", y="y", one_based=one_based).names
    assert [name for name in names if name.startswith("list.")] == (
        ["list.x", "list.y"] if one_based else []
    )
