from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from vetter.io.files.hdu_names import parse_fits_name
from vetter.io.tables.reading import read_table
from vetter.io.tables.table_file import TableFile


def read(folder: Path, text: str) -> TableFile:
    (folder / "l.jsonl").write_text(text)
    return read_table(parse_fits_name(folder / "l.jsonl"))


@pytest.mark.parametrize(
    "text",
    ['{"id": 7, "x": 1.5}\n{"id": 8, "x": 2}\n', '[{"id": 7, "x": 1.5},\n {"id": 8, "x": 2}]'],
)
def test_lines_and_arrays(tmp_path: Path, text: str) -> None:
    table = read(tmp_path, text).table
    assert table["id"].tolist() == [7, 8] and table["x"].tolist() == [1.5, 2.0]


def test_nested_objects_have_dots(tmp_path: Path) -> None:
    table = read(tmp_path, '{"a": {"b": {"c": 1}, "d": 2}}\n').table
    assert table.colnames == ["a.b.c", "a.d"]


def test_missing_fields_and_nulls_are_masked(tmp_path: Path) -> None:
    table = read(tmp_path, '{"a": 1, "b": "x"}\n{"a": null}\n{"b": "y"}\n').table
    assert table["a"].mask.tolist() == [False, True, True] and table["a"].dtype == np.int64
    assert table["b"].mask.tolist() == [False, True, False]


@pytest.mark.parametrize("number", [1155522101501501507, -(2**63), 2**64 - 1])
def test_long_integers_keep_their_digits(tmp_path: Path, number: int) -> None:
    table = read(tmp_path, f'{{"a": {number}}}\n{{"b": 1}}\n').table
    assert int(table["a"][0]) == number


def test_integers_among_floats_lose_no_digits(tmp_path: Path) -> None:
    table = read(tmp_path, '{"a": 1155522101501501507}\n{"a": 0.5}\n').table
    assert table["a"][0] == "1155522101501501507"


def test_nan(tmp_path: Path) -> None:
    assert np.isnan(read(tmp_path, '{"a": NaN, "b": 1}\n').table["a"][0])


def test_truth_values_and_mixtures(tmp_path: Path) -> None:
    table = read(tmp_path, '{"t": true, "m": 1}\n{"t": false, "m": "two"}\n').table
    assert table["t"].tolist() == [True, False] and table["m"].tolist() == ["1", "two"]


def test_a_bad_line_is_counted_and_named(tmp_path: Path) -> None:
    file = read(tmp_path, '{"a": 1}\n\n{"a": \n[3]\n{"a": 2}\n')
    assert file.table["a"].tolist() == [1, 2]
    assert file.notes == ("l.jsonl: 2 of 4 records could not be read: line 3, line 4",)


def test_two_records_on_a_line_are_no_record(tmp_path: Path) -> None:
    file = read(tmp_path, '{"a": 1}\n{"a": 2}, {"a": 3}\n')
    assert len(file.table) == 1 and "line 2" in file.notes[0]


def test_arrays_are_left_out_and_said(tmp_path: Path) -> None:
    file = read(tmp_path, '{"a": 1, "h": [1, 2], "c": {"l": []}}\n')
    assert file.table.colnames == ["a"]
    assert file.notes == ("l.jsonl: fields left out, not plain values: c.l, h",)


@pytest.mark.parametrize(
    "text",
    [
        '{"id": ["a", "b"], "x": [1, 2], "y": [3, 4]}',
        '{\n "id": {"0": "a", "1": "b"},\n "x": {"0": 1, "1": 2},\n "y": {"0": 3, "1": 4}\n}',
        '{"count": 2, "results": [{"id": "a", "x": 1, "y": 3}, {"id": "b", "x": 2, "y": 4}]}',
    ],
    ids=["columns", "columns by row", "records in an object"],
)
def test_one_object_that_holds_all_records(tmp_path: Path, text: str) -> None:
    (tmp_path / "l.json").write_text(text)
    table = read_table(parse_fits_name(tmp_path / "l.json")).table
    assert [tuple(row) for row in table["id", "x", "y"].iterrows()] == [("a", 1, 3), ("b", 2, 4)]


def test_one_record_whose_parts_have_the_same_fields_is_one(tmp_path: Path) -> None:
    table = read(tmp_path, '{"pos": {"x": 1, "y": 2}, "err": {"x": 3, "y": 4}}\n').table
    assert table.colnames == ["pos.x", "pos.y", "err.x", "err.y"] and len(table) == 1


@pytest.mark.parametrize(
    "own", ['"x": 1, "y": 2', '"candidate": {"ra": 10.5, "dec": 20.5}'], ids=["plain", "nested"]
)
def test_the_list_in_one_record_is_not_taken_for_the_candidates(tmp_path: Path, own: str) -> None:
    earlier = '[{"id": "m", "x": 9, "y": 9}, {"id": "n", "x": 8, "y": 8}]'
    table = read(tmp_path, f'{{"id": "a", {own}, "earlier": {earlier}}}\n').table
    assert table["id"].tolist() == ["a"]


def test_the_place_that_was_asked_for_is_no_candidate(tmp_path: Path) -> None:
    found = '[{"id": "m", "x": 9, "y": 9}, {"id": "n", "x": 8, "y": 8}]'
    asked = '"query": {"ra": 10.5, "dec": 20.5}, "radius": 5'
    table = read(tmp_path, f'{{{asked}, "results": {found}}}\n').table
    assert table["id"].tolist() == ["m", "n"]
