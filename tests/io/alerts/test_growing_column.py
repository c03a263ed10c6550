from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from vetter.io.alerts.columns import Column, column_of, join_columns
from vetter.io.alerts.growing_list import GrowingColumn

PARTS = {
    "floats": [[1.0, None], [2.5], [None]],
    "whole numbers with gaps later": [[1, 2], [3, None], [4]],
    "text that becomes longer": [["a"], ["abc", None], ["b"]],
    "nothing, then text": [[None, None], ["x"], [None]],
    "whole, then floats": [[1, 2], [0.5], [3]],
    "truth": [[True], [None, False]],
    "absent, then there": [None, [5, 6], None],
    "numbers, then text": [[1], ["x"], [2.5]],
}


def parts_of(values: list[list[Any] | None]) -> list[tuple[Column | None, int]]:
    return [(None, 2) if one is None else (column_of(one), len(one)) for one in values]


@pytest.mark.parametrize("room", [0, 100])
@pytest.mark.parametrize("name", PARTS)
def test_it_is_what_joining_all_parts_gives(name: str, room: int) -> None:
    parts = parts_of(PARTS[name])
    first = next(k for k, (part, _) in enumerate(parts) if part is not None)
    growing = GrowingColumn(sum(rows for _, rows in parts[:first]))
    for part, rows in parts[first:]:
        growing.append(part, rows, room)
    got, wanted = growing.column, join_columns(parts)
    assert got.values.dtype == wanted.values.dtype
    gaps = np.zeros(len(wanted.values), bool) if wanted.missing is None else wanted.missing
    found = np.zeros(len(gaps), bool) if got.missing is None else got.missing
    np.testing.assert_array_equal(found, gaps)
    np.testing.assert_array_equal(got.values[~gaps], wanted.values[~gaps])


def test_what_was_handed_out_stays_and_is_not_copied() -> None:
    growing = GrowingColumn()
    growing.append(column_of([1, 2]), 2, 10)
    before = growing.column
    growing.append(column_of([3, None]), 2, 10)
    after = growing.column
    assert before.values.tolist() == [1, 2]
    assert np.shares_memory(before.values, after.values)
    assert after.missing is not None and after.missing.tolist() == [False, False, False, True]
