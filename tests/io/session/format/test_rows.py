"""Decisions as stored values, and back; what no version writes is refused."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

from tests.helpers.decisions import event, listing
from vetter.core.decisions.decision import How, Verdict
from vetter.errors import InputError
from vetter.io.session.format.rows import (
    COLUMNS,
    from_rows,
    meta_from,
    parse_json,
    plain_meta,
    to_row,
)

LIST = listing(4)
FULL = event(
    LIST,
    1,
    Verdict.MAYBE,
    tags=("dipole", "a b"),
    comment="near a star",
    how=How.GROUP,
    group="g",
    undoes="u",
    seen="reject",
    program="1.0",
    until="2026-02-01",
)
PLACES = {name: place for place, name in enumerate(COLUMNS.split(", "))}


def row_of(seq: int = 1, **changes: Any) -> tuple[Any, ...]:
    values = [seq, *to_row(FULL)]
    for name, value in changes.items():
        values[PLACES[name]] = value
    return tuple(values)


def test_decision_comes_back_as_it_was() -> None:
    (back,) = from_rows([row_of(7)], "a.vetter", 10_000)
    assert back == FULL._replace(seq=7)
    plain = event(LIST, 0)
    (back,) = from_rows([(1, *to_row(plain))], "a.vetter", 10_000)
    assert back == plain._replace(seq=1) and back.tags == ()


@pytest.mark.parametrize(
    ("changes", "unknown"),
    [
        ({"x": None, "y": None}, ["x", "y"]),
        ({"ra": None, "dec": None}, ["ra", "dec"]),
        ({"x": None}, ["x"]),
        ({"y": None}, ["y"]),
        ({"ra": None}, ["ra"]),
        ({"dec": None}, ["dec"]),
        ({"x": math.inf}, ["x"]),
        ({"x": math.inf, "y": -math.inf}, ["x", "y"]),
        ({"ra": 1e31}, ["ra"]),
        ({"ra": 1e30}, ["ra"]),
        ({"dec": -1e30}, ["dec"]),
        ({"dec": -1e31}, ["dec"]),
        ({"x": 9e29}, []),
        ({"x": -9e29}, []),
        ({"seconds": math.inf}, ["seconds"]),
    ],
)
def test_impossible_numbers_are_unknown(changes: dict[str, Any], unknown: list[str]) -> None:
    (back,) = from_rows([row_of(**changes)], "a.vetter", 10_000)
    numbers = {name: getattr(back, name) for name in ("x", "y", "ra", "dec", "seconds")}
    assert [name for name, value in numbers.items() if math.isnan(value)] == unknown
    wanted = {
        name: changes.get(name, getattr(FULL, name)) for name in numbers if name not in unknown
    }
    assert {name: numbers[name] for name in wanted} == wanted


def test_missing_seconds_are_none() -> None:
    assert from_rows([row_of(seconds=None)], "a.vetter", 10_000)[0].seconds == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"verdict": "good"},
        {"verdict": 1},
        {"how": "magic"},
        {"tags": "[1]"},
        {"tags": "{}"},
        {"tags": "["},
        {"tags": None},
        {"key": b"c1"},
        {"key": None},
        {"comment": 3},
        {"reviewer": None},
        {"at": 1.5},
        {"id": None},
        {"step": b"g"},
        {"undoes": 2},
        {"seen": None},
        {"program": 1},
        {"until": None},
        {"x": "left"},
        {"dec": b""},
        {"seconds": "1"},
        {"seq": "2"},
    ],
)
def test_value_of_another_type_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="a.vetter: a damaged session: decision .* not readable"):
        from_rows([row_of(**changes)], "a.vetter", 10_000)


@pytest.mark.parametrize(
    ("numbers", "sound"),
    [([1, 2], True), ([0, 5], True), ([2, 2], False), ([3, 2], False), ([-1], False)],
)
def test_numbers_rise_from_zero(numbers: list[int], sound: bool) -> None:
    rows = [row_of(number) for number in numbers]
    if sound:
        assert [one.seq for one in from_rows(rows, "a.vetter", 10_000)] == numbers
    else:
        with pytest.raises(InputError, match=f"decision {numbers[-1]} is not readable"):
            from_rows(rows, "a.vetter", 10_000)


def test_rows_hold_no_more_text_than_the_file() -> None:
    texts = ("id", "key", "tags", "comment", "reviewer", "at", "step", "undoes", "seen", "program")
    row = row_of()
    size = 20 + sum(len(row[PLACES[name]]) for name in (*texts, "until"))
    assert len(from_rows([row], "a.vetter", size)) == 1
    with pytest.raises(InputError):
        from_rows([row], "a.vetter", size - 1)


def test_texts_that_most_share_are_held_once() -> None:
    one, other = from_rows([row_of(1), row_of(2, reviewer="".join(["a", "da"]))], "a", 10_000)
    assert one.reviewer is other.reviewer and one.tags is other.tags


@pytest.mark.parametrize(
    ("depth", "sound"), [(31, True), (32, False), (5000, False), (200_000, False)]
)
def test_json_is_nested_so_deep_at_most(depth: int, sound: bool) -> None:
    text = "[" * depth + "1" + "]" * depth
    if sound:
        assert json.dumps(parse_json(text)) == text
    else:
        with pytest.raises(ValueError, match="too deep"):
            parse_json(text)


@pytest.mark.parametrize("text", [None, b"[]", 1, "", "{"])
def test_what_is_no_json_text_is_refused(text: object) -> None:
    with pytest.raises(ValueError):
        parse_json(text)


def test_metadata_goes_through_strict_json() -> None:
    meta = {
        "a": math.nan,
        "b": [math.inf, -math.inf, (1, "x")],
        "c": np.float32(0.5),
        "d": np.array([1, 2]),
        "e": {"number": "one", 3: None},
        "f": True,
    }
    text = plain_meta(meta)
    assert " " not in text and json.loads(text)["a"] == {"number": "nan"}
    back = meta_from(text)
    assert math.isnan(back.pop("a"))
    assert back == {
        "b": [math.inf, -math.inf, [1, "x"]],
        "c": 0.5,
        "d": [1, 2],
        "e": {"number": "one", "3": None},
        "f": True,
    }
    assert meta_from('{"a": {"number": "nan", "b": 1}}') == {"a": {"number": "nan", "b": 1}}
    with pytest.raises(ValueError, match="not a mapping"):
        meta_from("[1]")
    with pytest.raises(TypeError):
        plain_meta({"a": object()})
