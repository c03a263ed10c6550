from __future__ import annotations

import os
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vetter.io.export.file_names import MAX_NAME_LENGTH, safe_name, safe_names


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("J0421+3312", "J0421+3312"),
        ("ZTF21abcdefg", "ZTF21abcdefg"),
        ("../../x", "x"),
        ("a/b", "a_b"),
        ("a\\b", "a_b"),
        ("C:\\x", "C_x"),
        ("CON", "CON_"),
        ("com1.fits", "com1_.fits"),
        ("con.con", "con_.con"),
        ("a.con", "a.con"),
        ("CONTROL", "CONTROL"),
        ("name...", "name"),
        ("name ", "name_"),
        ("-rf", "rf"),
        (".hidden", "hidden"),
        ("été", "ete"),
        ("β Lyr", "Lyr"),
        ("", "candidate"),
        ("///", "candidate"),
        ("a\x00b\n", "a_b_"),
    ],
)
def test_names(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_long_names_are_cut() -> None:
    assert len(safe_name("x" * 300)) == MAX_NAME_LENGTH == 120
    assert safe_name("._" + "x" * 119 + ".y") == "x" * 119


@pytest.mark.parametrize(
    ("names", "safe"),
    [
        (["a", "a", "a"], ["a", "a_2", "a_3"]),
        (["a", "A"], ["a", "A_2"]),
        (["a/b", "a_b"], ["a_b", "a_b_2"]),
        (["a_2", "a", "a"], ["a_2", "a", "a_3"]),
        (["", ""], ["candidate", "candidate_2"]),
    ],
    ids=["equal", "case", "made equal", "number taken", "empty"],
)
def test_collisions_are_numbered(names: list[str], safe: list[str]) -> None:
    assert safe_names(names) == safe


@given(st.lists(st.text(), max_size=20))
def test_any_names_give_different_plain_ones(names: list[str]) -> None:
    safe = safe_names(names)
    assert len({name.casefold() for name in safe}) == len(names)
    for name in safe:
        assert re.fullmatch(r"[A-Za-z0-9_+][A-Za-z0-9._+-]*", name)
        assert os.path.basename(name) == name and not name.endswith(".")
