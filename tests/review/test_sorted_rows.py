"""Rows merged into a sorted order stand where a new sort would put them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vetter.review.queue import SortedRows

numbers = st.sampled_from([1.0, 2.0, 2.5, -3.0, float("nan"), float("inf")])
words = st.sampled_from(["a", "b", "", "a longer one", "B"])


@settings(deadline=None, max_examples=80)
@given(
    values=st.one_of(st.lists(numbers, max_size=20), st.lists(words, max_size=20)),
    cuts=st.lists(st.integers(0, 20), max_size=4),
    descending=st.booleans(),
)
def test_lots_end_as_one_sort(values: list[Any], cuts: list[int], descending: bool) -> None:
    whole = np.array(values, dtype=str if values and isinstance(values[0], str) else float)
    edges = [0, *sorted(min(cut, len(values)) for cut in cuts), len(values)]
    parts = [whole[a:b] for a, b in zip(edges, edges[1:], strict=False)]
    merged = SortedRows(parts[0], descending)
    for part in parts[1:]:
        merged.add(part)
    assert merged.rows.tolist() == SortedRows(whole, descending).rows.tolist()


@pytest.mark.parametrize("descending", [False, True])
def test_masked_values_come_last(descending: bool) -> None:
    values = np.ma.MaskedArray([3.0, 1.0, 2.0], mask=[True, False, False])
    order = SortedRows(values, descending)
    order.add(np.ma.MaskedArray([1.5, 9.0], mask=[False, True]))
    filled = [2, 3, 1] if descending else [1, 3, 2]
    assert order.rows.tolist() == [*filled, 0, 4]


def test_numbers_do_not_take_text_nor_text_numbers() -> None:
    numeric, text = np.array([9.0, 10.0]), np.array(["9", "10"])
    assert SortedRows(numeric, False).can_merge(numeric) and SortedRows(text, False).can_merge(text)
    assert not SortedRows(numeric, False).can_merge(text)
    assert not SortedRows(text, False).can_merge(numeric)
