"""Filters by a value of the list find the value they were made from."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.helpers.fake_session import FakeSession, candidate_list
from vetter.core.columns.filter import match_filter
from vetter.core.columns.review_columns import ReviewColumns
from vetter.core.columns.value_filter import value_filters

VALUES: dict[str, Any] = {
    "float32": np.array([0.1, 0.2, np.nan], np.float32),
    "float64": np.array([1e-300, -2.5, 1 / 3]),
    "integer": np.array([7, -3, 2**62]),
    "flag": np.array([True, False, True]),
    "two words": np.array(["a b", "and", ""]),
    "quoted": np.array(['say "a"', "it's", "a=b(c)"]),
    "keyword": np.array(["missing", "nan", "not"]),
}


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize("row", range(3))
def test_value_filter_finds_its_value(name: str, row: int) -> None:
    listed = candidate_list(3, **{name: VALUES[name]})
    columns = ReviewColumns(listed, FakeSession(listed))
    expression = value_filters(name, columns.values(name)[row])[0]
    assert match_filter(expression, columns)[row], expression


def test_number_offers_larger_and_smaller() -> None:
    assert value_filters("mag", 18.5) == ["mag=18.5", "mag>=18.5", "mag<=18.5"]


def test_text_with_both_quotes_has_no_filter() -> None:
    assert value_filters("name", "\"'") == []


@pytest.mark.parametrize("value", [None, "", float("nan"), np.float32("nan"), np.ma.masked])
def test_missing_value_has_one_filter(value: Any) -> None:
    assert value_filters("mag", value) == ["mag=missing"]


@pytest.mark.parametrize("value", [[1.0], (1.0,), np.array([1.0])])
def test_several_values_have_no_filter(value: Any) -> None:
    assert value_filters("mag", value) == []


@pytest.mark.parametrize("name", ["not", "two words", "a=b", "it's"])
def test_name_that_would_be_read_otherwise_is_quoted(name: str) -> None:
    assert value_filters(name, True) == [f'"{name}"=true']


def test_name_with_both_quotes_has_no_filter() -> None:
    assert value_filters("\"'", 1.0) == []


def test_text_with_one_quote_is_written_in_the_other() -> None:
    assert value_filters("name", 'say "a"') == ["name='say \"a\"'"]
    assert value_filters("name", "it's") == ['name="it\'s"']
