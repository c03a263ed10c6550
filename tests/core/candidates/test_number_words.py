from __future__ import annotations

import numpy as np
import pytest
from astropy.table import Table

from vetter.core.candidates.number_words import is_missing_word, with_numbers_among_words


@pytest.mark.parametrize(
    "word",
    ["", " ", "****", "1.#QNAN", "-1.#IND", "INDEF", "NaN", "-nan(ind)", "<NA>", "n/a", "#N/A"]
    + ["#DIV/0!", "—", "...", "null", "\\N", "No Data", "1.#INF000"],
)
def test_word_for_missing_number_is_known(word: str) -> None:
    assert is_missing_word(word)


@pytest.mark.parametrize("word", ["18.2", "0", "r", ">18", "18.2:", "star", "inf"])
def test_other_text_is_no_missing_word(word: str) -> None:
    assert not is_missing_word(word)


def test_numbers_among_words_are_masked_numbers() -> None:
    table, note = with_numbers_among_words(
        Table({"mag": ["18.2", "****", "17.5", "1.#QNAN", "****"], "n": ["3", "", "4", "-", "5"]}),
        (),
    )
    np.testing.assert_array_equal(table["mag"].filled(-1), [18.2, -1, 17.5, -1, -1])
    assert table["n"].dtype.kind == "i" and table["n"].mask.tolist() == [False, True] * 2 + [False]
    assert note == "words for a missing number: ****, 1.#QNAN in mag (3); - in n (1)"


@pytest.mark.parametrize(
    "texts",
    [["18.2", ">19.5", "NA"], ["r", "NA", "-"], ["NA", "-"], ["0012", "12"], ["18.2", "bright"]],
)
def test_column_of_text_stays_text(texts: list[str]) -> None:
    table, note = with_numbers_among_words(Table({"a": texts}), ())
    assert table["a"].tolist() == texts and not note


def test_keys_and_names_stay_text() -> None:
    table, _ = with_numbers_among_words(Table({"id": ["12", "NA"]}), ("id",))
    assert table["id"].tolist() == ["12", "NA"]


def test_fortran_exponents_are_numbers() -> None:
    table, note = with_numbers_among_words(Table({"flux": ["1.5D+02", "2.0D-01"]}), ())
    assert table["flux"].tolist() == [150.0, 0.2] and not note


def test_numbers_and_columns_of_several_values_stay() -> None:
    given = Table({"mag": [18.5, np.nan], "several": np.array([["1", "NA"], ["2", "3"]])})
    table, note = with_numbers_among_words(given, ())
    assert table is given and not note
