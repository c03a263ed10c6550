"""Text in lower case, as filters compare it."""

from __future__ import annotations

import numpy as np
import pytest

from vetter.core.columns.folded_text import PART, FoldedColumns, contains, equals, fold


@pytest.mark.parametrize(
    ("values", "word", "rows"),
    [
        (np.array(["SN 1", "sn 2", ""], object), "Sn", [0, 1]),
        (np.array(["ÉTA", "eta", "x"]), "éT", [0]),
        (np.array(["eta", "x"]), "é", []),
        (np.array([None, "none"], object), "none", [1]),
        (np.array([12, 212, 3]), "12", [0, 1]),
    ],
    ids=["case", "accent", "accent in plain text", "missing", "numbers"],
)
def test_word_is_found_in_any_case(values: np.ndarray, word: str, rows: list[int]) -> None:
    assert np.flatnonzero(contains(fold(values), word)).tolist() == rows


def test_equal_text_is_found_in_any_case() -> None:
    assert equals(fold(np.array(["R", "r", "ri", ""])), "R").tolist() == [True, True, False, False]
    assert equals(fold(np.array(["Ä", "ä"])), "Ä").all()


def test_letter_that_grows_in_lower_case_is_whole() -> None:
    # Lower case of this letter has two code points.
    assert equals(fold(np.array(["\u0130"])), "\u0130").all()


@pytest.mark.parametrize(
    ("first", "rest"),
    [(["A", "b"], ["C"]), (["A"], ["É", "x"]), ([], ["A"]), ([9.0, 10.0], ["9", "10", "x"])],
    ids=["plain", "accent later", "from nothing", "numbers become text"],
)
def test_growing_column_is_folded_as_whole(first: list, rest: list) -> None:
    column = [np.array(first)]
    folded = FoldedColumns(lambda name, start: column[0][start:])
    folded.get("name")
    column[0] = np.array(
        [*map(str, map(int, first)), *rest] if first[:1] == [9.0] else first + rest
    )
    assert folded.get("name").tolist() == fold(column[0]).tolist()


@pytest.mark.parametrize("odd", ["x", "É"], ids=["bytes", "text"])
def test_text_of_many_rows_is_folded_in_parts(odd: str) -> None:
    values = np.array(["A", *["b"] * (PART - 1), odd, "C"])
    folded = fold(values)
    assert len(folded) == PART + 2
    for word, rows in [("a", [0]), (odd, [PART]), ("c", [PART + 1])]:
        assert np.flatnonzero(equals(folded, word)).tolist() == rows


def test_rows_are_folded_once() -> None:
    column, starts = [np.array(["A", "B"])], []

    def values(name: str, first: int) -> np.ndarray:
        starts.append(first)
        return column[0][first:]

    folded = FoldedColumns(values)
    for grown in (["A", "B"], ["A", "B"], ["A", "B", "C"], ["A", "B", "C"]):
        column[0] = np.array(grown)
        assert folded.get("name").tolist() == [letter.lower().encode() for letter in grown]
    assert starts == [0, 2, 2, 3]
    # Text is folded as a whole once more, where there were numbers.
    column[0] = np.array([1.0])
    other = FoldedColumns(values)
    other.get("n")
    column[0] = np.array(["1", "x"])
    assert other.get("n").tolist() == [b"1", b"x"]
    assert starts[4:] == [0, 1, 0]
