"""Columns named by their number, where a name is hard to type."""

from __future__ import annotations

import pytest

from vetter.core.candidates.candidate_list import Roles
from vetter.core.candidates.column_roles import apply_choices, format_names, typed_name
from vetter.errors import InputError


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("x", "x"),
        ("X_IMAGE (px)", "X_IMAGE (px)"),
        ("赤经", "赤经 (#3)"),
        ("Δm", "Δm (#3)"),
        ("", "#3"),
        ("  ", "#3"),
        ("a\tb", "#3"),
        ("\ufffd\ufffd", "#3"),
        (" x", "x (#3)"),
    ],
)
def test_name_as_it_is_typed(name: str, typed: str) -> None:
    assert typed_name(name, 3) == typed


def test_number_stands_for_a_column() -> None:
    names = ["id", "赤经", "赤纬"]
    roles = apply_choices(Roles(), {"ra": "#2", "dec": "#3"}, names, "l.csv")
    assert (roles.ra, roles.dec) == ("赤经", "赤纬")


def test_column_called_like_a_number_is_that_column() -> None:
    assert apply_choices(Roles(), {"x": "#1"}, ["id", "#1"], "l.csv").x == "#1"


@pytest.mark.parametrize("text", ["#0", "#4", "#", "#x"])
def test_number_without_a_column_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="no column"):
        apply_choices(Roles(), {"x": text}, ["a", "b", "c"], "l.csv")


def test_listed_names_can_be_typed() -> None:
    assert format_names(["id", "列", ""]) == "id, 列 (#2), #3"
