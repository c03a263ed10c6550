"""Escapes of letters that a place cannot hold."""

from __future__ import annotations

import doctest

import pytest

from vetter.io.export.tables import escapes


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("a\tb\nc\rd", "a\tb\nc\rd"),
        ("µ \N{BLACK STAR}", "µ \N{BLACK STAR}"),
        ("\x00\x08\x0b\x0c\x0e\x1f\x7f", "\\x00\\x08\\x0b\\x0c\\x0e\\x1f\\x7f"),
        ("\ud800\udfff\ufffe\uffff", "\\ud800\\udfff\\ufffe\\uffff"),
    ],
    ids=["white space", "letters", "controls", "no letters"],
)
def test_controls_alone_are_escaped(text: str, escaped: str) -> None:
    assert escapes.escape_control(text) == escaped


def test_all_but_printable_ascii_is_escaped() -> None:
    assert escapes.escape_non_ascii("5 ~\tµJy\x7f") == "5 ~\\t\\xb5Jy\\x7f"


def test_examples_of_module_hold() -> None:
    assert doctest.testmod(escapes) == (0, 2)
