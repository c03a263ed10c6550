from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vetter.core.columns.filter import FilterError, absent_columns, match_filter
from vetter.core.columns.folded_text import fold


class Columns:
    """Five candidates; the third has no magnitude, the fourth no band."""

    _values: dict[str, np.ndarray[Any, Any]] = {
        "verdict": np.array([0, 1, 2, 3, 0], np.uint8),
        "name": np.array(["J0421+3312", "J0422-01", "or", "SN 2020a", "x"]),
        "tags": np.array(["", "dipole", "cosmic ray, dipole", "bad pixel", ""], object),
        "comment": np.array(["", "", "", "a Ghost", ""], object),
        "mag": np.array([18.0, 19.5, np.nan, 20.25, 18.5]),
        "nobs": np.array([1, 2, 3, 2**62, 2**62 + 1]),
        "band": np.array(["r", "R", "g", "", "i"]),
        "obs": np.array(["2024-01-01", "2024-05-02", "", "2024-06-01", "2023-12-31"]),
        "real bogus": np.array([0.1, 0.9, 0.5, 0.4, 0.99], np.float32),
        "good": np.array([True, False, True, True, False]),
        "stamp": np.zeros((5, 3)),
        "padded": np.array(["0012", "12", "007", "", "1e10"]),
        "typed": np.array(["18.5", "NA", "17", "****", "-"], object),
        "limit": np.array([">18.2", "17.5", "", "19", "18"]),
    }

    @property
    def names(self) -> list[str]:
        return list(self._values)

    def find(self, word: str) -> str:
        if word not in self._values:
            raise KeyError(word)
        return word

    def values(self, name: str) -> np.ndarray[Any, Any]:
        return self._values[name]

    def folded(self, name: str) -> np.ndarray[Any, Any]:
        return fold(self._values[name])


@pytest.mark.parametrize(
    ("expression", "rows"),
    [
        ("", [0, 1, 2, 3, 4]),
        ("j042", [0, 1]),
        ('"SN 2"', [3]),
        ('"or"', [2]),
        ("mag<19", [0, 4]),
        ("mag < 19.5", [0, 4]),
        ("mag>=19.5", [1, 3]),
        ("mag=18", [0]),
        ("mag!=18", [1, 3, 4]),
        ("mag=missing", [2]),
        ("mag!=missing", [0, 1, 3, 4]),
        ("not mag<19", [1, 2, 3]),
        ("!mag<19", [1, 2, 3]),
        ("nobs=4611686018427387905", [4]),
        ("padded=12", [1]),
        ("padded=0012", [0]),
        ("padded<12.5", [0, 1, 2]),
        ("padded=missing", [3]),
        ("typed<18", [2]),
        ("typed>18", [0]),
        ("obs>2024", [0, 1, 3]),
        ("limit=17.5", [1]),
        ("band=r", [0, 1]),
        ("band!=r", [2, 4]),
        ("band=r,g", [0, 1, 2]),
        ("band=missing", [3]),
        ("verdict=none", [0, 4]),
        ("verdict=undecided,maybe", [0, 3, 4]),
        ("verdict!=none", [1, 2, 3]),
        ("verdict == 'none'", [0, 4]),
        ("tags=dipole", [1, 2]),
        ("tags~ray", [2]),
        ("tags!~dipole", [0, 3, 4]),
        ("dipole", [1, 2]),
        ("ghost", [3]),
        ("mag between 18 and 19.5", [0, 1, 4]),
        ("mag BETWEEN 19.5 and 18 verdict=none", [0, 4]),
        ("mag not between 18 and 19", [1, 3]),
        ("obs between 2024-01-01 and 2024-05-02", [0, 1]),
        ("band in r,g", [0, 1, 2]),
        ("band in (r, g) mag<19", [0]),
        ("band not in (r, g)", [4]),
        ("verdict in (accept, maybe)", [1, 3]),
        ("verdict not in (accept)", [0, 2, 3, 4]),
        ("mag is null", [2]),
        ("mag is missing", [2]),
        ("mag is not null", [0, 1, 3, 4]),
        ("tags is empty", [0, 4]),
        ("verdict is null", [0, 4]),
        ("name like J042%", [0, 1]),
        ("name like %20_0a", [3]),
        ("name like %20_1a", []),
        ("name like sn%20__A", [3]),
        ("padded like 12", [1]),
        ("name not like j%", [2, 3, 4]),
        ("not mag between 18 and 19", [1, 2, 3]),
        ("in", []),
        ("x in", []),
        ("SN 2020a", [3]),
        ('"between"', []),
        ("obs>2024-05-01", [1, 3]),
        ('"real bogus">=0.9', [1, 4]),
        ("good=true", [0, 2, 3]),
        ("mag<19 verdict=none J04", [0]),
        ("mag<19 and band=i", [4]),
        ("mag<18.2 or mag>20", [0, 3]),
        ("band=r mag<19 or band=g", [0, 2]),
        ("band=r (mag<19 or nobs=2)", [0, 1]),
        ("not (verdict=none or verdict=maybe)", [1, 2]),
        ("mag>19.5", [3]),
        ("mag<=18", [0]),
        ("mag between 18 19", [0, 4]),
        ("mag between 18, 19.5", [0, 1, 4]),
        ("mag not is null", []),
        ("mag is 18", []),
        ("mag is not 18", []),
        ("mag is", []),
        ("mag like", []),
        ("x between", []),
        ("x not in", [3, 4]),
        ("mag is nan", [2]),
        ("typed is not EMPTY", [0, 1, 2, 3, 4]),
        ("band in '('", []),
        ("band in r", [0, 1]),
        ("band in (r)", [0, 1]),
        ("band not like r", [2, 4]),
        ("good is null", []),
        ("nobs=missing", []),
        ("nobs!=missing", [0, 1, 2, 3, 4]),
        ("good=false", [1, 4]),
        ("good=FALSE,true", [0, 1, 2, 3, 4]),
        ("good=1", [0, 2, 3]),
        ("good=t", [0, 2, 3]),
        ("good=No", [1, 4]),
        ("good in (F, yes)", [0, 1, 2, 3, 4]),
        ("good!=true", [1, 4]),
        ("nobs=+2", [1]),
        ("nobs=2.0,3", [1, 2]),
        ("nobs>=4611686018427387904", [3, 4]),
        ("tags='cosmic ray'", [2]),
        ("tags=cosmic", []),
        ("tags=DIPOLE,'bad pixel'", [1, 2, 3]),
        ("tags!=dipole", [3]),
        ("tags~''", [0, 1, 2, 3, 4]),
        ("comment~GHOST,x", [3]),
        ("name~j,sn", [0, 1, 3]),
        ("name!~j,sn", [2, 4]),
        ("obs<2024-05-01", [0, 4]),
        ("obs<=2024-05-02", [0, 1, 4]),
        ("padded>=12", [0, 1, 4]),
        ("padded>=12.5", [4]),
        ("band=nan", [3]),
        ("band='nan'", []),
        ("band!='missing'", [0, 1, 2, 4]),
        ("name like ____________", []),
        ("name like ________", [1, 3]),
        ("not not x", [3, 4]),
        ("! ! x", [3, 4]),
        ("or_x or x", [3, 4]),
        ('"and"', []),
        ("((x))", [3, 4]),
        ("x or dipole and band=r", [1, 3, 4]),
    ],
)
def test_expression_lets_through(expression: str, rows: list[int]) -> None:
    assert np.flatnonzero(match_filter(expression, Columns())).tolist() == rows


@pytest.mark.parametrize(
    ("expression", "position", "words"),
    [
        ("magg<19", 0, "did you mean 'mag'?"),
        ("N/OBS>1", 0, "unknown column 'N/OBS'; did you mean 'nobs'?"),
        ("x qqq=1", 2, "unknown column 'qqq'"),
        ("mag<bright", 4, "'mag' holds numbers; 'bright' is not a number"),
        ("mag<", 4, "a value after '<' is missing"),
        ("mag<(", 4, "a value is missing before '('"),
        ("mag<1,2", 5, "'<' takes one value"),
        ("magg between 18 and 19", 0, "unknown column 'magg'; did you mean 'mag'?"),
        ("mag between 18", 14, "a value after 'between' is missing"),
        ("mag between a and b", 12, "'mag' holds numbers; 'a' is not a number"),
        ("band in (r, g", 8, "the bracket is not closed"),
        ("band in ,r", 8, "a value is missing before ','"),
        ("band in )", 8, "a value is missing before ')'"),
        ("band in (r g)", 8, "the bracket is not closed"),
        ("mag between 18 and", 18, "a value after 'between' is missing"),
        ("x and or", 6, "a condition is missing before 'or'"),
        ("and x", 0, "a condition is missing before 'and'"),
        ("x ,y", 2, "a condition is missing before ','"),
        ("x not", 5, "a condition is missing"),
        ("good=well", 5, "'good' holds true and false; 'well' is not one of them"),
        ("nobs=2x", 5, "'nobs' holds numbers; '2x' is not a number"),
        ("verdict~acc", 8, "compared with = or !="),
        ("verdict in (accept, good)", 20, "due, found 'good'"),
        ("bend=r", 0, "unknown column 'bend'; did you mean 'band'?"),
        ("obs2=r", 0, "unknown column 'obs2'; did you mean 'obs'?"),
        ("'", 0, "the quotation mark is not closed"),
        ("x \"'", 2, "the quotation mark is not closed"),
        ("mag>=1,2", 6, "'>=' takes one value"),
        ("verdict between accept and reject", 16, "compared with = or !="),
        ("stamp is null", 0, "several values"),
        ("verdict like a%", 13, "compared with = or !="),
        ("<19", 0, "a condition is missing before '<'"),
        ("x or", 4, "a condition is missing"),
        ("or x", 0, "a condition is missing before 'or'"),
        ("(x", 0, "the bracket is not closed"),
        ("x)", 1, "')' is not expected here"),
        ('"x', 0, "the quotation mark is not closed"),
        ("tags='dipole", 5, "the quotation mark is not closed"),
        ("verdict=good", 8, "expected none, accept, reject, maybe, later or due, found 'good'"),
        ("verdict<accept", 8, "compared with = or !="),
        ("stamp=0", 0, "several values"),
        ("(" * 99 + "x" + ")" * 99, 50, "nested too deeply"),
    ],
)
def test_nonsense_is_refused_with_its_place(expression: str, position: int, words: str) -> None:
    with pytest.raises(FilterError) as caught:
        match_filter(expression, Columns())
    assert words in str(caught.value)
    assert f"at character {position + 1}" in str(caught.value)
    assert caught.value.position == position


@given(
    st.lists(
        st.sampled_from("mag band between and in is not null like ( ) , 18 r % =".split()),
        max_size=9,
    ).map(" ".join)
)
def test_any_words_give_mask_or_worded_refusal(text: str) -> None:
    try:
        mask = match_filter(text, Columns())
    except FilterError as error:
        assert 0 <= error.position <= len(text)
    else:
        assert mask.shape == (5,) and mask.dtype == bool


@given(st.text(alphabet='abormgn<>=!~"(), 019.', max_size=30))
def test_any_text_gives_a_mask_or_a_worded_refusal(text: str) -> None:
    try:
        mask = match_filter(text, Columns())
    except FilterError as error:
        assert 0 <= error.position <= len(text)
    else:
        assert mask.shape == (5,) and mask.dtype == bool


def test_pattern_of_many_signs_is_matched_at_once() -> None:
    assert not match_filter("name like " + "%" * 200 + "z", Columns()).any()


@pytest.mark.parametrize(
    ("expression", "absent"),
    [
        ("", []),
        ("J04 mag<19 not name like J%", []),
        ("seeing<2 mag<19 seeing>1", ["seeing"]),
        ("(rb between 0 and 1) or 'far away' in (r, g)", ["rb", "far away"]),
        ("seeing is not null", ["seeing"]),
        ("seeing in", []),
    ],
)
def test_absent_columns_are_named(expression: str, absent: list[str]) -> None:
    assert absent_columns(expression, Columns()) == absent


def test_absent_columns_of_nonsense_are_refused() -> None:
    with pytest.raises(FilterError, match="a condition is missing"):
        absent_columns("mag<19 or", Columns())


def test_nothing_is_executed(tmp_path: Path) -> None:
    planted = tmp_path / "planted"
    hostile = f'mag<__import__("pathlib").Path("{planted}").touch()'
    with pytest.raises(FilterError):
        match_filter(hostile, Columns())
    assert not planted.exists()


def test_number_against_column_of_text_is_refused() -> None:
    with pytest.raises(FilterError, match="'limit' holds text, as '>18.2'; '<' compares numbers"):
        match_filter("limit<18", Columns())


def test_verdicts_may_change_while_a_thread_filters() -> None:
    columns, codes, done = Columns(), np.zeros(100_000, np.uint8), threading.Event()
    columns._values = {"verdict": codes}

    def decide() -> None:
        step = 0
        while not done.is_set():
            codes[step % len(codes)] = step % 5
            step += 7919
            if step % 50 == 0:
                codes[:] = 3

    thread = threading.Thread(target=decide)
    thread.start()
    try:
        for _ in range(500):
            assert len(match_filter("verdict=maybe", columns)) == len(codes)
    finally:
        done.set()
        thread.join()


@pytest.mark.parametrize(
    ("words", "rows"),
    [
        ("none", [0, 5]),
        ("undecided", [0, 5]),
        ("accept", [1]),
        ("accepted", [1]),
        ("reject", [2]),
        ("Rejected", [2]),
        ("maybe", [3]),
        ("later", [4, 5]),
        ("due", [5]),
        ("due,accept", [1, 5]),
    ],
)
def test_word_means_verdicts(words: str, rows: list[int]) -> None:
    columns = Columns()
    columns._values = {"verdict": np.arange(6, dtype=np.uint8)}
    others = [row for row in range(6) if row not in rows]
    for expression, found in ((f"verdict={words}", rows), (f"verdict!={words}", others)):
        assert np.flatnonzero(match_filter(expression, columns)).tolist() == found
    assert np.flatnonzero(match_filter("verdict is null", columns)).tolist() == [0, 5]


@pytest.mark.parametrize(("depth", "is_read"), [(49, True), (50, False)])
@pytest.mark.parametrize(("opening", "closing"), [("(", ")"), ("not ", ""), ("!", "")])
def test_filter_is_nested_up_to_50_deep(
    opening: str, closing: str, depth: int, is_read: bool
) -> None:
    expression = opening * depth + "x" + closing * depth
    if is_read:
        rows = np.flatnonzero(match_filter(expression, Columns())).tolist()
        assert rows == ([3, 4] if closing or depth % 2 == 0 else [0, 1, 2])
        # Side by side they are as deep as one.
        assert match_filter(f"{expression} {expression}", Columns()).tolist().count(True)
    else:
        with pytest.raises(FilterError, match="nested too deeply"):
            match_filter(expression, Columns())


def test_text_in_a_refusal_is_cut() -> None:
    columns = Columns()
    columns._values = {"seen": np.array(["", "2024-01-01", "12", "0123456789 0123456789", "dark"])}
    with pytest.raises(FilterError, match="'seen' holds text, as '0123456789 012345678'; '>'"):
        match_filter("seen>18", columns)


def test_word_is_looked_for_in_what_the_list_has() -> None:
    columns = Columns()
    columns._values = {"name": np.array(["a", "b"]), "mag": np.array([1.0, 2.0])}
    assert match_filter("B", columns).tolist() == [False, True]
