"""Values on the command line: what each option takes, at its limits and beyond, and by default."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

import pytest

from vetter import arguments
from vetter.cli import parse_arguments


@pytest.mark.parametrize(
    ("parse", "good", "bad"),
    [
        (
            arguments.positive,
            {"1e-9": 1e-9, "1e9": 1e9, "3": 3.0},
            ["0", "-1", "nan", "inf", "", "x"],
        ),
        (arguments.radius, {"0.5": 0.5, "2000": 2000.0}, ["0", "2000.1", "nan"]),
        (arguments.name_of_file, {"a": "a", " a ": " a "}, ["", "  "]),
        (arguments.count, {"1": 1, "070": 70}, ["0", "-1", "1.0", "", "²", "٣"]),
        (
            arguments.window_size,
            {"300x16384": (300, 16384), "16384x300": (16384, 300)},
            [
                "299x300",
                "300x299",
                "16385x300",
                "300x16385",
                "300",
                "300x",
                "x300",
                "300X300",
                "٣٠٠x300",
            ],
        ),
        (arguments.seed, {"0": 0, "2147483647": 2**31 - 1}, ["2147483648", "-1", "1.0", "", "²"]),
        (arguments.whole, {"0": 0, "2147483648": 2**31}, ["-1", "1.0", "", "²"]),
        (
            arguments.percentage,
            {"0": 0.0, "1": 1.0, "0%": 0.0, "100%": 1.0, "10%": 0.1, "0.1": 0.1},
            ["-0.1", "1.1", "101%", "-1%", "nan", "%", "x", "10%%"],
        ),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_value_is_taken_up_to_its_limits(
    parse: Callable[[str], Any], good: dict[str, Any], bad: list[str]
) -> None:
    for text, value in good.items():
        assert parse(text) == value
    for text in bad:
        with pytest.raises(argparse.ArgumentTypeError, match="expected "):
            parse(text)


def test_moment_is_a_time_or_the_number_of_a_decision() -> None:
    assert arguments.moment("17") != arguments.moment("2026-11-30")
    with pytest.raises(argparse.ArgumentTypeError):
        arguments.moment("tomorrow")


@pytest.mark.parametrize(
    ("words", "values"),
    [
        ("split l.csv --into 3 -o d", {"overlap": 0.1, "seed": 0, "pairs": False, "into": 3}),
        ("agreement s.vetter", {"agreeing": 2, "most": 7, "json": False}),
        ("l.csv", {"one_based": None, "shuffle": None, "blind": False, "session": None}),
        ("l.csv --one-based", {"one_based": True}),
        ("l.csv --zero-based", {"one_based": False}),
        ("export s.vetter", {"output": None, "png": False, "html": False, "only_chosen": False}),
        ("bench", {"steps": None, "size": None, "watchdog": False, "memory": False, "inputs": []}),
        ("adjust l.csv -o t.csv", {"jobs": None, "debug": False}),
    ],
)
def test_options_that_are_not_given_have_their_defaults(words: str, values: dict[str, Any]) -> None:
    parsed = vars(parse_arguments(words.split()))
    assert {name: parsed[name] for name in values} == values


@pytest.mark.parametrize(
    "words",
    [
        "split l.csv -o d",
        "split l.csv --into 3",
        "adjust l.csv",
        "merge -o n.vetter",
        "merge a.vetter",
        "practice",
        "fields",
        "bench --watchdog --memory",
        "l.csv --plane =b.fits",
        "l.csv --plane a=",
        "l.csv --plane a=b --plane a=c",
    ],
)
def test_what_a_command_needs_is_asked_for(words: str) -> None:
    with pytest.raises(SystemExit) as end:
        parse_arguments(words.split())
    assert end.value.code == 2
