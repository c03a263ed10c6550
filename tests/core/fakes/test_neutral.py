from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vetter.core.fakes.neutral import decimals_of, imitate_keys, neutral_names, round_like


def test_key_keeps_what_all_keys_share() -> None:
    keys = ["sim24-0636-0015", "sim24-1840-9928", "sim24-2295-7340"]
    for key in imitate_keys(keys, 20, np.random.default_rng(0)):
        assert re.fullmatch(r"sim24-\d{4}-\d{4}", key)


def test_short_number_gets_a_long_end() -> None:
    (key,) = imitate_keys(["1", "2", "3"], 1, np.random.default_rng(0))
    assert re.fullmatch(r"\d-\d{8}", key)


@given(st.lists(st.text(max_size=12), unique=True, max_size=8), st.integers(0, 20))
def test_new_keys_are_unique(keys: list[str], count: int) -> None:
    made = imitate_keys(keys, count, np.random.default_rng(1))
    assert len({*keys, *made}) == len(keys) + count


@pytest.mark.parametrize(
    ("values", "decimals"), [([1.25, 3.0], 2), ([4.0, 7.0], 0), ([1 / 3], None)]
)
def test_decimals_are_those_written(values: list[float], decimals: int | None) -> None:
    assert decimals_of(np.array(values)) == decimals


def test_numbers_are_rounded_as_the_column() -> None:
    rounded = round_like(np.array([1.23456]), np.array([636.056, 15.1]))
    np.testing.assert_array_equal(rounded, [1.235])


def test_names_are_equally_long() -> None:
    assert neutral_names(2) == ["C001", "C002"]
    assert {len(name) for name in neutral_names(1200)} == {5}
