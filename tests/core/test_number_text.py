"""Tests of numbers in words."""

from __future__ import annotations

import pytest

from vetter.core.number_text import format_all, format_count


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0 epochs"), (1, "1 epoch"), (2, "2 epochs"), (12300, "12,300 epochs")],
)
def test_a_number_and_what_it_counts(number: int, words: str) -> None:
    assert format_count(number, "epoch") == words


@pytest.mark.parametrize(("number", "words"), [(1, "1 row is"), (3, "3 rows are")])
def test_what_is_not_said_with_an_s_is_given_whole(number: int, words: str) -> None:
    assert format_count(number, "row is", "rows are") == words


@pytest.mark.parametrize(("number", "words"), [(2, "both epochs"), (1200, "all 1,200 epochs")])
def test_none_is_left_out(number: int, words: str) -> None:
    assert format_all(number, "epoch") == words
